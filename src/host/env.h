// The environment of this process.
#pragma once

#include <string>

namespace wood {

// The value of a variable; "" if it is not set. Secrets come this way: do not print what it gives.
std::string env(const std::string& name);

}  // namespace wood
