// The parameters of a request, read one by one; the first that is wrong is kept, so that a route
// reads all it needs and looks once.
#pragma once

#include <optional>
#include <string>

#include "serve/http.h"
#include "serve/target.h"

namespace wood::serve {

class Asked {
 public:
  Asked(const Request& request, const Target& target) : request_(request), target_(target) {}

  // A parameter of the query; `otherwise` where it is not given.
  struct Range {
    std::int64_t low = 0, high = INT64_C(9'007'199'254'740'991), otherwise = 0;
  };
  std::int64_t integer(const char* name, Range range);
  std::string text(const char* name, std::size_t bytes_max = 200);
  // A segment of the path that is a number: "/v1/turns/{turn}".
  std::int64_t segment(std::size_t index, const char* name);
  [[nodiscard]] const std::string& segment_text(std::size_t index) const {
    return target_.segments[index];
  }
  [[nodiscard]] bool has(const char* name) const { return target_.query.contains(name); }
  [[nodiscard]] const Request& request() const { return request_; }

  void refuse(Problem problem) {
    if (!problem_) problem_ = std::move(problem);
  }
  // What is wrong: of the parameters that were read, or one that nobody asked for.
  [[nodiscard]] std::optional<Problem> problem() const;

 private:
  const Request& request_;
  const Target& target_;
  std::vector<std::string> known_;
  std::optional<Problem> problem_;
};

}  // namespace wood::serve
