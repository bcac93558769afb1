#include "host/cores.h"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace wood {

int core_count() {
#ifdef __linux__
  cpu_set_t mine;
  if (sched_getaffinity(0, sizeof mine, &mine) == 0) return std::max(1, CPU_COUNT(&mine));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace wood
