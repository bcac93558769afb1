#include "core/money.h"

#include <limits>

namespace wood {

std::int64_t mul_div(std::int64_t a, std::int64_t b, std::int64_t c, Round round) {
  CHECK(c > 0);
  __extension__ using Wide = __int128;
  const Wide product = static_cast<Wide>(a) * b;
  Wide quotient = product / c;
  Wide rest = product % c;
  if (rest < 0) {  // make it the floor, with 0 <= rest < c
    --quotient;
    rest += c;
  }
  switch (round) {
    case Round::down: break;
    case Round::up: quotient += rest > 0; break;
    case Round::half_even:
      if (2 * rest > c || (2 * rest == c && (quotient & 1) != 0)) ++quotient;
      break;
  }
  CHECK(quotient <= std::numeric_limits<std::int64_t>::max());
  CHECK(quotient >= std::numeric_limits<std::int64_t>::min());
  return static_cast<std::int64_t>(quotient);
}

}  // namespace wood
