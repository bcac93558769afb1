// The CPU kernels of llama.cpp, each a library that is loaded at run time, and what it says in its
// log. One variant a process.
#pragma once

#include <string>

#include "core/result.h"

namespace wood {

// Loads the CPU kernels: `wanted`, or if it is "" the choice of llama_mind.h. Gives the variant's
// name; once loaded in a process it stays, and asking for another one is Errc::environment.
Result<std::string> load_kernels(const std::string& wanted);

// The kernels with registers of 512 bits, if this machine has them and nothing has been chosen yet
// (load_kernels, WOOD_KERNELS); else "".
std::string wide_kernels();

// llama.cpp tells why it failed only in its log. From the first call on its last error of each
// thread is kept for our message.
void listen_to_llama();
// ": " and that error, or ""; then it is forgotten.
std::string llama_complaint();

}  // namespace wood
