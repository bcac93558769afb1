// JSON as models misspell it: the syntax half of reader.h. Comments, trailing and missing commas,
// single and typographic quotes, bare keys and words, Python's literals, fractions, broken escapes,
// and text that stops in the middle. What a repair could not mean in only one way is an error: a
// bare key has no spaces, a number that touches the end of the text is dropped with its key.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "minds/reader.h"

namespace wood {

struct Loose {
  Json value;
  std::size_t end = 0;     // first byte behind it
  bool truncated = false;  // the text ended inside it
  std::vector<Repair> repairs;
};

// The value that begins at text[at], white space and comments before it skipped. `text` must be
// UTF-8.
std::optional<Loose> parse_loose(std::string_view text, std::size_t at = 0);

}  // namespace wood
