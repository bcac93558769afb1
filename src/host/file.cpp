#include "host/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "host/env.h"

namespace wood {
namespace {

tl::unexpected<Error> failed(const std::string& path, const char* did) {
  const Errc code = errno == ENOENT ? Errc::not_found : errno == EEXIST ? Errc::exists : Errc::io;
  return fail(code, path + ": cannot " + did + ": " + std::strerror(errno));
}

Status write_all(int file, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return failed(path, "write");
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::fsync(file) != 0) return failed(path, "sync");
  return {};
}

Status write_new(const std::string& path, ByteView bytes, mode_t mode, int flags) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);
  if (file < 0) return failed(path, "create");
  Status status = write_all(file, bytes, path);
  if (::close(file) != 0 && status) return failed(path, "close");
  return status;
}

std::string folder_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }

Result<std::string> home_folder(const char* variable, const char* below) {
  const std::string given = env(variable);
  if (!given.empty() && given.front() == '/') return given;
  const std::string home = env("HOME");
  if (home.empty()) return fail(Errc::environment, std::string("set HOME or ") + variable);
  return home + below;
}

}  // namespace

bool file_exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

Result<Bytes> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed(path, "open");
  Bytes out;
  char buffer[65'536];
  while (true) {
    const ssize_t got = ::read(file, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      auto error = failed(path, "read");
      ::close(file);
      return error;
    }
    if (got == 0) break;
    out.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(file);
  return out;
}

Status write_file(const std::string& path, ByteView bytes) {
  const std::string beside = path + ".new";
  TRY_STATUS(write_new(beside, bytes, 0644, O_TRUNC));
  if (::rename(beside.c_str(), path.c_str()) != 0) return failed(path, "rename to");
  return {};
}

Status write_secret(const std::string& path, ByteView bytes) {
  TRY_STATUS(make_folders(folder_of(path)));
  if (!folder_of(path).empty()) ::chmod(folder_of(path).c_str(), 0700);
  return write_new(path, bytes, 0600, O_EXCL);
}

Status make_folders(const std::string& path) {
  if (path.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(Errc::io, path + ": cannot make the folder: " + error.message());
  return {};
}

Status remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(path, "remove");
  return {};
}

Result<std::string> data_home() { return home_folder("XDG_DATA_HOME", "/.local/share"); }
Result<std::string> config_home() { return home_folder("XDG_CONFIG_HOME", "/.config"); }

}  // namespace wood
