#include "host/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <ctime>
#include <mutex>
#include <optional>

#include "core/check.h"
#include "core/text.h"
#include "host/clock.h"
#include "host/env.h"

namespace wood {
namespace {

constexpr long kConnectMsMax = 10'000;
constexpr std::int64_t kAloneMsMax = 3'600'000;

void start_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

// What of a URL may stand in a message: no user, no password, no query.
std::string shown(std::string_view url) {
  url = url.substr(0, url.find('?'));
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t path = std::min(url.find('/', host), url.size());
  const std::size_t user = url.substr(host, path - host).rfind('@');
  if (user == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, host)) + std::string(url.substr(host + user + 1));
}

// One request under way.
struct Transfer {
  CURL* handle = nullptr;
  curl_slist* headers = nullptr;
  std::unique_ptr<const HttpRequest> request;
  std::size_t id = 0;
  std::size_t body_bytes_max = 0;
  bool too_long = false;
  Status stopped = {};  // by the sink or the watch
  HttpResponse response;
  char error[CURL_ERROR_SIZE] = "";
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  if (transfer.request->sink) {
    long status = 0;
    curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<int>(status);
    if (status >= 200 && status < 300) {
      transfer.stopped = transfer.request->sink(transfer.response, {data, bytes});
      return transfer.stopped ? bytes : 0;
    }
  }
  if (transfer.response.body.size() + bytes > transfer.body_bytes_max) {
    transfer.too_long = true;
    return 0;  // ends the transfer
  }
  transfer.response.body.append(data, bytes);
  return bytes;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) transfer.response.headers.clear();  // after a 100 Continue
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos)
    transfer.response.headers.push_back(
        {std::string(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
  return line.size();
}

const char* protocol_of(long version) {
  switch (version) {
    case CURL_HTTP_VERSION_1_0: return "HTTP/1.0";
    case CURL_HTTP_VERSION_2_0: return "HTTP/2";
    case CURL_HTTP_VERSION_3: return "HTTP/3";
    default: return "HTTP/1.1";
  }
}

// "1.5" in thousandths; servers give fractions, though the RFC has none.
std::optional<std::int64_t> thousandths(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto whole = to_int(text.substr(0, point));
  if (!whole || *whole < 0) return std::nullopt;
  std::string part(text.substr(std::min(point + 1, text.size())).substr(0, 3));
  part.resize(3, '0');
  const auto rest = to_int(part);
  if (!rest || *rest < 0) return std::nullopt;
  return std::min(*whole, kAloneMsMax) * 1'000 + *rest;
}

int keep_watch(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.stopped) transfer.stopped = transfer.request->watch();
  return transfer.stopped ? 0 : 1;  // 1 ends the transfer
}

// How long a request may take, and who may end it.
void set_bounds(Transfer& t) {
  const HttpRequest& request = *t.request;
  const auto set = [&](CURLoption option, auto value) {
    curl_easy_setopt(t.handle, option, value);
  };
  if (request.stall_ms_max > 0) {
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME,
        static_cast<long>(std::max<std::int64_t>(request.stall_ms_max / 1'000, 1)));
  } else {
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(request.wait_ms_max, 1)));
  }
  set(CURLOPT_CONNECTTIMEOUT_MS, kConnectMsMax);
  if (!request.watch) return;
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, keep_watch);
  set(CURLOPT_XFERINFODATA, &t);
}

}  // namespace

// What runs on this machine is not behind a proxy, whatever the environment says.
bool is_local(std::string_view url) {
  const std::string origin = origin_of(std::string(url));
  for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"})
    for (const std::string_view scheme : {"http://", "https://"})
      if (origin.starts_with(std::string(scheme) + std::string(host) + ":")) return true;
  return false;
}

