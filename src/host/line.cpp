#include "host/line.h"

#include <editline/readline.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

namespace wood {
namespace {

Completer completer;                  // of the one reader
std::vector<std::string> candidates;  // of the completion under way

// libedit asks for one after the other, and frees each.
char* next_candidate(const char*, int state) {
  const auto at = static_cast<std::size_t>(state);
  return at < candidates.size() ? ::strdup(candidates[at].c_str()) : nullptr;
}

char** complete(const char* word, int start, int) {
  rl_attempted_completion_over = 1;  // not with names of files
  candidates =
      completer(std::string_view(rl_line_buffer).substr(0, static_cast<std::size_t>(start)), word);
  if (candidates.empty()) return nullptr;
  return rl_completion_matches(word, next_candidate);
}

}  // namespace

LineReader::LineReader(Completer asked) : person_(::isatty(STDIN_FILENO) != 0) {
  completer = std::move(asked);
  if (!person_) return;
  rl_attempted_completion_function = complete;
  rl_catch_signals = 1;  // Ctrl-C ends the process with the terminal as it was
  using_history();
}

LineReader::~LineReader() { completer = nullptr; }

std::optional<std::string> LineReader::read(const std::string& prompt) {
  if (!person_) {
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }
  char* typed = readline(prompt.c_str());
  if (typed == nullptr) return std::nullopt;
  std::string line = typed;
  std::free(typed);
  if (!line.empty()) add_history(line.c_str());
  return line;
}

}  // namespace wood
