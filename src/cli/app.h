// From the command line to a verb and what it was given. CLI11 does the splitting; the words of
// every complaint are ours, so that each names its place and the mend.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/verb.h"

namespace wood::cli {

struct Call {
  const Verb* verb = nullptr;
  std::string path;  // "wood keys new"
  Args args;
};
struct Help {
  const Verb* verb = nullptr;
  std::string path;
  bool asked = true;  // by --help or `help`; false: a verb that only holds verbs was named alone
};
struct Version {};

// `root` must outlive the result. Errc::usage with what is wrong and how to put it right.
Result<std::variant<Call, Help, Version>> parse(const Verb& root, std::vector<std::string> words);

}  // namespace wood::cli
