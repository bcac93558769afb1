// A GGUF model in this process, through llama.cpp (engine.h), on the CPU.
//
// The answer is generated under the schema's automaton (grammar.h): where the schema leaves no
// choice the bytes are put in without asking the model (forced), elsewhere the model chooses among
// the tokens that the schema allows. An answer that ends with Finish::stop parses and conforms.
// When the budget of tokens runs low the shortest conforming end is put in (Finish::length, and it
// conforms too); only if tokens_max cannot hold even the shortest answer is the text cut.
//
// Bit-exact: the logits of an ask are a function of the model file, the kernel variant, the prompt
// and the sampling. Companions in the batch, thread count and order do not enter: every sequence
// has a KV stream of its own, and the pieces in which an ask's tokens are decoded follow from the
// ask alone or, with invariant attention, do not matter. llama_mind_test compares the digests. The
// kernels for attention (registry.h) differ in their bits; the card names which, and a record that
// names none was made with `plain`.
//
// A model of one thread uses all cores that are free: asks are shared out among lanes, each a
// context of its own on the same weights (llama_worker.h), and where there are fewer asks than
// cores a large model computes each with several threads.
#pragma once

#include <memory>

#include "minds/engine.h"
#include "minds/mind.h"
#include "minds/registry.h"

namespace wood {

struct LlamaOptions {
  std::string path;             // of the GGUF
  int threads = 1;              // of a decode
  int lanes = 0;                // at most; 0: a core each. One, where threads are several
  std::int64_t memory_max = 0;  // bytes; fewer asks are in work at once where that makes it fit,
                                // and Errc::limit if not even one can be; 0: no limit
  std::string kernels;  // CPU kernel variant; "" is the value of WOOD_KERNELS, else haswell where
                        // there is AVX2, else sse42, else x64: few variants, so that most machines
                        // give the same bits. "native" (the default off x86-64) leaves it to
                        // llama.cpp. One variant a process.
};

// Whether kernels of 512 bits are worth more than bits that machines without them give, too: they
// are for large models in 4 bits (docs/decisions/0003-the-panel.md).
bool wide_pays(const GgufInfo& model);

// Reads the file's header and SHA-256 for the card; loads the weights at the first ask. Errc::model
// where registry or model card say another file or another prompt format (card.h).
Result<std::unique_ptr<Mind>> llama_mind(const MindSpec& spec, const LlamaOptions& options);

}  // namespace wood
