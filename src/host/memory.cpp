#include "host/memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "host/control_group.h"

namespace wood {
std::int64_t memory_total() {
  const std::int64_t pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
  std::int64_t total = pages > 0 && size > 0 ? pages * size : 0;
  const std::int64_t limit = group_limits().memory;
  if (limit > 0) total = total > 0 ? std::min(total, limit) : limit;
  return total;
}

std::int64_t memory_peak() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#ifdef __APPLE__
  return usage.ru_maxrss;  // bytes there, kilobytes elsewhere
#else
  return usage.ru_maxrss * 1'024;
#endif
}

}  // namespace wood
