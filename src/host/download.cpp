#include "host/download.h"

#include <algorithm>

#include "core/text.h"
#include "host/clock.h"

namespace wood {
namespace {

constexpr int kHopsMax = 10;
constexpr std::int64_t kRetryAfterMaxS = 3'600;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool passes(int status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

bool passes(const Error& error) {
  return error.code == Errc::network || error.code == Errc::timeout;
}

std::string host_of(const std::string& url) {
  const std::string origin = origin_of(url);
  const std::size_t at = origin.find("://");
  return at == std::string::npos ? url : origin.substr(at + 3);
}

std::string why(const std::string& from, int status) {
  return from + " answers " + std::to_string(status) +
         (status == 429 ? " (too many requests)" : "");
}

// Whether a response is the part of the file that was asked for.
bool continues(const HttpResponse& head, std::int64_t offset) {
  return head.header("Content-Range").starts_with("bytes " + std::to_string(offset) + "-");
}

}  // namespace

Download::Download(Source source, Patience patience, Onlooker onlooker)
    : source_(std::move(source)),
      origin_(origin_of(source_.url)),
      patience_(patience),
      onlooker_(std::move(onlooker)),
      http_(HttpLimits{.body_bytes_max = 1u << 20}) {}

Status Download::going() const {
  if (onlooker_.stop && onlooker_.stop()) return fail(Errc::environment, "stopped");
  return {};
}

// Sends a request and goes where it is led. A HEAD stays with the origin: what is said there, about
// the file and not about its storage, is what is asked for.
Result<Download::Answer> Download::ask(const HttpRequest& first) {
  HttpRequest request = first;
  request.url = source_.url;
  request.stall_ms_max = patience_.stall_ms_max;
  request.watch = [this] { return going(); };
  // A length and a digest are of the bytes as they are, not as they might be packed.
  request.headers.push_back({"Accept-Encoding", "identity"});
  request.headers.push_back({"User-Agent", "wood"});
  const std::vector<HttpHeader> open = request.headers;
  for (int hop = 0; hop < kHopsMax; ++hop) {
    const bool left = origin_of(request.url) != origin_;
    request.headers = open;
    if (!left && !source_.token.empty())
      request.headers.push_back({"Authorization", "Bearer " + source_.token});
    auto results = http_.send({&request, 1});
    if (!results[0]) return fail(std::move(results[0]).error());
    HttpResponse& response = *results[0];
    const std::string& to = response.redirect;
    const bool stays = request.method != "HEAD" || origin_of(to) == origin_;
    if (!is_redirect(response.status) || to.empty() || !stays)
      return Answer{std::move(response), host_of(request.url), left};
    if (request.url.starts_with("https://") && !to.starts_with("https://"))
      return fail(Errc::remote, host_of(request.url) + " leads from https to " + host_of(to) +
                                    " without it, which is not followed");
    request.url = std::string(to);
  }
  return fail(Errc::remote, host_of(source_.url) + " leads from one place to the next, " +
                                std::to_string(kHopsMax) + " times over");
}

// Exponential; the server's own wish if it is longer.
Status Download::pause(int tried, const Result<Answer>& answer) {
  const int doublings = std::min(tried - 1, 20);
  std::int64_t wait_ms = std::min(patience_.first_ms << doublings, patience_.longest_ms);
  std::string reason = answer ? why(answer->from, answer->response.status) : answer.error().what;
  if (answer && answer->response.status < 300) reason = answer->from + " sent only a part";
  if (answer)
    if (const auto wish = to_int(answer->response.header("Retry-After")))
      wait_ms = std::max(wait_ms, std::clamp<std::int64_t>(*wish, 0, kRetryAfterMaxS) * 1'000);
  if (onlooker_.on_wait) onlooker_.on_wait(reason, wait_ms);
  const std::int64_t until = now_us() + wait_ms * 1'000;
  while (now_us() < until) {
    TRY_STATUS(going());
    sleep_us(std::min<std::int64_t>(100'000, until - now_us()));
  }
  return going();
}

Result<HttpResponse> Download::look() {
  for (int tried = 1;; ++tried) {
    TRY_STATUS(going());
    auto answer = ask({.method = "HEAD"});
    const bool again = answer ? passes(answer->response.status) : passes(answer.error());
    if (answer && !again) return std::move(answer->response);
    if (!again || tried >= patience_.tries_max)
      return answer ? Result<HttpResponse>(std::move(answer->response))
                    : fail(std::move(answer).error());
    TRY_STATUS(pause(tried, answer));
  }
}

// One request for what is missing; its bytes go into the file as they come.
Result<Download::Answer> Download::get(PartFile& file, std::optional<std::int64_t> bytes) {
  HttpRequest request;
  const std::int64_t offset = file.size();
  if (offset > 0) request.headers.push_back({"Range", "bytes=" + std::to_string(offset) + "-"});
  bool begun = false;
  request.sink = [&](const HttpResponse& head, ByteView piece) -> Status {
    // A server that does not know Range, or gives another part, sends the file from its start.
    if (!begun && offset > 0 && (head.status != 206 || !continues(head, offset))) {
      TRY_STATUS(file.restart());
      if (head.status == 206) return fail(Errc::network, "the server sent another part");
    }
    begun = true;
    const auto size = static_cast<std::int64_t>(piece.size());
    if (bytes && file.size() + size > *bytes)
      return fail(Errc::integrity, "the server's file is longer than the " +
                                       std::to_string(*bytes) + " bytes that it should have");
    TRY_STATUS(file.add(piece));
    if (onlooker_.on_bytes) onlooker_.on_bytes(file.size());
    return {};
  };
  TRY(Answer answer, ask(request));
  if (answer.response.status == 416) TRY_STATUS(file.restart());
  return answer;
}

Status Download::fill(PartFile& file, std::optional<std::int64_t> bytes) {
  std::int64_t most = file.size();
  if (bytes && most > *bytes) TRY_STATUS(file.restart());
  // Only what brings more than ever before counts as a gain: a server that ends at the same byte
  // again and again is given up.
  for (int tried = 0; !bytes || file.size() < *bytes;) {
    TRY_STATUS(going());
    const auto answer = get(file, bytes);
    TRY_STATUS(going());
    if (!answer && !passes(answer.error())) return fail(answer.error());
    const int status = answer ? answer->response.status : 0;
    const bool ended = status >= 200 && status < 300;
    if (ended && (!bytes || file.size() == *bytes)) return {};
    // What a hub leads to is signed and runs out: asked anew, it leads there anew.
    const bool expired = answer && answer->left && (status == 401 || status == 403);
    if (answer && !ended && !expired && status != 416 && !passes(status))
      return fail(Errc::remote, why(answer->from, status));
    tried = file.size() > most ? 1 : tried + 1;
    most = std::max(most, file.size());
    if (tried >= patience_.tries_max) {
      const std::string times = ", " + std::to_string(tried) + " times over";
      if (!answer) return fail(Error{answer.error().code, answer.error().what + times});
      if (!ended) return fail(Errc::remote, why(answer->from, status) + times);
      return fail(Errc::integrity, "the server's file ends behind " + std::to_string(file.size()) +
                                       " of " + std::to_string(*bytes) + " bytes" + times);
    }
    TRY_STATUS(pause(tried, answer));
  }
  return {};
}

}  // namespace wood
