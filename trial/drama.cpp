// The whole drama under a seed, with minds that are late, rude, rambling, cut off and lying:
// played, verified, replayed. Whatever they do, no invariant may break and replay must equal the
// run.
//
//   trial_drama [--seeds N] [--first S] [--turns T] [--faults PPM] [--jobs J] [--canary]
//
// A failure prints the command line that shows it again. --canary changes one recorded answer
// before the replay: a trial that does not see that sees nothing, so then success is exit code 1.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/rng.h"
#include "drama/recorded.h"
#include "drama/testing.h"
#include "ledger/echo.h"
#include "ledger/verify.h"
#include "minds/faulty.h"
#include "minds/live.h"

namespace wood {
namespace {

struct Options {
  std::int64_t seeds = 20, first = 1, turns = 20, faults_ppm = 20'000, jobs = 1;
  bool canary = false;
};

// A panel whose first answer of the second half is not what was recorded.
class Tampered : public Panel {
 public:
  explicit Tampered(Panel& inner) : inner_(inner) {}
  std::vector<Reply> ask(std::span<const Ask> asks) override {
    std::vector<Reply> out = inner_.ask(asks);
    if (auto* answer = std::get_if<Answer>(&out.front())) answer->text += " ";
    return out;
  }
  std::map<std::string, Json> cards() const override { return inner_.cards(); }

 private:
  Panel& inner_;
};

std::unique_ptr<LivePanel> faulty_panel(const Options& options, std::uint64_t seed) {
  auto panel = LivePanel::open(Registry{}, {});
  if (!panel) return nullptr;
  const std::vector<std::pair<const char*, const char*>> styles = {{"scripted", "rules"},
                                                                   {"random", "random"}};
  for (const auto& [name, style] : styles)
    (*panel)->add(name, faulty_mind(scripted_mind(Json::object({{"style", style}})),
                                    {.seed = seed, .each_ppm = options.faults_ppm}));
  return std::move(*panel);
}

// What went wrong; empty if nothing did.
std::string trial(const Options& options, const Setup& base, std::uint64_t seed,
                  const SigningKey& key) {
  Setup setup = base;
  setup.seed = seed;
  // Every other seed is played by minds that answer at random.
  if (seed % 2 == 0)
    for (auto& [creature, mind] : setup.cast) mind = "random";
  const auto panel = faulty_panel(options, seed);
  if (panel == nullptr) return "no panel";
  auto ledger = Ledger::create(memory_store(), {"trial", key});
  ListedInbox inbox;
  const Chance chance(seed, "trial.operator", 0, 0);
  inbox.add(chance.between(2, 6, 0),
            {"operator", Json::object({{"act", "kill"}, {"who", "fenn"}})});
  inbox.add(chance.between(7, 9, 1),
            {"operator", Json::object({{"act", "enable"}, {"who", "fenn"}})});
  inbox.add(chance.between(3, 12, 2),
            {"patron", Json::object({{"act", "bribe"}, {"to", "pip"}, {"pebbles_mp", 500}})});
  const auto played = play(setup, **ledger, *panel, inbox);
  if (!played) return "the run: " + played.error().what;
  if (played->stopped == "leak") return "the firewall stopped the run";
  const Verified verified = verify((*ledger)->store(), {key.verifier()});
  if (!verified.good()) return "verification: " + verified.findings.front();
  const LedgerReader reader((*ledger)->store());
  auto recording =
      Recording::from({reader.size(), [&](Seq seq) { return reader.entry(seq); },
                       [&](const std::string& digest) { return reader.blob(digest); }});
  if (!recording) return "the recording: " + recording.error().what;
  auto again = setup_from(recording->genesis(),
                          [&](const std::string& digest) { return reader.blob(digest); });
  if (!again) return "the genesis: " + again.error().what;
  Echo echo(reader, nullptr);
  RecordedPanel recorded(*recording, nullptr);
  Tampered tampered(recorded);
  RecordedInbox inputs(*recording, nullptr);
  const auto replayed =
      play(*again, echo, options.canary ? static_cast<Panel&>(tampered) : recorded, inputs);
  if (!replayed) return "the replay: " + replayed.error().what;
  if (echo.root() != (*ledger)->record_root() || echo.size() != (*ledger)->size())
    return "the replay has another root";
  return "";
}

// The seeds that fall to this one of the jobs; how many failed.
std::int64_t play_share(const Options& options, const Setup& setup, const SigningKey& key,
                        std::int64_t job) {
  std::int64_t failed = 0;
  for (std::int64_t seed = options.first + job; seed < options.first + options.seeds;
       seed += options.jobs) {
    const std::string what = trial(options, setup, static_cast<std::uint64_t>(seed), key);
    if (what.empty()) continue;
    ++failed;
    std::printf(
        "seed %lld failed: %s\n  again: trial_drama --first %lld --seeds 1 --turns %lld --faults "
        "%lld%s\n",
        static_cast<long long>(seed), what.c_str(), static_cast<long long>(seed),
        static_cast<long long>(options.turns), static_cast<long long>(options.faults_ppm),
        options.canary ? " --canary" : "");
    std::fflush(stdout);
  }
  return failed;
}

// Shares the seeds among processes; how many failed, counted up to 255 in each of them, or -1.
std::int64_t play_shared(const Options& options, const Setup& setup, const SigningKey& key) {
  if (options.jobs <= 1) return play_share(options, setup, key, 0);
  std::vector<pid_t> children;
  for (std::int64_t job = 0; job < options.jobs; ++job) {
    const pid_t child = ::fork();
    if (child == 0)
      ::_exit(static_cast<int>(std::min<std::int64_t>(255, play_share(options, setup, key, job))));
    children.push_back(child);
  }
  std::int64_t failed = 0;
  for (const pid_t child : children) {
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) < 0 || !WIFEXITED(status)) return -1;
    failed += WEXITSTATUS(status);
  }
  return failed;
}

int run_trials(const Options& options) {
  auto setup = testing::rules_setup(options.turns);
  const auto key = SigningKey::generate("trial");
  if (!setup || !key) {
    std::fprintf(stderr, "trial: %s\n",
                 setup ? key.error().what.c_str() : setup.error().what.c_str());
    return 3;
  }
  setup->cards.set("random", Json::object({{"style", "terse"}}));
  const std::int64_t failed = play_shared(options, *setup, *key);
  if (failed < 0) {
    std::printf("a process of trials ended before its time\n");
    return 3;
  }
  std::printf("%lld trials of %lld turns: %lld failed\n", static_cast<long long>(options.seeds),
              static_cast<long long>(options.turns), static_cast<long long>(failed));
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace wood

int main(int argc, char** argv) {
  wood::Options options;
  for (int i = 1; i < argc; ++i) {
    const auto number = [&](const char* name, std::int64_t& into) {
      if (std::strcmp(argv[i], name) != 0 || i + 1 >= argc) return false;
      into = std::atoll(argv[++i]);
      return true;
    };
    if (std::strcmp(argv[i], "--canary") == 0) options.canary = true;
    else if (!number("--seeds", options.seeds) && !number("--first", options.first) &&
             !number("--turns", options.turns) && !number("--faults", options.faults_ppm) &&
             !number("--jobs", options.jobs)) {
      std::fprintf(
          stderr,
          "usage: trial_drama [--seeds N] [--first S] [--turns T] [--faults PPM] [--jobs J] "
          "[--canary]\n");
      return 2;
    }
  }
  return wood::run_trials(options);
}
