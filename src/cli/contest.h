// The runs of a comparison: one process a run, so that memory and processor time are its own, and
// several at a time. What is there is kept: a comparison that was broken off goes on.
#pragma once

#include <string>
#include <vector>

#include "cli/casts.h"
#include "cli/verb.h"
#include "eval/compare.h"

namespace wood::cli {

struct Contest {
  std::string scenario;  // as the command line names it
  std::vector<NamedCast> casts;
  std::vector<std::uint64_t> seeds;
  std::int64_t turns = 0;
  std::int64_t jobs = 1;
  std::string folder;               // runs/ and measured.jsonl go there
  std::vector<std::string> passed;  // options of `wood run` that every run is given
};

// Every run, played, verified and read; by seed, then cast. Errc::environment with the run and its
// last words where one fails; Errc::exists where the folder holds a run of another plan.
Result<std::vector<eval::Run>> hold(const Contest& contest, const Console& console);

}  // namespace wood::cli
