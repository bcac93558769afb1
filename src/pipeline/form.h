// A schema in words that a model can follow, for minds whose server does not hold them to it:
// {"reason": text of at most 160 characters, "side": "buy" or "sell", "lots": integer 0 to 50}.
#pragma once

#include <string>

#include "core/json.h"

namespace wood {

// `schema` must have passed check_schema. Members in the order of `required`, then the rest.
std::string form_of(const Json& schema);

}  // namespace wood
