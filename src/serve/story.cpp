#include "serve/story.h"

#include <algorithm>

#include "pipeline/reply.h"

namespace wood::serve {
namespace {

using Kind = Json::Kind;

// A value that may stand as a blob; null if it cannot be read.
Json whole(const Json* value, const LedgerReader& reader) {
  if (value == nullptr) return {};
  auto out = read_json(*value, [&](const std::string& digest) { return reader.blob(digest); });
  return out ? std::move(*out) : Json();
}

}  // namespace

int Story::being(std::string_view name) const {
  const auto it = std::find(beings.begin(), beings.end(), name);
  return it == beings.end() ? -1 : static_cast<int>(it - beings.begin());
}

std::vector<Seq> Story::effects(Seq cause, std::size_t count_max) const {
  std::vector<Seq> out;
  for (std::uint32_t at = newest_[static_cast<std::size_t>(cause.value)];
       at != kNone && out.size() < count_max; at = effects_[at].before)
    out.push_back(Seq{effects_[at].entry});
  std::reverse(out.begin(), out.end());
  return out;
}

const TurnRow* Story::turn(std::int64_t number) const {
  if (number < 1 || number > static_cast<std::int64_t>(turns.size())) return nullptr;
  return &turns[static_cast<std::size_t>(number - 1)];
}

std::pair<std::int64_t, std::int64_t> Story::span(std::int64_t number) const {
  const auto it = begins_.find(number);
  if (it == begins_.end()) return {0, 0};
  const auto next = std::next(it);
  return {it->second,
          next == begins_.end() ? static_cast<std::int64_t>(entries.size()) : next->second};
}

Status Story::begin(const Entry& entry, const LedgerReader& reader) {
  const Json& body = entry.draft.body;
  if (entry.draft.kind != EntryKind::genesis || body.find("scenario") == nullptr)
    return fail(Errc::usage,
                "this ledger is of a pipeline, or of nothing that this program knows: "
                "only runs can be served");
  TRY(scenario, scenario_from(whole(body.find("scenario"), reader)));
  cast_name = body.str_or("cast_name", "");
  seed = body.str_or("seed", "");
  turns_wanted = body.int_or("turns", 0);
  const Json cards = whole(body.find("cards"), reader);
  const Json cast = whole(body.find("cast"), reader);
  if (cards.is(Kind::object))
    for (const auto& [name, card] : cards.members()) {
      cards_[name] = {name, card.str_or("lab", ""), card.str_or("family", "")};
      cast_minds.push(name);
    }
  for (const CreatureSpec& creature : scenario.creatures) {
    const std::string mind = cast.str_or(creature.name, "");
    const auto card = cards_.find(mind);
    minds[creature.name] = card == cards_.end() ? MindLine{mind, "", ""} : card->second;
    beings.push_back(creature.name);
  }
  beings.emplace_back("treasury");
  beings.emplace_back("patron");
  candles_.resize(scenario.goods.size());
  return {};
}

void Story::index(const Entry& entry) {
  const Draft& draft = entry.draft;
  const auto [it, fresh] = ids_.try_emplace(draft.by, static_cast<std::uint32_t>(names.size()));
  if (fresh) names.push_back(draft.by);
  entries.push_back({draft.kind, it->second, static_cast<std::int32_t>(draft.turn)});
  newest_.push_back(kNone);
  for (const Seq cause : draft.from) {
    if (cause.value >= entry.seq.value) continue;
    std::uint32_t& newest = newest_[static_cast<std::size_t>(cause.value)];
    effects_.push_back({static_cast<std::uint32_t>(entry.seq.value), newest});
    newest = static_cast<std::uint32_t>(effects_.size() - 1);
  }
  begins_.try_emplace(draft.turn, entry.seq.value);
}

Status Story::take(const Entry& entry, const Json& value, const LedgerReader& reader) {
  if (entry.seq.value == 0) TRY_STATUS(begin(entry, reader));
  index(entry);
  const Draft& draft = entry.draft;
  switch (draft.kind) {
    case EntryKind::prompt: tasks_[entry.seq.value] = draft.body.str_or("task", ""); break;
    case EntryKind::answer: answer(entry); break;
    case EntryKind::input:
      if (draft.body.find("act") != nullptr) break;
      ++tallies[draft.by].prompts, ++tallies[draft.by].failures;
      if (!draft.from.empty()) tasks_.erase(draft.from.front().value);
      break;
    case EntryKind::reading: read(entry, value); break;
    case EntryKind::vote: vote(entry); break;
    case EntryKind::fact:
      facts.push_back(entry.seq);
      if (draft.body.str_or("kind", "") == "latent")
        if (const Json* data = draft.body.find("data"))
          if (const Json* values = data->find("values_mp")) {
            LatentRow row{draft.turn, {}};
            for (const GoodSpec& good : scenario.goods)
              row.values_mp.push_back(values->int_or(good.name, 0));
            latent.push_back(std::move(row));
          }
      break;
    case EntryKind::event: event(entry, reader); break;
    case EntryKind::verdict: verdict(entry); break;
    case EntryKind::turn: dusk(entry); break;
    case EntryKind::seal:
      sealed = true;
      stopped = draft.body.str_or("stopped", "");
      break;
    default: break;
  }
  return {};
}

void Story::cost(Seq about, const Json& body) {
  ++margin;
  if (body.str_or("kind", "") != "usage") return;
  usage[about.value] = margin - 1;
  if (about.value < 0 || about.value >= static_cast<std::int64_t>(entries.size())) return;
  const EntryRow& row = entries[static_cast<std::size_t>(about.value)];
  tallies[names[row.by]].wall_us += body.int_or("wall_us", 0);
}

void Story::answer(const Entry& entry) {
  Tally& tally = tallies[entry.draft.by];
  ++tally.prompts;
  tally.tokens += entry.draft.body.int_or("answer_count", 0);
  tally.cost_nano += entry.draft.body.int_or("cost_nano", 0);
  if (entry.draft.from.empty()) return;
  auto task = tasks_.extract(entry.draft.from.front().value);
  if (!task) return;
  task.key() = entry.seq.value;
  tasks_.insert(std::move(task));
}

void Story::read(const Entry& entry, const Json& value) {
  const Draft& draft = entry.draft;
  std::string task;
  if (!draft.from.empty())
    if (auto known = tasks_.extract(draft.from.front().value)) task = known.mapped();
  const bool desk = task.starts_with("desk.");
  thoughts.push_back({entry.seq, draft.turn, draft.by, task, desk ? "" : value.str_or("act", ""),
                      value.str_or("reason", "")});
  if (desk) said_[entry.seq.value] = {task.substr(5), draft.by, entry.seq, value};
}

void Story::vote(const Entry& entry) {
  const Json& body = entry.draft.body;
  const Json* ballots = body.find("ballots");
  if (body.str_or("pipeline", "") != "desk" || ballots == nullptr || !ballots->is(Kind::array))
    return;
  pending_.vote = entry.seq;
  pending_.why = body.str_or("why", "");
  pending_.n_eff_milli = body.int_or("n_eff_milli", 0);
  pending_.ballots.clear();
  for (const Json& ballot : ballots->items()) {
    BallotRow row;
    row.seat = ballot.str_or("by", "");
    row.vote = ballot.str_or("vote", "");
    row.confidence = ballot.int_or("confidence", -1);
    row.entry = Seq{ballot.int_or("entry", -1)};
    if (row.vote.empty())
      row.vote = ballot.str_or("state", "") == "abstained" ? "abstain" : "no answer";
    if (const auto said = said_.find(row.entry.value); said != said_.end()) {
      row.by = said->second.by;
      row.reason = said->second.said.str_or("reason", "");
    }
    pending_.ballots.push_back(std::move(row));
  }
}

void Story::decide(const Entry& entry) {
  const Json& body = entry.draft.body;
  DecisionRow row = std::move(pending_);
  pending_ = {};
  row.entry = entry.seq;
  row.turn = entry.draft.turn;
  row.outcome = body.str_or("outcome", body.str_or("stopped", ""));
  row.text = body.str_or("text", "");
  row.action = body.str_or("side", "");
  row.good = body.str_or("good", "");
  row.lots = body.int_or("lots", 0);
  row.price = body.int_or("limit_ticks", 0);
  row.filled = body.int_or("filled_lots", 0);
  for (auto& [seq, seat] : said_)
    if (seat.seat != "vote") row.seats.push_back(std::move(seat));
  said_.clear();
  decisions.push_back(std::move(row));
}

void Story::fills(const Entry& entry, const LedgerReader& reader) {
  const Json& body = entry.draft.body;
  const Json list = whole(body.find("fills"), reader);
  if (!list.is(Kind::array)) return;
  const bool own = body.str_or("what", "") == "order";  // else of the orders that villagers met
  const int good = scenario.good(body.str_or("good", ""));
  if (good < 0) return;
  for (const Json& fill : list.items()) {
    const std::string who = own ? body.str_or("who", "") : fill.str_or("who", "");
    const std::string with = own ? fill.str_or("with", "") : "villager";
    const bool buys = (own ? body : fill).str_or("side", "") == "buy";
    trades.push_back({entry.seq, entry.draft.turn, fill.int_or("price", 0), fill.int_or("lots", 0),
                      good, buys ? who : with, buys ? with : who, buys == own});
  }
}

Json market_events(const Json& body, const LedgerReader& reader) {
  Json list = whole(body.find("events"), reader);
  if (const std::string digest = body.str_or("blob", ""); !digest.empty())
    if (const auto text = reader.blob(digest))
      if (auto parsed = parse_json(*text, Floats::refuse, kDepthInside)) list = std::move(*parsed);
  return list.is(Kind::array) ? list : Json::array();
}

void Story::close(const Entry& entry, const LedgerReader& reader) {
  const Json list = market_events(entry.draft.body, reader);
  for (const Json& item : list.items()) {
    const int good = scenario.good(item.str_or("good", ""));
    if (item.str_or("event", "") != "marked" || good < 0) continue;
    candles_[static_cast<std::size_t>(good)] = {entry.draft.turn,        item.int_or("open", 0),
                                                item.int_or("high", 0),  item.int_or("low", 0),
                                                item.int_or("close", 0), item.int_or("mark", 0),
                                                item.int_or("volume", 0)};
  }
}

void Story::event(const Entry& entry, const LedgerReader& reader) {
  const std::string what = entry.draft.body.str_or("what", "");
  if (what == "order" || what == "villagers") fills(entry, reader);
  else if (what == "close") close(entry, reader);
  else if (what == "dawn") season = entry.draft.body.str_or("season", "");
  else if (what == "desk") decide(entry);
  else if (what == "swapped")
    if (const std::string who = entry.draft.body.str_or("who", ""); !who.empty()) {
      const std::string mind = entry.draft.body.str_or("mind", "");
      const auto card = cards_.find(mind);
      minds[who] = card == cards_.end() ? MindLine{mind, "", ""} : card->second;
    }
}

void Story::dusk(const Entry& entry) {
  const Json& body = entry.draft.body;
  TurnRow row;
  row.turn = entry.draft.turn;
  row.entry = entry.seq;
  row.first = Seq{span(row.turn).first};
  row.season = season;
  row.state = body.str_or("state", "");
  if (const Json* counts = body.find("counts")) row.counts = *counts;
  const auto value = [&](const char* key, const std::string& name, std::int64_t otherwise) {
    const Json* all = body.find(key);
    return all == nullptr ? otherwise : all->int_or(name, otherwise);
  };
  for (const std::string& name : beings)
    row.beings.push_back({value("worth_mp", name, 0), value("pnl_mp", name, 0),
                          value("heat", name, 0), value("mood", name, -1)});
  for (std::size_t good = 0; good < candles_.size(); ++good) {
    candles_[good].turn = row.turn;
    candles_[good].mark = value("marks", scenario.goods[good].name, candles_[good].mark);
  }
  row.candles = std::exchange(candles_, std::vector<Candle>(scenario.goods.size()));
  turns.push_back(std::move(row));
  said_.clear();
  tasks_.clear();
}

void Story::verdict(const Entry& entry) {
  const Json& body = entry.draft.body;
  verdicts.push_back({entry.seq, entry.draft.turn, body.int_or("heat", 0), body.str_or("who", ""),
                      body.str_or("sentence", ""), body.str_or("reason", ""), entry.draft.from});
}

}  // namespace wood::serve
