// What an entry of the ledger is to a stream: at most one event, the same whenever it is asked for,
// so that a stream can be gone on with from any id.
#include "serve/rows.h"
#include "serve/teller.h"

namespace wood::serve {
namespace {

Json lines_json(const std::vector<Line>& lines) {
  Json out = Json::array();
  for (const Line& line : lines) out.push(line_json(line));
  return out;
}

Json turn_event(const Telling& telling, const Turn& turn, const std::vector<Line>& lines) {
  const Story& story = telling.story;
  Json candles = Json::array();
  for (std::size_t good = 0; good < story.scenario.goods.size(); ++good)
    candles.push(Json::object({{"candle", candle_json(story.candle(turn.row.turn, good))},
                               {"good", story.scenario.goods[good].name}}));
  return Json::object({{"candles", std::move(candles)},
                       {"lines", lines_json(lines)},
                       {"turn", turn_json(story, turn)}});
}

Json trades_event(const Telling& telling, const Entry& entry, const std::vector<Line>& lines) {
  Json trades = Json::array();
  for (const TradeRow& row : telling.story.trades_of(entry.seq))
    trades.push(trade_json(telling.story, row));
  return Json::object(
      {{"lines", lines_json(lines)}, {"trades", std::move(trades)}, {"turn", entry.draft.turn}});
}

}  // namespace

std::optional<std::string> Teller::event_of(const Entry& entry) {
  const Story& story = telling_.story;
  const LedgerReader& reader = *telling_.reader;
  const std::int64_t id = entry.seq.value;
  const EntryRow at = story.entries[static_cast<std::size_t>(id)];
  switch (entry.draft.kind) {
    case EntryKind::reading: {
      if (at.has != EntryRow::thought) return std::nullopt;
      const auto thought = recall(story.thoughts[at.row], reader);
      if (!thought || thought->text.empty()) return std::nullopt;
      return wire("thought", thought_json(story, *thought, telling_.eyes), id);
    }
    case EntryKind::seal:
      return wire("seal", Json::object({{"stopped", story.stopped}, {"turns", entry.draft.turn}}),
                  id);
    case EntryKind::prompt:
    case EntryKind::answer:
    case EntryKind::view:
    case EntryKind::tool: return std::nullopt;
    default: break;
  }
  const std::vector<Line> lines = telling_.minutes(entry);
  if (entry.draft.kind == EntryKind::turn) {
    if (const auto row = story.turn(entry.draft.turn))
      if (const auto turn = recall(*row, reader))
        return wire("turn", turn_event(telling_, *turn, lines), id);
  } else if (entry.draft.kind == EntryKind::verdict) {
    if (const auto verdict = recall(VerdictRow{entry.seq, entry.draft.turn}, reader))
      return wire("verdict",
                  Json::object({{"lines", lines_json(lines)}, {"verdict", verdict_json(*verdict)}}),
                  id);
  } else if (at.has == EntryRow::decision) {
    if (const auto decision = recall(story, story.decisions[at.row], reader))
      return wire("decision", decision_json(*decision, telling_.eyes), id);
  } else if (at.has == EntryRow::trades) {
    return wire("trade", trades_event(telling_, entry, lines), id);
  }
  if (lines.empty()) return std::nullopt;
  return wire("line",
              Json::object({{"by", entry.draft.by},
                            {"kind", name(entry.draft.kind)},
                            {"lines", lines_json(lines)},
                            {"turn", entry.draft.turn},
                            {"what", entry.draft.body.str_or("what", "")}}),
              id);
}

}  // namespace wood::serve
