// What stands behind an output stream of this process: a person's terminal, or a file or pipe.
#pragma once

#include <cstdio>

namespace wood {

struct Terminal {
  bool person = false;   // a terminal, and not TERM=dumb: a line may be written over
  bool colour = false;   // it may be coloured: NO_COLOR is not set
  bool unicode = false;  // the locale's characters are UTF-8
  int width = 80;        // columns; of a pipe: COLUMNS, else 100
};

Terminal terminal_of(std::FILE* stream);

}  // namespace wood
