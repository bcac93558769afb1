// Any server that speaks /v1/chat/completions. Asks go out together, at most `parallel` at once;
// 408, 409, 425, 429, 5xx and broken connections are tried again, with exponential waits that are
// jittered by chance keyed to the ask (a server under load must not meet a herd) and never shorter
// than Retry-After, within the ask's wait_ms_max. The API key comes from the environment and is in
// no message, card or error.
#pragma once

#include <memory>

#include "minds/mind.h"
#include "minds/registry.h"

namespace wood {

struct Waits {
  std::int64_t first_ms = 250;  // doubled each time, half of it jittered
  std::int64_t longest_ms = 20'000;
};

std::unique_ptr<Mind> openai_mind(const MindSpec& spec, Waits waits = {});

}  // namespace wood
