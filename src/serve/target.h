// The request target taken apart: "/v1/handoffs/12?depth=3". Strict, since it is the first thing
// that a stranger's bytes reach: what is not plainly a path of this server is an error, never
// mended. A path names an entry of a table, not a file, so there is nothing to traverse; "..", "\"
// and encoded slashes are refused all the same.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace wood::serve {

inline constexpr std::size_t kTargetBytesMax = 2'048;

struct Target {
  std::string path;                   // decoded, begins with "/"
  std::vector<std::string> segments;  // of the path; none for "/"
  std::map<std::string, std::string> query;

  friend bool operator==(const Target&, const Target&) = default;
};

// Errc::parse: no origin-form, over kTargetBytesMax, a bad escape, a control character, not UTF-8,
// a parameter twice.
Result<Target> parse_target(std::string_view text);

}  // namespace wood::serve
