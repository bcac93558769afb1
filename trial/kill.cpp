// Kills a run with SIGKILL at random moments: each time the ledger must open, verify to a prefix,
// go on with --resume, and end with the root of a run that nobody broke.
//
//   trial_kill WOOD [--kills N] [--seed S] [--turns T]      WOOD: the program
//
// Prints the moment of every failure; works in a folder of its own under TMPDIR and removes it.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "core/rng.h"
#include "host/clock.h"
#include "host/file.h"
#include "ledger/ledger.h"
#include "ledger/verify.h"

namespace {

using namespace wood;

struct Options {
  std::string program;
  std::int64_t kills = 20, seed = 1, turns = 12;
};

pid_t start(const std::vector<std::string>& words) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int nowhere = ::open("/dev/null", O_WRONLY);
  ::dup2(nowhere, 1);
  ::dup2(nowhere, 2);
  std::vector<char*> raw;
  for (const std::string& word : words) raw.push_back(const_cast<char*>(word.c_str()));
  raw.push_back(nullptr);
  ::execv(raw[0], raw.data());
  ::_exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

// Every other run commits each entry, so that kills come between many commits and between few.
std::vector<std::string> run_words(const Options& options, const std::string& file, bool often) {
  std::vector<std::string> words = {options.program, "run",
                                    "--cast",        "rules",
                                    "--seed",        std::to_string(options.seed),
                                    "--turns",       std::to_string(options.turns),
                                    "--out",         file,
                                    "--quiet"};
  if (often) words.push_back("--commit-every-entry");
  return words;
}

// The record root of a run that verifies, or why it does not.
Result<std::string> root_of(const std::string& file, bool whole) {
  TRY(auto store, sqlite_store(file, Open::read));
  const Verified found = verify(*store, {});
  if (!found.good()) return fail(Errc::integrity, found.findings.front());
  if (whole && !found.sealed) return fail(Errc::integrity, "has no seal");
  return found.record_root;
}

// One kill; what went wrong, or "". `caught` counts the runs that were cut off with something
// written.
std::string trial(const Options& options, const std::string& folder, std::int64_t wait_us,
                  bool often, const std::string& unbroken, std::int64_t& caught) {
  const std::string file = folder + "/killed.wood";
  for (const char* end : {"", "-wal", "-shm", "-journal"}) (void)remove_file(file + end);
  const pid_t child = start(run_words(options, file, often));
  ::usleep(static_cast<useconds_t>(wait_us));
  ::kill(child, SIGKILL);
  wait_for(child);
  if (!file_exists(file)) return "";  // killed before it had begun
  const auto prefix = root_of(file, false);
  if (!prefix) {
    // Killed before the first commit: there is nothing to be lost, and nothing may be made of it.
    const auto store = sqlite_store(file, Open::read);
    const bool empty = !store || (*store)->size(Log::record) == 0;
    return empty ? "" : "the prefix: " + prefix.error().what;
  }
  if (*prefix != unbroken) {
    ++caught;
    if (const int status = wait_for(start({options.program, "run", "--resume", file, "--quiet"}));
        status != 0)
      return "resumption ended with " + std::to_string(status);
  }
  const auto root = root_of(file, true);
  if (!root) return "after resumption: " + root.error().what;
  return *root == unbroken ? "" : "another root after resumption";
}

int run(const Options& options) {
  const std::string folder =
      std::filesystem::temp_directory_path() / ("wood-kill-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string whole = folder + "/unbroken.wood";
  std::int64_t length[2] = {};
  for (const bool often : {true, false}) {
    (void)remove_file(whole);
    const std::int64_t began = now_us();
    if (wait_for(start(run_words(options, whole, often))) != 0) {
      std::fprintf(stderr, "trial_kill: %s cannot play a run\n", options.program.c_str());
      return 3;
    }
    length[often ? 1 : 0] = now_us() - began;
  }
  const auto unbroken = root_of(whole, true);
  std::int64_t failed = 0;
  std::int64_t caught = 0;
  for (std::int64_t n = 0; unbroken && n < options.kills; ++n) {
    const bool often = n % 2 == 1;
    const std::int64_t moment = Chance(static_cast<std::uint64_t>(options.seed), "trial.kill", 0, n)
                                    .below(length[often ? 1 : 0], 0);
    const std::string what = trial(options, folder, moment, often, *unbroken, caught);
    if (what.empty()) continue;
    ++failed;
    std::printf("kill %lld, after %lld us, failed: %s\n", static_cast<long long>(n),
                static_cast<long long>(moment), what.c_str());
  }
  std::filesystem::remove_all(folder);
  std::printf("%lld kills, %lld of them in mid-run: %lld failed\n",
              static_cast<long long>(options.kills), static_cast<long long>(caught),
              static_cast<long long>(failed));
  return failed == 0 && unbroken && (caught > 0 || options.kills < 5) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (argc > 1) options.program = argv[1];
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::int64_t value = std::atoll(argv[i + 1]);
    if (std::strcmp(argv[i], "--kills") == 0) options.kills = value;
    else if (std::strcmp(argv[i], "--seed") == 0) options.seed = value;
    else if (std::strcmp(argv[i], "--turns") == 0) options.turns = value;
    else argc = 0;
  }
  if (argc < 2) {
    std::fprintf(stderr, "usage: trial_kill WOOD [--kills N] [--seed S] [--turns T]\n");
    return 2;
  }
  return run(options);
}
