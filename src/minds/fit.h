// Fits a value to a schema: the meaning half of reader.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "minds/reader.h"

namespace wood {

struct Fitting {
  std::optional<Json> value;  // conforms (core/schema.h)
  std::vector<Repair> repairs;
  std::vector<std::string> reasons;  // why there is no value
};

enum class Guess { allowed, refused };  // whether an option of an enum may be found by its likeness

Fitting fit(const Json& value, const Json& schema, Guess guess = Guess::allowed);

// An option of oneOf with what the schema around it says put under it: one schema without oneOf.
Json option_of(const Json& schema, const Json& option);

}  // namespace wood
