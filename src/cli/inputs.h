// A file of commands for a run (docs/formats/inputs.md): one JSON object a line, or TOML with
// [[input]].
#pragma once

#include <string_view>

#include "core/result.h"
#include "drama/inbox.h"

namespace wood::cli {

struct Inputs {
  ListedInbox inbox;
  std::vector<std::string> minds;  // that `swap` commands bring in
};
// `turns`: the last turn of the run; a command after it is a mistake. Errors name the line.
Result<Inputs> parse_inputs(std::string_view text, std::int64_t turns);

}  // namespace wood::cli
