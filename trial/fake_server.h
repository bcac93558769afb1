// A server on the loopback that speaks /v1/chat/completions and /v1/models, honestly or with
// faults: what the openai mind is tried against. It answers with the shortest text that the schema
// of the request allows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace wood {

enum class Manner {
  ok,
  slow,          // answers after 400 ms
  brief,         // answers after 20 to 50 ms
  patient,       // answers when eight more requests have come, or after 20 s
  gathered,      // answers when there have been 32 in work at once, or after 20 s
  drawn,         // 200 with an answer that the seed draws; tells logprobs and its context
  fickle,        // the same, but the seed is ignored: another answer every time
  busy,          // 429 with Retry-After: 0
  busy_long,     // 429 with Retry-After: 1
  busy_date,     // 429 with Retry-After: the date 2 seconds from now, which is 1 to 2 s
  busy_ms,       // 429 with retry-after-ms: 30
  broken,        // 500
  formless,      // 500, as llama-server says of an answer that it cannot bring into form
  cut,           // half a response, then the connection ends
  dead,          // the connection ends without a byte
  garbage,       // 200 with bytes that are no JSON
  refusal,       // 200 with a refusal
  wrong_schema,  // 200 with an answer that does not conform
  chatty,        // 200 that ignores response_format: prose and a fence
  prose,         // 200 that ignores response_format: prose alone
  reasoning,     // 200 with a reasoning_content beside the answer
  thinking,      // 200 with a <think> block before the answer
  unmetered,     // 200 without usage
  seedless,      // 400: it knows no `seed`
  forbidden,     // 401 that quotes the key back
  too_long,      // 400 with the code for a prompt beyond the context
  loading,       // 503, as llama-server says while it reads its model
};

struct Request {
  std::string path;
  std::string authorization;
  std::string body;
  int connection = 0;  // number of the connection it came over, from 1
  int together = 0;    // how many were in work when it came, itself among them
};

class FakeServer {
 public:
  // Listens on a free port of 127.0.0.1. Requests are met in these manners, one after another in
  // order of arrival; after the last one with the last. `manners` must not be empty.
  static Result<std::unique_ptr<FakeServer>> start(std::vector<Manner> manners);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] std::string endpoint() const;  // "http://127.0.0.1:PORT/v1"
  [[nodiscard]] std::vector<Request> requests() const;
  // The most requests that it had in work at once.
  [[nodiscard]] int together_max() const;

 private:
  FakeServer();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wood
