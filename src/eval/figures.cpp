#include "eval/figures.h"

#include <algorithm>
#include <optional>
#include <set>

#include "drama/run.h"
#include "pipeline/reply.h"

namespace wood::eval {
namespace {

using Kind = Json::Kind;

// The entries of one run, taken up in order.
class Reader {
 public:
  explicit Reader(const LedgerReader& ledger)
      : ledger_(ledger), fetch_([&ledger](const std::string& sha) { return ledger.blob(sha); }) {}

  Result<Figures> read() {
    TRY_STATUS(ledger_.each([this](const Entry& entry) -> Status {
      if (entry.seq.value == 0) return genesis(entry);
      return take(entry);
    }));
    TRY_STATUS(ledger_.each_margin([this](Seq about, const Json& body) -> Status {
      usage(about, body);
      return {};
    }));
    for (const Seq act : acts_) out_.traced += traced(act);
    out_.acts = static_cast<std::int64_t>(acts_.size());
    out_.entries = ledger_.size();
    TRY(const Merkle tree, ledger_.tree(Log::record));
    out_.root = hex(tree.root());
    return std::move(out_);
  }

 private:
  Status genesis(const Entry& entry) {
    if (entry.draft.kind != EntryKind::genesis || entry.draft.body.find("scenario") == nullptr)
      return fail(Errc::integrity, "this is no ledger of a run");
    TRY(const Setup setup, setup_from(entry.draft.body, fetch_));
    out_.scenario = setup.scenario.name;
    out_.cast = setup.cast_name;
    out_.seed = std::to_string(setup.seed);
    tick_mp_ = setup.scenario.tick_mp;
    for (const CreatureSpec& creature : setup.scenario.creatures) {
      Trader& trader = trader_of(creature.name);
      const auto mind = setup.cast.find(creature.name);
      if (mind != setup.cast.end()) trader.mind = mind->second;
      if (creature.makes >= 0)
        makes_[creature.name] = setup.scenario.goods[static_cast<std::size_t>(creature.makes)].name;
      creatures_.insert(creature.name);
    }
    note(entry);
    return {};
  }

  Status take(const Entry& entry) {
    const Draft& draft = entry.draft;
    note(entry);
    switch (draft.kind) {
      case EntryKind::fact: return fact(draft);
      case EntryKind::prompt: return prompt(entry);
      case EntryKind::answer: answer(entry); break;
      case EntryKind::input: silence(entry); break;
      case EntryKind::reading: reading(draft); break;
      case EntryKind::step: return step(draft);
      case EntryKind::vote: return vote(entry);
      case EntryKind::command: command(entry); break;
      case EntryKind::check: check(draft); break;
      case EntryKind::event: out_.trades += fills(draft.body); break;
      case EntryKind::verdict: ++out_.verdicts; break;
      case EntryKind::turn: turn(draft); break;
      case EntryKind::seal:
        out_.state = Figures::State::sealed;
        out_.stopped = draft.body.str_or("stopped", "");
        break;
      default: break;
    }
    return {};
  }

  void note(const Entry& entry) {
    kinds_.push_back(entry.draft.kind);
    causes_.push_back(entry.draft.from);
  }

  Trader& trader_of(const std::string& name) {
    const auto it = std::find_if(out_.traders.begin(), out_.traders.end(),
                                 [&](const Trader& t) { return t.name == name; });
    if (it != out_.traders.end()) return *it;
    out_.traders.emplace_back().name = name;
    return out_.traders.back();
  }

  Status fact(const Draft& draft) {
    if (draft.by != "world" || draft.body.str_or("kind", "") != "latent") return {};
    const Json* data = draft.body.find("data");
    if (data == nullptr) return {};
    TRY(const Json whole, read_json(*data, fetch_));
    latent_.clear();
    if (const Json* values = whole.find("values_mp"); values != nullptr && values->is(Kind::object))
      for (const auto& [good, value] : values->members())
        if (value.is(Kind::integer)) latent_[good] = value.integer();
    return {};
  }

