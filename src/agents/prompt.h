// From a view to the messages of a prompt: nothing in them comes from anywhere else.
//
// Two renderings of the same facts. `full` suits models that read prose; `terse` is one short line
// a good, sums done, for models of a few million parameters. What others said stands inside a fence
// of its own and is data: whatever it says, the schema bounds the answer and the controls its cost.
//
// What changes the terse one raises kPromptFormat: models were trained on it to the letter.
#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "core/prompt_format.h"
#include "minds/mind.h"

namespace wood {

enum class Wording { terse, full };

struct Scene {
  Wording wording = Wording::full;
  const Json& facts;   // as View::data() gives them
  const Json& looked;  // what tools answered so far: [{"answer":…,"asked":…}]
  const Json& schema;  // of the answer (agents/tools.h); full says it in words
};

std::vector<Message> render(const Scene& scene);

// A deal as a sentence, from a deal fact's data or a deal event's body (docs/formats/facts.md).
std::string deal_text(const Json& deal);

// Somebody's words between fences: one line, no fence inside, no control characters.
std::string fenced(const std::string& text);

}  // namespace wood
