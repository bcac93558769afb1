// HTTP requests, many at once, over connections that are kept and used again; where a server offers
// HTTP/2 over TLS they share one. No redirects, no cookies, no retries: what a failure means is the
// caller's affair (minds/openai_mind.h retries, download.h follows redirects and resumes).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace wood {

struct HttpHeader {
  std::string name;  // matched without regard to case
  std::string value;
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string body;
  std::string redirect;  // the absolute URL where a 3xx leads
  std::int64_t wall_us = 0;
  bool reused = false;   // came over a connection that an earlier request had opened
  std::string protocol;  // "HTTP/1.1", "HTTP/2"

  // The value of a header, "" if there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
  // How long the server wishes to be left alone, 0 if it does not say: `retry-after-ms`, else
  // Retry-After, in seconds or as a date. At most an hour.
  [[nodiscard]] std::int64_t retry_after_ms() const;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};  // http:// or https://
  std::vector<HttpHeader> headers = {};
  std::string body = {};
  std::int64_t wait_ms_max = 60'000;  // from sending to the last byte
  std::int64_t stall_ms_max = 0;      // if given, instead: for so long, in whole seconds, no byte
  // Takes the body of a 2xx piece by piece, which is then not kept. An error ends the transfer and
  // is its result. `head` has status and headers.
  std::function<Status(const HttpResponse& head, ByteView piece)> sink = {};
  // Asked about once a second while the transfer runs; an error ends it and is its result.
  std::function<Status()> watch = {};
};

struct HttpLimits {
  std::size_t body_bytes_max = 16u << 20;  // a longer body fails with Errc::limit
  int connections_max = 32;                // a host; `send` has as many requests under way
};

// Not for two threads at once.
class Http {
 public:
  explicit Http(HttpLimits limits = {});
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  // One result a request, in the order given. A status of 400 or 500 is a response; no response is
  // Errc::timeout, ::limit, ::usage (the URL) or ::network (everything else).
  std::vector<Result<HttpResponse>> send(std::span<const HttpRequest> requests);

  // The same piece by piece, for who has more to send as soon as something has come. `id` is the
  // caller's, of no other request under way.
  struct Done {
    std::size_t id = 0;
    Result<HttpResponse> result;
  };
  void start(std::size_t id, HttpRequest request);
  // What has finished; waits for the first, at most so long, and not at all if nothing is under
  // way.
  std::vector<Done> wait(std::int64_t wait_us);
  // Ends a request without a result; one that is not under way is left as it is.
  void cancel(std::size_t id);
  [[nodiscard]] std::size_t under_way() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// "https://host:port" of a URL, with the scheme's own port if none is given; "" if it is no URL.
std::string origin_of(const std::string& url);
// Whether a URL leads to this machine.
bool is_local(std::string_view url);

}  // namespace wood
