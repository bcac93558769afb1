#include "serve/recall.h"

#include <algorithm>

#include "pipeline/reply.h"

namespace wood::serve {
namespace {

using Kind = Json::Kind;

// The seat of a task of the desk: "desk.risk" is asked of the seat "risk".
std::string seat_of(const std::string& task) {
  return task.starts_with("desk.") ? task.substr(5) : "";
}

Ballot ballot_of(const Json& said, Seq vote, const std::vector<Seat>& seats) {
  Ballot out;
  out.seat = said.str_or("by", "");
  out.vote = said.str_or("vote", "");
  out.confidence = said.int_or("confidence", -1);
  out.entry = Seq{said.int_or("entry", -1)};
  if (out.vote.empty())
    out.vote = said.str_or("state", "") == "abstained" ? "abstain" : "no answer";
  const auto seat = std::find_if(seats.begin(), seats.end(), [&](const Seat& one) {
    return one.entry == out.entry && one.entry < vote;
  });
  if (seat == seats.end()) return out;
  out.by = seat->by;
  out.reason = seat->said.str_or("reason", "");
  return out;
}

}  // namespace

Json understood(const Entry& entry, const LedgerReader& reader) {
  const Json* value =
      entry.draft.kind == EntryKind::reading ? entry.draft.body.find("value") : nullptr;
  if (value == nullptr) return {};
  auto out = read_json(*value, [&](const std::string& digest) { return reader.blob(digest); });
  return out ? std::move(*out) : Json();
}

Result<Turn> recall(const TurnRow& row, const LedgerReader& reader) {
  TRY(const Entry entry, reader.entry(row.entry));
  const Json* counts = entry.draft.body.find("counts");
  return Turn{row, entry.draft.body.str_or("state", ""),
              counts == nullptr ? Json::object() : *counts};
}

Result<Thought> recall(const ThoughtRow& row, const LedgerReader& reader) {
  TRY(const Entry entry, reader.entry(row.entry));
  const Json value = understood(entry, reader);
  return Thought{row, row.desk != 0 ? "" : value.str_or("act", ""), value.str_or("reason", "")};
}

Result<Decision> recall(const Story& story, const DecisionRow& row, const LedgerReader& reader) {
  TRY(const Entry entry, reader.entry(row.entry));
  const Json& body = entry.draft.body;
  Decision out;
  out.row = row;
  out.outcome = body.str_or("outcome", body.str_or("stopped", ""));
  out.text = body.str_or("text", "");
  out.action = body.str_or("side", "");
  out.good = body.str_or("good", "");
  out.lots = body.int_or("lots", 0);
  out.price = body.int_or("limit_ticks", 0);
  out.filled = body.int_or("filled_lots", 0);
  for (std::uint32_t i = 0; i < row.seats; ++i) {
    const Seq seq = story.seats[row.seat + i];
    TRY(const Entry reading, reader.entry(seq));
    const EntryRow at = story.entries[static_cast<std::size_t>(seq.value)];
    out.seats.push_back({seat_of(story.names[story.thoughts[at.row].task]), reading.draft.by, seq,
                         understood(reading, reader)});
  }
  if (row.vote.some()) {
    TRY(const Entry vote, reader.entry(row.vote));
    out.why = vote.draft.body.str_or("why", "");
    out.n_eff_milli = vote.draft.body.int_or("n_eff_milli", 0);
    if (const Json* ballots = vote.draft.body.find("ballots");
        ballots != nullptr && ballots->is(Kind::array))
      for (const Json& said : ballots->items())
        out.ballots.push_back(ballot_of(said, row.vote, out.seats));
  }
  std::erase_if(out.seats, [](const Seat& seat) { return seat.seat == "vote"; });
  return out;
}

Result<Verdict> recall(const VerdictRow& row, const LedgerReader& reader) {
  TRY(const Entry entry, reader.entry(row.entry));
  const Json& body = entry.draft.body;
  return Verdict{row.entry,
                 row.turn,
                 body.int_or("heat", 0),
                 body.str_or("who", ""),
                 body.str_or("sentence", ""),
                 body.str_or("reason", ""),
                 entry.draft.from};
}

}  // namespace wood::serve
