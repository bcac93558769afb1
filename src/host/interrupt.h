// The wish to stop: SIGINT (Ctrl-C) and SIGTERM, asked for once, taken when it suits.
#pragma once

namespace wood {

// From now on the first of the signals is kept and says `notice` on standard error; a second one
// ends the process as it would have before. `notice` must outlive the process.
void keep_interrupts(const char* notice);
// Whether one has come.
[[nodiscard]] bool interrupted();

}  // namespace wood
