#include "serve/mailbox.h"

namespace wood::serve {

Mailbox::~Mailbox() { stop(); }

void Mailbox::start() {
  thread_ = std::thread([this] { work(); });
}

void Mailbox::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    tasks_.push_back(std::move(task));
  }
  came_.notify_one();
}

void Mailbox::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  came_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Mailbox::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    came_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

}  // namespace wood::serve
