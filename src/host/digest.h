// Digests of files that are too large to read twice: model weights.
#pragma once

#include <string>

#include "core/result.h"
#include "core/sha256.h"

namespace wood {

// SHA-256 of a file, read in pieces. Remembered in this process by path, size and time of change.
Result<Digest> file_sha256(const std::string& path);

}  // namespace wood
