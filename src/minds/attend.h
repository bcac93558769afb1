// Attention, softmax(scale q k + mask) v, whose result for a token depends on nothing but its query
// and the keys and values that it sees, each in its place: not on how many tokens are computed
// together, on the companions, on the number of cells behind the last one or on the machine. That
// is so where all of them are finite: what is masked has a weight of 0, and 0 times infinity is no
// number. Every row's sums run over the dimensions and the cells in their order, with fused
// multiply-adds; blocks of 64 cells share the softmax's maximum as they come (online softmax:
// Milakov and Gimelshein 2018, https://arxiv.org/abs/1805.02867; over blocks: Dao et al. 2022,
// https://arxiv.org/abs/2205.14135).
#pragma once

#include <cstddef>
#include <cstdint>

namespace wood {

// What one call of ggml_flash_attn_ext says. Strides are in bytes, dimensions lie side by side.
// Query and result are floats, keys and values IEEE half floats. Owns nothing.
struct AttendCall {
  struct Tensor {
    const char* data = nullptr;
    std::size_t row = 0;       // from a token, or a cell, to the next
    std::size_t head = 0;      // 0: all heads share it
    std::size_t sequence = 0;  // 0: all sequences share it
  };
  Tensor q, k, v;
  Tensor mask;                    // half floats, added to the scores; no data: none
  const float* slopes = nullptr;  // of each head, by which the mask is multiplied; null: 1
  const float* sinks = nullptr;   // of each head a score without a value; null: none
  float* out = nullptr;           // [sequences][tokens][heads][value_size]
  int tokens = 0, cells = 0, sequences = 0;
  int heads = 0, kv_heads = 0;  // the first is a multiple of the second
  int key_size = 0, value_size = 0;
  float scale = 1;
  float softcap = 0;  // c in c tanh(scale q k), before the mask; 0: none
};

// Floats of work space that one head of keys needs.
std::size_t attend_floats(const AttendCall& call);
// One head of keys of one sequence, `item` in [0, sequences * kv_heads), with every head of queries
// that reads it. Items may be computed at once, each with work space of its own (64-byte aligned).
void attend(const AttendCall& call, int item, float* work);
// The same in plain C++, which gives the same bits; what there is where there is no AVX2, and what
// tests compare with.
void attend_portable(const AttendCall& call, int item, float* work);
// Whether attend() has fused multiply-adds and half floats of the processor's here; else it is
// slow.
bool attends_fast();

}  // namespace wood