  Status prompt(const Entry& entry) {
    const Json& body = entry.draft.body;
    const std::pair who{body.str_or("mind", ""), body.str_or("task", "")};
    prompts_[entry.seq] = who;
    const Json* messages = body.find("messages");
    if (messages == nullptr) return {};
    TRY(const Json list, read_json(*messages, fetch_));
    if (!list.is(Kind::array)) return {};
    for (const Json& message : list.items()) {
      const Json* content = message.find("content");
      if (content == nullptr) continue;
      out_.answers[who].prompt_bytes += content->is(Kind::string)
                                            ? static_cast<std::int64_t>(content->string().size())
                                            : content->int_or("bytes", 0);
    }
    return {};
  }

  Answers* asked(Seq prompt) {
    const auto it = prompts_.find(prompt);
    return it == prompts_.end() ? nullptr : &out_.answers[it->second];
  }

  void answer(const Entry& entry) {
    const Draft& draft = entry.draft;
    if (draft.from.empty()) return;
    Answers* to = asked(draft.from.front());
    if (to == nullptr) return;
    ++to->asked;
    to->tokens += draft.body.int_or("answer_count", 0);
    to->prompt_tokens += draft.body.int_or("prompt_count", 0);
    to->longest = std::max(
        to->longest, draft.body.int_or("prompt_count", 0) + draft.body.int_or("answer_count", 0));
    to->cost_nano += draft.body.int_or("cost_nano", 0);
    if (const Json* marks = draft.body.find("forced"))
      if (const auto whole = read_text(*marks, fetch_))
        to->forced += std::count(whole->begin(), whole->end(), '1');
    replies_[entry.seq] = to;
    if (const Json* sure = draft.body.find("confidence"); sure != nullptr && sure->is(Kind::object))
      if (const std::int64_t ppm = sure->int_or("vote", -1); ppm >= 0) sure_[entry.seq] = ppm;
  }

  // A mind that did not answer; what the operator or the Patron did has an `act`.
  void silence(const Entry& entry) {
    if (entry.draft.body.find("act") != nullptr || entry.draft.from.empty()) return;
    if (Answers* to = asked(entry.draft.from.front())) ++to->asked, ++to->failed;
  }

  void reading(const Draft& draft) {
    const auto it = draft.from.empty() ? replies_.end() : replies_.find(draft.from.front());
    if (it == replies_.end()) return;
    const Json* repairs = draft.body.find("repairs");
    const bool mended =
        repairs != nullptr && (!repairs->is(Kind::array) || !repairs->items().empty());
    const bool read = draft.body.bool_or("conforms", false);
    it->second->unread += !read;
    it->second->clean += read && !mended;
  }

  // What the proposal would do to the fund: the step `delta` of the desk.
  Status step(const Draft& draft) {
    if (draft.body.str_or("pipeline", "") != "desk" || draft.body.str_or("step", "") != "delta")
      return {};
    proposed_.reset();
    const Json* output = draft.body.find("output");
    if (output == nullptr) return {};
    TRY(const Json whole, read_json(*output, fetch_));
    Proposal made;
    made.turn = draft.turn;
    made.good = whole.str_or("good", "");
    made.lots = whole.int_or("lots", 0);
    const auto latent = latent_.find(made.good);
    if (made.lots == 0 || latent == latent_.end()) return {};
    made.limit_mp = -whole.int_or("cash_mp", 0) / made.lots;
    made.latent_mp = latent->second;
    proposed_ = std::move(made);
    return {};
  }

  Status vote(const Entry& entry) {
    const Json& body = entry.draft.body;
    if (body.str_or("pipeline", "") != "desk" || !proposed_) return {};
    Proposal made = std::move(*proposed_);
    proposed_.reset();
    made.outcome = body.str_or("outcome", "");
    const Json* given = body.find("ballots");
    if (given == nullptr) return {};
    TRY(const Json ballots, read_json(*given, fetch_));
    if (!ballots.is(Kind::array)) return {};
    for (const Json& one : ballots.items()) {
      Ballot ballot{.seat = one.str_or("by", ""), .vote = one.str_or("vote", "")};
      const std::string state = one.str_or("state", "");
      if (state == "abstained") ballot.vote = "abstain";
      if (const std::int64_t stated = one.int_or("confidence", -1); stated >= 0)
        ballot.stated_ppm = stated * 10'000;
      const Seq reading{one.int_or("entry", -1)};
      if (reading.some() && reading < entry.seq && !causes_[at(reading)].empty())
        answered(causes_[at(reading)].front(), ballot);
      made.ballots.push_back(std::move(ballot));
    }
    out_.proposals.push_back(std::move(made));
    return {};
  }

