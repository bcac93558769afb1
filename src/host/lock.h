// A lock between processes: an advisory flock() on a file that stays. It goes with its holder,
// however that ends.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"

namespace wood {

class FileLock {
 public:
  // Null if somebody else holds it. The file is made if need be, its folder is not.
  static Result<std::unique_ptr<FileLock>> attempt(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

}  // namespace wood
