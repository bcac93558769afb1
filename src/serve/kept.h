// Answers that are given again as long as nothing has changed: of a finished run, most of them.
#pragma once

#include <map>
#include <string>

#include "serve/http.h"

namespace wood::serve {

class Kept {
 public:
  // The answer to the same question at the same version; null if none is kept. Valid until the next
  // call.
  const Response* find(std::uint64_t version, std::string_view question);
  // Keeps a 200 that was given at `version` while it is still `now`, if there is room.
  void keep(std::uint64_t version, std::uint64_t now, std::string question,
            const Response& response);

 private:
  void at(std::uint64_t version);
  std::uint64_t version_ = 0;
  std::size_t bytes_ = 0;
  std::map<std::string, Response, std::less<>> answers_;
};

}  // namespace wood::serve
