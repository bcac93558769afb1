// A file without a name: for what is too much for memory and of no use to anybody else. It is gone
// with the process. One thread writes; any may read what was written before.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "core/bytes.h"
#include "core/result.h"

namespace wood {

class ScratchFile {
 public:
  // In `folder`. Errc::io.
  static Result<std::shared_ptr<ScratchFile>> create(const std::string& folder);
  // In `first`, $TMPDIR, /var/tmp or /tmp; where none can be written, in memory. Errc::io if there
  // is none either.
  static Result<std::shared_ptr<ScratchFile>> anywhere(const std::string& first = "");
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  // Puts bytes behind what is there: where they lie. Errc::io, which what follows may not give.
  Result<std::int64_t> add(ByteView bytes);
  // Over what is there.
  Status write(ByteView bytes, std::int64_t at);
  // Fills all of `out`. Errc::io; also if there is less.
  Status read(char* out, std::size_t bytes, std::int64_t at) const;

  // The first failure of each kind, so that not everybody who reads a row has to ask; they name the
  // folder.
  [[nodiscard]] Status written() const;
  [[nodiscard]] Status readable() const;

 private:
  ScratchFile(int file, std::string folder) : file_(file), folder_(std::move(folder)) {}
  [[nodiscard]] Status failed(const char* what, int error) const;

  int file_;
  std::string folder_;
  std::int64_t end_ = 0;
  std::atomic<int> write_error_{0};  // errno
  mutable std::atomic<int> read_error_{0};
};

}  // namespace wood
