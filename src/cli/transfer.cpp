#include "cli/transfer.h"

#include <algorithm>

#include "cli/table.h"
#include "host/clock.h"

namespace wood::cli {
namespace {

constexpr int kBarColumns = 16;
constexpr std::int64_t kEveryUs = 200'000;

std::string bar(std::int64_t have, std::int64_t whole, const Terminal& terminal) {
  const auto full = static_cast<int>(whole > 0 ? have * kBarColumns / whole : kBarColumns);
  std::string out;
  for (int i = 0; i < kBarColumns; ++i)
    out += terminal.unicode ? (i < full ? "█" : "░") : (i < full ? "#" : ".");
  return out;
}

}  // namespace

void TransferLine::begin(const std::string& name, std::optional<std::int64_t> whole,
                         std::int64_t have) {
  name_ = printable(name);
  whole_ = whole;
  first_ = have;
  began_us_ = now_us();
  shown_us_ = 0;
  tenth_ = whole && *whole > 0 ? have * 10 / *whole : 0;
  if (loudness_ == Loudness::lines && !console_.err.person)
    console_.complain(name_ + "  " + (have > 0 ? bytes_text(have) + " are there, of " : "") +
                      (whole ? bytes_text(*whole) : "a length that is not known") + "\n");
}

std::string TransferLine::text(std::int64_t have, std::int64_t now) const {
  const std::int64_t spent = std::max<std::int64_t>(1, now - began_us_);
  const std::int64_t rate = (have - first_) * 1'000 / std::max<std::int64_t>(1, spent / 1'000);
  std::string out = name_ + "  ";
  if (whole_ && *whole_ > 0) {
    if (console_.err.person) out += bar(have, *whole_, console_.err) + "  ";
    out += std::to_string(have * 100 / *whole_) + " %  " + bytes_text(have) + " of " +
           bytes_text(*whole_);
  } else {
    out += bytes_text(have);
  }
  if (rate > 0) out += "  " + bytes_text(rate) + "/s";
  if (rate > 0 && whole_ && *whole_ > have)
    out += "  " + duration((*whole_ - have) * 1'000 / rate * 1'000) + " left";
  return out;
}

void TransferLine::at(std::int64_t have) {
  if (loudness_ == Loudness::quiet) return;
  const std::int64_t now = now_us();
  first_ = std::min(first_, have);  // a server that began again
  if (console_.err.person) {
    if (now - shown_us_ < kEveryUs) return;
    shown_us_ = now;
    console_.complain("\r\x1b[K" + fitted(text(have, now), console_.err.width - 1));
    line_ = true;
    return;
  }
  if (!whole_ || *whole_ <= 0) return;
  const std::int64_t tenth = have * 10 / *whole_;
  if (tenth > tenth_) console_.complain(text(have, now) + "\n");
  tenth_ = std::max(tenth_, tenth);
}

void TransferLine::note(const std::string& text) {
  finish();
  if (loudness_ == Loudness::lines) console_.complain(printable(text) + "\n");
}

void TransferLine::finish() {
  if (line_) console_.complain("\r\x1b[K");
  line_ = false;
}

}  // namespace wood::cli
