#include "cli/reenact.h"

#include "cli/open.h"

namespace wood::cli {

Result<Reenacted> reenact(const LedgerReader& ledger,
                          const std::function<void(const TurnReport&)>& on_turn) {
  TRY(const Recording recording, Recording::from(record_view(ledger)));
  const auto fetch = [&ledger](const std::string& sha256) { return ledger.blob(sha256); };
  auto setup = setup_from(recording.genesis(), fetch);
  if (!setup) return fail(setup.error().during("this is no run that can be played again"));
  TRY(const Merkle then, ledger.tree(Log::record));

  Reenacted out;
  out.root_then = hex(then.root());
  out.finished = recording.sealed();
  Echo echo(ledger, nullptr);
  RecordedPanel panel(recording, nullptr);
  RecordedInbox inbox(recording, nullptr);
  PlayOptions options;
  options.on_turn = [&](const TurnReport& report) {
    out.turns = report.turn;
    if (on_turn) on_turn(report);
  };
  const auto played = play(*setup, echo, panel, inbox, options);
  out.divergence = echo.divergence();
  out.root_now = hex(echo.root());
  // An unfinished run leads beyond the record's end: up to there it must be the same.
  const bool to_the_end = echo.state() == Echo::State::ended || echo.size() == ledger.size();
  out.entries = std::min(echo.size(), ledger.size());
  out.same = !out.divergence && to_the_end && out.root_now == out.root_then;
  if (!out.same && !out.divergence)
    out.failure = played ? "the replay ends after " + std::to_string(echo.size()) +
                               " entries, the record after " + std::to_string(ledger.size())
                         : played.error().what;
  return out;
}

}  // namespace wood::cli
