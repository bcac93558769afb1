#include "serve/assets.h"

#include <algorithm>
#include <array>

#include "core/check.h"
#include "core/text.h"

namespace wood::serve {
namespace {

// Whether a comma-separated header names `word`, and does not forbid it by q=0.
bool takes(std::string_view header, std::string_view word) {
  for (const std::string& part : split(header, ',')) {
    const std::vector<std::string> parts = split(part, ';');
    if (lower(trim(parts.front())) != word) continue;
    return parts.size() < 2 || (trim(parts[1]) != "q=0" && !trim(parts[1]).starts_with("q=0.000"));
  }
  return false;
}

// If-None-Match: a list of tags, each perhaps weak, or "*".
bool matches(std::string_view header, std::string_view etag) {
  for (const std::string& part : split(header, ',')) {
    std::string_view tag = trim(part);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag || tag == "*") return true;
  }
  return false;
}

}  // namespace

const Asset* find_asset(std::string_view path) {
  if (path == "/") path = "/index.html";
  const std::span<const Asset> all = assets();
  const auto it = std::lower_bound(
      all.begin(), all.end(), path,
      [](const Asset& asset, std::string_view wanted) { return asset.path < wanted; });
  return it != all.end() && it->path == path && !path.starts_with("/@") ? &*it : nullptr;
}

std::string_view openapi() {
  for (const Asset& asset : assets())
    if (asset.path == "/@openapi.json") return asset.plain;
  CHECK(false);
}

Response asset_response(const Request& request, const Asset& asset) {
  Response out;
  out.type = std::string(asset.type);
  out.headers.emplace_back("ETag", std::string(asset.etag));
  out.headers.emplace_back("Vary", "Accept-Encoding");
  // Files under /assets/ carry a digest in their names, as bundlers write them.
  out.headers.emplace_back("Cache-Control", asset.path.starts_with("/assets/")
                                                ? "public, max-age=31536000, immutable"
                                                : "no-cache");
  if (matches(request.header("if-none-match"), asset.etag)) {
    out.status = 304;
    return out;
  }
  const bool packed = !asset.gzip.empty() && takes(request.header("accept-encoding"), "gzip");
  if (packed) out.headers.emplace_back("Content-Encoding", "gzip");
  out.bytes = packed ? asset.gzip : asset.plain;
  return out;
}

std::span<const std::pair<std::string_view, std::string_view>> security_headers() {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> headers = {{
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
       "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
       "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  }};
  return headers;
}

std::string stream_head() {
  std::string out =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "X-Accel-Buffering: no\r\nConnection: close\r\n";
  for (const auto& [name, value] : security_headers())
    out += std::string(name) + ": " + std::string(value) + "\r\n";
  return out + "\r\n";
}

}  // namespace wood::serve
