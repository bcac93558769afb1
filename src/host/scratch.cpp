#include "host/scratch.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "host/env.h"

namespace wood {
namespace {

// A descriptor, or -1 and errno.
int nameless_file(const std::string& folder) {
  const int file = ::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  std::string path = folder + "/.wood-XXXXXX";  // a file system that knows no such files
  const int named = ::mkostemp(path.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(path.c_str());
  return named;
}

// Calls `step(done)` until so many bytes are done: 0, or the errno of what stopped it; `ended`
// where it did nothing more and said nothing.
template <class Step>
int whole(std::size_t bytes, int ended, Step step) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t n = step(done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0 ? ended : errno;
    done += static_cast<std::size_t>(n);
  }
  return 0;
}

void first(std::atomic<int>& kept, int error) {
  int none = 0;
  kept.compare_exchange_strong(none, error);
}

}  // namespace

Result<std::shared_ptr<ScratchFile>> ScratchFile::create(const std::string& folder) {
  const int file = nameless_file(folder);
  if (file < 0)
    return fail(Errc::io, folder + ": cannot hold what is kept aside: " + std::strerror(errno));
  return std::shared_ptr<ScratchFile>(new ScratchFile(file, folder));
}

Result<std::shared_ptr<ScratchFile>> ScratchFile::anywhere(const std::string& first) {
  for (const std::string& folder :
       {first, env("TMPDIR"), std::string("/var/tmp"), std::string("/tmp")})
    if (!folder.empty())
      if (auto made = create(folder)) return made;
  const int file = ::memfd_create("wood", MFD_CLOEXEC);
  if (file < 0)
    return fail(Errc::io, std::string("there is no place for what is kept aside: ") +
                              std::strerror(errno) + "; set TMPDIR to a folder with room");
  return std::shared_ptr<ScratchFile>(new ScratchFile(file, "memory"));
}

ScratchFile::~ScratchFile() { ::close(file_); }

Result<std::int64_t> ScratchFile::add(ByteView bytes) {
  const std::int64_t at = end_;
  TRY_STATUS(write(bytes, at));
  end_ += static_cast<std::int64_t>(bytes.size());
  return at;
}

Status ScratchFile::write(ByteView bytes, std::int64_t at) {
  const int error = whole(bytes.size(), ENOSPC, [&](std::size_t done) {
    return ::pwrite(file_, bytes.data() + done, bytes.size() - done, at + static_cast<off_t>(done));
  });
  if (error == 0) return {};
  first(write_error_, error);
  return written();
}

Status ScratchFile::read(char* out, std::size_t bytes, std::int64_t at) const {
  const int error = whole(bytes, EIO, [&](std::size_t done) {
    return ::pread(file_, out + done, bytes - done, at + static_cast<off_t>(done));
  });
  if (error == 0) return {};
  first(read_error_, error);
  return readable();
}

Status ScratchFile::failed(const char* what, int error) const {
  if (error == 0) return {};
  return fail(Errc::io, folder_ + ": what is kept aside there cannot be " + what + ": " +
                            std::strerror(error) +
                            "; make room, or set TMPDIR to a folder that has it");
}

Status ScratchFile::written() const { return failed("written", write_error_); }
Status ScratchFile::readable() const { return failed("read", read_error_); }

}  // namespace wood
