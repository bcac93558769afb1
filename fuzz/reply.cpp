// What a server says: any body is an answer or an error, never more; and what it says of itself.
#include "minds/dialect.h"
#include "minds/endpoint.h"

#include "fuzz/fuzz.h"

std::vector<std::string_view> fuzz_seeds() {
  return {R"({"id":"x","choices":[{"finish_reason":"stop",)"
          R"("message":{"content":"{}","role":"assistant"}}],)"
          R"("usage":{"prompt_tokens":12,"completion_tokens":3}})",
          R"({"choices":[{"message":{"content":null,"refusal":"no","reasoning_content":"hm"}}]})",
          R"({"choices":[{"message":{"content":"<think>hm</think>{}"},)"
          R"("logprobs":{"content":[{"id":7,"logprob":-0.5}]}}]})",
          R"({"data":[{"id":"m","max_model_len":4096,"meta":{"n_ctx_train":1024}}]})",
          R"({"default_generation_settings":{"n_ctx":2048},"total_slots":4})",
          R"({"error":{"message":"the request exceeds the available context size","type":"x"}})"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string body(fuzz_text(data, size));
  (void)wood::answer_in(wood::MindSpec{}, body);
  (void)wood::error_in(500, body);
  (void)wood::logprobs_in(body);
  wood::EndpointSays says;
  wood::read_models(body, "m", says);
  wood::read_props(body, says);
  return 0;
}
