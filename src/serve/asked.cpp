#include "serve/asked.h"

#include <algorithm>

#include "core/text.h"

namespace wood::serve {

std::int64_t Asked::integer(const char* name, Range range) {
  known_.emplace_back(name);
  const auto it = target_.query.find(name);
  if (it == target_.query.end()) return range.otherwise;
  const auto value = to_int(it->second);
  if (!value || *value < range.low || *value > range.high) {
    refuse({400,
            "it is no whole number from " + std::to_string(range.low) + " to " +
                std::to_string(range.high),
            name, "give another one, or leave it out"});
    return range.otherwise;
  }
  return *value;
}

std::string Asked::text(const char* name, std::size_t bytes_max) {
  known_.emplace_back(name);
  const auto it = target_.query.find(name);
  if (it == target_.query.end()) return "";
  if (it->second.size() > bytes_max)
    refuse({400, "it is over " + std::to_string(bytes_max) + " bytes long", name, "shorten it"});
  return it->second;
}

std::int64_t Asked::segment(std::size_t index, const char* name) {
  const auto value = to_int(target_.segments[index]);
  if (value && *value >= 0 && std::to_string(*value) == target_.segments[index]) return *value;
  refuse({400, "\"" + target_.segments[index] + "\" is no whole number", name,
          "put the number there"});
  return 0;
}

std::optional<Problem> Asked::problem() const {
  if (problem_) return problem_;
  for (const auto& [name, value] : target_.query) {
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    const std::string nearest = nearest_name(name, known_);
    return Problem{400, "there is no such parameter here", name,
                   !nearest.empty() ? "did you mean " + nearest + "?"
                   : known_.empty() ? "leave it out"
                                    : "there are " + join(known_, ", ")};
  }
  return std::nullopt;
}

}  // namespace wood::serve
