// HTTP/1.1 and event streams on one thread. Knows sockets, limits and timeouts, and nothing of
// runs: what is asked goes to a backend, which answers when it can, from any thread.
//
//   slow headers   a request has 15 seconds to arrive whole
//   large ones     headers 16 KiB, a body 64 KiB, then 431 and 413
//   slow readers   a stream that does not take what was sent for 20 seconds, or falls 4 MiB behind,
//                  is dropped; it keeps no queue of its own: all streams read one log of events
//                  from where each stands, so 500 of them cost what one costs
//
// Boost.Beast stands in server.cpp alone (it takes 40 s to compile).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "serve/guard.h"
#include "serve/teller.h"

namespace wood::serve {

struct ServerSpec {
  std::string address = "127.0.0.1";
  int port = 0;                    // 0: any that is free
  std::vector<std::string> names;  // by which it goes beside its address
  GuardSpec guard;                 // its hosts are filled in here
  int connections_max = 1'200, streams_max = 600;
  std::size_t header_bytes_max = 16 * 1024, body_bytes_max = 64 * 1024;
  std::size_t log_bytes_max = 4 << 20;
  std::int64_t request_ms_max = 15'000, stall_ms_max = 20'000, heartbeat_ms = 15'000;
  // A line for whoever watches over it: a stream was dropped, and why. On the I/O thread.
  std::function<void(const std::string&)> note;
};

// Called on the I/O thread; `reply` may be called from any, once.
struct Backend {
  std::function<void(Request, Target, std::function<void(Response)> reply)> answer;
  std::function<void(bool resumed, std::function<void(std::string)> reply)> hello;
  std::function<void(std::int64_t id, std::size_t bytes, std::function<void(Teller::Chunk)> reply)>
      behind;
  std::function<void(std::function<void(std::string)> reply)> metrics;
  // Counts up with everything that changes an answer; from any thread.
  std::function<std::uint64_t()> version;
};

class Server {
 public:
  // Errc::environment: the address or port cannot be had.
  static Result<std::unique_ptr<Server>> open(ServerSpec spec, Backend backend);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] int port() const;
  // Serves on this thread until `stop` says so, which is asked ten times a second; then ends the
  // streams, each with a reason.
  void run(const std::function<bool()>& stop);
  // From any thread: to every stream.
  void publish(StreamEvent event);

  struct State;

 private:
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Whether an address is this machine's own and no other machine's way in.
bool is_loopback(const std::string& address);

}  // namespace wood::serve