  // Who gave a ballot, and how sure it was, from the answer that it was read from.
  void answered(Seq answer, Ballot& ballot) const {
    if (const auto sure = sure_.find(answer); sure != sure_.end())
      ballot.measured_ppm = sure->second;
    if (causes_[at(answer)].empty()) return;
    ballot.answer = answer;
    ballot.prompt = causes_[at(answer)].front();
    const auto asked = prompts_.find(ballot.prompt);
    if (asked != prompts_.end()) ballot.mind = asked->second.first;
  }

  // An order that a creature or the desk asked for.
  void command(const Entry& entry) {
    const Json& body = entry.draft.body;
    const std::string act = body.str_or("act", ""), who = body.str_or("who", "");
    if (act != "place" && act != "replace") return;
    if (!creatures_.contains(who) && who != "treasury") return;
    acts_.push_back(entry.seq);
  }

  void check(const Draft& draft) {
    const std::string who = draft.body.str_or("who", ""), good = draft.body.str_or("good", "");
    if (who.empty() || good.empty()) return;
    Trader& trader = trader_of(who);
    ++trader.orders;
    const bool buys = draft.body.str_or("side", "") == "buy";
    if (const auto makes = makes_.find(who); buys && makes != makes_.end())
      trader.own_bids += makes->second == good;
    if (!draft.body.bool_or("pass", true)) {
      ++trader.refused;
      return;
    }
    const std::int64_t price_mp = draft.body.int_or("price", 0) * tick_mp_;
    const auto latent = latent_.find(good);
    if (latent == latent_.end() || price_mp <= 0) return;
    ++trader.priced;
    trader.favourable += buys ? latent->second > price_mp : latent->second < price_mp;
  }

  static std::int64_t fills(const Json& body) {
    const Json* fills = body.str_or("what", "") == "order" ? body.find("fills") : nullptr;
    return fills == nullptr || !fills->is(Kind::array)
               ? 0
               : static_cast<std::int64_t>(fills->items().size());
  }

  void turn(const Draft& draft) {
    out_.turns = draft.turn;
    if (const Json* counts = draft.body.find("counts")) out_.leaks = counts->int_or("leaks", 0);
    const auto each = [&](const char* key, auto&& put) {
      const Json* values = draft.body.find(key);
      if (values == nullptr || !values->is(Kind::object)) return;
      for (const auto& [name, value] : values->members())
        if (value.is(Kind::integer)) put(name, value.integer());
    };
    each("worth_mp", [&](const std::string& name, std::int64_t value) {
      trader_of(name).worth_mp.push_back(value);
    });
    each("pnl_mp", [&](const std::string& name, std::int64_t value) {
      trader_of(name).pnl_mp.push_back(value);
    });
    out_.heat = 0;
    each("heat", [&](const std::string& name, std::int64_t value) {
      if (creatures_.contains(name)) out_.heat += value;
    });
  }

  void usage(Seq about, const Json& body) {
    const auto it = replies_.find(about);
    if (it == replies_.end() || body.str_or("kind", "") != "usage") return;
    it->second->wall_us.push_back(body.int_or("wall_us", 0));
    it->second->cpu_us += body.int_or("cpu_us", 0);
  }

  static std::size_t at(Seq seq) { return static_cast<std::size_t>(seq.value); }

