// A run about to be played: what `wood run` and `wood serve` share. New, or taken up where an
// earlier one was interrupted.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/compose.h"
#include "cli/verb.h"
#include "drama/recorded.h"
#include "ledger/echo.h"

namespace wood::cli {

// The options that say what is played: scenario, cast, seed, turns, where to.
std::vector<Option> launch_options();

// Whether a word on the command line is a run's file rather than a scenario: it ends so, or is a
// path that does not end as a scenario's.
bool names_ledger(const std::string& word);

// What a run's store is put behind; null: nothing.
using Wrap = std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)>;

// Looks at what is about to be played, before anything is written, and may change it.
using Amend = std::function<Status(Setup&)>;

class Launch {
 public:
  // A new run. Errc::exists rather than to write over one.
  static Result<std::unique_ptr<Launch>> fresh(const Args& args, const Console& console,
                                               const Wrap& wrap = nullptr,
                                               const Amend& amend = nullptr);
  // The rest of the run at `path`. Errc::usage if it is finished.
  static Result<std::unique_ptr<Launch>> resumed(const std::string& path, const Args& args,
                                                 const Console& console,
                                                 const Wrap& wrap = nullptr);

  [[nodiscard]] const Setup& setup() const { return composed_.setup; }
  [[nodiscard]] LivePanel& panel() { return *composed_.panel; }
  // Commands of --inputs.
  [[nodiscard]] Inbox& listed() { return composed_.inbox; }
  [[nodiscard]] Store& store() { return ledger_->store(); }
  [[nodiscard]] const std::string& path() const { return path_; }  // "": in memory
  [[nodiscard]] const std::string& note() const { return composed_.note; }
  // What is on record already; 0 of a new run.
  [[nodiscard]] std::int64_t recorded() const { return recorded_; }
  // Makes durable what has been played: between two turns, on the thread that plays.
  Status commit() { return ledger_->commit(); }

  // Plays it; `inbox` gives the commands that are not on record (null: those of --inputs). A pause
  // is asked for where the record ends, not before.
  Result<Played> play(PlayOptions options, Inbox* inbox = nullptr);

 private:
  Composed composed_;
  std::string path_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<LedgerReader> reader_;  // the rest: of a run that is taken up
  std::optional<Recording> recording_;
  std::int64_t recorded_ = 0;
};

// A run that failed on its way: what was committed is whole and can be gone on with. If nothing
// was, the file that was made for it goes.
Error broken(const Error& error, Launch& launch);

}  // namespace wood::cli
