// What a server says: any body is an answer or an error, never more.
#include "minds/dialect.h"

#include "fuzz/fuzz.h"

std::vector<std::string_view> fuzz_seeds() {
  return {R"({"id":"x","choices":[{"finish_reason":"stop",)"
          R"("message":{"content":"{}","role":"assistant"}}],)"
          R"("usage":{"prompt_tokens":12,"completion_tokens":3}})",
          R"({"choices":[{"message":{"content":null,"refusal":"no","reasoning_content":"hm"}}]})",
          R"({"error":{"message":"the request exceeds the available context size","type":"x"}})"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string body(fuzz_text(data, size));
  (void)wood::answer_in(wood::MindSpec{}, body);
  (void)wood::error_in(500, body);
  return 0;
}
