// Small text tools. Pure; ASCII rules unless said otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wood {

std::vector<std::string> split(std::string_view text, char separator);  // keeps empty parts
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);  // spaces, tabs, CR, LF
std::string lower(std::string_view text);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
// A whole decimal int64, optional leading minus; nothing else around it.
std::optional<std::int64_t> to_int(std::string_view text);
// The closest of `names` to `word` by edit distance, the first of equals; "" if none is within a
// third of its length plus one, or if every letter differs. For "did you mean".
std::string nearest_name(std::string_view word, const std::vector<std::string>& names);
// Cuts at a UTF-8 boundary so that at most `bytes_max` bytes remain.
std::string_view clip(std::string_view text, std::size_t bytes_max);

// A fixed-point number: decimal(1234, 3) is "1.234"; decimal(-50, 3, 1) is "-0.1" (half away from
// zero).
std::string decimal(std::int64_t value, int scale, int digits = -1);

}  // namespace wood
