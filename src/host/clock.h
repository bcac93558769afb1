// Time, for measuring only: nothing that enters the record may depend on it.
#pragma once

#include <cstdint>

namespace wood {

std::int64_t now_us();           // monotonic, microseconds from an arbitrary start
std::int64_t process_cpu_us();   // CPU time of all threads of this process
std::int64_t thread_cpu_us();    // CPU time of the calling thread
void sleep_us(std::int64_t us);  // at least so long; returns at once if us <= 0

}  // namespace wood
