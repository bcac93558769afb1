// How much memory this process may use, and has used.
#pragma once

#include <cstdint>

namespace wood {

// Bytes of the machine, or of the control group (Linux cgroup v2 or v1) that this process is in, if
// that is less. 0 where the system does not say.
std::int64_t memory_total();

// The most that this process has held at once (resident set), in bytes.
std::int64_t memory_peak();

}  // namespace wood
