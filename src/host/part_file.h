// A file on its way: it grows at its end, its digest along with it, over more than one life of the
// process, and gets its name when it is whole. download.h fills it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/bytes.h"
#include "core/result.h"
#include "core/sha256.h"

namespace wood {

class PartFile {
 public:
  // Makes it, or takes up what is there, which is read for the digest.
  static Result<std::unique_ptr<PartFile>> open(const std::string& path);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::int64_t size() const { return size_; }
  // Of that, from an earlier life.
  [[nodiscard]] std::int64_t taken_up() const { return taken_up_; }
  Status add(ByteView bytes);
  Status restart();  // empty again
  // Of all that is in it; nothing may be added afterwards.
  Digest digest();
  // Makes it durable under its name; a reader of `path` sees the whole file or none.
  Status finish(const std::string& path);

 private:
  PartFile(std::string path, int file);
  Status read_all();

  std::string path_;
  int file_ = -1;
  std::int64_t size_ = 0;
  std::int64_t taken_up_ = 0;
  std::unique_ptr<Hasher> hasher_;
};

}  // namespace wood
