#include "serve/server.h"

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <deque>
#include <set>

#include "core/text.h"
#include "host/clock.h"
#include "serve/assets.h"
#include "serve/counters.h"
#include "serve/kept.h"

namespace wood::serve {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = net::ip::tcp;
using Milliseconds = std::chrono::milliseconds;

constexpr std::size_t kChunk = 64 * 1024;   // written to a stream at once
constexpr std::size_t kBehind = 16 * 1024;  // of what a stream missed, held for it at once
constexpr int kSendBuffer = 128 * 1024;     // the system's, of a stream
// What an event waits before it is written to all streams, with all that came meanwhile: what a
// short turn has to tell goes out once, when the turn is over, and takes no core from it.
constexpr std::int64_t kPumpGapUs = 25'000;

}  // namespace

class Stream;
class Session;

struct Server::State {
  State(ServerSpec s, Backend b)
      : spec(std::move(s)),
        backend(std::move(b)),
        guard(spec.guard),
        acceptor(io),
        heartbeat(io),
        sweeper(io),
        watch(io),
        pumper(io) {}

  void accept();
  void beat();
  void sweep();
  void ask_stop(const std::function<bool()>& stop);
  void drain(int times);
  void pump_soon();
  void each(const std::function<void(Stream&)>& what);
  void put(StreamEvent event);
  void dropped(const std::string& reason, const std::string& who);

  ServerSpec spec;
  Backend backend;
  Guard guard;
  std::set<Stream*> streams;
  std::set<Session*> sessions;
  std::deque<StreamEvent> log;
  std::uint64_t base = 0;    // number of the log's first event
  std::uint64_t opened = 0;  // of the first that shows all that it may
  std::size_t log_bytes = 0;
  bool pumping = false, ending = false;
  Kept kept;
  Counters counters;
  // Behind the sets: what is still under way when this ends takes itself out of them.
  net::io_context io{1};
  tcp::acceptor acceptor;
  net::steady_timer heartbeat, sweeper, watch, pumper;
};

// What is under way holds itself. A reply is moved on to the I/O thread, so that the last hold on a
// stream or session is never another thread's.

