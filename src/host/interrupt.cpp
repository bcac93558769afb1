#include "host/interrupt.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

namespace wood {
namespace {

std::atomic<bool> came = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");
const char* said = "";

// Only what a signal handler may do.
void keep(int number) {
  came = true;
  const ssize_t written = ::write(STDERR_FILENO, said, ::strlen(said));
  (void)written;
  ::signal(number, SIG_DFL);
}

}  // namespace

void keep_interrupts(const char* notice) {
  said = notice;
  struct sigaction action {};
  action.sa_handler = keep;
  ::sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM}) ::sigaction(number, &action, nullptr);
}

bool interrupted() { return came; }
const std::atomic<bool>& interrupt_flag() { return came; }

}  // namespace wood
