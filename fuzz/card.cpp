// Model cards: files beside a model that somebody else wrote.
#include "minds/card.h"
#include "core/check.h"
#include "fuzz/fuzz.h"

std::vector<std::string_view> fuzz_seeds() {
  return {
      "{\"bomFormat\":\"CycloneDX\",\"components\":[{\"type\":\"machine-learning-model\",\"name\":"
      "\"x\",\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"00\"}],\"modelCard\":{"
      "\"quantitativeAnalysis\":{\"performanceMetrics\":[{\"type\":\"a.b\",\"value\":\"0.5\","
      "\"confidenceInterval\":{\"lowerBound\":\"0.4\"}},{\"type\":\"a.b majority\",\"value\":"
      "\"1\"}]}},\"properties\":[{\"name\":\"wood:prompt-format\",\"value\":\"2\"}]}]}"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto card = wood::parse_model_card(fuzz_text(data, size));
  if (!card) return 0;
  CHECK(card->sha256.empty() || card->sha256.size() == 64);
  for (const wood::Accuracy& accuracy : card->accuracies)
    CHECK(accuracy.right_ppm >= 0 && accuracy.right_ppm <= 1'000'000);
  (void)wood::json(*card).dump();
  return 0;
}
