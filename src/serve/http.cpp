#include "serve/http.h"

namespace wood::serve {

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

int Request::count(std::string_view name) const {
  int out = 0;
  for (const auto& [key, value] : headers) out += key == name;
  return out;
}

const char* reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

Response json_response(const Json& value, int status) {
  Response out;
  out.status = status;
  out.body = std::make_shared<const std::string>(value.dump());
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

Response text_response(std::string text, std::string type) {
  Response out;
  out.type = std::move(type);
  out.body = std::make_shared<const std::string>(std::move(text));
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

Response response(const Problem& problem) {
  Response out = json_response(Json::object({{"detail", problem.detail},
                                             {"mend", problem.mend},
                                             {"place", problem.place},
                                             {"status", problem.status},
                                             {"title", reason(problem.status)},
                                             {"type", "about:blank"}}),
                               problem.status);
  out.type = "application/problem+json";
  return out;
}

Problem problem_of(const Error& error) {
  Problem out{500, error.what, "", "look into the server's own output"};
  switch (error.code) {
    case Errc::usage:
    case Errc::parse: out.status = 400, out.mend = "see /v1/openapi.json"; break;
    case Errc::schema: out.status = 422, out.mend = "see /v1/openapi.json"; break;
    case Errc::not_found: out.status = 404, out.mend = "see /v1/openapi.json"; break;
    case Errc::exists: out.status = 409, out.mend = "wait for what is under way"; break;
    case Errc::limit: out.status = 429, out.mend = "try again later"; break;
    default: break;
  }
  return out;
}

}  // namespace wood::serve
