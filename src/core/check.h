// A bug stops the program. CHECK is always on, in every build: a state machine that has broken an
// invariant must not write another entry. What the outside world does wrong is a Result (result.h),
// what the rules refuse is a value in the return type.
#pragma once

namespace wood {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace wood

#define CHECK(condition) \
  (static_cast<bool>(condition) ? void(0) : ::wood::check_failed(#condition, __FILE__, __LINE__))
