// Files of commands for a run.
#include "cli/inputs.h"

#include "fuzz/fuzz.h"

std::vector<std::string_view> fuzz_seeds() {
  return {R"({"turn":5,"by":"operator","act":"kill","who":"fenn"})",
          "[[input]]\nturn = 2\nact = \"stop\"\n",
          "{\"turn\":1,\"act\":\"swap\",\"mind\":\"x\"}\n\n# no\n{\"turn\":99}\n"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  (void)wood::cli::parse_inputs(fuzz_text(data, size), 30);
  return 0;
}
