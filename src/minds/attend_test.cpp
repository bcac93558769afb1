#include "minds/attend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/rng.h"
#include "minds/attend_math.h"

namespace wood {
namespace {

struct Shape {
  int tokens, cells, sequences, heads, kv_heads, key_size, value_size;
  float softcap = 0;
  bool slopes = false, sinks = false;
  int window = 1 << 20;  // cells that a token sees at most
};

// A few hundred half floats between -2 and 2, all of them exact in a float.
std::uint16_t half_at(std::uint64_t i) {
  const std::uint64_t x = (i + 1) * 0x9E3779B97F4A7C15ULL;
  return static_cast<std::uint16_t>((x >> 60 & 8) << 12 | (x >> 50) % 0x4000);
}

double value_of(std::uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1'023;
  if (half == 0xFC00) return -INFINITY;
  const double v =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1'024 + fraction, exponent - 25);
  return (half & 0x8000) != 0 ? -v : v;
}

// Tensors as llama.cpp lays them out: heads of a token, or of a cell, side by side. A token's place
// is what its number says: token t of a sequence is at `from` + t and sees the cells up to there.
struct Case {
  Shape shape;
  int from = 0, sequence_from = 0;
  std::vector<float> q, out, slopes, sinks;
  std::vector<std::uint16_t> k, v, mask;
  AttendCall call;

  explicit Case(const Shape& s, int first = 0, int sequence_first = 0)
      : shape(s), from(first), sequence_from(sequence_first) {
    for (int n = 0; n < s.sequences; ++n) fill(n + sequence_from);
    for (int h = 0; h < s.heads; ++h) {
      slopes.push_back(std::exp2(-static_cast<float>(h + 1)));
      sinks.push_back(static_cast<float>(h) - 1);
    }
    out.assign(static_cast<std::size_t>(s.sequences) * s.tokens * s.heads * s.value_size, -9);
    const auto tensor = [](const void* data, std::size_t head, int heads, int rows) {
      return AttendCall::Tensor{static_cast<const char*>(data), head * heads, head,
                                head * heads * rows};
    };
    call.q = tensor(q.data(), s.key_size * sizeof(float), s.heads, s.tokens);
    call.k = tensor(k.data(), s.key_size * 2UL, s.kv_heads, s.cells);
    call.v = tensor(v.data(), s.value_size * 2UL, s.kv_heads, s.cells);
    call.mask = {reinterpret_cast<const char*>(mask.data()), s.cells * 2UL, 0,
                 s.cells * 2UL * s.tokens};
    if (s.slopes) call.slopes = slopes.data();
    if (s.sinks) call.sinks = sinks.data();
    call.out = out.data();
    call.tokens = s.tokens, call.cells = s.cells, call.sequences = s.sequences;
    call.heads = s.heads, call.kv_heads = s.kv_heads;
    call.key_size = s.key_size, call.value_size = s.value_size;
    call.scale = 1 / std::sqrt(static_cast<float>(s.key_size));
    call.softcap = s.softcap;
    if (s.softcap != 0) call.scale /= s.softcap;
  }

