// A mind that misbehaves, for trials: wraps a real one and spoils some of its replies. What happens
// to an ask is drawn from (seed, prompt number) alone, so a trial can be run again.
#pragma once

#include <memory>

#include "minds/mind.h"

namespace wood {

enum class Fault {
  none,
  late,         // a Failure: timeout
  broken,       // a Failure: network
  rude,         // prose, no JSON at all
  rambling,     // prose, <think> and fences around the JSON
  truncated,    // cut somewhere, Finish::length
  wrong_types,  // numbers and booleans as strings
  lying,        // conforms to the schema, with extreme values
  empty,
  bad_utf8,  // bytes that are no text
  refused,   // Finish::refused
};
const char* name(Fault fault);

struct Faults {
  std::uint64_t seed = 0;
  std::int64_t each_ppm = 20'000;  // how often each fault happens
};

// The fault that such a mind has for the ask of this prompt.
Fault fault_of(const Faults& faults, Seq prompt);

std::unique_ptr<Mind> faulty_mind(std::unique_ptr<Mind> inner, Faults faults);

}  // namespace wood
