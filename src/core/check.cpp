#include "core/check.h"

#include <cstdio>
#include <cstdlib>

namespace wood {
void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "wood: internal error: %s does not hold (%s:%d)\n", condition, file, line);
  std::abort();
}
}  // namespace wood
