#include "host/browser.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cstring>

namespace wood {

Status open_in_browser(const std::string& url) {
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::posix_spawn_file_actions_addopen(&quiet, stream, "/dev/null", O_RDWR, 0);
  std::string program = "xdg-open", address = url;
  char* words[] = {program.data(), address.data(), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, "xdg-open", &quiet, nullptr, words, environ);
  ::posix_spawn_file_actions_destroy(&quiet);
  if (error == 0) return {};
  return fail(Errc::environment,
              std::string("xdg-open cannot be started: ") + std::strerror(error));
}

}  // namespace wood
