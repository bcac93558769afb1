// Work for one thread, in the order it came: how the world's thread, the verifier's and the I/O
// thread hand things to the teller (teller.h) without waiting for it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace wood::serve {

using Task = std::function<void()>;

class Mailbox {
 public:
  Mailbox() = default;
  ~Mailbox();  // does what has come, then ends
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void start();  // the thread
  // From any thread; never waits for work to be done. What comes after stop() is dropped.
  void post(Task task);
  // Ends the thread behind what has come. From another thread.
  void stop();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace wood::serve
