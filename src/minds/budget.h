// Which models stand in memory while several are asked: all at once where they fit, else in waves,
// and the least recently used one gives way. Pure: it plans, the panel (live.h) carries it out.
// What a mind answers does not depend on it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wood {

struct Holder {
  std::string mind;
  std::int64_t bytes = 0;  // what it takes up when loaded; 0: nothing worth counting
  std::int64_t used = 0;   // when it was asked last; higher is later
  enum class State { resting, loaded } state = State::resting;
  enum class Wish { none, asked } wish = Wish::none;
};

struct Wave {
  std::vector<std::string> rest;  // to be unloaded first
  std::vector<std::string> ask;   // together
};

// Every mind that is asked stands in exactly one wave. After the `rest` of a wave what is loaded
// takes at most `bytes_max`, unless a single mind takes more: it is then alone. 0: no limit, one
// wave. Those that are loaded come first: nothing is unloaded that is still to be asked.
std::vector<Wave> plan_waves(std::vector<Holder> holders, std::int64_t bytes_max);

}  // namespace wood
