// The functions of expressions. All are total over the kinds they name and refuse others with a
// message.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/json.h"

namespace wood {

struct Function {
  const char* name;
  int arity_min;
  int arity_max;  // -1: any number
  const char* usage;
  Result<Json> (*call)(std::span<const Json* const> args);
};

// All of them, by name: what docs/formats/pipeline.md lists and a test compares.
const std::vector<Function>& functions();
// Index in functions(), or -1.
int find_function(std::string_view name);

// As an expression's + sees them; Errc::limit on overflow or where the result would be over the
// limits.
Result<Json> sum_of(const Json& a, const Json& b);

inline constexpr std::size_t kStringBytesMax = 65'536;
inline constexpr std::size_t kListItemsMax = 10'000;

}  // namespace wood
