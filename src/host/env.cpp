#include "host/env.h"

#include <cstdlib>

namespace wood {

std::string env(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value != nullptr ? value : "";
}

}  // namespace wood
