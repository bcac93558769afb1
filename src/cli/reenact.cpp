#include "cli/reenact.h"

#include "cli/open.h"

namespace wood::cli {

namespace {

class WatchedPanel : public RecordedPanel {
 public:
  WatchedPanel(const Recording& recording, const Watch& watch)
      : RecordedPanel(recording, nullptr), watch_(watch) {}
  std::vector<Reply> ask(std::span<const Ask> asks) override {
    std::vector<Reply> out = RecordedPanel::ask(asks);
    if (watch_.on_ask)
      for (std::size_t i = 0; i < out.size(); ++i) watch_.on_ask(asks[i], out[i]);
    return out;
  }

 private:
  const Watch& watch_;
};

}  // namespace

Result<Reenacted> reenact(const LedgerReader& ledger, const Watch& watch) {
  TRY(const Recording recording, Recording::from(record_view(ledger)));
  const auto fetch = [&ledger](const std::string& sha256) { return ledger.blob(sha256); };
  auto setup = setup_from(recording.genesis(), fetch);
  if (!setup) return fail(setup.error().during("this is no run that can be played again"));
  TRY(const Merkle then, ledger.tree(Log::record));

  Reenacted out;
  out.root_then = hex(then.root());
  out.finished = recording.sealed();
  Echo echo(ledger, nullptr);
  WatchedPanel panel(recording, watch);
  RecordedInbox inbox(recording, nullptr);
  PlayOptions options;
  options.on_turn = [&](const TurnReport& report) {
    out.turns = report.turn;
    if (watch.on_turn) watch.on_turn(report);
  };
  options.on_dusk = watch.on_dusk;
  options.pause = watch.stop;
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
