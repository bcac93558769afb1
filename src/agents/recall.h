// What a creature keeps in mind: bounded integers, never raw history. Trust in others, and the last
// three things that happened to it.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "core/json.h"

namespace wood {

class Recall {
 public:
  // Moves the trust in somebody; it stays within -100..100. At most kOthersMax others are
  // remembered: the one trusted least strongly either way is forgotten first.
  void trust(const std::string& other, std::int64_t change);
  [[nodiscard]] std::int64_t trust_in(const std::string& other) const;
  // Keeps a short line; the newest three stay, and a line that is the newest already is not
  // repeated.
  void remember(const std::string& line);
  // {"last":[…],"trust":{…}}: the whole of it.
  [[nodiscard]] Json json() const;

 private:
  friend struct Tamper;  // drama/world_test.cpp
  std::map<std::string, std::int64_t> trust_;
  std::deque<std::string> last_;
};

inline constexpr std::size_t kOthersMax = 12;
inline constexpr std::size_t kLinesMax = 3;
inline constexpr std::size_t kLineBytes = 80;

}  // namespace wood
