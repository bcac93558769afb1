#include "host/energy.h"

#include <fstream>
#include <string>

namespace wood {

std::int64_t energy_uj() {
  std::int64_t sum = -1;
  for (int package = 0; package < 64; ++package) {
    std::ifstream file("/sys/class/powercap/intel-rapl:" + std::to_string(package) + "/energy_uj");
    std::int64_t value = 0;
    if (!(file >> value)) break;
    sum = (sum < 0 ? 0 : sum) + value;
  }
  return sum;
}

}  // namespace wood
