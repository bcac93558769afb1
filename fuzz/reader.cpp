// libFuzzer target of the answer reader: any bytes are read or refused, and a value conforms.
//   cmake -B build-fuzz -DCMAKE_CXX_COMPILER=clang++ -DWOOD_FUZZ=ON && ninja -C build-fuzz
//   fuzz_reader
#include "minds/reader.h"

#include "core/check.h"
#include "core/schema.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const wood::Json schema = wood::parse_json(R"({"type":"object","required":["why","act"],
    "properties":{"why":{"type":"string","maxLength":20},
    "act":{"oneOf":[{"enum":["buy","sell"]},{"type":"integer","minimum":0,"maximum":9}]},
    "list":{"type":"array","maxItems":3,"items":{"type":["boolean","null"]}}}})")
                                       .value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const wood::Reading reading = wood::read_answer(text, schema);
  CHECK(reading.value.has_value() == reading.reasons.empty());
  if (reading.value) CHECK(wood::validate(*reading.value, schema).empty());
  return 0;
}
