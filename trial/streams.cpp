// What 500 readers cost a run. Starts `wood serve`, measures turn times without readers for half of
// the time, with them for the whole of it, and again without them for the other half, so that what
// changes with time is in both: most read as fast as events come, some take one byte a second, and
// some of them are killed every second and come back with their last id. At the end each reader
// that was not dropped must have seen every event, once and in order.
//
//   trial_streams WOOD [--clients 500] [--slow 50] [--kills 5] [--seconds 300] [--pace 120]
//
// Exit 1 if an event was missed, or if the turn time grew by more than --worse percent (off: -1).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/text.h"
#include "host/clock.h"
#include "host/file.h"
#include "host/http.h"

namespace {

using namespace wood;

struct Wanted {
  std::string program;
  std::int64_t clients = 500, slow = 50, kills = 5, seconds = 300, pace = 120, worse = -1;
};

[[noreturn]] void stop(const std::string& what) {
  std::fprintf(stderr, "trial_streams: %s\n", what.c_str());
  std::exit(2);
}

Wanted wanted(int argc, char** argv) {
  Wanted out;
  if (argc < 2) stop("trial_streams WOOD [--clients N] [--slow N] [--kills N] [--seconds N]");
  std::error_code ignored;
  out.program = std::filesystem::absolute(argv[1], ignored).string();
  const std::map<std::string, std::int64_t*> numbers = {
      {"--clients", &out.clients}, {"--slow", &out.slow}, {"--kills", &out.kills},
      {"--seconds", &out.seconds}, {"--pace", &out.pace}, {"--worse", &out.worse}};
  for (int i = 2; i < argc; i += 2) {
    const auto it = numbers.find(argv[i]);
    const auto value = i + 1 < argc ? to_int(argv[i + 1]) : std::nullopt;
    if (it == numbers.end() || !value) stop(std::string("what is ") + argv[i] + "?");
    *it->second = *value;
  }
  return out;
}

// `wood serve` in a folder of its own.
class Server {
 public:
  explicit Server(const Wanted& wanted) {
    std::string name = "/tmp/wood-streams-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) stop("no folder in /tmp");
    folder_ = name;
    // Longer than the trial, so that no end of the run falls into it.
    const std::string turns = std::to_string(wanted.pace * (wanted.seconds * 3 + 120) / 60);
    child_ = fork();
    if (child_ == 0) {
      if (chdir(folder_.c_str()) != 0) _exit(126);
      setenv("XDG_DATA_HOME", (folder_ + "/data").c_str(), 1);
      FILE* err = std::freopen("err.txt", "w", stderr);
      if (err == nullptr) _exit(126);
      execl(wanted.program.c_str(), "wood", "serve", "five-labs", "--cast", "rules", "--seed", "7",
            "--port", "0", "--go", "--pace", std::to_string(wanted.pace).c_str(), "--turns",
            turns.c_str(), "--out", "run.wood", static_cast<char*>(nullptr));
      _exit(127);
    }
    for (int i = 0; i < 3'000 && port_ == 0; ++i) {
      const std::string said = read_file(folder_ + "/err.txt").value_or("");
      const std::size_t at = said.find("http://127.0.0.1:");
      if (at != std::string::npos && said.find('\n', at) != std::string::npos)
        port_ = std::atoi(said.c_str() + at + 17);
      else sleep_us(10'000);
    }
    if (port_ == 0)
      stop("the server did not start: " + read_file(folder_ + "/err.txt").value_or(""));
  }
  ~Server() {
    kill(child_, SIGTERM);
    waitpid(child_, nullptr, 0);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  [[nodiscard]] int port() const { return port_; }

  std::string get(const std::string& target) {
    HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(port_) + target;
    auto out = http_.send({&request, 1});
    return out.front() ? out.front()->body : "";
  }
  std::int64_t metric(const std::string& name) {
    for (const std::string& line : split(get("/metrics"), '\n'))
      if (line.starts_with(name + " "))
        return to_int(line.substr(line.find_last_of(' ') + 1)).value_or(-1);
    return -1;
  }
  // Resident, in KiB.
  [[nodiscard]] std::int64_t memory() const {
    const std::string text = read_file("/proc/" + std::to_string(child_) + "/status").value_or("");
    const std::size_t at = text.find("VmRSS:");
    return at == std::string::npos ? 0 : std::atoll(text.c_str() + at + 6);
  }

 private:
  std::string folder_;
  pid_t child_ = 0;
  int port_ = 0;
  Http http_;
};

struct Client {
  int socket = -1;
  bool slow = false;
  std::string text;  // what has come and is no whole event yet
  bool head = true;  // the response's headers are still to come
  std::vector<std::int64_t> ids;
  std::int64_t opened = 0, ended = 0;
};

// All readers, on this thread.
class Crowd {
 public:
  Crowd(int port, const Wanted& wanted) : port_(port), wanted_(wanted), epoll_(epoll_create1(0)) {
    clients_.resize(static_cast<std::size_t>(wanted.clients));
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      clients_[i].slow = static_cast<std::int64_t>(i) < wanted.slow;
      connect(i);
    }
  }
  ~Crowd() {
    for (const Client& client : clients_)
      if (client.socket >= 0) close(client.socket);
    close(epoll_);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // Reads for so long, killing and bringing back some every second.
  void read(std::int64_t us, std::int64_t kills) {
    const std::int64_t end = now_us() + us;
    while (now_us() < end) {
      epoll_event events[256];
      const int n = epoll_wait(epoll_, events, 256, 50);
      for (int i = 0; i < n; ++i) take(static_cast<std::size_t>(events[i].data.u64));
      if (now_us() < second_) continue;
      second_ += 1'000'000;
      for (std::size_t i = 0; i < static_cast<std::size_t>(wanted_.slow); ++i) sip(i);
      for (std::int64_t i = 0; i < kills; ++i) revive();
    }
  }
  [[nodiscard]] const std::vector<Client>& clients() const { return clients_; }
  [[nodiscard]] std::int64_t killed() const { return killed_; }
  [[nodiscard]] std::int64_t dropped_slow() const { return dropped_slow_; }
  [[nodiscard]] std::int64_t dropped_fast() const { return dropped_fast_; }

 private:
  void connect(std::size_t i) {
    Client& client = clients_[i];
    client.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client.slow) {  // so that its system does not read for it
      const int small = 2'048;
      setsockopt(client.socket, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port_));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(client.socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      stop(std::string("a reader cannot connect: ") + std::strerror(errno));
    std::string ask =
        "GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) + "\r\n";
    if (!client.ids.empty()) ask += "Last-Event-ID: " + std::to_string(client.ids.back()) + "\r\n";
    ask += "\r\n";
    (void)send(client.socket, ask.data(), ask.size(), MSG_NOSIGNAL);
    client.text.clear();
    client.head = true;
    ++client.opened;
    if (client.slow) return;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, client.socket, &event);
  }

  void take(std::size_t i) {
    Client& client = clients_[i];
    char buffer[65'536];
    const ssize_t n = recv(client.socket, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {  // the server ended it: come back where it was
      close(client.socket);
      ++client.ended, ++dropped_fast_;
      return connect(i);
    }
    client.text.append(buffer, static_cast<std::size_t>(n));
    parse(client);
  }

  // One byte a second.
  void sip(std::size_t i) {
    Client& client = clients_[i];
    if (client.socket < 0) return;
    char byte;
    const ssize_t n = recv(client.socket, &byte, 1, MSG_DONTWAIT);
    if (n == 1 || (n < 0 && (errno == EAGAIN || errno == EINTR))) return;
    close(client.socket);
    client.socket = -1;
    ++dropped_slow_;
  }

  // Kills the next reader that reads, without a word, and brings it back.
  void revive() {
    next_ = std::max(next_, static_cast<std::size_t>(wanted_.slow));
    if (next_ >= clients_.size()) next_ = static_cast<std::size_t>(wanted_.slow);
    if (next_ >= clients_.size()) return;
    Client& client = clients_[next_];
    const linger now{1, 0};
    setsockopt(client.socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(client.socket);
    ++killed_;
    connect(next_++);
  }

  static void parse(Client& client) {
    if (client.head) {
      const std::size_t end = client.text.find("\r\n\r\n");
      if (end == std::string::npos) return;
      if (client.text.compare(0, 12, "HTTP/1.1 200") != 0) stop("refused: " + client.text);
      client.text.erase(0, end + 4);
      client.head = false;
    }
    std::size_t begin = 0;
    for (std::size_t end; (end = client.text.find("\n\n", begin)) != std::string::npos;
         begin = end + 2) {
      const std::size_t id = client.text.find("id: ", begin);
      // The first id of a stream is where it begins, not an event.
      if (id == begin) client.ids.push_back(std::atoll(client.text.c_str() + id + 4));
      else if (id < end && client.text.find("event: hello", begin) < end && client.ids.empty())
        client.ids.push_back(std::atoll(client.text.c_str() + id + 4));
    }
    client.text.erase(0, begin);
  }

  int port_;
  const Wanted& wanted_;
  int epoll_;
  std::vector<Client> clients_;
  std::size_t next_ = 0;
  std::int64_t second_ = now_us() + 1'000'000;
  std::int64_t killed_ = 0, dropped_slow_ = 0, dropped_fast_ = 0;
};

struct Times {
  std::vector<std::int64_t> us, cpu;  // by the clock; of the world's own thread
  static std::int64_t at(std::vector<std::int64_t> sorted, std::int64_t percent) {
    if (sorted.empty()) return 0;
    std::sort(sorted.begin(), sorted.end());
    return sorted[(sorted.size() - 1) * static_cast<std::size_t>(percent) / 100];
  }
};

// The last turn's time, as /metrics has it, whenever another turn is over.
template <class Wait>
Times watch(Server& server, std::int64_t seconds, Wait wait) {
  Times out;
  std::int64_t turn = server.metric("wood_turn");
  const std::int64_t end = now_us() + seconds * 1'000'000;
  while (now_us() < end) {
    wait(100'000);
    const std::int64_t now = server.metric("wood_turn");
    if (now != turn) {
      out.us.push_back(server.metric("wood_turn_microseconds"));
      out.cpu.push_back(server.metric("wood_turn_cpu_microseconds"));
    }
    turn = now;
  }
  return out;
}

// Readers that saw an event twice, not at all, or out of order.
std::int64_t faults(const Crowd& crowd, std::int64_t slow) {
  std::vector<std::int64_t> longest;
  const auto& clients = crowd.clients();
  for (std::size_t i = static_cast<std::size_t>(slow); i < clients.size(); ++i)
    if (clients[i].ids.size() > longest.size()) longest = clients[i].ids;
  std::int64_t out = 0;
  for (std::size_t i = static_cast<std::size_t>(slow); i < clients.size(); ++i) {
    const auto& ids = clients[i].ids;
    const auto from =
        ids.empty() ? longest.end() : std::lower_bound(longest.begin(), longest.end(), ids.front());
    const auto left = static_cast<std::size_t>(longest.end() - from);
    out += ids.empty() || left < ids.size() || !std::equal(ids.begin(), ids.end(), from);
  }
  return out;
}

void print(const char* what, const Times& times) {
  std::printf(
      "%-22s %3zu turns  by the clock: median %lld us, 90 %% %lld us  computing: median %lld "
      "us, 90 %% %lld us\n",
      what, times.us.size(), static_cast<long long>(Times::at(times.us, 50)),
      static_cast<long long>(Times::at(times.us, 90)),
      static_cast<long long>(Times::at(times.cpu, 50)),
      static_cast<long long>(Times::at(times.cpu, 90)));
}

// How much the median grew, in thousandths.
std::int64_t growth(const std::vector<std::int64_t>& alone, const std::vector<std::int64_t>& with) {
  const std::int64_t before = std::max<std::int64_t>(1, Times::at(alone, 50));
  return (Times::at(with, 50) - before) * 1'000 / before;
}

}  // namespace

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  const Wanted asked = wanted(argc, argv);
  Server server(asked);
  sleep_us(2'000'000);
  std::vector<std::int64_t> memory = {server.memory()};
  const auto idle = [](std::int64_t us) { sleep_us(us); };
  Times alone = watch(server, asked.seconds / 2, idle);
  memory.push_back(server.memory());
  auto crowd = std::make_unique<Crowd>(server.port(), asked);
  crowd->read(2'000'000, 0);
  memory.push_back(server.memory());
  const Times with =
      watch(server, asked.seconds, [&](std::int64_t us) { crowd->read(us, asked.kills); });
  memory.push_back(server.memory());
  crowd->read(3'000'000, 0);
  const std::int64_t wrong = faults(*crowd, asked.slow);
  std::size_t events = 0;
  for (const Client& client : crowd->clients()) events = std::max(events, client.ids.size());
  const std::string came = "killed and come back " + std::to_string(crowd->killed()) +
                           ", dropped " + std::to_string(crowd->dropped_slow()) + " slow and " +
                           std::to_string(crowd->dropped_fast()) + " others; " +
                           std::to_string(events) + " events each";
  crowd.reset();
  sleep_us(2'000'000);
  memory.push_back(server.memory());
  const Times after = watch(server, asked.seconds / 2, idle);
  memory.push_back(server.memory());
  print("alone, before", alone);
  print(
      (std::to_string(asked.clients) + " readers, " + std::to_string(asked.slow) + " slow").c_str(),
      with);
  print("alone, after", after);
  alone.us.insert(alone.us.end(), after.us.begin(), after.us.end());
  alone.cpu.insert(alone.cpu.end(), after.cpu.begin(), after.cpu.end());
  const std::int64_t wall = growth(alone.us, with.us), cpu = growth(alone.cpu, with.cpu);
  std::printf("the median turn grew by %+.1f %% by the clock, %+.1f %% in computing\n",
              static_cast<double>(wall) / 10, static_cast<double>(cpu) / 10);
  const auto kib = [&](std::size_t i) { return static_cast<long long>(memory[i]); };
  std::printf("memory, KiB: alone %lld to %lld, with readers %lld to %lld, alone %lld to %lld\n",
              kib(0), kib(1), kib(2), kib(3), kib(4), kib(5));
  std::printf("%s\n", came.c_str());
  std::printf("the server says it dropped %lld for being slow\n",
              static_cast<long long>(server.metric("wood_streams_dropped_total{reason=\"slow\"}")));
  std::printf("readers that missed an event or saw one twice: %lld\n",
              static_cast<long long>(wrong));
  return wrong > 0 || (asked.worse >= 0 && wall > asked.worse * 10) ? 1 : 0;
}
