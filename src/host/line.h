// Lines that a person types, or that a pipe gives. At a terminal with editing, history and
// completion (libedit).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wood {

// What the word under the cursor could become; `before`: the line up to that word.
using Completer =
    std::function<std::vector<std::string>(std::string_view before, std::string_view word)>;

// One at a time in a process: libedit keeps its state in one place.
class LineReader {
 public:
  explicit LineReader(Completer completer);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // The next line without its end; nothing at the end of the input. At a terminal the prompt is
  // shown, and a line that is not empty is remembered; a pipe's prompt is not shown.
  std::optional<std::string> read(const std::string& prompt);
  [[nodiscard]] bool person() const { return person_; }

 private:
  bool person_ = false;
};

}  // namespace wood
