// The one text of attend() and attend_portable(), over a type V of eight floats. Included by the
// files that are compiled for a processor each: nothing of the standard library is used here, since
// the linker could take its functions, compiled for the wrong one, for the whole program.
#pragma once

#include "minds/attend.h"
#include "minds/attend_math.h"

namespace wood {

constexpr std::uint16_t kMasked = 0xFC00;  // minus infinity

// What a token sees of a block.
enum class Sight : unsigned char { nothing, all, some };

template <class V>
struct AttendHead {
  const AttendCall& call;
  int sequence, kv_head, group, padded;
  float *keys, *values, *scores, *sums, *most, *weight;  // work space

  AttendHead(const AttendCall& c, int item, float* work)
      : call(c),
        sequence(item / c.kv_heads),
        kv_head(item % c.kv_heads),
        group(c.heads / c.kv_heads),
        padded(attend_padded(c.value_size)) {
    const std::size_t rows = static_cast<std::size_t>(group) * c.tokens;
    keys = work;
    values = keys + static_cast<std::size_t>(c.key_size) * kAttendBlock;
    scores = values + static_cast<std::size_t>(padded) * kAttendBlock;
    sums = scores + kAttendRows * kAttendBlock;
    most = sums + rows * padded;
    weight = most + rows;
    for (std::size_t i = 0; i < rows * padded; ++i) sums[i] = 0;
    for (std::size_t i = 0; i < rows; ++i) most[i] = -__builtin_inff(), weight[i] = 0;
  }

  [[nodiscard]] int head_of(int row) const { return kv_head * group + row / call.tokens; }

  [[nodiscard]] const std::uint16_t* mask_of(int row) const {
    const AttendCall::Tensor& m = call.mask;
    return reinterpret_cast<const std::uint16_t*>(m.data + m.row * (row % call.tokens) +
                                                  m.head * head_of(row) + m.sequence * sequence);
  }

  [[nodiscard]] Sight sight_of(int row, int at, int count) const {
    if (call.mask.data == nullptr) return count == kAttendBlock ? Sight::all : Sight::some;
    const std::uint16_t* mask = mask_of(row) + at;
    if (count == kAttendBlock) {
      if (V::only(mask, 0)) return Sight::all;
      return V::only(mask, kMasked) ? Sight::nothing : Sight::some;
    }
    for (int i = 0; i < count; ++i)
      if (mask[i] != kMasked) return Sight::some;
    return Sight::nothing;
  }

  void read_block(int at, int count) {
    const char* k = call.k.data + call.k.head * kv_head + call.k.sequence * sequence;
    const char* v = call.v.data + call.v.head * kv_head + call.v.sequence * sequence;
    V::transpose(k + call.k.row * at, call.k.row, count, call.key_size, keys, kAttendBlock);
    for (int c = 0; c < kAttendBlock; ++c)
      V::widen(v + call.v.row * (at + c), c < count ? call.value_size : 0,
               values + static_cast<std::size_t>(c) * padded, padded);
  }

  // q k of cells that are masked or capped, or whose mask is a distance, as they enter the softmax.
  void adjust(int row, int at, int count, Sight sight, float* score) {
    const float slope = call.slopes == nullptr ? 1 : call.slopes[head_of(row)];
    float extra[kAttendBlock];
    for (int i = 0; i < kAttendBlock; ++i) extra[i] = i < count ? 0 : -__builtin_inff();
    if (sight == Sight::some && call.mask.data != nullptr)
      V::widen(reinterpret_cast<const char*>(mask_of(row) + at), count, extra, count);
    for (int i = 0; i < kAttendBlock; i += 8) {
      V s = V::mul(V::load(score + i), V::all(call.scale));
      if (call.softcap != 0) s = V::mul(V::all(call.softcap), attend_tanh(s));
      V::store(score + i, V::fma(V::all(slope), V::load(extra + i), s));
    }
  }

