#include "host/cores.h"

#include <sched.h>

#include <algorithm>
#include <thread>

#include "host/control_group.h"

namespace wood {

int cores_within(int cores, std::int64_t cpu_milli) {
  if (cpu_milli <= 0) return cores;
  return static_cast<int>(std::clamp<std::int64_t>((cpu_milli + 999) / 1'000, 1, cores));
}

int core_count() {
  const std::int64_t quota = group_limits().cpu_milli;
#ifdef __linux__
  cpu_set_t mine;
  if (sched_getaffinity(0, sizeof mine, &mine) == 0)
    return cores_within(std::max(1, CPU_COUNT(&mine)), quota);
#endif
  return cores_within(std::max(1, static_cast<int>(std::thread::hardware_concurrency())), quota);
}

}  // namespace wood
