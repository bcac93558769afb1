// How far a download is, on stderr: a line that is written over on a terminal, a line a tenth of
// the way otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/progress.h"
#include "cli/verb.h"

namespace wood::cli {

class TransferLine {
 public:
  TransferLine(const Console& console, Loudness loudness)
      : console_(console), loudness_(loudness) {}
  // `whole`: what it comes to, if that is known; `have`: what is there already.
  void begin(const std::string& name, std::optional<std::int64_t> whole, std::int64_t have);
  void at(std::int64_t have);
  // A line of its own.
  void note(const std::string& text);
  // Clears the line that is written over.
  void finish();

 private:
  [[nodiscard]] std::string text(std::int64_t have, std::int64_t now_us) const;

  const Console& console_;
  Loudness loudness_;
  std::string name_;
  std::optional<std::int64_t> whole_;
  std::int64_t first_ = 0, began_us_ = 0, shown_us_ = 0, tenth_ = 0;
  bool line_ = false;
};

}  // namespace wood::cli
