// Bodies of POST /v1/commands.
#include "core/check.h"
#include "core/schema.h"
#include "fuzz/fuzz.h"
#include "serve/acts.h"

std::vector<std::string_view> fuzz_seeds() {
  return {R"({"control":"step","turns":3})",
          R"({"act":"tip","to":"pip","good":"honey","direction":"down","true":false,"text":"x"})",
          R"({"act":"order","good":"honey","side":"buy","lots":1,"price":900})",
          R"({"act":"legend","kind":"acorn_mania","turns":3,"by":"operator"})",
          R"({"act":"swap","mind":"scripted","who":"fenn"})"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto command = wood::serve::parse_command(fuzz_text(data, size));
  if (!command) {
    // A refusal can be told as it stands.
    CHECK(command.error().status == 400 || command.error().status == 422);
    CHECK(wood::serve::response(command.error()).body != nullptr);
    return 0;
  }
  CHECK(wood::validate(command->body, command->act->schema).empty());
  return 0;
}
