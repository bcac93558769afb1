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
};
std::vector<Use> uses(const Step& step);
// The names that stand in the step's scope at that key without being needed.
std::vector<std::string> given(const Step& step, const std::string& key);

// The schema's part at a place such as "good" or "orders[].good"; null if there is none.
Json* schema_at(Json& schema, const std::string& place);

}  // namespace wood