  // From scores to weights, and what was summed so far brought to the new maximum.
  void soften(int row, int at, int count, Sight sight, float* score) {
    V top = V::all(-__builtin_inff());
    float scale = 1;
    if (sight == Sight::all && call.softcap == 0) scale = call.scale;
    else adjust(row, at, count, sight, score);
    for (int i = 0; i < kAttendBlock; i += 8) top = V::max(top, V::load(score + i));
    const float block = V::largest(top) * scale;
    const float now = block > most[row] ? block : most[row];
    V total = V::all(0);
    for (int i = 0; i < kAttendBlock; i += 8) {
      const V w = attend_exp(V::fma(V::load(score + i), V::all(scale), V::all(-now)));
      V::store(score + i, w);
      total = V::add(total, w);
    }
    if (now > most[row]) lift(row, now);
    weight[row] += V::total(total);
  }

  void lift(int row, float now) {
    const V factor = attend_exp(V::all(most[row] - now));
    float first[8];
    V::store(first, factor);
    weight[row] *= first[0];
    float* sum = sums + static_cast<std::size_t>(row) * padded;
    for (int i = 0; i < padded; i += 8) V::store(sum + i, V::mul(V::load(sum + i), factor));
    most[row] = now;
  }

  // Rows of one head, or, where there is one token, of several heads.
  void rows_of_block(int row, int rows, int at, int count, const Sight* sights) {
    const AttendCall::Tensor& q = call.q;
    const auto* a = reinterpret_cast<const float*>(q.data + q.row * (row % call.tokens) +
                                                   q.head * head_of(row) + q.sequence * sequence);
    const std::size_t a_row = (call.tokens == 1 ? q.head : q.row) / sizeof(float);
    attend_multiply_rows<V>(rows, a, a_row, keys, kAttendBlock, call.key_size, scores, kAttendBlock,
                            false);
    for (int r = 0; r < rows; ++r) {
      float* score = scores + r * kAttendBlock;
      if (sights[r] != Sight::nothing) soften(row + r, at, count, sights[r], score);
      else
        for (int i = 0; i < kAttendBlock; ++i) score[i] = 0;
    }
    attend_multiply_rows<V>(rows, scores, kAttendBlock, values, padded, kAttendBlock,
                            sums + static_cast<std::size_t>(row) * padded, padded, true);
  }

  void block(int at) {
    const int count = call.cells - at < kAttendBlock ? call.cells - at : kAttendBlock;
    const int all = group * call.tokens;
    const int run = call.tokens == 1 ? all : call.tokens;  // rows that may be taken together
    bool read = false;
    for (int from = 0; from < all; from += run) {
      for (int row = from; row < from + run; row += kAttendRows) {
        const int left = from + run - row;
        const int rows = left < kAttendRows ? left : kAttendRows;
        Sight sights[kAttendRows];
        bool seen = false;
        for (int r = 0; r < rows; ++r)
          seen |= (sights[r] = sight_of(row + r, at, count)) != Sight::nothing;
        if (!seen) continue;
        if (!read) read_block(at, count);
        read = true;
        rows_of_block(row, rows, at, count, sights);
      }
    }
  }

  void write(int row) {
    const int head = head_of(row);
    if (call.sinks != nullptr) {
      const float sink = call.sinks[head];
      if (sink > most[row]) lift(row, sink);
      float one[8];
      V::store(one, attend_exp(V::all(sink - most[row])));
      weight[row] += one[0];
    }
    const float* sum = sums + static_cast<std::size_t>(row) * padded;
    float* out =
        call.out +
        ((static_cast<std::size_t>(sequence) * call.tokens + row % call.tokens) * call.heads +
         head) *
            call.value_size;
    const float factor = weight[row] == 0 ? 0 : 1 / weight[row];
    for (int i = 0; i < call.value_size; ++i) out[i] = sum[i] * factor + 0.0F;  // no -0
  }

  void run() {
    for (int at = 0; at < call.cells; at += kAttendBlock) block(at);
    for (int row = 0; row < group * call.tokens; ++row) write(row);
  }
};

}  // namespace wood