// ---- a stream of events

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  Stream(Server::State& server, beast::tcp_stream socket)
      : server_(server), socket_(std::move(socket)) {
    server_.streams.insert(this);
    ++server_.counters.streams, ++server_.counters.opened;
    beast::error_code ignored;
    socket_.socket().set_option(net::socket_base::send_buffer_size(kSendBuffer), ignored);
    const auto end = socket_.socket().remote_endpoint(ignored);
    who_ = end.address().to_string() + ":" + std::to_string(end.port());
  }
  ~Stream() {
    server_.streams.erase(this);
    --server_.counters.streams;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void start(std::optional<std::int64_t> after) {
    text_ = stream_head();
    watch_peer();
    waiting_ = true;
    server_.backend.hello(after.has_value(), [&server = server_, self = shared_from_this(),
                                              after](std::string hello) mutable {
      net::post(server.io, [self = std::move(self), after, hello = std::move(hello)] {
        self->text_ += hello;
        if (after) self->catch_up(*after);
        else self->join();
      });
    });
  }

  // Sends what there is to send, if nothing is under way.
  void pump() {
    if (dead_ || waiting_ || writing_) return;
    if (!text_.empty()) return write();
    if (last_words_) return close();
    if (lagging_) return catch_up(*lagging_);
    if (cursor_ < server_.base) return drop("behind");
    std::size_t bytes = 0;
    const std::uint64_t end = server_.base + server_.log.size();
    for (; cursor_ < end && bytes < kChunk; ++cursor_) {
      held_.push_back(server_.log[cursor_ - server_.base].text);
      bytes += held_.back()->size();
    }
    if (!held_.empty()) write();
  }

  void beat() {
    if (dead_ || waiting_ || writing_ || !text_.empty()) return;
    text_ = ": \n\n";
    pump();
  }

  // Lets go of who does not take what was sent: at once, with what the system still holds of it.
  void sweep(std::int64_t now) {
    if (dead_ || !writing_ || now - began_us_ < server_.spec.stall_ms_max * 1'000) return;
    if (!last_words_) server_.dropped("slow", who_);
    last_words_ = false;
    close();
  }

  // Ends the stream with the reason as its last event, if it can still be said.
  void drop(const std::string& reason) {
    if (dead_ || last_words_) return;
    server_.dropped(reason, who_);
    last_words_ = true, lagging_.reset();
    text_ += wire("dropped", Json::object({{"reason", reason}}));
    pump();
  }

 private:
  void join() {
    waiting_ = false, lagging_.reset();
    cursor_ = server_.base + server_.log.size();
    pump();
  }

  // Everything behind an id, piece by piece, then live; from the log, if it goes back so far.
  void catch_up(std::int64_t id) {
    for (std::size_t at = server_.log.size(); at-- > 0 && server_.base + at >= server_.opened;)
      if (server_.log[at].id >= 0 && server_.log[at].id <= id) {
        waiting_ = false, lagging_.reset();
        cursor_ = server_.base + at + 1;
        return pump();
      }
    waiting_ = true;
    server_.backend.behind(
        id, kBehind, [&server = server_, self = shared_from_this()](Teller::Chunk chunk) mutable {
          net::post(server.io, [self = std::move(self), chunk = std::move(chunk)] {
            if (self->dead_) return;
            if (chunk.failed) {
              self->waiting_ = false;
              return self->drop("what readers see cannot be read");
            }
            self->text_ += chunk.text;
            if (!chunk.more) return self->join();
            self->waiting_ = false;
            self->lagging_ = chunk.last;
            self->pump();
          });
        });
  }

  void write() {
    writing_ = true;
    sending_ = std::move(text_);
    text_.clear();
    std::vector<net::const_buffer> buffers;
    if (!sending_.empty()) buffers.push_back(net::buffer(sending_));
    for (const auto& text : held_) buffers.push_back(net::buffer(*text));
    began_us_ = now_us();
    net::async_write(socket_, buffers,
                     [self = shared_from_this()](beast::error_code error, std::size_t bytes) {
                       self->written(error, bytes);
                     });
  }

  void written(beast::error_code error, std::size_t bytes) {
    writing_ = false;
    held_.clear();
    server_.counters.bytes_streamed += static_cast<std::int64_t>(bytes);
    if (error) return close();
    pump();
  }

  // A client says nothing more; that it has gone is seen by reading.
  void watch_peer() {
    socket_.socket().async_read_some(
        net::buffer(rubbish_), [self = shared_from_this()](beast::error_code error, std::size_t) {
          if (error) self->close();
          else self->watch_peer();
        });
  }

  void close() {
    if (dead_) return;
    dead_ = true;
    beast::error_code ignored;
    // What a reader has not taken is given up at once where he was dropped for being slow.
    if (writing_ || !last_words_)
      socket_.socket().set_option(net::socket_base::linger(!last_words_, 0), ignored);
    else socket_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    socket_.socket().close(ignored);
  }

  Server::State& server_;
  beast::tcp_stream socket_;
  std::string who_, text_, sending_;
  std::vector<std::shared_ptr<const std::string>> held_;  // while they are written
  std::uint64_t cursor_ = 0;
  std::int64_t began_us_ = 0;  // the write under way
  std::optional<std::int64_t> lagging_;
  bool waiting_ = false, writing_ = false, dead_ = false, last_words_ = false;
  char rubbish_[256];
};

// ---- a connection of requests

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Server::State& server, tcp::socket socket) : server_(server), socket_(std::move(socket)) {
    server_.sessions.insert(this);
    ++server_.counters.connections;
  }
  ~Session() {
    server_.sessions.erase(this);
    --server_.counters.connections;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(server_.spec.header_bytes_max));
    parser_->body_limit(server_.spec.body_bytes_max);
    idle_ = true;
    socket_.expires_after(Milliseconds(server_.spec.request_ms_max));
    http::async_read(socket_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       self->on_read(error);
                     });
  }

  void end() {
    beast::error_code ignored;
    if (idle_) socket_.socket().close(ignored);
  }

 private:
  void on_read(beast::error_code error) {
    idle_ = false;
    keep_ = false;
    if (!error) return take(parser_->release());
    const auto too_long = [&](int status, const char* place, std::size_t max) {
      write(response(Problem{status, std::string("the ") + place + " is too long", place,
                             "send at most " + std::to_string(max) + " bytes"}));
    };
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
      return too_long(431, "header", server_.spec.header_bytes_max);
    if (error == http::error::body_limit) return too_long(413, "body", server_.spec.body_bytes_max);
    // Who has gone, or says nothing in time, is told nothing.
    const bool spoke =
        error.category() == http::make_error_code(http::error::bad_method).category();
    if (!spoke || error == http::error::end_of_stream || error == http::error::partial_message)
      return close();
    write(response(Problem{400, "this is no HTTP/1.1: " + error.message(), "request",
                           "use a browser or an HTTP client"}));
  }

  void take(http::request<http::string_body> message) {
    ++server_.counters.requests;
    Request request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message.base())
      request.headers.emplace_back(lower(std::string(field.name_string())),
                                   std::string(field.value()));
    request.body = std::move(message.body());
    keep_ = message.keep_alive() && !server_.ending;
    head_ = request.method == "HEAD";
    version_ = message.version();
    socket_.expires_never();
    handle(std::move(request));
  }

  void handle(Request request) {
    const auto target = parse_target(request.target);
    if (!target)
      return write(response(
          Problem{400, target.error().what, "target", "see /v1/openapi.json for what there is"}));
    if (auto problem = judge(request, *target)) return write(response(*problem));
    if (auto opened = server_.guard.open(*target)) return write(std::move(*opened));
    const bool reads = request.method == "GET" || head_;
    if (reads)
      if (const Asset* asset = find_asset(target->path))
        return write(asset_response(request, *asset));
    if (target->path == "/healthz" && reads)
      return write(json_response(Json::object({{"status", "ok"}})));
    if (target->path == "/v1/events" && request.method == "GET") return stream(request, *target);
    if (target->path == "/metrics" && reads) return metrics();
    const std::uint64_t version = server_.backend.version();
    const std::string key = request.target;
    const bool kept = reads && target->path.starts_with("/v1/");
    if (const Response* given = kept ? server_.kept.find(version, key) : nullptr)
      return write(*given);
    server_.backend.answer(
        std::move(request), *target,
        [&server = server_, self = shared_from_this(), kept, version, key](Response given) mutable {
          net::post(server.io,
                    [self = std::move(self), kept, version, key, given = std::move(given)] {
                      Server::State& at = self->server_;
                      if (kept) at.kept.keep(version, at.backend.version(), key, given);
                      self->write(given);
                    });
        });
  }

  // The way in by a one-time address needs no token.
  std::optional<Problem> judge(const Request& request, const Target& target) {
    auto problem = server_.guard.judge(request, target);
    if (problem && problem->status == 401 && target.path == "/" && target.query.contains("open"))
      return std::nullopt;
    return problem;
  }

  void metrics() {
    server_.backend.metrics(
        [&server = server_, self = shared_from_this()](std::string teller) mutable {
          net::post(server.io, [self = std::move(self), teller = std::move(teller)] {
            self->write(text_response(teller + self->server_.counters.text(),
                                      "text/plain; version=0.0.4; charset=utf-8"));
          });
        });
  }

  void stream(const Request& request, const Target& target) {
    std::optional<std::int64_t> after;
    std::string given(request.header("last-event-id"));
    if (const auto it = target.query.find("after"); given.empty() && it != target.query.end())
      given = it->second;
    if (!given.empty()) {
      after = to_int(given);
      if (!after || *after < -1)
        return write(response(Problem{400, "\"" + std::string(clip(given, 40)) + "\" is no id",
                                      "Last-Event-ID", "give the id of an event, or none"}));
    }
    if (server_.counters.streams >= server_.spec.streams_max)
      return write(
          response(Problem{503, std::to_string(server_.spec.streams_max) + " streams are open",
                           "/v1/events", "close one, or come back later"}));
    std::make_shared<Stream>(server_, std::move(socket_))->start(after);
  }

  template <class Message>
  void head(Message& message) const {
    message.set(http::field::date, http_date());
    message.set(http::field::content_type, response_.type);
    for (const auto& [name, value] : response_.headers) message.set(name, value);
    for (const auto& [name, value] : security_headers())
      message.set(beast::string_view(name.data(), name.size()),
                  beast::string_view(value.data(), value.size()));
    message.keep_alive(keep_);
    message.content_length(response_.content().size());
  }

  void write(Response response) {
    response_ = std::move(response);
    if (response_.status >= 400) ++server_.counters.refused;
    const auto status = static_cast<http::status>(response_.status);
    socket_.expires_after(Milliseconds(server_.spec.stall_ms_max));
    const auto done = [self = shared_from_this()](beast::error_code error, std::size_t) {
      self->written(error);
    };
    if (head_ || response_.status == 304) {
      empty_.emplace(status, version_);
      head(*empty_);
      if (response_.status == 304) empty_->erase(http::field::content_length);
      empty_writer_.emplace(*empty_);
      http::async_write(socket_, *empty_writer_, done);
      return;
    }
    full_.emplace(status, version_);
    const std::string_view content = response_.content();
    full_->body() = beast::span<const char>(content.data(), content.size());
    head(*full_);
    full_writer_.emplace(*full_);
    http::async_write(socket_, *full_writer_, done);
  }

  void written(beast::error_code error) {
    if (error || !keep_ || server_.ending) return close();
    head_ = false;
    read();
  }

  void close() {
    beast::error_code ignored;
    socket_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  using Empty = http::response<http::empty_body>;
  using Full = http::response<http::span_body<const char>>;
  Server::State& server_;
  beast::tcp_stream socket_;
  beast::flat_buffer buffer_{128 * 1024};
  std::optional<http::request_parser<http::string_body>> parser_;
  Response response_;
  std::optional<Empty> empty_;
  std::optional<http::serializer<false, http::empty_body>> empty_writer_;
  std::optional<Full> full_;
  std::optional<http::serializer<false, http::span_body<const char>>> full_writer_;
  unsigned version_ = 11;
  bool keep_ = false, head_ = false, idle_ = true;
};

