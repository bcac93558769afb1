// What 500 readers cost a run. Two `wood serve` play the same seed, half a turn apart; readers are
// with the first, then with the second, and so on, a phase each. So every turn is played once with
// readers and once without, at nearly the same time: what a turn has to do and what a minute of the
// machine is like stand on both sides, and which of the two is the faster one cancels out. Most
// readers read as fast as events come, some take one byte a second, some are killed every second;
// who comes back, after being killed or to the next phase, gives his last id. At the end each
// reader that is not slow must have seen every event of either server, once and in order.
//
//   trial_streams WOOD [--clients 500] [--slow 50] [--kills 5] [--seconds 300] [--phase 50]
//                      [--pace 240] [--cast rules] [--worse -1]
//
// Exit 1 if an event was missed, or if the turn time grew by more than --worse percent (off: -1).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
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
  std::string program, cast = "rules";
  std::int64_t clients = 500, slow = 50, kills = 5, seconds = 300, phase = 50, pace = 240,
               worse = -1;
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
      {"--clients", &out.clients}, {"--slow", &out.slow},   {"--kills", &out.kills},
      {"--seconds", &out.seconds}, {"--phase", &out.phase}, {"--pace", &out.pace},
      {"--worse", &out.worse}};
  for (int i = 2; i < argc; i += 2) {
    if (i + 1 < argc && std::string_view(argv[i]) == "--cast") {
      out.cast = argv[i + 1];
      continue;
    }
    const auto it = numbers.find(argv[i]);
    const auto value = i + 1 < argc ? to_int(argv[i + 1]) : std::nullopt;
    if (it == numbers.end() || !value) stop(std::string("what is ") + argv[i] + "?");
    *it->second = *value;
  }
  if (out.phase < 1 || out.seconds < 2 * out.phase)
    stop("a phase is a second or more, and fits twice");
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
    const std::string turns = std::to_string(wanted.pace * (wanted.seconds * 2 + 120) / 60);
    child_ = fork();
    if (child_ == 0) {
      if (chdir(folder_.c_str()) != 0) _exit(126);
      setenv("XDG_DATA_HOME", (folder_ + "/data").c_str(), 1);
      FILE* err = std::freopen("err.txt", "w", stderr);
      if (err == nullptr) _exit(126);
      execl(wanted.program.c_str(), "wood", "serve", "five-labs", "--cast", wanted.cast.c_str(),
            "--seed", "7", "--port", "0", "--pace", std::to_string(wanted.pace).c_str(), "--turns",
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

  void start() { send("/v1/commands", R"({"control":"start"})"); }
  std::string send(const std::string& target, const std::string& body = "") {
    HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(port_) + target;
    if (!body.empty()) request.method = "POST", request.body = body;
    if (!body.empty()) request.headers = {{"Content-Type", "application/json"}};
    auto out = http_.send({&request, 1});
    return out.front() ? out.front()->body : "";
  }
  std::int64_t metric(const std::string& name) {
    for (const std::string& line : split(send("/metrics"), '\n'))
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
    for (std::size_t i = 0; i < clients_.size(); ++i)
      clients_[i].slow = static_cast<std::int64_t>(i) < wanted.slow;
  }
  ~Crowd() {
    leave();
    close(epoll_);
  }
  // All connect, those who have read before with their last id.
  void come() {
    for (std::size_t i = 0; i < clients_.size(); ++i) connect(i);
    second_ = now_us() + 1'000'000;
  }
  void leave() {
    for (Client& client : clients_) {
      if (client.socket >= 0) close(client.socket);
      client.socket = -1;
    }
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

struct Cost {
  std::int64_t us = 0, cpu = 0;  // by the clock; of the world's own thread
};
using Turns = std::map<std::int64_t, Cost>;

// The last turn's time, as /metrics has it, wherever another turn is over.
void look(Server& server, Turns& turns) {
  const std::int64_t turn = server.metric("wood_turn");
  if (turn < 1 || turns.contains(turn)) return;
  turns[turn] = {server.metric("wood_turn_microseconds"),
                 server.metric("wood_turn_cpu_microseconds")};
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

// A turn that was played with readers and without, in order of time.
struct Pair {
  std::int64_t us = 0, cpu = 0;  // by how many hundredths of a percent it took longer with them
  Cost alone, with;
  bool second = false;  // readers were with the second server
};

std::int64_t median(std::vector<std::int64_t> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The effect as the mean of its medians with either server, and half of its 95 % interval from the
// spread over `kBlocks` parts of the time with each.
constexpr std::size_t kBlocks = 10;
constexpr double kStudent = 2.101;  // two-sided 95 %, 18 degrees of freedom

std::pair<double, double> effect(const std::vector<Pair>& pairs, std::int64_t Pair::*of) {
  double mean = 0, variance = 0;
  for (const bool second : {false, true}) {
    std::vector<std::int64_t> all;
    for (const Pair& pair : pairs)
      if (pair.second == second) all.push_back(pair.*of);
    mean += static_cast<double>(median(all)) / 200;
    if (all.size() < 2 * kBlocks) return {mean, INFINITY};
    std::vector<double> blocks;
    for (std::size_t i = 0; i < kBlocks; ++i) {
      const auto at = [&](std::size_t k) {
        return all.begin() + static_cast<std::ptrdiff_t>(k * all.size() / kBlocks);
      };
      blocks.push_back(static_cast<double>(median({at(i), at(i + 1)})) / 100);
    }
    double sum = 0, squares = 0;
    for (const double block : blocks) sum += block / kBlocks;
    for (const double block : blocks) squares += (block - sum) * (block - sum);
    variance += squares / (kBlocks - 1) / kBlocks / 4;
  }
  return {mean, kStudent * std::sqrt(variance)};
}

// False if --worse says that this is too much.
bool compare(const char* what, const std::vector<Pair>& pairs, std::int64_t Pair::*of,
             std::int64_t Cost::*part, std::int64_t worse) {
  std::vector<std::int64_t> alone, with;
  for (const Pair& pair : pairs) alone.push_back(pair.alone.*part), with.push_back(pair.with.*part);
  const auto [mean, half] = effect(pairs, of);
  std::printf(
      "%-13s a turn takes %lld us without readers and %lld with them (medians of %zu); the same "
      "turn %+.1f %%, 95 %% interval [%+.1f, %+.1f]\n",
      what, static_cast<long long>(median(alone)), static_cast<long long>(median(with)),
      pairs.size(), mean, mean - half, mean + half);
  return worse < 0 || mean <= static_cast<double>(worse);
}

// A phase: readers are with server `who`.
void measure(const std::array<Server*, 2>& servers, Crowd& crowd, std::size_t who,
             const Wanted& asked, std::vector<Pair>& pairs) {
  std::array<Turns, 2> turns;
  const std::int64_t end = now_us() + asked.phase * 1'000'000;
  while (now_us() < end) {
    crowd.read(60'000'000 / asked.pace / 5, asked.kills);
    for (std::size_t i = 0; i < 2; ++i) look(*servers[i], turns[i]);
  }
  for (auto& each : turns)
    if (!each.empty()) each.erase(each.begin());  // began before the phase did, maybe
  for (const auto& [turn, with] : turns[who]) {
    const auto alone = turns[1 - who].find(turn);
    if (alone == turns[1 - who].end() || with.us < 1 || alone->second.us < 1) continue;
    const auto longer = [](std::int64_t a, std::int64_t b) {
      return b < 1 ? 0 : (a - b) * 10'000 / b;
    };
    pairs.push_back({longer(with.us, alone->second.us), longer(with.cpu, alone->second.cpu),
                     alone->second, with, who == 1});
  }
}

}  // namespace

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  const Wanted asked = wanted(argc, argv);
  Server first(asked), second(asked);
  first.start();
  sleep_us(60'000'000 / asked.pace / 2);
  second.start();
  sleep_us(2'000'000);
  const std::array<Server*, 2> servers = {&first, &second};
  std::array<std::unique_ptr<Crowd>, 2> crowds;
  for (std::size_t i = 0; i < 2; ++i)
    crowds[i] = std::make_unique<Crowd>(servers[i]->port(), asked);
  const auto memory = [&] { return first.memory() + second.memory(); };
  const std::int64_t first_turn = first.metric("wood_turn"), first_memory = memory();
  std::vector<Pair> pairs;
  // KiB that readers take when they come, and by how much more the memory of the server that had
  // them grew in a phase than that of the other one.
  std::vector<std::int64_t> came, grew;
  std::string kept;  // behind each phase: the turn and a server's memory
  for (std::int64_t phase = 0; phase < asked.seconds / asked.phase; ++phase) {
    const std::size_t who = static_cast<std::size_t>(phase % 2);
    const std::int64_t before = servers[who]->memory();
    crowds[who]->come();
    crowds[who]->read(1'000'000, 0);  // catches up
    came.push_back(servers[who]->memory() - before);
    const auto apart = [&] { return servers[who]->memory() - servers[1 - who]->memory(); };
    const std::int64_t beside = apart();
    measure(servers, *crowds[who], who, asked, pairs);
    grew.push_back(apart() - beside);
    crowds[who]->leave();
    kept += ", " + std::to_string(memory() / 2) + " at turn " +
            std::to_string(first.metric("wood_turn"));
  }
  std::int64_t wrong = 0, killed = 0, slow = 0, others = 0, told = 0;
  std::size_t events = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    Crowd& crowd = *crowds[i];
    crowd.come();
    crowd.read(3'000'000, 0);
    wrong += faults(crowd, asked.slow);
    for (const Client& client : crowd.clients()) events = std::max(events, client.ids.size());
    killed += crowd.killed(), slow += crowd.dropped_slow(), others += crowd.dropped_fast();
    told += servers[i]->metric("wood_streams_dropped_total{reason=\"slow\"}");
    crowd.leave();
  }
  std::printf("%lld readers, %lld of them slow, %lld seconds in phases of %lld\n",
              static_cast<long long>(asked.clients), static_cast<long long>(asked.slow),
              static_cast<long long>(asked.seconds), static_cast<long long>(asked.phase));
  const bool held = compare("by the clock:", pairs, &Pair::us, &Cost::us, asked.worse);
  compare("computing:", pairs, &Pair::cpu, &Cost::cpu, -1);
  std::printf(
      "memory of a server, KiB: %lld at turn %lld%s; readers take %lld when they come, and in a "
      "phase the server that has them grows by %lld more than the other (medians)\n",
      static_cast<long long>(first_memory / 2), static_cast<long long>(first_turn), kept.c_str(),
      static_cast<long long>(median(came)), static_cast<long long>(median(grew)));
  std::printf(
      "killed and come back %lld, dropped %lld slow and %lld others; %zu events each; the servers "
      "say they dropped %lld for being slow\n",
      static_cast<long long>(killed), static_cast<long long>(slow), static_cast<long long>(others),
      events, static_cast<long long>(told));
  std::printf("readers that missed an event or saw one twice: %lld\n",
              static_cast<long long>(wrong));
  return wrong > 0 || !held ? 1 : 0;
}