  // Whether some answer with its prompt is among the causes, or the causes' causes, …
  [[nodiscard]] bool traced(Seq act) const {
    std::set<Seq> seen;
    std::vector<Seq> left = {act};
    while (!left.empty()) {
      const Seq seq = left.back();
      left.pop_back();
      if (!seen.insert(seq).second) continue;
      const std::vector<Seq>& causes = causes_[at(seq)];
      if (kinds_[at(seq)] == EntryKind::answer && !causes.empty() &&
          kinds_[at(causes.front())] == EntryKind::prompt)
        return true;
      left.insert(left.end(), causes.begin(), causes.end());
    }
    return false;
  }

  const LedgerReader& ledger_;
  Fetch fetch_;
  Figures out_;
  std::int64_t tick_mp_ = 1;
  std::map<std::string, std::string> makes_;  // creature → good
  std::set<std::string> creatures_;
  std::map<std::string, std::int64_t> latent_;                  // of the turn, by good
  std::map<Seq, std::pair<std::string, std::string>> prompts_;  // → mind, task
  std::map<Seq, Answers*> replies_;
  std::map<Seq, std::int64_t> sure_;  // answer → how sure of its vote
  std::optional<Proposal> proposed_;
  std::vector<EntryKind> kinds_;          // by number of entry
  std::vector<std::vector<Seq>> causes_;  // the same
  std::vector<Seq> acts_;
};

}  // namespace

const Trader* Figures::trader(const std::string& name) const {
  for (const Trader& trader : traders)
    if (trader.name == name) return &trader;
  return nullptr;
}

Result<Figures> read_figures(const LedgerReader& ledger) { return Reader(ledger).read(); }

Json json(const Figures& figures) {
  const auto numbers = [](const std::vector<std::int64_t>& values) {
    Json out = Json::array();
    for (const std::int64_t value : values) out.push(value);
    return out;
  };
  Json traders = Json::array(), proposals = Json::array(), answers = Json::array();
  for (const Trader& t : figures.traders)
    traders.push(Json::object({{"favourable", t.favourable},
                               {"mind", t.mind},
                               {"name", t.name},
                               {"orders", t.orders},
                               {"own_bids", t.own_bids},
                               {"pnl_mp", numbers(t.pnl_mp)},
                               {"priced", t.priced},
                               {"refused", t.refused},
                               {"worth_mp", numbers(t.worth_mp)}}));
  for (const Proposal& p : figures.proposals) {
    Json ballots = Json::array();
    for (const Ballot& b : p.ballots)
      ballots.push(Json::object({{"measured_ppm", b.measured_ppm},
                                 {"mind", b.mind},
                                 {"seat", b.seat},
                                 {"stated_ppm", b.stated_ppm},
                                 {"vote", b.vote}}));
    proposals.push(Json::object({{"ballots", std::move(ballots)},
                                 {"good", p.good},
                                 {"latent_mp", p.latent_mp},
                                 {"limit_mp", p.limit_mp},
                                 {"lots", p.lots},
                                 {"outcome", p.outcome},
                                 {"truth", p.truth()},
                                 {"turn", p.turn}}));
  }
  for (const auto& [who, a] : figures.answers)
    answers.push(Json::object({{"asked", a.asked},
                               {"clean", a.clean},
                               {"cost_nano", a.cost_nano},
                               {"failed", a.failed},
                               {"forced", a.forced},
                               {"longest", a.longest},
                               {"mind", who.first},
                               {"prompt_bytes", a.prompt_bytes},
                               {"prompt_tokens", a.prompt_tokens},
                               {"task", who.second},
                               {"tokens", a.tokens},
                               {"unread", a.unread}}));
  return Json::object({{"acts", figures.acts},
                       {"answers", std::move(answers)},
                       {"cast", figures.cast},
                       {"entries", figures.entries},
                       {"heat", figures.heat},
                       {"leaks", figures.leaks},
                       {"proposals", std::move(proposals)},
                       {"root", figures.root},
                       {"scenario", figures.scenario},
                       {"sealed", figures.state == Figures::State::sealed},
                       {"seed", figures.seed},
                       {"stopped", figures.stopped},
                       {"traced", figures.traced},
                       {"traders", std::move(traders)},
                       {"trades", figures.trades},
                       {"turns", figures.turns},
                       {"verdicts", figures.verdicts}});
}

}  // namespace wood::eval
