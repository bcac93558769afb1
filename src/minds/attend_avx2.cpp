// Compiled for AVX2, FMA and F16C (CMakeLists.txt); called only where the processor has them.
#ifdef WOOD_ATTEND_AVX2
#include <immintrin.h>

#include "minds/attend_kernel.h"

namespace wood {
namespace {

struct Wide {
  __m256 v;
  static Wide all(float x) { return {_mm256_set1_ps(x)}; }
  static Wide load(const float* x) { return {_mm256_loadu_ps(x)}; }
  static void store(float* to, Wide x) { _mm256_storeu_ps(to, x.v); }
  static Wide fma(Wide a, Wide b, Wide c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
  static Wide add(Wide a, Wide b) { return {_mm256_add_ps(a.v, b.v)}; }
  static Wide sub(Wide a, Wide b) { return {_mm256_sub_ps(a.v, b.v)}; }
  static Wide mul(Wide a, Wide b) { return {_mm256_mul_ps(a.v, b.v)}; }
  static Wide div(Wide a, Wide b) { return {_mm256_div_ps(a.v, b.v)}; }
  static Wide max(Wide a, Wide b) { return {_mm256_max_ps(a.v, b.v)}; }
  static Wide min(Wide a, Wide b) { return {_mm256_min_ps(a.v, b.v)}; }
  static Wide round(Wide x) {
    return {_mm256_round_ps(x.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
  }
  // x 2^n
  static Wide scaled(Wide x, Wide n) {
    const __m256i power = _mm256_slli_epi32(_mm256_cvtps_epi32(n.v), 23);
    return {_mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x.v), power))};
  }
  static Wide where_above(Wide x, Wide bound, Wide value) {
    return {_mm256_and_ps(value.v, _mm256_cmp_ps(x.v, bound.v, _CMP_GT_OQ))};
  }
  static float largest(Wide x) {
    __m128 m = _mm_max_ps(_mm256_castps256_ps128(x.v), _mm256_extractf128_ps(x.v, 1));
    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
  }
  // ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7))
  static float total(Wide x) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(x.v), _mm256_extractf128_ps(x.v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
  }
  // Whether all of a block's half floats are this one.
  static bool only(const std::uint16_t* halves, std::uint16_t one) {
    const __m256i wanted = _mm256_set1_epi16(static_cast<short>(one));
    __m256i other = _mm256_setzero_si256();
    for (int i = 0; i < kAttendBlock; i += 16) {
      const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(halves + i));
      other = _mm256_or_si256(other, _mm256_xor_si256(here, wanted));
    }
    return _mm256_testz_si256(other, other) != 0;
  }
  static __m256 halves(const char* from) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  static float half(const char* from) {
    std::uint16_t bits;
    __builtin_memcpy(&bits, from, sizeof bits);
    return _cvtsh_ss(bits);
  }
  // `count` half floats as floats, then zeros up to `padded`.
  static void widen(const char* from, int count, float* to, int padded) {
    int i = 0;
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(to + i, halves(from + 2 * i));
    for (; i < count; ++i) to[i] = half(from + 2 * i);
    for (; i < padded; ++i) to[i] = 0;
  }
  static void transpose8(const char* from, std::size_t row, float* to, int to_row) {
    __m256 r[8], s[8];
    for (int i = 0; i < 8; ++i) r[i] = halves(from + row * i);
    for (int i = 0; i < 8; i += 2) {
      s[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
      s[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    for (int i = 0; i < 8; i += 4)
      for (int j = 0; j < 2; ++j) {
        r[i + 2 * j] = _mm256_shuffle_ps(s[i + j], s[i + j + 2], 0x44);
        r[i + 2 * j + 1] = _mm256_shuffle_ps(s[i + j], s[i + j + 2], 0xEE);
      }
    for (int i = 0; i < 4; ++i) {
      _mm256_storeu_ps(to + i * to_row, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
      _mm256_storeu_ps(to + (i + 4) * to_row, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
    }
  }
  // to[d][c] = from[c][d] for `count` cells c of `size` half floats; zeros for cells behind them.
  static void transpose(const char* from, std::size_t row, int count, int size, float* to,
                        int to_row) {
    int c = 0;
    for (; c + 8 <= count; c += 8) {
      const char* cells = from + row * c;
      int d = 0;
      for (; d + 8 <= size; d += 8) transpose8(cells + 2 * d, row, to + d * to_row + c, to_row);
      for (; d < size; ++d)
        for (int i = 0; i < 8; ++i) to[d * to_row + c + i] = half(cells + row * i + 2 * d);
    }
    for (; c < to_row; ++c)
      for (int d = 0; d < size; ++d)
        to[d * to_row + c] = c < count ? half(from + row * c + 2 * d) : 0;
  }
};

}  // namespace

void attend_wide(const AttendCall& call, int item, float* work) {
  AttendHead<Wide>(call, item, work).run();
}

}  // namespace wood
#endif
