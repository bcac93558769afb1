#include "trial/fake_loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>
#include <vector>

#include "core/text.h"

namespace wood {
namespace {

constexpr int kTickMs = 20;  // how often a waiting thread looks whether the server is to end

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

std::string Taken::header(std::string_view name) const {
  for (const std::string& line : split(head, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos && lower(line.substr(0, colon)) == name)
      return std::string(trim(std::string_view(line).substr(colon + 1)));
  }
  return "";
}

struct Loopback::State {
  Meet meet;
  int listener = -1;
  int port = 0;
  std::atomic<bool> stopping = false;
  std::thread acceptor;
  std::vector<std::thread> threads;  // one a connection; only the acceptor adds

  void accept_all();
  void serve(int socket, int connection);
  bool readable(int socket) const;
  std::optional<Taken> receive(int socket, std::string& buffer) const;
};

// Waits for bytes; false when the server is to end.
bool Loopback::State::readable(int socket) const {
  while (!stopping) {
    pollfd one{socket, POLLIN, 0};
    if (::poll(&one, 1, kTickMs) > 0) return true;
  }
  return false;
}

void Loopback::State::accept_all() {
  int connections = 0;
  while (readable(listener)) {
    const int socket = ::accept(listener, nullptr, nullptr);
    if (socket < 0) continue;
    threads.emplace_back([this, socket, number = ++connections] { serve(socket, number); });
  }
}

std::optional<Taken> Loopback::State::receive(int socket, std::string& buffer) const {
  const auto more = [&] {
    char bytes[4'096];
    if (!readable(socket)) return false;
    const ssize_t count = ::recv(socket, bytes, sizeof bytes, 0);
    if (count > 0) buffer.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  };
  std::size_t end = std::string::npos;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
    if (!more()) return std::nullopt;
  Taken taken;
  taken.head = buffer.substr(0, end);
  const auto length = static_cast<std::size_t>(to_int(taken.header("content-length")).value_or(0));
  while (buffer.size() < end + 4 + length)
    if (!more()) return std::nullopt;
  const auto words = split(taken.head.substr(0, taken.head.find('\r')), ' ');
  taken.method = words[0];
  taken.path = words.size() > 1 ? words[1] : "";
  taken.body = buffer.substr(end + 4, length);
  buffer.erase(0, end + 4 + length);
  return taken;
}

void Loopback::State::serve(int socket, int connection) {
  std::string buffer;
  while (auto taken = receive(socket, buffer)) {
    taken->connection = connection;
    const Sent sent = meet(*taken);
    if (!send_all(socket, sent.bytes) || sent.ends) break;
  }
  ::close(socket);
}

Loopback::Loopback() : state_(std::make_unique<State>()) {}

Result<std::unique_ptr<Loopback>> Loopback::start(Meet meet) {
  std::unique_ptr<Loopback> server(new Loopback());
  State& s = *server->state_;
  s.meet = std::move(meet);
  s.listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (s.listener < 0 || ::bind(s.listener, plain, size) != 0 || ::listen(s.listener, 64) != 0 ||
      ::getsockname(s.listener, plain, &size) != 0)
    return fail(Errc::environment,
                std::string("cannot listen on the loopback: ") + std::strerror(errno));
  s.port = ntohs(address.sin_port);
  s.acceptor = std::thread([&s] { s.accept_all(); });
  return server;
}

Loopback::~Loopback() {
  state_->stopping = true;
  if (state_->acceptor.joinable()) state_->acceptor.join();
  for (std::thread& thread : state_->threads) thread.join();
  if (state_->listener >= 0) ::close(state_->listener);
}

std::string Loopback::address() const { return "http://127.0.0.1:" + std::to_string(state_->port); }

}  // namespace wood
