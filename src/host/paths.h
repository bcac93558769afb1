// Where the program's own files are: the executable, and the data that comes with it (scenarios,
// pipelines, models). Reading them is host/file.h's work.
#pragma once

#include <string>

#include "core/result.h"

namespace wood {

// The folder of the running executable, symbolic links followed, without a trailing slash.
Result<std::string> exe_dir();

// The folder that holds scenarios/, pipelines/ and models/. First found:
//   1. $WOOD_DATA, which must hold them if it is set: a wrong value is an error, not a fallback;
//   2. ../share/wood beside an installed executable (bin/wood);
//   3. the source tree that this program was built from.
Result<std::string> data_dir();

}  // namespace wood
