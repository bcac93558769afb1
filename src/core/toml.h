// TOML text to a Json value, with the line of every key, so that an error can name its place.
// Floats and dates are refused with their line: amounts are integers of a stated unit (ppm, bps,
// millipebbles), which is what lets a scenario stand in the ledger verbatim.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/json.h"

namespace wood {

struct Toml {
  Json value;                        // an object
  std::map<std::string, int> lines;  // "market.goods[0].price" → line, from 1

  // "line 12", or "" where the path is not known; falls back to the closest parent's line.
  [[nodiscard]] std::string place(std::string_view path) const;
};

Result<Toml> parse_toml(std::string_view text);

}  // namespace wood
