#include "host/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "core/text.h"
#include "host/env.h"

namespace wood {
namespace {

// The first of the three variables that is set decides, as in setlocale(3).
bool utf8_locale() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = lower(env(variable));
    if (value.empty()) continue;
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

Terminal terminal_of(std::FILE* stream) {
  Terminal out;
  const int file = fileno(stream);
  const bool tty = isatty(file) == 1;
  out.person = tty && env("TERM") != "dumb";
  out.colour = out.person && env("NO_COLOR").empty();
  // A file is read later, by something that knows UTF-8; a terminal says what it can show.
  out.unicode = !tty || utf8_locale();
  winsize size{};
  if (tty && ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) out.width = size.ws_col;
  else if (const auto columns = to_int(env("COLUMNS")))
    out.width = static_cast<int>(std::min<std::int64_t>(*columns, 1'000));
  else if (!tty) out.width = 100;
  out.width = std::max(out.width, 40);
  return out;
}

}  // namespace wood
