// Files: whole reads, safe writes, and where a user's data lives.
#pragma once

#include <cstdint>
#include <string>

#include "core/bytes.h"
#include "core/result.h"

namespace wood {

bool file_exists(const std::string& path);
Result<std::int64_t> file_size(const std::string& path);
Result<Bytes> read_file(const std::string& path);
// Written to a neighbour, synced, renamed: a reader sees the old file or the new one, whole, also
// after a power cut.
Status write_file(const std::string& path, ByteView bytes);
// The same with mode 0600, in a folder of mode 0700 that is made if need be. Errc::exists if it is
// there: of two processes that try at once, one succeeds.
Status write_secret(const std::string& path, ByteView bytes);
// Whether others than the owner may read or write it; false if there is none.
bool open_to_others(const std::string& path);
// An empty file whose name survives a power cut; Errc::exists if it is there.
Status create_file(const std::string& path);
Status make_folders(const std::string& path);
Status remove_file(const std::string& path);  // fine if there is none
// Over what is there; the new name survives a power cut.
Status move_file(const std::string& from, const std::string& to);
// A symbolic link at `path`, whatever was there; a reader sees the old one or the new one.
Status point_link(const std::string& path, const std::string& target);
// What the file system of a folder has left for this user.
Result<std::int64_t> free_bytes(const std::string& folder);

// $XDG_DATA_HOME or ~/.local/share; $XDG_CONFIG_HOME or ~/.config; $XDG_CACHE_HOME or ~/.cache.
// Errc::environment without HOME.
Result<std::string> data_home();
Result<std::string> config_home();
Result<std::string> cache_home();

}  // namespace wood
