// JSON and the ledger's entries: what was written once is written the same again.
#include "ledger/entry.h"

#include "core/check.h"
#include "fuzz/fuzz.h"
#include "ledger/sink.h"

std::vector<std::string_view> fuzz_seeds() {
  return {
      R"({"body":{"a":1},"by":"world","from":[0,3],"kind":"event","seq":7,"turn":2})",
      R"({"body":{"data":{"bytes":36,"sha256":"00"}},"by":"x","from":[],"kind":"genesis","seq":0,)"
      R"("turn":0})",
      R"([null,true,-12,"\u00e9\n\ud83e\udd8a","9007199254740993",{"b":[],"a":{}}])",
      "[[[[1.5e3]]]]"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text = fuzz_text(data, size);
  if (const auto value = wood::parse_json(text)) {
    const std::string written = value->dump();
    const auto again = wood::parse_json(written);
    CHECK(again && again->dump() == written);
  }
  (void)wood::parse_json(text, wood::Floats::nearest);
  if (const auto entry = wood::decode(text)) {
    CHECK(wood::encode(*entry) == text);
    CHECK(wood::kind_of(text) == entry->draft.kind);
    (void)wood::blob_refs(entry->draft.body);
  }
  return 0;
}
