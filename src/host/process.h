// Child processes: programs of ours that run beside each other, each with what it used.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/result.h"

namespace wood {

struct ChildEnd {
  int exit = 0;  // its exit status; 128 + the signal's number if one ended it
  std::int64_t wall_us = 0;
  std::int64_t cpu_us = 0;      // of all its threads, and of children it waited for
  std::int64_t peak_bytes = 0;  // the most it held at once
};

// Children in work at once; each is known by the number start() gave.
class Children {
 public:
  Children() = default;
  ~Children();  // asks those that are left to stop (SIGTERM) and waits for them
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  // words[0] is a program's path. stdout and stderr go to the file `log`, which is written anew.
  // Errc::io if it cannot be started.
  Result<int> start(const std::vector<std::string>& words, const std::string& log);
  [[nodiscard]] std::size_t running() const { return started_.size(); }
  // Waits for any of them; there must be one.
  Result<std::pair<int, ChildEnd>> wait();

 private:
  std::map<int, std::int64_t> started_;  // process number → when
};

}  // namespace wood
