// Requests and responses as values: what the server (server.h, the one place that knows sockets)
// hands to the guard, the assets and the API, and gets back.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace wood::serve {

struct Request {
  std::string method, target;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  // The value of a header, "" if there is none; `name` in lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  // How often it was sent.
  [[nodiscard]] int count(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::shared_ptr<const std::string> body;  // may be shared by many responses; null: none
  std::string_view bytes = {};  // instead of `body`: of static duration, or null data for none
  std::vector<std::pair<std::string, std::string>> headers = {};

  [[nodiscard]] std::string_view content() const { return body ? std::string_view(*body) : bytes; }
};

Response json_response(const Json& value, int status = 200);
Response text_response(std::string text, std::string type);

// A refusal (RFC 9457, application/problem+json).
struct Problem {
  int status = 400;
  std::string detail;  // what is wrong
  std::string place;   // where: a member, a header, a parameter
  std::string mend;    // what to do about it
};
Response response(const Problem& problem);
// Of an error of the engine: its code decides the status.
Problem problem_of(const Error& error);
const char* reason(int status);

}  // namespace wood::serve