// ---- the server

// Of all streams; what is done to one may end it.
void Server::State::each(const std::function<void(Stream&)>& what) {
  for (Stream* stream : std::vector<Stream*>(streams.begin(), streams.end()))
    what(*stream->shared_from_this());
}

void Server::State::accept() {
  acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
    if (error == net::error::operation_aborted || !acceptor.is_open()) return;
    if (!error && counters.connections + counters.streams < spec.connections_max) {
      beast::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      std::make_shared<Session>(*this, std::move(socket))->read();
    }
    // Out of descriptors: one that goes makes room, and trying at once would only spin.
    if (!error) return accept();
    auto wait = std::make_shared<net::steady_timer>(io, Milliseconds(100));
    wait->async_wait([this, wait](beast::error_code) { accept(); });
  });
}

void Server::State::beat() {
  heartbeat.expires_after(Milliseconds(spec.heartbeat_ms));
  heartbeat.async_wait([this](beast::error_code error) {
    if (error) return;
    each([&](Stream& stream) { stream.beat(); });
    beat();
  });
}

void Server::State::sweep() {
  sweeper.expires_after(Milliseconds(1'000));
  sweeper.async_wait([this](beast::error_code error) {
    if (error) return;
    const std::int64_t now = now_us();
    each([&](Stream& stream) { stream.sweep(now); });
    sweep();
  });
}

// Once for all events that come together: a turn is some forty, and written one by one to hundreds
// of streams they would take from the run what it needs to play the next.
void Server::State::pump_soon() {
  if (std::exchange(pumping, true)) return;
  pumper.expires_after(std::chrono::microseconds(kPumpGapUs));
  pumper.async_wait([this](beast::error_code error) {
    if (error) return;
    pumping = false;
    each([&](Stream& stream) { stream.pump(); });
  });
}

void Server::State::put(StreamEvent event) {
  if (event.opens) opened = base + log.size();
  log_bytes += event.text->size();
  log.push_back(std::move(event));
  while (log_bytes > spec.log_bytes_max && log.size() > 1) {
    log_bytes -= log.front().text->size();
    log.pop_front();
    ++base;
  }
  pump_soon();
}

void Server::State::dropped(const std::string& reason, const std::string& who) {
  ++counters.dropped[reason];
  if (spec.note && !ending) spec.note("the stream to " + who + " was dropped: " + reason);
}

// When it is time to end: no new connections, the streams told, and two seconds for what is left.
void Server::State::ask_stop(const std::function<bool()>& stop) {
  watch.expires_after(Milliseconds(100));
  watch.async_wait([this, &stop](beast::error_code error) {
    if (error) return;
    if (!stop()) return ask_stop(stop);
    ending = true;
    beast::error_code ignored;
    acceptor.close(ignored);
    heartbeat.cancel();
    sweeper.cancel();
    each([&](Stream& stream) { stream.drop("the server ends"); });
    for (Session* session : std::vector<Session*>(sessions.begin(), sessions.end()))
      session->shared_from_this()->end();
    drain(100);
  });
}

// Looks so often, every 20 ms, whether everybody has gone.
void Server::State::drain(int times) {
  if (times == 0 || (streams.empty() && sessions.empty())) return io.stop();
  watch.expires_after(Milliseconds(20));
  watch.async_wait([this, times](beast::error_code) { drain(times - 1); });
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::open(ServerSpec spec, Backend backend) {
  auto state = std::make_unique<State>(std::move(spec), std::move(backend));
  State& at = *state;
  beast::error_code error;
  const auto address = net::ip::make_address(at.spec.address, error);
  if (error)
    return fail(Errc::usage, "\"" + at.spec.address +
                                 "\" is no address of this machine; give one "
                                 "in digits, such as 127.0.0.1");
  const tcp::endpoint end(address, static_cast<std::uint16_t>(at.spec.port));
  at.acceptor.open(end.protocol(), error);
  if (!error) at.acceptor.set_option(net::socket_base::reuse_address(true), error);
  if (!error) at.acceptor.bind(end, error);
  if (!error) at.acceptor.listen(1'024, error);
  if (error)
    return fail(Errc::environment, "cannot listen on " + at.spec.address + ":" +
                                       std::to_string(at.spec.port) + ": " + error.message() +
                                       "; --port takes another one, --port 0 any that is free");
  const std::string port = std::to_string(at.acceptor.local_endpoint().port());
  std::vector<std::string> names = {address.is_v6() ? "[" + address.to_string() + "]"
                                                    : address.to_string()};
  if (address.is_loopback()) names.insert(names.end(), {"localhost", "127.0.0.1", "[::1]"});
  names.insert(names.end(), at.spec.names.begin(), at.spec.names.end());
  GuardSpec guard = at.spec.guard;
  guard.hosts = hosts_of(names, port);
  at.guard = Guard(std::move(guard));
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

int Server::port() const { return state_->acceptor.local_endpoint().port(); }

void Server::run(const std::function<bool()>& stop) {
  state_->accept();
  state_->beat();
  state_->sweep();
  state_->ask_stop(stop);
  state_->io.run();
}

void Server::publish(StreamEvent event) {
  net::post(state_->io, [state = state_.get(), event = std::move(event)]() mutable {
    state->put(std::move(event));
  });
}

bool is_loopback(const std::string& address) {
  beast::error_code error;
  const auto parsed = net::ip::make_address(address, error);
  return !error && parsed.is_loopback();
}

}  // namespace wood::serve
