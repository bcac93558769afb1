#include "trial/fake_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>

#include "core/check.h"
#include "core/json.h"
#include "core/text.h"
#include "host/clock.h"
#include "minds/grammar.h"

namespace wood {
namespace {

constexpr int kTickMs = 20;  // how often a waiting thread looks whether the server is to end

struct Response {
  int status = 200;
  std::string headers;  // extra, each with its line end
  std::string body;
};

// The shortest answer that the request's schema allows.
std::string shortest_answer(const Json& request) {
  const Json* format = request.find("response_format");
  const Json* wrapped = format != nullptr ? format->find("json_schema") : nullptr;
  const Json* schema = wrapped != nullptr ? wrapped->find("schema") : nullptr;
  if (schema == nullptr) return "ok";
  auto grammar = Grammar::compile(*schema);
  return grammar ? grammar->ending(grammar->start()) : "{}";
}

Response completion(const Json& message, const std::string& finish) {
  const Json body = Json::object(
      {{"id", "fake-1"},
       {"object", "chat.completion"},
       {"choices", Json(Json::Array{Json::object(
                       {{"index", 0}, {"message", message}, {"finish_reason", finish}})})},
       {"usage", Json::object({{"prompt_tokens", 100}, {"completion_tokens", 20}})}});
  return {200, "", body.dump()};
}

Response error(int status, const std::string& what, const std::string& code) {
  const Json body = Json::object({{"error", Json::object({{"message", what}, {"code", code}})}});
  return {status, "", body.dump()};
}

Response respond(Manner manner, const Request& request) {
  const bool chat = request.path == "/v1/chat/completions";
  if (!chat && request.path != "/v1/models") return error(404, "no such path", "");
  const Json asked = parse_json(request.body, Floats::nearest).value_or(Json::object());
  Json message = Json::object({{"role", "assistant"}, {"content", shortest_answer(asked)}});
  switch (manner) {
    case Manner::ok:
    case Manner::slow:
    case Manner::cut: break;
    case Manner::busy:
    case Manner::busy_long: {
      Response response = error(429, "too many requests", "rate_limit_exceeded");
      response.headers =
          std::string("Retry-After: ") + (manner == Manner::busy ? "0" : "1") + "\r\n";
      return response;
    }
    case Manner::broken: return error(500, "something broke", "server_error");
    case Manner::garbage: return {200, "", "\x01<html>\xff not what you think"};
    case Manner::refusal:
      message.set("content", Json());
      message.set("refusal", "I would rather not.");
      break;
    case Manner::wrong_schema: message.set("content", R"({"unasked":[1,2,3]})"); break;
    case Manner::chatty:
      message.set("content", "Of course!\n```json\n" + message.at("content").string() +
                                 "\n```\nAnything else?");
      break;
    case Manner::reasoning: message.set("reasoning_content", "Let me think about honey."); break;
    case Manner::forbidden:
      return error(401, "wrong key: " + request.authorization, "invalid_api_key");
    case Manner::too_long: return error(400, "the prompt is too long", "context_length_exceeded");
    case Manner::loading: return error(503, "Loading model", "");
  }
  if (!chat) return {200, "", R"({"data":[{"id":"fake-model","object":"model"}],"object":"list"})"};
  return completion(message, "stop");
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// The value of a header in a block of header lines.
std::string header(std::string_view block, std::string_view name) {
  for (const std::string& line : split(block, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos && lower(line.substr(0, colon)) == name)
      return std::string(trim(std::string_view(line).substr(colon + 1)));
  }
  return "";
}

}  // namespace

struct FakeServer::State {
  std::vector<Manner> manners;
  int listener = -1;
  int port = 0;
  std::atomic<bool> stopping = false;
  std::thread acceptor;
  std::vector<std::thread> threads;  // one a connection; only the acceptor adds
  mutable std::mutex mutex;          // of requests
  std::vector<Request> requests;

  void accept_all();
  void serve(int socket, int connection);
  bool readable(int socket) const;
  std::optional<Request> receive(int socket, std::string& buffer) const;
  Manner note(const Request& request);
};

// Waits for bytes; false when the server is to end.
bool FakeServer::State::readable(int socket) const {
  while (!stopping) {
    pollfd one{socket, POLLIN, 0};
    if (::poll(&one, 1, kTickMs) > 0) return true;
  }
  return false;
}

void FakeServer::State::accept_all() {
  int connections = 0;
  while (readable(listener)) {
    const int socket = ::accept(listener, nullptr, nullptr);
    if (socket < 0) continue;
    threads.emplace_back([this, socket, number = ++connections] { serve(socket, number); });
  }
}

std::optional<Request> FakeServer::State::receive(int socket, std::string& buffer) const {
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
  const std::string head = buffer.substr(0, end);
  const auto length = static_cast<std::size_t>(to_int(header(head, "content-length")).value_or(0));
  while (buffer.size() < end + 4 + length)
    if (!more()) return std::nullopt;
  Request request;
  const auto words = split(head.substr(0, head.find('\r')), ' ');
  request.path = words.size() > 1 ? words[1] : "";
  request.authorization = header(head, "authorization");
  request.body = buffer.substr(end + 4, length);
  buffer.erase(0, end + 4 + length);
  return request;
}

Manner FakeServer::State::note(const Request& request) {
  const std::lock_guard lock(mutex);
  requests.push_back(request);
  return manners[std::min(requests.size(), manners.size()) - 1];
}

void FakeServer::State::serve(int socket, int connection) {
  std::string buffer;
  while (auto request = receive(socket, buffer)) {
    request->connection = connection;
    const Manner manner = note(*request);
    if (manner == Manner::slow) sleep_us(400'000);
    const Response response = respond(manner, *request);
    const std::string text = "HTTP/1.1 " + std::to_string(response.status) +
                             " X\r\nContent-Type: " + "application/json\r\n" + response.headers +
                             "Content-Length: " + std::to_string(response.body.size()) +
                             "\r\n\r\n" + response.body;
    const bool cut = manner == Manner::cut;
    if (!send_all(socket, cut ? std::string_view(text).substr(0, text.size() / 2) : text) || cut)
      break;
  }
  ::close(socket);
}

FakeServer::FakeServer() : state_(std::make_unique<State>()) {}

Result<std::unique_ptr<FakeServer>> FakeServer::start(std::vector<Manner> manners) {
  CHECK(!manners.empty());
  std::unique_ptr<FakeServer> server(new FakeServer());
  State& s = *server->state_;
  s.manners = std::move(manners);
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

FakeServer::~FakeServer() {
  state_->stopping = true;
  if (state_->acceptor.joinable()) state_->acceptor.join();
  for (std::thread& thread : state_->threads) thread.join();
  if (state_->listener >= 0) ::close(state_->listener);
}

std::string FakeServer::endpoint() const {
  return "http://127.0.0.1:" + std::to_string(state_->port) + "/v1";
}

std::vector<Request> FakeServer::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

}  // namespace wood
