#include "minds/attend.h"

#include <bit>
#include <cmath>

#include "minds/attend_kernel.h"
#ifdef WOOD_ATTEND_AVX2
#include <cpuid.h>
#endif

namespace wood {

#ifdef WOOD_ATTEND_AVX2
void attend_wide(const AttendCall& call, int item, float* work);  // attend_avx2.cpp
#endif

namespace {

float widened(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  const std::uint32_t exponent = half >> 10 & 31, fraction = half & 1'023;
  if (exponent == 0) {
    const float small = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -small : small;
  }
  const std::uint32_t high = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | high << 23 | fraction << 13);
}

struct Eight {
  float v[8];
  template <class F>
  static Eight each(F f) {
    Eight out;
    for (int i = 0; i < 8; ++i) out.v[i] = f(i);
    return out;
  }
  static Eight all(float x) {
    return each([&](int) { return x; });
  }
  static Eight load(const float* x) {
    return each([&](int i) { return x[i]; });
  }
  static void store(float* to, const Eight& x) {
    for (int i = 0; i < 8; ++i) to[i] = x.v[i];
  }
  static Eight fma(const Eight& a, const Eight& b, const Eight& c) {
    return each([&](int i) { return std::fma(a.v[i], b.v[i], c.v[i]); });
  }
  static Eight add(const Eight& a, const Eight& b) {
    return each([&](int i) { return a.v[i] + b.v[i]; });
  }
  static Eight sub(const Eight& a, const Eight& b) {
    return each([&](int i) { return a.v[i] - b.v[i]; });
  }
  static Eight mul(const Eight& a, const Eight& b) {
    return each([&](int i) { return a.v[i] * b.v[i]; });
  }
  static Eight div(const Eight& a, const Eight& b) {
    return each([&](int i) { return a.v[i] / b.v[i]; });
  }
  static Eight max(const Eight& a,
                   const Eight& b) {  // as the processor's: b where one is no number
    return each([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
  }
  static Eight min(const Eight& a, const Eight& b) {
    return each([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
  }
  static Eight round(const Eight& x) {
    return each([&](int i) { return std::nearbyint(x.v[i]); });
  }
  static Eight scaled(const Eight& x, const Eight& n) {
    return each([&](int i) {
      const bool fits = n.v[i] > -1'000 && n.v[i] < 1'000;
      const auto power = static_cast<std::uint32_t>(fits ? static_cast<int>(n.v[i]) : 0) << 23;
      return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x.v[i]) + power);
    });
  }
  static Eight where_above(const Eight& x, const Eight& bound, const Eight& value) {
    return each([&](int i) { return x.v[i] > bound.v[i] ? value.v[i] : 0.0F; });
  }
  static float largest(const Eight& x) {
    float most = x.v[0];
    for (const float one : x.v) most = one > most ? one : most;
    return most;
  }
  static float total(const Eight& x) {
    return ((x.v[0] + x.v[4]) + (x.v[2] + x.v[6])) + ((x.v[1] + x.v[5]) + (x.v[3] + x.v[7]));
  }
  static bool only(const std::uint16_t* halves, std::uint16_t one) {
    bool all = true;
    for (int i = 0; i < kAttendBlock; ++i) all &= halves[i] == one;
    return all;
  }
  static float half(const char* from) {
    std::uint16_t bits = 0;
    __builtin_memcpy(&bits, from, sizeof bits);
    return widened(bits);
  }
  static void widen(const char* from, int count, float* to, int padded) {
    for (int i = 0; i < padded; ++i) to[i] = i < count ? half(from + 2 * i) : 0;
  }
  static void transpose(const char* from, std::size_t row, int count, int size, float* to,
                        int to_row) {
    for (int d = 0; d < size; ++d)
      for (int c = 0; c < to_row; ++c)
        to[d * to_row + c] = c < count ? half(from + row * c + 2 * d) : 0;
  }
};

}  // namespace

std::size_t attend_floats(const AttendCall& c) {
  const std::size_t padded = attend_padded(c.value_size);
  const std::size_t rows = static_cast<std::size_t>(c.heads / c.kv_heads) * c.tokens;
  return kAttendBlock * (c.key_size + padded + kAttendRows) + rows * (padded + 2);
}

void attend_portable(const AttendCall& call, int item, float* work) {
  AttendHead<Eight>(call, item, work).run();
}

bool attends_fast() {
#ifdef WOOD_ATTEND_AVX2
  static const bool fast = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
  }();
  return fast;
#else
  return false;
#endif
}

void attend(const AttendCall& call, int item, float* work) {
#ifdef WOOD_ATTEND_AVX2
  if (attends_fast()) return attend_wide(call, item, work);
#endif
  attend_portable(call, item, work);
}

}  // namespace wood
