#include "host/control_group.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

#include "core/text.h"

namespace wood {
namespace {

void lower(std::int64_t& limit, std::int64_t other) {
  if (other > 0) limit = limit > 0 ? std::min(limit, other) : other;
}

// Numbers as the kernel writes them; where it writes "max" or there is no such file they end.
template <std::size_t N>
std::array<std::int64_t, N> numbers_in(const std::string& path) {
  std::ifstream file(path);
  std::array<std::int64_t, N> numbers{};
  for (std::int64_t& number : numbers)
    if (!(file >> number)) number = 0;
  return numbers;
}

// Of a quota of `time` in every `period`.
std::int64_t share(std::int64_t time, std::int64_t period) {
  return time > 0 && period > 0 ? std::max<std::int64_t>(time * 1'000 / period, 1) : 0;
}

// The group's folder and those above it, up to the controller's own.
std::vector<std::string> folders(const std::string& controller, std::string group) {
  std::vector<std::string> out;
  for (; group.size() > 1; group.resize(group.rfind('/'))) out.push_back(controller + group);
  out.push_back(controller);
  return out;
}

}  // namespace

GroupLimits group_limits(const std::string& root) {
  GroupLimits limits;
  const std::string mount = root + "/sys/fs/cgroup";
  std::ifstream groups(root + "/proc/self/cgroup");
  // "number:controllers:/group", with no controllers for v2, whose one hierarchy has them all.
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (names.empty())
      for (const std::string& folder : folders(mount, group)) {
        lower(limits.memory, numbers_in<1>(folder + "/memory.max")[0]);
        const auto [time, period] = numbers_in<2>(folder + "/cpu.max");
        lower(limits.cpu_milli, share(time, period));
      }
    const std::vector<std::string> controllers = split(names, ',');
    const auto has = [&](const char* one) {
      return std::find(controllers.begin(), controllers.end(), one) != controllers.end();
    };
    if (has("memory"))
      for (const std::string& folder : folders(mount + "/memory", group))
        lower(limits.memory, numbers_in<1>(folder + "/memory.limit_in_bytes")[0]);
    if (has("cpu"))
      for (const std::string& folder : folders(mount + "/cpu", group))
        lower(limits.cpu_milli, share(numbers_in<1>(folder + "/cpu.cfs_quota_us")[0],
                                      numbers_in<1>(folder + "/cpu.cfs_period_us")[0]));
  }
  return limits;
}

}  // namespace wood
