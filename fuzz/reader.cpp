// The answer reader: any bytes are read or refused, and a value conforms.
#include "minds/reader.h"

#include "core/check.h"
#include "core/schema.h"
#include "fuzz/fuzz.h"

std::vector<std::string_view> fuzz_seeds() {
  return {R"({"why":"cheap","act":"buy","list":[true,null]})",
          "Sure! ```json\n{'why': \"it falls\", act: 'sell',}\n``` done",
          "<think>hm {\"act\":1}</think>{\"why\":\"\",\"act\":3",
          "<|channel|>analysis<|message|>x<|end|><|channel|>final<|message|>{\"act\":\"buy\"}"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const wood::Json schema = wood::parse_json(R"({"type":"object","required":["why","act"],
    "properties":{"why":{"type":"string","maxLength":20},
    "act":{"oneOf":[{"enum":["buy","sell"]},{"type":"integer","minimum":0,"maximum":9}]},
    "list":{"type":"array","maxItems":3,"items":{"type":["boolean","null"]}}}})")
                                       .value();
  const std::string_view text = fuzz_text(data, size);
  const wood::Reading reading = wood::read_answer(text, schema);
  CHECK(reading.value.has_value() == reading.reasons.empty());
  if (reading.value) CHECK(wood::validate(*reading.value, schema).empty());
  return 0;
}
