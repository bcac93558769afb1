// The wish to stop: SIGINT (Ctrl-C) and SIGTERM, asked for once, taken when it suits.
#pragma once

#include <atomic>

namespace wood {

// From now on the first of the signals is kept and says `notice` on standard error; a second one
// ends the process as it would have before. `notice` must outlive the process.
void keep_interrupts(const char* notice);
// Whether one has come.
[[nodiscard]] bool interrupted();
// The same as a flag, for who must not know of signals. Never destroyed.
const std::atomic<bool>& interrupt_flag();

}  // namespace wood
