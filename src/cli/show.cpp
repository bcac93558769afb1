// wood show: a run, or one of its days, in words.
#include "cli/minutes.h"
#include "cli/open.h"
#include "cli/report.h"
#include "cli/verb.h"

namespace wood::cli {
namespace {

// The minutes of the days from `first` to `last`; earlier ones are read too, for what they changed.
Status print_days(const LedgerReader& ledger, const Report& report, std::int64_t first,
                  std::int64_t last, const Console& console) {
  Minutes minutes(ledger, report.tick_mp, console.out);
  std::int64_t turn = 0;
  const auto close = [&] {
    const std::string text = minutes.finish();
    if (turn >= first && turn <= last && !text.empty()) console.print(text + "\n");
  };
  TRY_STATUS(ledger.each([&](const Entry& entry) -> Status {
    if (entry.draft.turn > last) return {};
    if (entry.draft.turn != turn) {
      close();
      turn = entry.draft.turn;
    }
    if (turn > 0 && entry.draft.kind != EntryKind::seal) minutes.add(entry);
    return {};
  }));
  close();
  return {};
}

Result<int> act(const Args& args, const Console& console) {
  TRY(const OpenRun run, open_run(args.text("FILE")));
  TRY(const Report report, read_report(*run.ledger));
  const std::optional<std::int64_t> turn = args.integer("--turn");
  if (turn && (*turn < 1 || *turn > report.turns))
    return fail(Errc::not_found, "there is no turn " + std::to_string(*turn) +
                                     ": the run has 1 to " + std::to_string(report.turns));
  if (args.has("--json")) {
    console.print(json(report).dump() + "\n");
    return Exit::fine;
  }
  if (!args.has("--report")) {
    TRY_STATUS(
        print_days(*run.ledger, report, turn.value_or(1), turn.value_or(report.turns), console));
  }
  if (!turn) console.print(text(report, console.out));
  return Exit::fine;
}

}  // namespace

Verb show_verb() {
  using K = Option::Kind;
  return {
      .name = "show",
      .about = "reads a run aloud: the minutes of its days, then the report",
      .text = "Numbers at the left are entries: `wood trace FILE NUMBER` says why.",
      .options = {run_argument(),
                  {.name = "--turn", .kind = K::integer, .value = "N", .about = "only this day"},
                  {.name = "--report", .about = "only the report"},
                  {.name = "--json", .about = "only the report, as one JSON object"}},
      .examples = {{"wood show runs/five-labs-7.wood --turn 4", "one day"},
                   {"wood show runs/five-labs-7.wood | less -R", "all of it"}},
      .act = act};
}

}  // namespace wood::cli
