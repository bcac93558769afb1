#include "host/paths.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "host/env.h"

namespace wood {
namespace {

bool is_folder(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool holds_data(const std::string& path) {
  return is_folder(path + "/scenarios") && is_folder(path + "/pipelines");
}

std::string parent(const std::string& path) { return path.substr(0, path.find_last_of('/')); }

}  // namespace

Result<std::string> exe_dir() {
  std::array<char, 4096> buffer{};
  const ssize_t length = readlink("/proc/self/exe", buffer.data(), buffer.size());
  if (length <= 0 || static_cast<std::size_t>(length) == buffer.size())
    return fail(Errc::environment,
                "/proc/self/exe cannot be read, so the program does not know "
                "where it is; set WOOD_DATA to the folder of its data");
  return parent(std::string(buffer.data(), static_cast<std::size_t>(length)));
}

Result<std::string> data_dir() {
  if (const std::string named = env("WOOD_DATA"); !named.empty()) {
    if (holds_data(named)) return named;
    return fail(Errc::not_found,
                "WOOD_DATA is " + named + ", which holds no scenarios and pipelines");
  }
  TRY(const std::string bin, exe_dir());
  const std::string installed = parent(bin) + "/share/wood";
  if (holds_data(installed)) return installed;
  if (holds_data(WOOD_SOURCE_DIR)) return std::string(WOOD_SOURCE_DIR);
  return fail(Errc::not_found, "the scenarios and pipelines are neither in " + installed +
                                   " nor in " + WOOD_SOURCE_DIR +
                                   "; set WOOD_DATA to the folder that holds them");
}

}  // namespace wood
