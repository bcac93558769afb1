// What the tests of `wood serve` share: the built program as a server, and the bytes of a client.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/testing.h"
#include "core/json.h"
#include "host/clock.h"
#include "host/http.h"

namespace wood {

// One connection to the loopback, as bytes.
class Wire {
 public:
  explicit Wire(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  ~Wire() { ::close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void send(const std::string& text) {
    (void)::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  // Reads until `part` has come, the other side has closed, or the time is over; all that came.
  const std::string& read(const std::string& part, std::int64_t ms_max = 20'000) {
    const std::int64_t end = now_us() + ms_max * 1'000;
    while ((part.empty() || text_.find(part) == std::string::npos) && now_us() < end) {
      pollfd one{socket_, POLLIN, 0};
      if (::poll(&one, 1, 50) <= 0) continue;
      char buffer[16'384];
      const ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
      if (n <= 0) {
        closed_ = true;
        break;
      }
      text_.append(buffer, static_cast<std::size_t>(n));
    }
    return text_;
  }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  int socket_;
  bool closed_ = false;
  std::string text_;
};

// Events of a stream as it came, headers and all.
struct SeenEvent {
  std::string id, name;
  Json data;
};
inline std::vector<SeenEvent> events_of(const std::string& text) {
  std::vector<SeenEvent> out;
  std::size_t at = text.find("\r\n\r\n");
  at = at == std::string::npos ? 0 : at + 4;
  while (true) {
    const std::size_t end = text.find("\n\n", at);
    if (end == std::string::npos) return out;
    SeenEvent event;
    for (std::size_t line = at; line < end;) {
      const std::size_t stop = std::min(text.find('\n', line), end);
      const std::string one = text.substr(line, stop - line);
      if (one.starts_with("id: ")) event.id = one.substr(4);
      if (one.starts_with("event: ")) event.name = one.substr(7);
      if (one.starts_with("data: "))
        if (auto data = parse_json(one.substr(6))) event.data = std::move(*data);
      line = stop + 1;
    }
    if (!event.name.empty()) out.push_back(std::move(event));
    at = end + 2;
  }
}

class Serving : public Program {
 protected:
  void TearDown() override {
    if (child_ > 0) (void)stop(SIGKILL);
    Program::TearDown();
  }

  // Starts `wood serve WORDS… --port 0` and waits for its address.
  void serve(std::vector<std::string> words, const std::string& token = "") {
    words.insert(words.begin(), {std::string(WOOD_BINARY_DIR) + "/wood", "serve", "--port", "0"});
    std::filesystem::remove(path("serve.err"));
    child_ = ::fork();
    ASSERT_GE(child_, 0);
    if (child_ == 0) run(std::move(words), token);
    const std::int64_t end = now_us() + 60'000'000;
    while (port_ == 0 && now_us() < end) {
      const std::string said = read_file(path("serve.err")).value_or("");
      if (const std::size_t at = said.find("http://127.0.0.1:"); at != std::string::npos)
        if (said.find('\n', at) != std::string::npos) port_ = std::atoi(said.c_str() + at + 17);
      if (::waitpid(child_, nullptr, WNOHANG) != 0) {
        child_ = 0;
        FAIL() << said;
      }
      sleep_us(10'000);
    }
    ASSERT_GT(port_, 0);
  }
  // Ends it; its exit code, 128 if a signal ended it.
  int stop(int signal = SIGTERM) {
    ::kill(child_, signal);
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0, port_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  }

  [[nodiscard]] std::string url(const std::string& target) const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
  }
  HttpResponse ask(HttpRequest request) {
    auto out = http_.send({&request, 1});
    if (out.front()) return std::move(*out.front());
    ADD_FAILURE() << request.url << ": " << out.front().error().what;
    return {};
  }
  HttpResponse get(const std::string& target) { return ask({.url = url(target)}); }
  HttpResponse post(const std::string& target, const std::string& body) {
    return ask({.method = "POST",
                .url = url(target),
                .headers = {{"Content-Type", "application/json"}},
                .body = body});
  }
  Json json(const std::string& target) {
    const HttpResponse response = get(target);
    EXPECT_EQ(response.status, 200) << target << ": " << response.body;
    auto parsed = parse_json(response.body, Floats::refuse, kDepthInside);
    EXPECT_TRUE(parsed) << target;
    return parsed ? std::move(*parsed) : Json();
  }
  // Commands, and demands that it is taken.
  void command(const std::string& body) {
    const HttpResponse response = post("/v1/commands", body);
    EXPECT_EQ(response.status, 202) << body << ": " << response.body;
  }
  // Waits until /v1/run says so.
  Json until(const std::function<bool(const Json&)>& holds) {
    Json run;
    for (int i = 0; i < 600 && !HasFailure(); ++i) {
      run = json("/v1/run");
      if (holds(run)) return run;
      sleep_us(100'000);
    }
    ADD_FAILURE() << "in a minute it did not come to that: " << run.dump();
    return run;
  }
  Json until_state(const std::string& state) {
    return until([&](const Json& run) { return run.str_or("state", "") == state; });
  }
  // The whole stream behind an id, up to an event of that name.
  std::string stream(std::int64_t after, const std::string& last) {
    Wire wire(port_);
    wire.send("GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
              "\r\nLast-Event-ID: " + std::to_string(after) + "\r\n\r\n");
    return wire.read("event: " + last + "\n");
  }

  int port_ = 0;
  pid_t child_ = 0;

 private:
  [[noreturn]] void run(std::vector<std::string> words, const std::string& token) const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves no server behind
    if (::chdir(folder_.c_str()) != 0) ::_exit(126);
    const int errors = ::open("serve.err", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(errors, STDERR_FILENO);
    ::dup2(errors, STDOUT_FILENO);
    for (const char* home : {"DATA", "CONFIG", "CACHE"})
      ::setenv((std::string("XDG_") + home + "_HOME").c_str(), path(home).c_str(), 1);
    ::setenv("WOOD_DATA", WOOD_SOURCE_DIR, 1);
    ::unsetenv("WOOD_TOKEN");
    if (!token.empty()) ::setenv("WOOD_TOKEN", token.c_str(), 1);
    std::vector<char*> raw;
    for (std::string& word : words) raw.push_back(word.data());
    raw.push_back(nullptr);
    ::execv(raw.front(), raw.data());
    ::_exit(127);
  }

  Http http_;
};

}  // namespace wood
