// An endpoint beside its answers: how it is addressed, and what it says of itself. What it answers
// is openai_mind.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/http.h"
#include "minds/mind.h"
#include "minds/registry.h"

namespace wood {

// What every request to it has: its address, and the key if there is one. `path` is what stands
// behind /v1: "models".
HttpRequest request_to(const MindSpec& spec, const std::string& path);
// Servers echo the key: a message without it.
std::string without_key(const MindSpec& spec, std::string what);

// 0 or "": it does not say.
struct EndpointSays {
  std::vector<std::string> models;  // the names that it knows
  std::int64_t context = 0;         // tokens that one ask may have, prompt and answer together
  std::int64_t slots = 0;           // asks that it computes at once
  std::string server;               // who it is, in its own words
  std::string protocol;             // "HTTP/1.1", "HTTP/2"
};
// By GET of `models` and, as llama-server has it, of /props. An endpoint without either says
// nothing; an error is one that is not there.
Result<EndpointSays> what_it_says(const MindSpec& spec);

// How much of the chances of its tokens an endpoint tells.
enum class Logprobs { none, words, ids };  // ids: with the number of each token
const char* name(Logprobs logprobs);
// The ask, sent once with `logprobs`; the error is that of a response without an answer.
Result<Logprobs> try_logprobs(const MindSpec& spec, const Ask& ask);

// ---- the parts that are pure
// From the bodies of `models` and of /props; of several models the one that is asked.
void read_models(const std::string& body, const std::string& model, EndpointSays& says);
void read_props(const std::string& body, EndpointSays& says);
Logprobs logprobs_in(const std::string& body);

}  // namespace wood
