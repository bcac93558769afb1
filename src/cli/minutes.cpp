#include "cli/minutes.h"

#include "agents/prompt.h"
#include "cli/describe.h"
#include "cli/report.h"
#include "core/text.h"

namespace wood::cli {
namespace {

using Kind = Json::Kind;

// "oona 3 honey, fenn 5 berries" of {name: {good: lots}}.
std::string produce(const Json* produced) {
  std::vector<std::string> parts;
  if (produced == nullptr || !produced->is(Kind::object)) return "nothing";
  for (const auto& [name, goods] : produced->members()) {
    if (!goods.is(Kind::object)) continue;
    for (const auto& [good, lots] : goods.members())
      if (lots.is(Kind::integer))
        parts.push_back(name + " " + std::to_string(lots.integer()) + " " + good);
  }
  return parts.empty() ? "nothing" : join(parts, ", ");
}

// "oona 1, pip 2" of {name: number}.
std::string numbers(const Json* object) {
  std::vector<std::string> parts;
  if (object != nullptr && object->is(Kind::object))
    for (const auto& [name, value] : object->members()) parts.push_back(name + " " + value.dump());
  return join(parts, ", ");
}

}  // namespace

std::string Minutes::price(std::int64_t ticks) const { return pebbles(ticks * tick_mp_); }

std::string Minutes::who(const std::string& name) const {
  return toned(terminal_, Tone::strong, printable(name));
}

// The reason that who acted gave: from what happened back over the check and the command to what
// was understood of the answer; `named`, with who that was. "" where nobody was asked, or nothing
// was said.
std::string Minutes::why(const Entry& entry, bool named) const {
  constexpr int kSteps = 3;
  Result<Entry> at = entry;
  for (int step = 0; step < kSteps && !at->draft.from.empty(); ++step) {
    at = ledger_.entry(at->draft.from.back());  // the causes of others stand before one's own act
    if (!at) return "";
    if (at->draft.kind == EntryKind::reading) {
      const Json* value = at->draft.body.find("value");
      const auto whole = value == nullptr ? Result<Json>(Json()) : whole_value(*value, ledger_);
      const std::string reason = whole ? whole->str_or("reason", "") : "";
      const std::string speaker = named ? at->draft.by + ": " : "";
      return reason.empty() ? "" : toned(terminal_, Tone::dim, " — " + printable(speaker + reason));
    }
    if (at->draft.kind != EntryKind::check && at->draft.kind != EntryKind::command) return "";
  }
  return "";
}

void Minutes::add(const Entry& entry) {
  const Draft& draft = entry.draft;
  turn_ = draft.turn;
  switch (draft.kind) {
    case EntryKind::input:
      if (draft.body.find("act") != nullptr)
        note(inputs_, entry.seq, who(draft.by) + " commands " + described(entry));
      else
        note(talk_, entry.seq,
             who(draft.by) + " gives no answer: " + printable(draft.body.str_or("code", "")) +
                 ", " + printable(text_of(draft.body.find("what"))));
      break;
    case EntryKind::event: event(entry); break;
    case EntryKind::fact:
      if (draft.body.str_or("kind", "") == "news")
        if (const Json* data = draft.body.find("data"))
          note(news_, entry.seq, printable(data->str_or("text", "")));
      break;
    case EntryKind::check:
      if (draft.body.find("who") != nullptr && !draft.body.bool_or("pass", true))
        note(orders_, entry.seq,
             who(draft.body.str_or("who", "")) + " may not " + draft.body.str_or("side", "") + " " +
                 std::to_string(draft.body.int_or("lots", 0)) + " " +
                 draft.body.str_or("good", "") + " at " + price(draft.body.int_or("price", 0)) +
                 ": " + toned(terminal_, Tone::warn, draft.body.str_or("reason", "")) + why(entry));
      break;
    case EntryKind::step: desk_step(entry); break;
    case EntryKind::vote: desk_vote(entry); break;
    case EntryKind::verdict:
      note(law_, entry.seq, toned(terminal_, Tone::bad, described(entry)));
      break;
    case EntryKind::turn: turn(draft); break;
    default: break;
  }
}

void Minutes::event(const Entry& entry) {
  const Json& body = entry.draft.body;
  const std::string what = body.str_or("what", "");
  if (what == "dawn") {
    season_ = body.str_or("season", "");
    note(dawn_, entry.seq, "brought in: " + printable(produce(body.find("produced"))));
    note(dawn_, entry.seq,
         "each hearth burns " + std::to_string(body.int_or("burn", 0)) + " firewood");
  } else if (what == "villagers") {
    if (body.int_or("orders", 0) > 0)
      note(dawn_, entry.seq,
           "the villagers send " + std::to_string(body.int_or("orders", 0)) + " orders in " +
               body.str_or("good", "") + " and trade " + std::to_string(body.int_or("lots", 0)) +
               " lots");
    met(entry);
  } else if (what == "order") {
    order(entry);
  } else if (what == "said" || what == "whispered") {
    talk(entry, what == "said");
  } else if (what == "tipped") {
    note(talk_, entry.seq,
         who(body.str_or("from", "")) + " tips " + who(body.str_or("to", "")) + " that " +
             body.str_or("good", "") + " goes " + body.str_or("direction", "") + ": \"" +
             printable(body.str_or("text", "")) + "\"");
  } else if (what == "deal") {
    deal(entry);
  } else if (what == "charge" || what == "fine" || what == "freeze" || what == "exile" ||
             what == "investigation" || what == "leak") {
    note(law_, entry.seq, described(entry));
  } else if (what == "dusk") {
    dusk(body);
  } else if (what == "shock" || what == "legend") {
    note(dawn_, entry.seq,
         toned(terminal_, Tone::warn, printable(body.str_or("kind", ""))) + " on " +
             body.str_or("good", "") + " for " + std::to_string(body.int_or("turns", 0)) +
             " turns");
  } else if (what == "cancelled") {
    note(orders_, entry.seq,
         who(body.str_or("who", "")) + " withdraws the order to " + body.str_or("side", "") + " " +
             std::to_string(body.int_or("lots", 0) - body.int_or("filled", 0)) + " " +
             body.str_or("good", "") + why(entry));
  } else if (what == "refused") {
    note(orders_, entry.seq,
         who(body.str_or("who", "")) + " may not " + body.str_or("act", "") + ": " +
             toned(terminal_, Tone::warn, printable(body.str_or("reason", ""))) + why(entry));
  } else if (what != "market" && what != "close" && what != "desk") {
    note(orders_, entry.seq, described(entry));
  }
}

// Open orders that the villagers' met.
void Minutes::met(const Entry& entry) {
  const Json& body = entry.draft.body;
  const Json* given = body.find("fills");
  const auto fills = given == nullptr ? Result<Json>(Json()) : whole_value(*given, ledger_);
  if (!fills || !fills->is(Kind::array)) return;
  for (const Json& fill : fills->items())
    note(dawn_, entry.seq,
         who(fill.str_or("who", "")) + (fill.str_or("side", "") == "buy" ? " buys " : " sells ") +
             std::to_string(fill.int_or("lots", 0)) + " " + body.str_or("good", "") + " at " +
             price(fill.int_or("price", 0)) + ", an order that waited");
}

void Minutes::talk(const Entry& entry, bool aloud) {
  const Json& body = entry.draft.body;
  note(talk_, entry.seq,
       who(body.str_or("from", "")) +
           (aloud ? " says" : " whispers to " + who(body.str_or("to", ""))) + ": \"" +
           printable(body.str_or("text", "")) + "\"" + why(entry));
}

void Minutes::order(const Entry& entry) {
  const Json& body = entry.draft.body;
  const std::int64_t lots = body.int_or("lots", 0), filled = body.int_or("filled", 0);
  const std::int64_t ticks = body.int_or("price", 0);
  std::string line = who(body.str_or("who", "")) +
                     (body.str_or("side", "") == "sell" ? " sells " : " buys ") +
                     std::to_string(lots) + " " + body.str_or("good", "") +
                     (ticks > 0 ? " at " + price(ticks) : " at market") + ": ";
  std::vector<std::string> fills;
  if (const Json* list = body.find("fills"); list != nullptr && list->is(Kind::array))
    for (const Json& fill : list->items())
      fills.push_back(std::to_string(fill.int_or("lots", 0)) + " at " +
                      price(fill.int_or("price", 0)) + " with " + fill.str_or("with", ""));
  const std::string state = body.str_or("state", "");
  if (filled > 0) line += toned(terminal_, Tone::good, printable(join(fills, ", ")));
  if (filled == 0) line += state == "rests" ? "waits in the book" : "nothing, " + state;
  else if (filled < lots)
    line += ", the rest " + std::string(state == "rests" ? "waits in the book" : "cancelled");
  note(orders_, entry.seq, line + why(entry));
}

void Minutes::deal(const Entry& entry) {
  const Json& body = entry.draft.body;
  note(deals_, entry.seq,
       body.str_or("kind", "") + " " + toned(terminal_, Tone::good, body.str_or("state", "")) +
           ": " + printable(deal_text(body)) + why(entry, true));
}

void Minutes::desk_step(const Entry& entry) {
  const Json& body = entry.draft.body;
  if (body.str_or("pipeline", "") != "desk") return;
  if (body.str_or("state", "") == "fallback")
    note(desk_, entry.seq,
         "the " + body.str_or("step", "") +
             " seat's default stands in: " + printable(body.str_or("code", "")));
  if (body.str_or("step", "") != "summary") return;
  const Json* output = body.find("output");
  const auto value = output == nullptr ? Result<Json>(Json()) : whole_value(*output, ledger_);
  note(desk_, entry.seq,
       toned(terminal_, Tone::strong,
             value ? printable(value->str_or("text", "no decision")) : "no decision"));
}

void Minutes::desk_vote(const Entry& entry) {
  for (const BallotLine& ballot : ballots_of(entry, ledger_)) {
    const Tone tone = ballot.vote == "approve"  ? Tone::good
                      : ballot.vote == "reject" ? Tone::bad
                                                : Tone::dim;
    std::string line = who(ballot.by.empty() ? ballot.seat : ballot.by) + " (" + ballot.seat +
                       ") votes " + toned(terminal_, tone, ballot.vote);
    if (ballot.confidence >= 0) line += ", sure " + std::to_string(ballot.confidence) + " of 100";
    if (!ballot.reason.empty()) line += ": \"" + printable(ballot.reason) + "\"";
    note(desk_, entry.seq, line);
  }
  const std::string outcome = outcome_text(entry.draft.body);
  note(desk_, entry.seq,
       "the vote: " + outcome + " (" + entry.draft.body.str_or("why", "") + "), worth " +
           decimal(entry.draft.body.int_or("n_eff_milli", 0), 3, 1) + " independent votes");
}

void Minutes::dusk(const Json& body) {
  std::vector<std::string> marks;
  if (const Json* now = body.find("marks"); now != nullptr && now->is(Kind::object)) {
    for (const auto& [good, mark] : now->members()) {
      if (!mark.is(Kind::integer)) continue;
      const std::int64_t change = mark.integer() - last_marks_.int_or(good, mark.integer());
      std::string text = good + " " + price(mark.integer());
      if (change != 0)
        text += toned(terminal_, change > 0 ? Tone::good : Tone::bad,
                      " (" + pebbles(change * tick_mp_, Sign::both) + ")");
      marks.push_back(text);
    }
    last_marks_ = *now;
  }
  if (!marks.empty()) note(dusk_, Seq{}, "marks: " + join(marks, ", "));
  const std::pair<const char*, const char*> rest[] = {
      {"hungry", "went without food: "}, {"cold", "sat in the cold: "}, {"spoiled", "spoiled: "}};
  for (const auto& [key, words] : rest)
    if (const std::string text = numbers(body.find(key)); !text.empty())
      note(dusk_, Seq{}, std::string(words) + printable(text));
}

void Minutes::turn(const Draft& draft) {
  std::vector<std::string> worth;
  const Json* pnl = draft.body.find("pnl_mp");
  if (pnl != nullptr && pnl->is(Kind::object))
    for (const auto& [name, value] : pnl->members())
      if (value.is(Kind::integer))
        worth.push_back(name + " " + pebbles(value.integer(), Sign::both));
  if (!worth.empty()) note(dusk_, Seq{}, "profit so far: " + printable(join(worth, ", ")));
  if (const Json* counts = draft.body.find("counts"))
    note(dusk_, Seq{}, "counts: " + members_text(*counts));
  note(dusk_, Seq{}, "state " + printable(draft.body.str_or("state", "")));
}

std::vector<std::pair<const char*, Minutes::Section*>> Minutes::sections() {
  return {{"From outside", &inputs_}, {"Dawn", &dawn_},          {"News", &news_},
          {"Talk", &talk_},           {"The desk", &desk_},      {"Orders and fills", &orders_},
          {"Deals", &deals_},         {"The magistrate", &law_}, {"Dusk", &dusk_}};
}

std::vector<MinuteLine> Minutes::take() {
  std::vector<MinuteLine> out;
  for (const auto& [title, section] : sections()) {
    for (Noted& line : *section) out.push_back({title, line.entry, std::move(line.text)});
    section->clear();
  }
  return out;
}

// Lines begin with the entry's number, so that `wood trace` can take it up.
std::string Minutes::finish() {
  if (turn_ == 0) return "";
  std::string out = toned(terminal_, Tone::strong,
                          "── Day " + std::to_string(turn_) +
                              (season_.empty() ? "" : ", " + printable(season_)) + " ──") +
                    "\n";
  std::string section;
  for (const MinuteLine& line : take()) {
    if (line.section != section) out += toned(terminal_, Tone::strong, line.section) + "\n";
    section = line.section;
    std::string number = line.entry.some() ? std::to_string(line.entry.value) : "";
    if (number.size() < 6) number.insert(0, 6 - number.size(), ' ');
    out += (line.entry.some() ? toned(terminal_, Tone::dim, number) : number) + "  " + line.text +
           "\n";
  }
  return out;
}

}  // namespace wood::cli
