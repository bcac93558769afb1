// What the processor has used, where the machine tells (Linux powercap: RAPL).
#pragma once

#include <cstdint>

namespace wood {

// Microjoules of all processor packages since some start; it wraps around after hours. -1: the
// machine does not tell, or not this user.
std::int64_t energy_uj();

}  // namespace wood
