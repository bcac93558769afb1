// What attend_kernel.h computes with, over a type V of eight floats; see there.
#pragma once

#include <cstddef>

namespace wood {

constexpr int kAttendBlock = 64;  // cells that share a maximum; bits depend on it
constexpr int kAttendRows = 6;  // of queries at once: twelve sums in registers, and what feeds them

static constexpr int attend_padded(int size) { return (size + 15) / 16 * 16; }

// exp(x): 2^n by the exponent's bits, the rest by its Taylor series up to the 6th power, whose
// error at ln(2)/2 is 1.2e-7 of the value, what a float resolves. 0 below -87, where floats end.
template <class V>
V attend_exp(V x) {
  const V n = V::round(V::mul(x, V::all(1.44269504F)));
  V r = V::fma(n, V::all(-0.693359375F), x);  // ln(2) in two parts, of which the first is short
  r = V::fma(n, V::all(2.12194440e-4F), r);
  V sum = V::all(1.0F / 720);
  constexpr float kOver[] = {1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F, 1, 1};
  for (const float c : kOver) sum = V::fma(sum, r, V::all(c));
  return V::where_above(x, V::all(-87), V::scaled(sum, n));
}

template <class V>
V attend_tanh(V x) {  // 1 - 2 / (exp(2x) + 1); it is 1 beyond 10
  const V near = V::max(V::min(x, V::all(10)), V::all(-10));
  const V e = attend_exp(V::add(near, near));
  return V::sub(V::all(1), V::div(V::all(2), V::add(e, V::all(1))));
}

// C[R][n] = A[R][k] B[k][n], or added to it, n a multiple of 16. Each sum runs over k in order.
template <class V, int R>
void attend_multiply(const float* a, std::size_t a_row, const float* b, int n, int k, float* c,
                     std::size_t c_row, bool added) {
  for (int at = 0; at < n; at += 16) {
    V sums[R][2];
    for (int r = 0; r < R; ++r)
      for (int i = 0; i < 2; ++i)
        sums[r][i] = added ? V::load(c + r * c_row + at + 8 * i) : V::all(0);
    for (int j = 0; j < k; ++j) {
      const float* row = b + static_cast<std::size_t>(j) * n + at;
      const V b0 = V::load(row), b1 = V::load(row + 8);
      for (int r = 0; r < R; ++r) {
        const V x = V::all(a[r * a_row + j]);
        sums[r][0] = V::fma(x, b0, sums[r][0]);
        sums[r][1] = V::fma(x, b1, sums[r][1]);
      }
    }
    for (int r = 0; r < R; ++r)
      for (int i = 0; i < 2; ++i) V::store(c + r * c_row + at + 8 * i, sums[r][i]);
  }
}

template <class V>
void attend_multiply_rows(int rows, const float* a, std::size_t a_row, const float* b, int n, int k,
                          float* c, std::size_t c_row, bool added) {
  switch (rows) {
    case 1: return attend_multiply<V, 1>(a, a_row, b, n, k, c, c_row, added);
    case 2: return attend_multiply<V, 2>(a, a_row, b, n, k, c, c_row, added);
    case 3: return attend_multiply<V, 3>(a, a_row, b, n, k, c, c_row, added);
    case 4: return attend_multiply<V, 4>(a, a_row, b, n, k, c, c_row, added);
    case 5: return attend_multiply<V, 5>(a, a_row, b, n, k, c, c_row, added);
    default: return attend_multiply<V, 6>(a, a_row, b, n, k, c, c_row, added);
  }
}

}  // namespace wood
