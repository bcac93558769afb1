// Any server that speaks /v1/chat/completions. A pool: at most `parallel` requests are under way;
// what has come is dealt with at once, and its place goes to what is due again, then to what has
// not been sent. 408, 409, 425, 429, 5xx and broken connections are tried again, with exponential
// waits that are jittered by chance keyed to the ask (a server under load must not meet a herd),
// within the ask's wait_ms_max, which begins when it is first sent. A server that says Retry-After
// is sent nothing new before. After a 500 the next try has another seed: it may have been the
// answer drawn that the server could not bring into form (llama-server says so of bytes that are
// not UTF-8), and the same seed would draw it again. A server that is down is left alone for a
// while (breaker.h). An ask that must stay on this machine is refused unsent, wherever the server
// is. The API key comes from the environment and is in no message, card or error.
#pragma once

#include <memory>

#include "minds/breaker.h"
#include "minds/mind.h"
#include "minds/registry.h"

namespace wood {

struct Waits {
  std::int64_t first_ms = 250;  // doubled each time, half of it jittered
  std::int64_t longest_ms = 20'000;
  Cooling cooling = {};
};

std::unique_ptr<Mind> openai_mind(const MindSpec& spec, Waits waits = {});

// Whether somebody is there to be asked, by GET of `models`: a run whose minds are not there should
// end before it begins. A server that is still loading its model (503) is waited for, this long;
// one that does not know the path, or has trouble of another kind, is there.
Status reach(const MindSpec& spec, std::int64_t wait_ms_max = 60'000);

}  // namespace wood
