// What no entry of the ledger holds and the page shows: the depth of the books and everybody's
// purse and stores at the end of a turn. Taken from the world on its own thread; of a finished run,
// while it is played again.
#pragma once

#include <optional>
#include <vector>

#include "core/bytes.h"
#include "drama/world.h"

namespace wood::serve {

inline constexpr int kLevels = 12;
inline constexpr std::size_t kLookedAt = 200;  // of a crowd, nobody is looked at one by one

struct Standing {
  std::int64_t purse_mp = 0, free_mp = 0, frozen_until = 0;
  bool exiled = false;
  std::vector<std::int64_t> stores, borrowed;  // lots by good
  struct Resting {
    int good = 0;
    Side side = Side::bid;
    std::int64_t price = 0, lots = 0;
  };
  std::vector<Resting> orders;  // newest first by good
};

struct Look {
  std::int64_t turn = 0;
  std::vector<std::vector<Level>> bids, asks;  // by good, best first
  std::vector<Standing> beings;
};

Look look_at(const World& world);

// A look as bytes, to be kept aside, and back; no look if they are not what pack() gave.
Bytes pack(const Look& look);
std::optional<Look> unpack(ByteView bytes);

}  // namespace wood::serve
