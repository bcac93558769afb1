#include "cli/progress.h"

#include <algorithm>

#include "cli/table.h"
#include "core/text.h"
#include "host/clock.h"

namespace wood::cli {

Progress::Progress(const Console& console, Loudness loudness)
    : console_(console), loudness_(loudness), started_us_(now_us()) {}

void Progress::turn(const TurnReport& report, const Silence& silence) {
  if (first_turn_ == 0) first_turn_ = report.turn;
  trades_ += report.trades;
  tokens_ += report.answer_tokens;
  refused_ += report.refused;
  const std::int64_t silent = silence.count - silent_;
  silent_ = silence.count;
  if (loudness_ == Loudness::quiet) return;
  const std::int64_t spent = std::max<std::int64_t>(1, now_us() - started_us_);
  const std::int64_t done = report.turn - first_turn_ + 1;
  const std::int64_t left = spent / done * (report.turns - report.turn);
  std::string text = "turn " + std::to_string(report.turn) + "/" + std::to_string(report.turns) +
                     "  " + grouped(trades_) + " trades  " + grouped(refused_) + " refused  " +
                     decimal(tokens_ * 10'000'000 / spent, 1) + " tokens/s";
  if (left > 0 && console_.err.person) text += "  " + duration(left) + " left";
  if (silent > 0)
    text += "  " + grouped(silent) + " unanswered: " +
            std::string(clip(printable(silence.last), 160));
  if (!console_.err.person) return console_.complain(text + "\n");
  console_.complain("\r\x1b[K" + fitted(text, console_.err.width - 1));
  line_ = true;
}

void Progress::finish() {
  if (line_) console_.complain("\r\x1b[K");
  line_ = false;
}

}  // namespace wood::cli
