// Any server that speaks /v1/chat/completions. Asks go out together, at most `parallel` at once;
// 408, 409, 425, 429, 5xx and broken connections are tried again, with exponential waits that are
// jittered by chance keyed to the ask (a server under load must not meet a herd) and never shorter
// than Retry-After, within the ask's wait_ms_max. After a 500 the next try has another seed: it may
// have been the answer drawn that the server could not bring into form (llama-server says so of
// bytes that are not UTF-8), and the same seed would draw it again. The API key comes from the
// environment and is in no message, card or error.
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

// Whether somebody is there to be asked, by GET of `models`: a run whose minds are not there should
// end before it begins. A server that is still loading its model (503) is waited for, this long;
// one that does not know the path, or has trouble of another kind, is there.
Status reach(const MindSpec& spec, std::int64_t wait_ms_max = 60'000);

}  // namespace wood
