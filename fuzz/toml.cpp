// Files that people write: scenarios, pipelines, the registry of minds.
#include "core/toml.h"

#include "drama/scenario.h"
#include "fuzz/fuzz.h"
#include "minds/registry.h"
#include "pipeline/pipeline.h"

std::vector<std::string_view> fuzz_seeds() { return {"[a]\nb = [1, \"x\"]\n[[c.d]]\ne = true\n"}; }

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text = fuzz_text(data, size);
  if (!wood::parse_toml(text)) return 0;
  (void)wood::parse_scenario(text);
  (void)wood::Pipeline::parse(text);
  const wood::RegistryText registry{"fuzz", std::string(text)};
  (void)wood::parse_registry({&registry, 1});
  return 0;
}
