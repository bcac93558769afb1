#include "serve/story.h"

#include <algorithm>
#include <utility>

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

Story::Story(const std::shared_ptr<ScratchFile>& scratch)
    : turns(scratch),
      trades(scratch),
      thoughts(scratch),
      decisions(scratch),
      seats(scratch),
      verdicts(scratch),
      facts(scratch),
      entries(scratch),
      newest_(scratch),
      effects_(scratch),
      begins_(scratch),
      candles_(scratch),
      days_(scratch),
      latent_(scratch) {}

std::vector<Seq> Story::effects(Seq cause, std::size_t count_max) const {
  std::vector<Seq> out;
  for (std::uint32_t at = newest_[static_cast<std::size_t>(cause.value)];
       at != kNoRow && out.size() < count_max;) {
    const Effect effect = effects_[at];
    out.push_back(Seq{effect.entry});
    at = effect.before;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::optional<TurnRow> Story::turn(std::int64_t number) const {
  if (number < 1 || number > played()) return std::nullopt;
  return turns[static_cast<std::size_t>(number - 1)];
}

Candle Story::candle(std::int64_t turn, std::size_t good) const {
  if (turn < 1 || turn > played()) return {};
  return candles_[static_cast<std::size_t>(turn - 1) * scenario.goods.size() + good];
}

BeingDay Story::day(std::int64_t turn, std::size_t being) const {
  if (turn < 1 || turn > played()) return {};
  return days_[static_cast<std::size_t>(turn - 1) * beings.size() + being];
}

std::int64_t Story::latent_turn(std::size_t i) const {
  return latent_[i * (scenario.goods.size() + 1)];
}

std::int64_t Story::latent_mp(std::size_t i, std::size_t good) const {
  return latent_[i * (scenario.goods.size() + 1) + 1 + good];
}

std::optional<ThoughtRow> Story::thought_of(std::string_view who,
                                            std::optional<std::int64_t> turn) const {
  const auto name = ids_.find(who);
  if (name == ids_.end()) return std::nullopt;
  const auto last = last_thought_.find(name->second);
  if (last == last_thought_.end()) return std::nullopt;
  for (std::uint32_t at = last->second; at != kNoRow;) {
    const ThoughtRow row = thoughts[at];
    if (!turn || row.turn <= *turn) return row;
    at = row.before;
  }
  return std::nullopt;
}

std::vector<TradeRow> Story::trades_of(Seq entry) const {
  std::vector<TradeRow> out;
  const EntryRow at = entries[static_cast<std::size_t>(entry.value)];
  if (at.has != EntryRow::trades) return out;
  for (std::size_t i = at.row; i < trades.size(); ++i) {
    const TradeRow row = trades[i];
    if (row.entry != entry) break;
    out.push_back(row);
  }
  return out;
}

std::pair<std::int64_t, std::int64_t> Story::span(std::int64_t number) const {
  const std::size_t at =
      begins_.partition_point([&](const Begin& begin) { return begin.turn < number; });
  if (at == begins_.size() || begins_[at].turn != number) return {0, 0};
  return {begins_[at].entry, at + 1 == begins_.size() ? static_cast<std::int64_t>(entries.size())
                                                      : begins_[at + 1].entry};
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
  today_.resize(scenario.goods.size());
  return {};
}

std::uint32_t Story::id(const std::string& name) {
  const auto [it, fresh] = ids_.try_emplace(name, static_cast<std::uint32_t>(names.size()));
  if (fresh) names.push_back(name);
  return it->second;
}

void Story::index(const Entry& entry) {
  const Draft& draft = entry.draft;
  entries.push({draft.kind, id(draft.by), static_cast<std::int32_t>(draft.turn)});
  newest_.push(kNoRow);
  for (const Seq cause : draft.from) {
    if (cause.value >= entry.seq.value) continue;
    const auto at = static_cast<std::size_t>(cause.value);
    effects_.push({static_cast<std::uint32_t>(entry.seq.value), newest_[at]});
    newest_.set(at, static_cast<std::uint32_t>(effects_.size() - 1));
  }
  if (begins_.empty() || begins_.back().turn < draft.turn)
    begins_.push({draft.turn, entry.seq.value});
}

void Story::has(Seq entry, EntryRow::Has what, std::size_t row) {
  EntryRow at = entries[static_cast<std::size_t>(entry.value)];
  at.has = what;
  at.row = static_cast<std::uint32_t>(row);
  entries.set(static_cast<std::size_t>(entry.value), at);
}

Status Story::take(const Entry& entry, const LedgerReader& reader) {
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
    case EntryKind::reading: read(entry); break;
    case EntryKind::vote:
      if (const Json* ballots = draft.body.find("ballots");
          ballots != nullptr && ballots->is(Kind::array) &&
          draft.body.str_or("pipeline", "") == "desk")
        vote_ = entry.seq;
      break;
    case EntryKind::fact: fact(entry); break;
    case EntryKind::event: event(entry, reader); break;
    case EntryKind::verdict: verdicts.push({entry.seq, draft.turn}); break;
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
  if (about.value < 0 || about.value >= static_cast<std::int64_t>(entries.size())) return;
  const EntryRow row = entries[static_cast<std::size_t>(about.value)];
  if (row.has == EntryRow::nothing || row.has == EntryRow::usage)
    has(about, EntryRow::usage, static_cast<std::size_t>(margin - 1));
  tallies[names[row.by]].wall_us += body.int_or("wall_us", 0);
}

void Story::fact(const Entry& entry) {
  const Draft& draft = entry.draft;
  facts.push(entry.seq);
  if (draft.body.str_or("kind", "") != "latent") return;
  const Json* data = draft.body.find("data");
  const Json* values = data == nullptr ? nullptr : data->find("values_mp");
  if (values == nullptr) return;
  latent_.push(draft.turn);
  for (const GoodSpec& good : scenario.goods) latent_.push(values->int_or(good.name, 0));
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

void Story::read(const Entry& entry) {
  const Draft& draft = entry.draft;
  std::string task;
  if (!draft.from.empty())
    if (auto known = tasks_.extract(draft.from.front().value)) task = known.mapped();
  const bool desk = task.starts_with("desk.");
  const std::uint32_t who = id(draft.by);
  const auto [last, first] = last_thought_.try_emplace(who, kNoRow);
  has(entry.seq, EntryRow::thought, thoughts.size());
  thoughts.push({entry.seq, draft.turn, who, id(task), last->second, desk ? 1U : 0U});
  last->second = static_cast<std::uint32_t>(thoughts.size() - 1);
  if (desk) said_.push_back(entry.seq);
}

void Story::decide(const Entry& entry) {
  has(entry.seq, EntryRow::decision, decisions.size());
  decisions.push({entry.seq, std::exchange(vote_, Seq{}), entry.draft.turn,
                  static_cast<std::uint32_t>(seats.size()),
                  static_cast<std::uint32_t>(said_.size())});
  for (const Seq seat : said_) seats.push(seat);
  said_.clear();
}

void Story::fills(const Entry& entry, const LedgerReader& reader) {
  const Json& body = entry.draft.body;
  const Json list = whole(body.find("fills"), reader);
  if (!list.is(Kind::array)) return;
  const bool own = body.str_or("what", "") == "order";  // else of the orders that villagers met
  const int good = scenario.good(body.str_or("good", ""));
  if (good < 0) return;
  if (!list.items().empty()) has(entry.seq, EntryRow::trades, trades.size());
  for (const Json& fill : list.items()) {
    const std::string who = own ? body.str_or("who", "") : fill.str_or("who", "");
    const std::string with = own ? fill.str_or("with", "") : "villager";
    const bool buys = (own ? body : fill).str_or("side", "") == "buy";
    trades.push({entry.seq, entry.draft.turn, fill.int_or("price", 0), fill.int_or("lots", 0), good,
                 id(buys ? who : with), id(buys ? with : who), buys == own ? 1U : 0U});
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
    today_[static_cast<std::size_t>(good)] = {entry.draft.turn,        item.int_or("open", 0),
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
  const std::int64_t turn = entry.draft.turn;
  const auto value = [&](const char* key, const std::string& name, std::int64_t otherwise) {
    const Json* all = body.find(key);
    return all == nullptr ? otherwise : all->int_or(name, otherwise);
  };
  for (const std::string& name : beings)
    days_.push({value("worth_mp", name, 0), value("pnl_mp", name, 0), value("heat", name, 0),
                value("mood", name, -1)});
  for (std::size_t good = 0; good < today_.size(); ++good) {
    Candle& candle = today_[good];
    candle.turn = turn;
    candle.mark = value("marks", scenario.goods[good].name, candle.mark);
    candles_.push(candle);
    candle = {};
  }
  turns.push({turn, entry.seq, Seq{span(turn).first}, id(season)});
  said_.clear();
  tasks_.clear();
}

}  // namespace wood::serve
