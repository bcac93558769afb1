// Asks one mind what shows whether it is fit to be cast, and how to write it down (`wood minds
// check`): does it answer, does it keep to a schema, does it depend on its seed, how fast is it.
// The questions are of no drama: every mind is asked the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "minds/endpoint.h"
#include "minds/panel.h"
#include "minds/registry.h"

namespace wood::cli {

// Of asks of one kind. What is raw is as the mind said it, before the reader (reader.h) mends it.
struct Tally {
  std::int64_t asked = 0;
  std::int64_t answered = 0;
  std::int64_t conform = 0;  // raw
  std::int64_t readable = 0;
  std::int64_t cut = 0;        // ended by their bound of tokens
  std::int64_t thought = 0;    // with reasoning apart from the answer
  std::int64_t uncounted = 0;  // answers without a count of tokens
  std::int64_t prompt_tokens = 0, answer_tokens = 0;
  std::int64_t retries = 0;
  std::int64_t cost_nano = 0;
  std::int64_t wall_us = 0;  // of all of them, as they were asked

  void add(const Tally& other);
  // In thousandths a second; 0 if nothing was measured.
  [[nodiscard]] std::int64_t milli_a_second(std::int64_t count) const;
};

// How far two answers to the same ask agree.
enum class Likeness {
  unknown,  // one of them is missing
  same,
  same_bits,  // token ids and logits too
  other,
};
const char* name(Likeness likeness);

struct Probe {
  MindSpec spec;
  Json card;                  // as the mind says it
  std::string silent;         // why there was no answer at all; "": there was
  std::int64_t first_us = 0;  // the first answer; with loading, in process
  Tally told;                 // the form is said, as the program's prompts say it; one at a time
  Tally together;             // the same, as many at once as the entry has `parallel`
  Tally untold;               // nothing is said of the form, and the words lead away from it
  Tally drawn;                // with a temperature, to compare
  Likeness again = Likeness::unknown;       // the same ask and seed
  Likeness other_seed = Likeness::unknown;  // the same ask, another seed
  std::int64_t logits = 0;                  // digests in one answer
  std::int64_t trained_context = 0;         // llama: what the file says
  struct Mode {
    SchemaMode mode;
    Tally told;
  };
  std::vector<Mode> other_modes;      // openai, tried where the form is not kept
  std::optional<EndpointSays> says;   // openai
  std::optional<Logprobs> logprobs;   // openai
  std::vector<std::string> failures;  // why asks were not answered, each once

  [[nodiscard]] Tally all() const;
};

struct ProbeOptions {
  std::int64_t asks = 6;  // of each kind
};

// Of those that say the form: one at a time and together.
Tally asked_in_form(const Probe& probe);

// `panel` has the mind. Asks it 2 · asks + max(asks, 2 · parallel) + 5 times; an endpoint that does
// not keep the form, 2 · asks more.
Probe probe(const MindSpec& spec, Panel& panel, const ProbeOptions& options);
// What cannot be asked: opening it failed.
Probe silent_probe(const MindSpec& spec, const std::string& why);

// Why it should not be cast; empty if it may be.
std::vector<std::string> unfit(const Probe& probe);
// What to change in its entry, and what to expect of it; each a sentence.
std::vector<std::string> advice(const Probe& probe);

}  // namespace wood::cli
