// Fits the latent process to real prices, and says how well it knows each parameter.
//
// Method. Log returns; jumps are returns beyond 4 robust standard deviations (1.4826 times the
// median absolute deviation) from the median; volatility, drift and reversion by least squares of
// the return on the level over what is left (the AR(1) of an Ornstein–Uhlenbeck process).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "market/process.h"

namespace wood {

struct Prices {
  std::vector<std::int64_t> values;  // × 1,000,000, rounded half away from zero
  int first_line = 0;                // line of values[0] in the text, from 1
};
// CSV by RFC 4180: comma, or semicolon if the first line has no comma; CRLF or LF; quoted fields.
// column: a name of the head line, or a number from 1 (then a first line without a number there is
// skipped as a head). Decimal point; blank lines skipped. Errors name line and column.
Result<Prices> parse_prices(std::string_view csv, const std::string& column);

struct ProcessFit {
  ProcessParams params;
  std::int64_t returns = 0;        // used
  std::int64_t jumps = 0;          // found
  // Standard errors, same units; 0 where there is nothing to tell from.
  std::int64_t drift_error_ppm = 0, volatility_error_ppm = 0, reversion_error_ppm = 0;
  std::int64_t first = 0, last = 0;      // prices × 1,000,000
};
// At least 30 prices, all above zero: else Errc::schema saying so.
Result<ProcessFit> fit(const Prices& prices);

// {"process":{drift_ppm…},"fit":{…}}: the first member goes into a scenario's [[good]].
Json json(const ProcessFit& fit);

}  // namespace wood
