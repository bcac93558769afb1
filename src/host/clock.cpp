#include "host/clock.h"

#include <ctime>

#include "core/check.h"

namespace wood {
namespace {

std::int64_t read(clockid_t id) {
  timespec t{};
  CHECK(clock_gettime(id, &t) == 0);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000 + t.tv_nsec / 1'000;
}

}  // namespace

std::int64_t now_us() { return read(CLOCK_MONOTONIC); }
std::int64_t process_cpu_us() { return read(CLOCK_PROCESS_CPUTIME_ID); }
std::int64_t thread_cpu_us() { return read(CLOCK_THREAD_CPUTIME_ID); }

void sleep_us(std::int64_t us) {
  if (us <= 0) return;
  timespec left{us / 1'000'000, us % 1'000'000 * 1'000};
  while (nanosleep(&left, &left) != 0) {
  }
}

}  // namespace wood
