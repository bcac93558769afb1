// Distinct integer types: an order number cannot be passed where an entry number is meant.
#pragma once

#include <compare>
#include <cstdint>

namespace wood {

template <class Tag>
struct Id {
  std::int64_t value = -1;  // -1: none

  friend constexpr auto operator<=>(Id, Id) = default;
  [[nodiscard]] constexpr bool some() const { return value >= 0; }
};

struct SeqTag;
using Seq = Id<SeqTag>;  // number of an entry in the record log, from 0 (genesis)

}  // namespace wood
