#include "serve/guard.h"

#include <algorithm>

#include "core/sha256.h"
#include "core/text.h"

namespace wood::serve {
namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kCookie = "wood=";

bool changes(const std::string& method) { return method != "GET" && method != "HEAD"; }

}  // namespace

bool same_secret(std::string_view a, std::string_view b) {
  const Digest one = sha256(a), other = sha256(b);
  unsigned char differ = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    differ = static_cast<unsigned char>(differ | (one[i] ^ other[i]));
  return differ == 0;
}

std::vector<std::string> hosts_of(const std::vector<std::string>& names, const std::string& port) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    out.push_back(lower(name) + ":" + port);
    if (port == "80") out.push_back(lower(name));
  }
  return out;
}

bool Guard::knows(const Request& request) const {
  if (const std::string_view given = request.header("authorization"); given.starts_with(kBearer))
    return same_secret(given.substr(kBearer.size()), spec_.token);
  for (const std::string& part : split(request.header("cookie"), ';'))
    if (const std::string_view cookie = trim(part); cookie.starts_with(kCookie))
      if (same_secret(cookie.substr(kCookie.size()), spec_.session)) return true;
  return false;
}

std::optional<Problem> Guard::judge_site(const Request& request) const {
  const auto known = [this](std::string_view host) {
    return std::find(spec_.hosts.begin(), spec_.hosts.end(), lower(host)) != spec_.hosts.end();
  };
  if (request.count("host") != 1 || !known(request.header("host")))
    return Problem{421, "this server does not go by that name", "Host",
                   "use " + spec_.hosts.front() + ", or start it with --host NAME"};
  if (request.count("origin") > 0) {
    const std::string_view origin = request.header("origin");
    if (!origin.starts_with("http://") || !known(origin.substr(7)))
      return Problem{403, "a page from elsewhere may not ask here", "Origin",
                     "open the page of this server itself"};
  }
  const std::string_view site = request.header("sec-fetch-site");
  const bool navigation =
      request.header("sec-fetch-mode") == "navigate" && !changes(request.method);
  if (!site.empty() && site != "same-origin" && site != "none" && !navigation)
    return Problem{403, "a page from elsewhere may not ask here", "Sec-Fetch-Site",
                   "open the page of this server itself"};
  return std::nullopt;
}

std::optional<Problem> Guard::judge(const Request& request, const Target& target) const {
  if (auto problem = judge_site(request)) return problem;
  if (changes(request.method)) {
    const std::string type = lower(request.header("content-type"));
    if (std::string(trim(type.substr(0, type.find(';')))) != "application/json")
      return Problem{415, "the body must be JSON", "Content-Type",
                     "send Content-Type: application/json"};
  }
  if (spec_.token.empty() || target.path == "/healthz" || knows(request)) return std::nullopt;
  return Problem{401, "this server wants its token", "Authorization",
                 "send Authorization: Bearer TOKEN, or open the address that it printed when it "
                 "was started"};
}

std::optional<Response> Guard::open(const Target& target) {
  const auto code = target.query.find("open");
  if (target.path != "/" || code == target.query.end()) return std::nullopt;
  if (spec_.opening.empty() || !same_secret(code->second, spec_.opening))
    return response(Problem{401, "the code in this address has been used, or never was one", "open",
                            "start the server anew, or send Authorization: Bearer TOKEN"});
  spec_.opening.clear();
  Response out;
  out.status = 303;
  out.type = "text/plain; charset=utf-8";
  out.headers = {{"Location", "/"},
                 {"Cache-Control", "no-store"},
                 {"Set-Cookie", std::string(kCookie) + spec_.session +
                                    "; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000"}};
  return out;
}

}  // namespace wood::serve
