// A run that is played on a thread of its own while others look on and steer: what `wood serve` and
// `wood play` share.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "cli/launch.h"
#include "serve/teller.h"

namespace wood::cli {

struct LiveOptions {
  serve::Pace first = serve::Pace::ready;
  std::int64_t turns_per_minute = 0;  // 0: as fast as it goes
  // On the world's thread: it has come to rest at the gate or goes on. What is posted to the teller
  // from here comes behind all that was committed.
  std::function<void(serve::Pace)> on_pace = nullptr;
  std::function<void()> on_over = nullptr;  // the same, behind the last turn
  Amend amend = nullptr;                    // of a new run
};

// Of what the server shows and layers above it know how to read.
serve::Readings readings();

// The last part of a path.
std::string file_name(const std::string& path);
std::string folder_of(const std::string& path);  // "." where it names none

class Live {
 public:
  // A new run if `path` is "", else the rest of the one there. `telling`: readings, version, what
  // is to be compared, and who hears of events; the rest is filled in here.
  static Result<std::unique_ptr<Live>> open(const std::string& path, const Args& args,
                                            const Console& console, serve::TellerOptions telling,
                                            LiveOptions options);
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  [[nodiscard]] Launch& launch() { return *launch_; }
  [[nodiscard]] serve::Gate& gate() { return *gate_; }
  [[nodiscard]] serve::Teller& teller() { return *teller_; }

  // Plays; returns once the run stands at the gate, or is over.
  void begin();
  // Ends it behind the turn that is being played, if it goes on still, and says what it came to.
  Result<Played> end();
  // Why it was not what it should: for who has to give an error to the user.
  Error broken(const Error& error) { return cli::broken(error, *launch_); }

 private:
  Live() = default;
  void stands();
  void play();

  LiveOptions options_;
  std::unique_ptr<Launch> launch_;
  std::unique_ptr<serve::Gate> gate_;
  std::unique_ptr<serve::Teller> teller_;
  std::thread world_;
  std::promise<void> begun_;  // before that there is nothing to tell
  bool has_begun_ = false;    // of the world's thread
  std::optional<Result<Played>> played_;
};

}  // namespace wood::cli
