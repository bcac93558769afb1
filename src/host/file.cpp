#include "host/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
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

Status write_new(const std::string& path, ByteView bytes, mode_t mode) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return failed(path, "create");
  Status status = write_all(file, bytes, path);
  if (::close(file) != 0 && status) return failed(path, "close");
  return status;
}

// The name under which a file grows before it is whole: of this process and no other.
std::string beside(const std::string& path) { return path + ".new-" + std::to_string(::getpid()); }

std::string folder_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

// Makes the names in the folder of `path` durable: without it a file may be whole and nameless.
Status sync_folder(const std::string& path) {
  const std::string name = folder_of(path);
  const int folder = ::open(name.empty() ? "." : name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return failed(path, "open the folder of");
  Status status;
  if (::fsync(folder) != 0) status = failed(path, "sync the folder of");
  ::close(folder);
  return status;
}

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

Result<std::int64_t> file_size(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return failed(path, "look at");
  return static_cast<std::int64_t>(info.st_size);
}

Status write_file(const std::string& path, ByteView bytes) {
  const std::string fresh = beside(path);
  Status status = write_new(fresh, bytes, 0644);
  if (status) status = move_file(fresh, path);
  if (!status) ::unlink(fresh.c_str());
  return status;
}

Status write_secret(const std::string& path, ByteView bytes) {
  const std::string folder = folder_of(path);
  TRY_STATUS(make_folders(folder));
  if (!folder.empty() && ::chmod(folder.c_str(), 0700) != 0)
    return failed(folder, "close to others");
  const std::string fresh = beside(path);
  Status status = write_new(fresh, bytes, 0600);
  // link() refuses a name that is taken, which rename() does not.
  if (status && ::link(fresh.c_str(), path.c_str()) != 0) status = failed(path, "create");
  ::unlink(fresh.c_str());
  if (status) status = sync_folder(path);
  return status;
}

bool open_to_others(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0;
}

Status create_file(const std::string& path) {
  TRY_STATUS(write_new(path, "", 0644));
  return sync_folder(path);
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

Status move_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed(to, "rename to");
  return sync_folder(to);
}

Status point_link(const std::string& path, const std::string& target) {
  const std::string fresh = beside(path);
  ::unlink(fresh.c_str());
  if (::symlink(target.c_str(), fresh.c_str()) != 0) return failed(path, "link");
  Status status = move_file(fresh, path);
  if (!status) ::unlink(fresh.c_str());
  return status;
}

Result<std::int64_t> free_bytes(const std::string& folder) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return failed(folder, "ask for the room of");
  return static_cast<std::int64_t>(info.f_bavail * info.f_frsize);
}

Result<std::string> data_home() { return home_folder("XDG_DATA_HOME", "/.local/share"); }
Result<std::string> config_home() { return home_folder("XDG_CONFIG_HOME", "/.config"); }
Result<std::string> cache_home() { return home_folder("XDG_CACHE_HOME", "/.cache"); }

}  // namespace wood
