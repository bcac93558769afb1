// Who may ask: the first look at every request, before anything is done for it.
//
//   Host     must be one of this server's own names, or a page elsewhere could reach it under a
//            name of its own (DNS rebinding)
//   Origin   where a browser sends it, it must be this server; so must Sec-Fetch-Site. What changes
//            something besides wants application/json, which no form can send (CSRF)
//   token    on an address that others can reach: Authorization: Bearer, or the cookie that the
//            address printed at the start sets, once
//
// A token is compared by the digests of both, in constant time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "serve/http.h"
#include "serve/target.h"

namespace wood::serve {

struct GuardSpec {
  std::vector<std::string> hosts;  // "127.0.0.1:8080", …: as a Host header has them, lower case
  std::string token;               // "": nobody needs one
  std::string session;             // value of the cookie; random
  std::string opening;             // one-time code for ?open=; random
};

class Guard {
 public:
  explicit Guard(GuardSpec spec) : spec_(std::move(spec)) {}

  // Why the request is refused; nothing if it may pass.
  [[nodiscard]] std::optional<Problem> judge(const Request& request, const Target& target) const;
  // The answer to "/?open=CODE": a cookie and the way to "/". The code works once.
  std::optional<Response> open(const Target& target);

 private:
  [[nodiscard]] std::optional<Problem> judge_site(const Request& request) const;
  [[nodiscard]] bool knows(const Request& request) const;

  GuardSpec spec_;
};

// What a Host header may say of a server that goes by these names: with the port, and without it
// where it is the scheme's own.
std::vector<std::string> hosts_of(const std::vector<std::string>& names, const std::string& port);

// Whether two secrets are the same; the time it takes tells nothing of where they differ.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace wood::serve
