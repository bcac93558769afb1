// Statistics as tables show them: so many digits, intervals, p-values. The computing is eval's.
#pragma once

#include <string>
#include <string_view>

#include "eval/stats.h"

namespace wood::cli {

// "-0.034": rounded half away from zero.
std::string fixed(double value, int digits);
// The same with its sign: "+0.012".
std::string signed_fixed(double value, int digits);
// "[0.101, 0.140]".
std::string interval_text(const eval::Interval& interval, int digits);
// "0.034"; "<0.001"; never "0.000".
std::string p_text(double p);
// "4.5 %".
std::string percent(double share, int digits = 1);

}  // namespace wood::cli
