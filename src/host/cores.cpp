#include "host/cores.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace wood {

namespace {

// "QUOTA PERIOD" in microseconds, or "max PERIOD": then the file does not begin with a number.
int within_quota(int cores) {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  long long quota = 0, period = 0;
  if (!(file >> quota >> period) || quota <= 0 || period <= 0) return cores;
  return static_cast<int>(std::clamp<long long>((quota + period - 1) / period, 1, cores));
}

}  // namespace

int core_count() {
#ifdef __linux__
  cpu_set_t mine;
  if (sched_getaffinity(0, sizeof mine, &mine) == 0)
    return within_quota(std::max(1, CPU_COUNT(&mine)));
#endif
  return within_quota(std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
}

}  // namespace wood
