#include "host/part_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/check.h"
#include "host/file.h"

namespace wood {
namespace {

tl::unexpected<Error> failed(const std::string& path, const char* did) {
  if (errno == ENOSPC || errno == EDQUOT)
    return fail(Errc::environment, path + ": the disk is full; make room and go on");
  return fail(Errc::io, path + ": cannot " + did + ": " + std::strerror(errno));
}

}  // namespace

PartFile::PartFile(std::string path, int file)
    : path_(std::move(path)), file_(file), hasher_(std::make_unique<Hasher>()) {}

PartFile::~PartFile() { ::close(file_); }

Result<std::unique_ptr<PartFile>> PartFile::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return failed(path, "open");
  std::unique_ptr<PartFile> out(new PartFile(path, file));
  TRY_STATUS(out->read_all());
  out->taken_up_ = out->size_;
  return out;
}

Status PartFile::read_all() {
  std::string buffer(1 << 20, '\0');
  while (true) {
    const ssize_t got = ::read(file_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path_, "read");
    if (got == 0) return {};
    hasher_->add({buffer.data(), static_cast<std::size_t>(got)});
    size_ += got;
  }
}

Status PartFile::add(ByteView bytes) {
  CHECK(hasher_ != nullptr);
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(file_, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return failed(path_, "write");
    const auto count = static_cast<std::size_t>(wrote);
    hasher_->add(bytes.substr(0, count));
    size_ += wrote;
    bytes.remove_prefix(count);
  }
  return {};
}

Status PartFile::restart() {
  if (::ftruncate(file_, 0) != 0 || ::lseek(file_, 0, SEEK_SET) != 0) return failed(path_, "empty");
  size_ = taken_up_ = 0;
  hasher_ = std::make_unique<Hasher>();
  return {};
}

Digest PartFile::digest() {
  CHECK(hasher_ != nullptr);
  const Digest out = hasher_->finish();
  hasher_.reset();
  return out;
}

Status PartFile::finish(const std::string& path) {
  if (::fsync(file_) != 0) return failed(path_, "sync");
  return move_file(path_, path);
}

}  // namespace wood
