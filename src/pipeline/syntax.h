// The syntax of expressions: text to a tree. What a tree means is expr.h's.
//
// A subset of CEL (Common Expression Language, cel.dev): its operators and their precedence, its
// literals without floats and bytes, its macros has, all, exists, filter and map, and functions in
// either form, f(x, y) or x.f(y). Line comments begin with //. A tree is at most kExprDepth deep,
// so that walking it by recursion is safe whatever the text was.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace wood {

inline constexpr std::size_t kExprBytesMax = 16'384;
inline constexpr int kExprDepth = 120;

enum class Op {
  literal,  // value
  name,     // name
  list,     // kids
  map,      // kids: key, value, key, value, …
  field,    // kids[0] . name
  has,      // has(kids[0] . name)
  index,    // kids[0] [ kids[1] ]
  call,     // name(kids…); function: which one
  negate,
  invert,  // -kids[0], !kids[0]
  add,
  subtract,
  multiply,
  divide,
  modulo,  // kids[0] op kids[1]
  equal,
  unequal,
  less,
  less_equal,
  greater,
  greater_equal,  // kids[0] op kids[1]
  in,
  both,
  either,  // in, &&, ||
  choose,  // kids[0] ? kids[1] : kids[2]
  all,
  exists,
  filter,
  map_each,  // kids[0].op(name, kids[1])
};

struct Node {
  Op op = Op::literal;
  std::size_t at = 0;  // byte in the source, for messages
  int depth = 1;
  int function = -1;  // Op::call: index in functions()
  std::string name{};
  Json value{};
  std::vector<Node> kids{};
};

// Errc::parse with place and mend: "column 7: expected ), found end; close the parenthesis …".
Result<Node> parse_syntax(std::string_view source);

// "column 7", or "line 2 column 7" where the source has several lines.
std::string place_in(std::string_view source, std::size_t at);

}  // namespace wood
