// How many threads of this process can compute at once.
#pragma once

#include <cstdint>

namespace wood {

// Cores that this process may run on (on Linux its affinity, as taskset or a container's cpuset
// sets it), or as many as its control group's quota of their time comes to (control_group.h,
// rounded up), if that is less; 1 where the system does not say.
int core_count();

// Of so many cores, those that a quota of so many thousandths of a core's time comes to; all of
// them where it is 0.
int cores_within(int cores, std::int64_t cpu_milli);

}  // namespace wood
