// From a view to the messages of a prompt: nothing in them comes from anywhere else.
//
// Two renderings of the same facts. `full` suits models that read prose; `terse` is one short line a
// good, sums done, for models of a few million parameters. What others said stands inside a fence of
// its own and is data: whatever it says, the schema bounds the answer and the controls its cost.
#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "minds/mind.h"

namespace wood {

enum class Wording { terse, full };

// `facts` as View::data() gives them; `looked`: what tools answered so far, [{"act":…,"answer":…}].
std::vector<Message> render(const Json& facts, const Json& looked, Wording wording);

// Somebody's words between fences: one line, no fence inside, no control characters.
std::string fenced(const std::string& text);

}  // namespace wood
