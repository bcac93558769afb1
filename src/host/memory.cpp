#include "host/memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace wood {
namespace {

// A limit as the kernel writes it: a number, or "max"; 0: there is none, or no such file.
std::int64_t limit_in(const std::string& path) {
  std::ifstream file(path);
  std::int64_t bytes = 0;
  return file >> bytes ? bytes : 0;
}

// The path of this process's group for a controller; the v2 line is "0::/path".
std::string group_of(const std::string& controller) {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    if (line.substr(first + 1, second - first - 1) == controller) return line.substr(second + 1);
  }
  return "/";
}

}  // namespace

std::int64_t memory_total() {
  const std::int64_t pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
  std::int64_t total = pages > 0 && size > 0 ? pages * size : 0;
  for (const std::string& path :
       {"/sys/fs/cgroup" + group_of("") + "/memory.max", std::string("/sys/fs/cgroup/memory.max"),
        "/sys/fs/cgroup/memory" + group_of("memory") + "/memory.limit_in_bytes"})
    if (const std::int64_t limit = limit_in(path); limit > 0)
      total = total > 0 ? std::min(total, limit) : limit;
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
