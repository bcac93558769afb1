#include "host/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "core/check.h"
#include "host/clock.h"

extern char** environ;

namespace wood {
namespace {

std::int64_t us_of(const timeval& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_usec;
}

}  // namespace

Children::~Children() {
  for (const auto& [pid, since] : started_) kill(pid, SIGTERM);
  for (const auto& [pid, since] : started_)
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {}
}

Result<int> Children::start(const std::vector<std::string>& words, const std::string& log) {
  CHECK(!words.empty());
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, argv[0], &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0)
    return fail(Errc::io,
                words[0] + " cannot be started (output to " + log + "): " + std::strerror(error));
  started_[pid] = now_us();
  return pid;
}

Result<std::pair<int, ChildEnd>> Children::wait() {
  CHECK(!started_.empty());
  while (true) {
    int status = 0;
    rusage used{};
    const pid_t pid = wait4(-1, &status, 0, &used);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) return fail(Errc::io, std::string("waiting for a child: ") + std::strerror(errno));
    const auto it = started_.find(pid);
    if (it == started_.end()) continue;  // somebody else's
    ChildEnd end;
    end.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    end.wall_us = now_us() - it->second;
    end.cpu_us = us_of(used.ru_utime) + us_of(used.ru_stime);
#ifdef __APPLE__
    end.peak_bytes = used.ru_maxrss;
#else
    end.peak_bytes = used.ru_maxrss * 1'024;
#endif
    started_.erase(it);
    return std::pair{static_cast<int>(pid), end};
  }
}

}  // namespace wood