std::string origin_of(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
  CHECK(parsed != nullptr);
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return "";
  const auto part = [&](CURLUPart which, unsigned flags) {
    char* text = nullptr;
    if (curl_url_get(parsed.get(), which, &text, flags) != CURLUE_OK) return std::string();
    std::string out(text);
    curl_free(text);
    return out;
  };
  return lower(part(CURLUPART_SCHEME, 0) + "://" + part(CURLUPART_HOST, 0)) + ":" +
         part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

std::string HttpResponse::header(std::string_view name) const {
  for (const HttpHeader& h : headers)
    if (lower(h.name) == lower(name)) return h.value;
  return "";
}

std::int64_t HttpResponse::retry_after_ms() const {
  const auto within = [](std::int64_t ms) { return std::clamp<std::int64_t>(ms, 0, kAloneMsMax); };
  if (const auto ms = thousandths(header("retry-after-ms"))) return within(*ms / 1'000);
  const std::string wish = header("Retry-After");
  if (const auto ms = thousandths(wish)) return within(*ms);
  const std::time_t at = curl_getdate(wish.c_str(), nullptr);
  return at < 0 ? 0 : within((static_cast<std::int64_t>(at) - std::time(nullptr)) * 1'000);
}

struct Http::State {
  CURLM* multi = nullptr;
  HttpLimits limits;
  std::vector<CURL*> idle;  // handles to use again
  std::vector<std::unique_ptr<Transfer>> active;

  std::unique_ptr<Transfer> begin(HttpRequest request, std::size_t id);
  Result<HttpResponse> end(Transfer& transfer, CURLcode code);
  void let_go(Transfer& transfer);
};

Http::Http(HttpLimits limits) : state_(std::make_unique<State>()) {
  start_curl_once();
  state_->limits = limits;
  state_->multi = curl_multi_init();
  CHECK(state_->multi != nullptr && limits.connections_max > 0);
  curl_multi_setopt(state_->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                    static_cast<long>(limits.connections_max));
  // Else curl keeps four for each request under way, and closes most when a round is nearly over.
  curl_multi_setopt(state_->multi, CURLMOPT_MAXCONNECTS, static_cast<long>(limits.connections_max));
  curl_multi_setopt(state_->multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
}

Http::~Http() {
  for (const auto& transfer : state_->active) state_->let_go(*transfer);
  for (CURL* handle : state_->idle) curl_easy_cleanup(handle);
  curl_multi_cleanup(state_->multi);
}

std::unique_ptr<Transfer> Http::State::begin(HttpRequest given, std::size_t id) {
  auto transfer = std::make_unique<Transfer>();
  Transfer& t = *transfer;
  t.request = std::make_unique<const HttpRequest>(std::move(given));
  const HttpRequest& request = *t.request;
  t.id = id;
  t.body_bytes_max = limits.body_bytes_max;
  if (idle.empty()) {
    t.handle = curl_easy_init();
    CHECK(t.handle != nullptr);
  } else {
    t.handle = idle.back();
    idle.pop_back();
    curl_easy_reset(t.handle);
  }
  for (const HttpHeader& h : request.headers)
    t.headers = curl_slist_append(t.headers, (h.name + ": " + h.value).c_str());
  t.headers = curl_slist_append(t.headers, "Expect:");  // do not wait for a 100 Continue
  const auto set = [&](CURLoption option, auto value) {
    curl_easy_setopt(t.handle, option, value);
  };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
  set(CURLOPT_HTTPHEADER, t.headers);
  set(CURLOPT_NOSIGNAL, 1L);
  // Over TLS the handshake says whether a connection can be shared, so it is worth waiting for;
  // without, only an answer would say it, and every first request would wait for that.
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  if (request.url.starts_with("https://")) set(CURLOPT_PIPEWAIT, 1L);
  set_bounds(t);
  if (is_local(request.url)) set(CURLOPT_NOPROXY, "*");
  // As OpenSSL and the curl program have it; the library alone does not look.
  if (const std::string roots = env("SSL_CERT_FILE"); !roots.empty())
    set(CURLOPT_CAINFO, roots.c_str());
  set(CURLOPT_ERRORBUFFER, t.error);
  set(CURLOPT_WRITEFUNCTION, take_body);
  set(CURLOPT_WRITEDATA, &t);
  set(CURLOPT_HEADERFUNCTION, take_header);
  set(CURLOPT_HEADERDATA, &t);
  set(CURLOPT_PRIVATE, &t);
  if (!request.body.empty()) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
  }
  CHECK(curl_multi_add_handle(multi, t.handle) == CURLM_OK);
  return transfer;
}

void Http::State::let_go(Transfer& t) {
  curl_multi_remove_handle(multi, t.handle);
  curl_slist_free_all(t.headers);
  idle.push_back(t.handle);
}

Result<HttpResponse> Http::State::end(Transfer& t, CURLcode code) {
  long status = 0, opened = 0, version = 0;
  curl_off_t micros = 0, through = 0;
  curl_easy_getinfo(t.handle, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(t.handle, CURLINFO_NUM_CONNECTS, &opened);
  curl_easy_getinfo(t.handle, CURLINFO_TOTAL_TIME_T, &micros);
  curl_easy_getinfo(t.handle, CURLINFO_PRETRANSFER_TIME_T, &through);
  curl_easy_getinfo(t.handle, CURLINFO_HTTP_VERSION, &version);
  if (const char* to = nullptr;
      curl_easy_getinfo(t.handle, CURLINFO_REDIRECT_URL, &to) == CURLE_OK && to != nullptr)
    t.response.redirect = to;
  let_go(t);
  const std::string where = shown(t.request->url) + ": ";
  if (!t.stopped) return fail(std::move(t.stopped).error());
  if (t.too_long)
    return fail(Errc::limit,
                where + "the body is longer than " + std::to_string(t.body_bytes_max) + " bytes");
  // Nothing was sent: nobody is there, rather than slow.
  if (code == CURLE_OPERATION_TIMEDOUT && through == 0)
    return fail(Errc::network,
                where + "no connection within " + std::to_string(micros / 1'000) + " ms");
  if (code == CURLE_OPERATION_TIMEDOUT && t.request->stall_ms_max > 0)
    return fail(Errc::timeout,
                where + "nothing came for " + std::to_string(t.request->stall_ms_max) + " ms");
  if (code == CURLE_OPERATION_TIMEDOUT)
    return fail(Errc::timeout, where + "no whole response within " +
                                   std::to_string(t.request->wait_ms_max) + " ms");
  if (code != CURLE_OK) {
    const bool usage = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
    const bool stranger = code == CURLE_PEER_FAILED_VERIFICATION;
    return fail(usage ? Errc::usage : Errc::network,
                where + (t.error[0] != '\0' ? t.error : curl_easy_strerror(code)) +
                    (stranger ? "; SSL_CERT_FILE may name a file with the root to trust" : ""));
  }
  t.response.status = static_cast<int>(status);
  t.response.wall_us = micros;
  t.response.reused = opened == 0;
  t.response.protocol = protocol_of(version);
  return std::move(t.response);
}

void Http::start(std::size_t id, HttpRequest request) {
  for (const auto& transfer : state_->active) CHECK(transfer->id != id);
  state_->active.push_back(state_->begin(std::move(request), id));
}

std::vector<Http::Done> Http::wait(std::int64_t wait_us) {
  State& s = *state_;
  std::vector<Done> done;
  const std::int64_t until = now_us() + wait_us;
  while (!s.active.empty()) {
    int running = 0, left = 0;
    CHECK(curl_multi_perform(s.multi, &running) == CURLM_OK);
    while (CURLMsg* message = curl_multi_info_read(s.multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;  // the message dies with the handle
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      done.push_back({transfer->id, s.end(*transfer, code)});
      std::erase_if(s.active, [&](const auto& t) { return t.get() == transfer; });
    }
    const std::int64_t rest_us = until - now_us();
    if (!done.empty() || rest_us <= 0) break;
    // Rounded up: a wait of half a millisecond is none to curl, and would be spun away.
    const std::int64_t rest_ms = std::min<std::int64_t>(rest_us / 1'000 + 1, 1'000);
    curl_multi_poll(s.multi, nullptr, 0, static_cast<int>(rest_ms), nullptr);
  }
  return done;
}

void Http::cancel(std::size_t id) {
  std::erase_if(state_->active, [&](const auto& t) {
    if (t->id != id) return false;
    state_->let_go(*t);
    return true;
  });
}

std::size_t Http::under_way() const { return state_->active.size(); }

std::vector<Result<HttpResponse>> Http::send(std::span<const HttpRequest> requests) {
  constexpr std::int64_t kTurnUs = 1'000'000;
  CHECK(under_way() == 0);
  std::vector<Result<HttpResponse>> results(requests.size(), HttpResponse{});
  const auto most = static_cast<std::size_t>(state_->limits.connections_max);
  std::size_t next = 0;
  while (next < requests.size() || under_way() > 0) {
    for (; next < requests.size() && under_way() < most; ++next) start(next, requests[next]);
    for (Done& done : wait(kTurnUs)) results[done.id] = std::move(done.result);
  }
  return results;
}

}  // namespace wood
