// What the control group that this process is in allows it (Linux cgroup v2 or v1, as containers
// and systemd set it).
#pragma once

#include <cstdint>
#include <string>

namespace wood {

struct GroupLimits {
  std::int64_t memory = 0;     // bytes; 0: no limit
  std::int64_t cpu_milli = 0;  // thousandths of a core's time; 0: no quota
};

// The smallest that the group or one above it sets. `root` is put before /proc and /sys.
GroupLimits group_limits(const std::string& root = "");

}  // namespace wood