  void fill(int sequence) {
    const Shape& s = shape;
    for (int t = 0; t < s.tokens; ++t) {
      const std::uint64_t row = (sequence * 10'000ULL + from + t) * s.heads * s.key_size;
      for (int i = 0; i < s.heads * s.key_size; ++i)
        q.push_back(static_cast<float>(value_of(half_at(row + i))) * 1.7F);
      for (int c = 0; c < s.cells; ++c) {
        const bool sees = c <= from + t && c > from + t - s.window;
        const float distance = static_cast<float>(c - from - t);
        mask.push_back(!sees ? 0xFC00 : s.slopes ? half_of(distance) : 0);
      }
    }
    for (int c = 0; c < s.cells; ++c) {
      const std::uint64_t at = 77 + sequence * 10'000ULL + c;
      for (int i = 0; i < s.kv_heads * s.key_size; ++i) k.push_back(half_at(at * 4'096 + i));
      for (int i = 0; i < s.kv_heads * s.value_size; ++i) v.push_back(half_at(at * 8'192 + i));
    }
  }

  static std::uint16_t half_of(float whole) {  // of an integer above -2048
    int exponent = 0;
    const float f = std::frexp(std::fabs(whole), &exponent);
    if (whole == 0) return 0;
    const int fraction = static_cast<int>(f * 2'048) - 1'024;
    return static_cast<std::uint16_t>(0x8000 | (exponent + 14) << 10 | fraction);
  }

  std::vector<float> run(bool portable = false) {
    std::vector<float> work(attend_floats(call));
    for (int item = 0; item < shape.sequences * shape.kv_heads; ++item) {
      std::fill(work.begin(), work.end(), NAN);  // whatever was there before
      if (portable) attend_portable(call, item, work.data());
      else attend(call, item, work.data());
    }
    return out;
  }

  // The same in doubles, all at once.
  [[nodiscard]] double expected(int sequence, int token, int head, int d) const {
    const Shape& s = shape;
    const int kv = head / (s.heads / s.kv_heads);
    double weights = s.sinks ? std::exp(sinks[head]) : 0, sum = 0;
    for (int c = 0; c < s.cells; ++c) {
      const std::size_t cell = static_cast<std::size_t>(sequence) * s.cells + c;
      double score = 0;
      for (int i = 0; i < s.key_size; ++i)
        score += q[((sequence * s.tokens + token) * s.heads + head) * s.key_size + i] *
                 value_of(k[(cell * s.kv_heads + kv) * s.key_size + i]);
      score *= call.scale;
      if (s.softcap != 0) score = s.softcap * std::tanh(score);
      score +=
          value_of(mask[(static_cast<std::size_t>(sequence) * s.tokens + token) * s.cells + c]) *
          (s.slopes ? slopes[head] : 1);
      weights += std::exp(score);
      sum += std::exp(score) * value_of(v[(cell * s.kv_heads + kv) * s.value_size + d]);
    }
    return sum / weights;
  }

  [[nodiscard]] std::vector<float> of(int sequence, int token) const {
    const std::size_t size = static_cast<std::size_t>(shape.heads) * shape.value_size;
    const auto at = out.begin() + (sequence * shape.tokens + token) * size;
    return {at, at + size};
  }
};

const std::vector<Shape> kShapes = {
    {1, 300, 4, 4, 2, 32, 32},
    {99, 256, 2, 4, 2, 32, 32},
    {7, 128, 1, 8, 1, 64, 64},
    {1, 64, 3, 3, 3, 128, 128},
    {13, 200, 1, 4, 4, 20, 36},                     // nothing is a multiple of eight
    {5, 192, 2, 4, 2, 64, 64, 50},                  // Gemma 2
    {6, 256, 1, 4, 2, 32, 32, 0, true},             // ALiBi
    {9, 192, 2, 8, 2, 64, 64, 0, false, true, 70},  // gpt-oss: sinks, and windows
    {2, 70, 1, 2, 1, 96, 64},
};

std::string name(const Shape& s) {
  return std::to_string(s.tokens) + " tokens, " + std::to_string(s.cells) + " cells, " +
         std::to_string(s.heads) + "/" + std::to_string(s.kv_heads) + " heads of " +
         std::to_string(s.key_size) + "/" + std::to_string(s.value_size);
}

TEST(Attend, IsTheSoftmaxOfTheScoresTimesTheValues) {
  for (const Shape& s : kShapes) {
    Case c(s, s.cells - s.tokens);
    c.run();
    double worst = 0;
    for (int n = 0; n < s.sequences; ++n)
      for (int t = 0; t < s.tokens; t += 3)
        for (int h = 0; h < s.heads; ++h) {
          const auto row = c.of(n, t);
          for (int d = 0; d < s.value_size; d += 5)
            worst = std::max(worst, std::fabs(row[h * s.value_size + d] - c.expected(n, t, h, d)));
        }
    EXPECT_LT(worst, 4e-6) << name(s);
  }
}

TEST(Attend, HasTheSameBitsInPlainC) {
  if (!attends_fast()) GTEST_SKIP() << "there is nothing else on this processor";
  for (const Shape& s : kShapes) {
    Case c(s, s.cells - s.tokens);
    const auto fast = c.run(), plain = c.run(true);
    EXPECT_EQ(0, std::memcmp(fast.data(), plain.data(), fast.size() * sizeof(float))) << name(s);
  }
}

// Of 99 tokens computed together each is what it is alone, with other sequences beside it, in other
// company, and with more cells behind it.
TEST(Attend, DependsOnNothingButWhatATokenSees) {
  for (Shape s : kShapes) {
    s.tokens = 99, s.cells = 320, s.sequences = 2;
    Case all(s, 150, 4);
    all.run();
    for (const int t : {0, 1, 40, 41, 42, 63, 98}) {
      for (const int tokens : {1, 2, 5, 64}) {
        if (t + tokens > 99) continue;
        for (const int cells : {256, 300, 512}) {
          Shape few = s;
          few.tokens = tokens, few.cells = cells, few.sequences = 1;
          Case some(few, 150 + t, 5);
          some.run();
          for (int i = 0; i < tokens; ++i)
            ASSERT_EQ(some.of(0, i), all.of(1, t + i))
                << name(s) << ": token " << t << " of " << tokens << " with " << cells;
        }
      }
    }
  }
}

TEST(Attend, WhatSeesNothingIsZero) {
  Case c({3, 128, 1, 2, 1, 32, 32}, 100);
  std::fill(c.mask.begin(), c.mask.begin() + 128, 0xFC00);
  c.run();
  EXPECT_EQ(c.of(0, 0), std::vector<float>(64, 0));
  EXPECT_NE(c.of(0, 1), std::vector<float>(64, 0));
}

TEST(Attend, SeesAllWithoutAMask) {
  Case c({2, 100, 1, 2, 1, 32, 32}, 99);
  std::fill(c.mask.begin(), c.mask.end(), 0);
  const auto masked = c.run();
  c.call.mask = {};
  EXPECT_EQ(masked, c.run());
}

struct One {
  float v;
  static One all(float x) { return {x}; }
  static One mul(One a, One b) { return {a.v * b.v}; }
  static One add(One a, One b) { return {a.v + b.v}; }
  static One sub(One a, One b) { return {a.v - b.v}; }
  static One div(One a, One b) { return {a.v / b.v}; }
  static One max(One a, One b) { return {std::max(a.v, b.v)}; }
  static One min(One a, One b) { return {std::min(a.v, b.v)}; }
  static One fma(One a, One b, One c) { return {std::fma(a.v, b.v, c.v)}; }
  static One round(One x) { return {std::nearbyint(x.v)}; }
  static One scaled(One x, One n) { return {std::ldexp(x.v, static_cast<int>(n.v))}; }
  static One where_above(One x, One bound, One value) { return {x.v > bound.v ? value.v : 0}; }
};

TEST(Attend, ItsExponentialIsExactToABit) {
  EXPECT_EQ(attend_exp(One{0}).v, 1.0F);
  EXPECT_EQ(attend_exp(One{-88}).v, 0.0F);
  EXPECT_EQ(attend_exp(One{-INFINITY}).v, 0.0F);
  double worst = 0, worst_tanh = 0;
  for (float x = -86.9F; x < 0; x += 0.0137F)
    worst = std::max(worst, std::fabs(attend_exp(One{x}).v / std::exp(double{x}) - 1));
  for (float x = -12; x < 12; x += 0.0037F)
    worst_tanh = std::max(worst_tanh, std::fabs(attend_tanh(One{x}).v - std::tanh(double{x})));
  EXPECT_LT(worst, 2.5e-7);
  EXPECT_LT(worst_tanh, 3e-7);
}

}  // namespace
}  // namespace wood
