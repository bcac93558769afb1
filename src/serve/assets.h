// The page and the API's document, inside the program: no file to find, none to lead astray. The
// table is written at build time by tools/embed.cpp from a folder (CMake's WOOD_WEB), each file as
// it is and as gzip made of it, with an ETag of its content.
#pragma once

#include <span>
#include <string_view>

#include "serve/http.h"

namespace wood::serve {

struct Asset {
  std::string_view path;         // "/index.html"
  std::string_view type;         // content type
  std::string_view etag;         // quoted, of `plain`
  std::string_view plain, gzip;  // gzip empty: it would not have been smaller
};

// Sorted by path.
std::span<const Asset> assets();
// "/" is "/index.html". Null if there is none.
const Asset* find_asset(std::string_view path);
// docs/openapi.json.
std::string_view openapi();

// 200 or 304, in the coding that the request takes.
Response asset_response(const Request& request, const Asset& asset);

// What every response carries: a policy that lets no script in but this server's files.
std::span<const std::pair<std::string_view, std::string_view>> security_headers();
// Status line and headers of an event stream, with the blank line behind them.
std::string stream_head();

}  // namespace wood::serve
