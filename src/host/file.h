// Files: whole reads, safe writes, and where a user's data lives.
#pragma once

#include <string>

#include "core/bytes.h"
#include "core/result.h"

namespace wood {

bool file_exists(const std::string& path);
Result<Bytes> read_file(const std::string& path);
// Written to a neighbour, synced, renamed: a reader sees the old file or the new one, whole.
Status write_file(const std::string& path, ByteView bytes);
// The same with mode 0600, in a folder made with mode 0700 if need be; Errc::exists if it is there.
Status write_secret(const std::string& path, ByteView bytes);
Status make_folders(const std::string& path);
Status remove_file(const std::string& path);  // fine if there is none

// $XDG_DATA_HOME or ~/.local/share; $XDG_CONFIG_HOME or ~/.config. Errc::environment without HOME.
Result<std::string> data_home();
Result<std::string> config_home();

}  // namespace wood
