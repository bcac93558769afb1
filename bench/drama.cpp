// The default drama of rule-based minds, with its ledger in a file against its ledger in memory:
// what keeping the record on disk costs.
//
//   bench_drama [--turns T] [--pairs N]
//
// Plays pairs of runs of the same seed, one in memory and one in a file, in alternating order, and
// prints the medians and their ratio.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "drama/testing.h"
#include "host/clock.h"
#include "ledger/ledger.h"

namespace wood {
namespace {

struct Took {
  std::int64_t wall_us = 0;
  std::int64_t entries = 0;
};

Result<Took> play_once(const Setup& setup, const SigningKey& key, std::unique_ptr<Store> store) {
  testing::RulesPanel panel;
  ListedInbox inbox;
  const std::int64_t start = now_us();
  TRY(auto ledger, Ledger::create(std::move(store), {"bench", key}));
  TRY(const Played played, play(setup, *ledger, panel, inbox));
  Took took{0, ledger->size()};
  ledger.reset();  // closing the file is part of the price
  took.wall_us = now_us() - start;
  if (!played.stopped.empty()) return fail(Errc::integrity, "the run stopped: " + played.stopped);
  return took;
}

std::int64_t median(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Status bench(std::int64_t turns, std::int64_t pairs) {
  TRY(Setup setup, testing::rules_setup(turns));
  TRY(const SigningKey key, SigningKey::generate("bench"));
  const std::string file = std::filesystem::temp_directory_path() / "wood-bench-drama.wood";
  std::vector<std::int64_t> memory, disk;
  std::int64_t entries = 0, bytes = 0;
  for (std::int64_t pair = 0; pair < pairs; ++pair) {
    setup.seed = static_cast<std::uint64_t>(pair + 1);
    for (int half = 0; half < 2; ++half) {
      const bool in_memory = (pair + half) % 2 == 0;
      std::filesystem::remove(file);
      std::unique_ptr<Store> store = memory_store();
      if (!in_memory) {
        TRY(store, sqlite_store(file, Open::create));
      }
      TRY(const Took took, play_once(setup, key, std::move(store)));
      (in_memory ? memory : disk).push_back(took.wall_us);
      entries = took.entries;
      if (!in_memory) bytes = static_cast<std::int64_t>(std::filesystem::file_size(file));
    }
  }
  std::filesystem::remove(file);
  const std::int64_t a = median(memory), b = median(disk);
  std::printf("%lld turns, %lld pairs of runs, about %lld entries and %lld KB a run\n",
              static_cast<long long>(turns), static_cast<long long>(pairs),
              static_cast<long long>(entries), static_cast<long long>(bytes / 1'024));
  std::printf("in memory  %8.1f ms a run, median\n", static_cast<double>(a) / 1e3);
  std::printf("in a file  %8.1f ms a run, median\n", static_cast<double>(b) / 1e3);
  std::printf("the file costs %.1f %%\n",
              (static_cast<double>(b) / static_cast<double>(a) - 1) * 100);
  return {};
}

}  // namespace
}  // namespace wood

int main(int argc, char** argv) {
  std::int64_t turns = 30, pairs = 15;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--turns") == 0) turns = std::atoll(argv[i + 1]);
    if (std::strcmp(argv[i], "--pairs") == 0) pairs = std::atoll(argv[i + 1]);
  }
  if (turns < 1 || pairs < 1) {
    std::fprintf(stderr, "usage: bench_drama [--turns T] [--pairs N]\n");
    return 2;
  }
  const wood::Status done = wood::bench(turns, pairs);
  if (!done) std::fprintf(stderr, "bench_drama: %s\n", done.error().what.c_str());
  return done ? 0 : 1;
}
