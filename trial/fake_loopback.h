// A port of the loopback where HTTP/1.1 requests are taken, many at once, and met by a function:
// what the fake servers stand on.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/result.h"

namespace wood {

struct Taken {
  std::string method;
  std::string path;
  std::string head;  // all its lines
  std::string body;
  int connection = 0;  // number of the connection it came over, from 1

  // The value of a header, "" if there is none; `name` in lower case.
  [[nodiscard]] std::string header(std::string_view name) const;
};

class Loopback {
 public:
  // What is to be sent; the connection is kept or ended behind it. Called on many threads at once.
  struct Sent {
    std::string bytes;
    bool ends = false;
  };
  using Meet = std::function<Sent(const Taken&)>;

  static Result<std::unique_ptr<Loopback>> start(Meet meet);
  ~Loopback();
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  [[nodiscard]] std::string address() const;  // "http://127.0.0.1:PORT"

 private:
  Loopback();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wood
