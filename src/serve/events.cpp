// What an entry of the ledger is to a stream: at most one event, the same whenever it is asked for,
// so that a stream can be gone on with from any id.
#include <algorithm>

#include "serve/rows.h"
#include "serve/teller.h"

namespace wood::serve {
namespace {

// The row of an entry in a list that is sorted by entry; null if it has none.
template <class Row>
const Row* row_of(const std::vector<Row>& rows, Seq entry) {
  const auto it = std::lower_bound(rows.begin(), rows.end(), entry,
                                   [](const Row& row, Seq seq) { return row.entry < seq; });
  return it != rows.end() && it->entry == entry ? &*it : nullptr;
}

Json lines_json(const std::vector<Line>& lines) {
  Json out = Json::array();
  for (const Line& line : lines) out.push(line_json(line));
  return out;
}

Json turn_event(const Telling& telling, const TurnRow& row, const std::vector<Line>& lines) {
  Json candles = Json::array();
  for (std::size_t good = 0; good < row.candles.size(); ++good)
    candles.push(Json::object({{"candle", candle_json(row.candles[good])},
                               {"good", telling.story.scenario.goods[good].name}}));
  return Json::object({{"candles", std::move(candles)},
                       {"lines", lines_json(lines)},
                       {"turn", turn_json(telling.story, row)}});
}

Json trades_event(const Telling& telling, const Entry& entry, const std::vector<Line>& lines) {
  Json trades = Json::array();
  const auto& all = telling.story.trades;
  auto it = std::lower_bound(all.begin(), all.end(), entry.seq,
                             [](const TradeRow& row, Seq seq) { return row.entry < seq; });
  for (; it != all.end() && it->entry == entry.seq; ++it)
    trades.push(trade_json(telling.story, *it));
  return Json::object(
      {{"lines", lines_json(lines)}, {"trades", std::move(trades)}, {"turn", entry.draft.turn}});
}

}  // namespace

std::optional<std::string> Teller::event_of(const Entry& entry) {
  const Story& story = telling_.story;
  const std::int64_t id = entry.seq.value;
  switch (entry.draft.kind) {
    case EntryKind::reading: {
      const ThoughtRow* row = row_of(story.thoughts, entry.seq);
      if (row == nullptr || row->text.empty()) return std::nullopt;
      return wire("thought", thought_json(*row, telling_.eyes), id);
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
    if (const TurnRow* row = story.turn(entry.draft.turn))
      return wire("turn", turn_event(telling_, *row, lines), id);
  } else if (entry.draft.kind == EntryKind::verdict) {
    if (const VerdictRow* row = row_of(story.verdicts, entry.seq))
      return wire("verdict",
                  Json::object({{"lines", lines_json(lines)}, {"verdict", verdict_json(*row)}}),
                  id);
  } else if (row_of(story.decisions, entry.seq) != nullptr) {
    return wire("decision", decision_json(*row_of(story.decisions, entry.seq), telling_.eyes), id);
  } else if (row_of(story.trades, entry.seq) != nullptr) {
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
