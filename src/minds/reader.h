// Reads a model's answer: the one tolerant reader for every mind. Text and schema in; a value that
// conforms comes out, with every repair that was needed on record, or no value and the reasons.
//
// It looks through <think> blocks, Harmony channels, fences and prose for objects, reads JSON as
// models misspell it, then fits the value to the schema: a wrong type is converted where the
// meaning is plain, a number out of range is moved to the bound, a long string is clipped, an
// unknown member is dropped. It never invents: a required member that is missing is a reason to
// refuse, unless the schema fixes its value. Of several objects the last that fits counts, and one
// that conforms as it stands before one that had to be fitted.
//
// Any bytes are safe. A value is looked for at the first and the last 64 places where one may
// begin, in the first MiB.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace wood {

struct Repair {
  // Around the value: utf8 too_long think harmony fence prose unwrapped.
  // Syntax (loose.h): comment quotes raw_control escape number rounded literal unquoted
  // unquoted_key comma trailing_comma colon bracket duplicate_key truncated. Meaning (fit.h): const
  // enum wrong_type clamped clipped wrapped dropped renamed unknown_member filled nested_json.
  std::string kind;
  std::string detail;  // where and what: "$.qty: \"3\" → 3"
  friend bool operator==(const Repair&, const Repair&) = default;
};

struct Reading {
  std::optional<Json> value;         // conforms to the schema; absent: nothing is to be done
  std::vector<Repair> repairs;       // in the order made; also those made before giving up
  std::vector<std::string> reasons;  // why there is no value
};

// `schema` must have passed check_schema.
Reading read_answer(std::string_view text, const Json& schema);

}  // namespace wood
