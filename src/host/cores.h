// How many threads of this process can compute at once.
#pragma once

namespace wood {

// Cores that this process may run on (on Linux its affinity, as taskset or a container's cpuset
// sets it); 1 where the system does not say. What of a core's time it may have (a quota) is not in
// it.
int core_count();

}  // namespace wood
