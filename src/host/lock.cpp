#include "host/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace wood {

Result<std::unique_ptr<FileLock>> FileLock::attempt(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return fail(Errc::io, path + ": cannot open the lock: " + std::strerror(errno));
  std::unique_ptr<FileLock> lock(new FileLock(file));
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) return std::unique_ptr<FileLock>();
  return fail(Errc::io, path + ": cannot lock: " + std::strerror(errno));
}

FileLock::~FileLock() { ::close(file_); }

}  // namespace wood
