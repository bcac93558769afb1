#include "drama/magistrate.h"

#include <algorithm>
#include <array>

#include "core/check.h"

namespace wood {
namespace {

constexpr std::int64_t kLargeLots = 8;  // an order from this size on can be a spoof
constexpr std::size_t kSpoofs = 3;      // so many of them within the window
constexpr std::int64_t kWashLots = 2;   // both ways, at least
constexpr std::int64_t kCloseLots = 2;  // a closing trade up to this size is suspect
constexpr std::int64_t kCloseOffBps = 200;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

std::vector<Seq> sorted(std::vector<Seq> entries) {
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  std::erase_if(entries, [](Seq seq) { return !seq.some(); });
  return entries;
}

}  // namespace

const char* name(Sentence::Kind kind) {
  static constexpr std::array<const char*, 4> names = {"investigation", "fine", "freeze", "exile"};
  return names[static_cast<std::size_t>(kind)];
}

Magistrate::Magistrate(MagistrateSpec spec, int participants)
    : spec_(spec), heat_(at(participants)), step_(at(participants)) {}

void Magistrate::tipped(const Tip& tip) { tips_[tip.id] = tip; }

void Magistrate::told(std::int64_t tip, int who, int by, std::int64_t turn, Seq entry) {
  for (const Knowledge& known : knowledge_)
    if (known.tip == tip && known.who == who) return;  // news to nobody
  knowledge_.push_back({.tip = tip,
                        .who = who,
                        .by = by,
                        .turn = turn,
                        .entry = entry,
                        .lots = 0,
                        .paid_ticks = 0,
                        .charged = 0,
                        .trades = {}});
}

const Tip* Magistrate::find_tip(std::string_view text) const {
  for (const auto& [id, tip] : tips_)
    if (tip.text.size() >= 12 && text.find(tip.text) != std::string_view::npos) return &tip;
  return nullptr;
}

void Magistrate::follow(const SeenTrade& trade, int who, bool bought, Seq command) {
  for (Knowledge& known : knowledge_) {
    const Tip& tip = tips_.at(known.tip);
    if (known.who != who || tip.good != trade.good) continue;
    const std::int64_t with = bought == tip.up ? trade.lots.value : -trade.lots.value;
    if (with < 0 && known.lots == 0) continue;  // he has not followed it: nothing to undo
    known.lots += with;
    known.paid_ticks += mul(with, trade.price.value);
    known.trades.push_back(command);
    known.trades.push_back(trade.event);
  }
}

void Magistrate::trade(const SeenTrade& trade) {
  trades_.push_back(trade);
  if (trade.buyer >= 0) follow(trade, trade.buyer, true, trade.bought);
  if (trade.seller >= 0) follow(trade, trade.seller, false, trade.sold);
}

void Magistrate::cancelled(const SeenCancel& cancel, std::int64_t turn) {
  if (cancel.who < 0 || cancel.lots.value < kLargeLots || cancel.filled.value > 0) return;
  pulled_.push_back({cancel.who, turn, cancel.command, cancel.event});
}

void Magistrate::charge(Charge charge, Findings& out) {
  if (charge.heat <= 0 || charge.who < 0) return;
  charge.evidence = sorted(std::move(charge.evidence));
  heat_[at(charge.who)] = std::min<std::int64_t>(1'000, heat_[at(charge.who)] + charge.heat);
  out.charges.push_back(std::move(charge));
}

void Magistrate::judge_tips(std::int64_t turn, const DuskView& market, Findings& out) {
  for (Knowledge& known : knowledge_) {
    const Tip& tip = tips_.at(known.tip);
    const std::int64_t value = mul(known.lots, market.marks[at(tip.good)]) - known.paid_ticks;
    const std::int64_t gain_ticks = tip.up ? value : -value;
    const std::int64_t pebbles = mul_div(gain_ticks, market.tick_mp, 1'000, Round::down);
    std::vector<Seq> evidence = known.trades;
    evidence.push_back(known.entry);
    evidence.push_back(tip.entry);
    if (tip.truth && known.who != tip.by && pebbles >= spec_.tip_heat_min &&
        pebbles > known.charged) {
      charge({known.who, "tip", pebbles - known.charged, evidence}, out);
      known.charged = pebbles;
    }
    if (!tip.truth && known.by >= 0 && -pebbles > known.charged) {
      charge({known.by, "rumour", (-pebbles) / 2 - known.charged / 2, evidence}, out);
      known.charged = -pebbles;
    }
  }
  std::erase_if(knowledge_,
                [&](const Knowledge& k) { return turn - k.turn >= spec_.window_turns; });
  std::erase_if(tips_, [&](const auto& item) {
    return turn - item.second.turn >= 2 * spec_.window_turns &&
           std::none_of(knowledge_.begin(), knowledge_.end(),
                        [&](const Knowledge& k) { return k.tip == item.first; });
  });
}

void Magistrate::judge_wash(Findings& out) {
  struct Flow {
    std::int64_t lots = 0;
    std::vector<Seq> evidence;
  };
  std::map<std::array<int, 3>, Flow> flows;  // (seller, buyer, good)
  for (const SeenTrade& trade : trades_) {
    if (trade.buyer < 0 || trade.seller < 0) continue;
    Flow& flow = flows[{trade.seller, trade.buyer, trade.good}];
    flow.lots += trade.lots.value;
    flow.evidence.insert(flow.evidence.end(), {trade.bought, trade.sold, trade.event});
  }
  for (const auto& [key, flow] : flows) {
    if (key[0] > key[1]) continue;
    const auto back = flows.find({key[1], key[0], key[2]});
    if (back == flows.end() || std::min(flow.lots, back->second.lots) < kWashLots) continue;
    std::vector<Seq> evidence = flow.evidence;
    evidence.insert(evidence.end(), back->second.evidence.begin(), back->second.evidence.end());
    charge({key[0], "wash", spec_.wash_heat, evidence}, out);
    charge({key[1], "wash", spec_.wash_heat, evidence}, out);
  }
}

void Magistrate::judge_spoof(std::int64_t turn, Findings& out) {
  std::erase_if(pulled_, [&](const Pulled& p) { return turn - p.turn >= spec_.window_turns; });
  std::map<int, std::vector<Seq>> by;
  for (const Pulled& pulled : pulled_) {
    by[pulled.who].push_back(pulled.command);
    by[pulled.who].push_back(pulled.event);
  }
  for (const auto& [spoofer, evidence] : by) {
    const int who = spoofer;
    if (evidence.size() < 2 * kSpoofs) continue;
    charge({who, "spoof", spec_.spoof_heat, evidence}, out);
    std::erase_if(pulled_, [&](const Pulled& p) { return p.who == who; });  // charged once
  }
}

void Magistrate::judge_corner(const DuskView& market, Findings& out) {
  for (int who = 0; who < static_cast<int>(market.held.size()); ++who)
    for (int good = 0; good < static_cast<int>(market.stock.size()); ++good) {
      const std::int64_t stock = market.stock[at(good)];
      const std::int64_t held = market.held[at(who)][at(good)];
      const bool corner = stock > 0 && mul(held, 1'000'000) > mul(stock, spec_.corner_ppm);
      bool& charged = cornered_[{who, good}];
      if (corner && !charged) {
        std::vector<Seq> evidence;
        for (const SeenTrade& trade : trades_)
          if (trade.good == good && trade.buyer == who)
            evidence.insert(evidence.end(), {trade.bought, trade.event});
        // Holding what one made is no offence: a corner is bought.
        if (!evidence.empty()) charge({who, "corner", spec_.corner_heat, evidence}, out);
        charged = !evidence.empty();
      }
      if (!corner) charged = false;
    }
  std::erase_if(cornered_, [](const auto& item) { return !item.second; });
}

void Magistrate::judge_close(const DuskView& market, Findings& out) {
  for (int good = 0; good < static_cast<int>(market.marks.size()); ++good) {
    const SeenTrade* last = nullptr;
    std::int64_t lots = 0;
    std::int64_t value = 0;
    for (const SeenTrade& trade : trades_) {
      if (trade.good != good) continue;
      if (last != nullptr) {
        lots += last->lots.value;
        value += mul(last->lots.value, last->price.value);
      }
      last = &trade;
    }
    if (last == nullptr || lots == 0 || last->lots.value > kCloseLots) continue;
    const int taker = last->buyer_took ? last->buyer : last->seller;
    if (taker < 0) continue;
    const std::int64_t off = mul(mul(last->price.value, lots) - value, 10'000);
    const bool lifted = last->buyer_took && off >= mul(value, kCloseOffBps) &&
                        market.held[at(taker)][at(good)] > kCloseLots;
    const bool pressed = !last->buyer_took && -off >= mul(value, kCloseOffBps) &&
                         market.held[at(taker)][at(good)] < 0;
    if (lifted || pressed)
      charge({taker,
              "close",
              spec_.close_heat,
              {last->buyer_took ? last->bought : last->sold, last->event}},
             out);
  }
}

void Magistrate::sentence(Findings& out) {
  const std::array<std::int64_t, 4> bars = {spec_.investigate, spec_.fine, spec_.freeze,
                                            spec_.exile};
  for (int who = 0; who < static_cast<int>(heat_.size()); ++who) {
    int reached = 0;
    while (reached < 4 && heat_[at(who)] >= bars[at(reached)]) ++reached;
    for (int step = step_[at(who)]; step < reached; ++step) {
      Sentence sentence{static_cast<Sentence::Kind>(step), who, "", heat_[at(who)], {}};
      for (const Charge& charge : out.charges)
        if (charge.who == who) {
          sentence.reason = charge.rule;
          sentence.evidence.insert(sentence.evidence.end(), charge.evidence.begin(),
                                   charge.evidence.end());
        }
      sentence.evidence = sorted(std::move(sentence.evidence));
      out.sentences.push_back(std::move(sentence));
    }
    // An exile is for good; a lower step can be earned again once the heat has faded below its bar.
    step_[at(who)] = step_[at(who)] == 4 ? 4 : reached;
  }
}

Magistrate::Findings Magistrate::dusk(std::int64_t turn, const DuskView& market) {
  Findings out;
  judge_tips(turn, market, out);
  judge_wash(out);
  judge_spoof(turn, out);
  judge_corner(market, out);
  judge_close(market, out);
  sentence(out);
  for (std::int64_t& heat : heat_) heat = std::max<std::int64_t>(0, heat - spec_.fade);
  trades_.clear();
  return out;
}

void Magistrate::state(Bytes& out) const {
  const auto put = [&](std::int64_t value) { out += std::to_string(value) + " "; };
  const auto seqs = [&](const std::vector<Seq>& list) {
    for (const Seq seq : list) put(seq.value);
    out += "; ";
  };
  out += "magistrate ";
  for (const std::int64_t heat : heat_) put(heat);
  for (const int step : step_) put(step);
  for (const auto& [id, tip] : tips_) {
    out += "\ntip ";
    put(tip.id), put(tip.good), put(tip.up), put(tip.truth), put(tip.by), put(tip.turn),
        put(tip.entry.value);
    out += Json(tip.text).dump();
  }
  for (const Knowledge& k : knowledge_) {
    out += "\nknows ";
    put(k.tip), put(k.who), put(k.by), put(k.turn), put(k.entry.value), put(k.lots),
        put(k.paid_ticks), put(k.charged);
    seqs(k.trades);
  }
  for (const Pulled& p : pulled_) {
    out += "\npulled ";
    put(p.who), put(p.turn), put(p.command.value), put(p.event.value);
  }
  for (const auto& [key, charged] : cornered_) {
    out += "\ncorner ";
    put(key.first), put(key.second), put(charged);
  }
  for (const SeenTrade& t : trades_) {
    out += "\nseen ";
    put(t.good), put(t.price.value), put(t.lots.value), put(t.buyer), put(t.seller),
        put(t.buyer_took), put(t.bought.value), put(t.sold.value), put(t.event.value);
  }
  out += '\n';
}

}  // namespace wood
