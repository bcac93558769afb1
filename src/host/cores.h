// How many threads of this process can compute at once.
#pragma once

namespace wood {

// Cores that this process may run on (on Linux its affinity, as taskset or a container's cpuset
// sets it), or as many as its control group's quota of their time comes to (cgroup v2, rounded up),
// if that is less; 1 where the system does not say.
int core_count();

}  // namespace wood
