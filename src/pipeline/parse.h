// One [[step]] of a pipeline file to a Step. What needs the other steps to judge is pipeline.cpp's.
#pragma once

#include "pipeline/step.h"
#include "pipeline/table.h"

namespace wood {

// Sets everything but `layer` and `sees_input`.
Result<Step> parse_step(Table& table);

// A name that an expression, a rendering or a mind of the step refers to, and where it stands
// ("prompt", "check[0].that").
struct Use {
  std::string name;
  std::string key;
  std::string member;  // of `input` and `how`: which; "": all of it
};
std::vector<Use> uses(const Step& step);
// What of the names is sent to a mind that is asked this.
std::vector<Use> sent_by(const Question& q);
// What is handed to the host, and what a window remembers.
std::vector<Use> args_of(const EffectStep& effect);
std::vector<Use> kept_by(const Window& window);
// The names that stand in the step's scope at that key without being needed.
std::vector<std::string> given(const Step& step, const std::string& key);

}  // namespace wood
