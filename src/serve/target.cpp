#include "serve/target.h"

#include <algorithm>

#include "core/bytes.h"
#include "core/text.h"

namespace wood::serve {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What may stand in a target unescaped (RFC 3986, query and path together).
bool plain(char c) {
  static constexpr std::string_view others = "-._~!$&'()*+,;=:@/?";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         others.find(c) != std::string_view::npos;
}

// Percent-decoded. In a query "+" is a space, as forms have it.
Result<std::string> decoded(std::string_view text, bool query) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return fail(Errc::parse, "\"%\" is not followed by two hex digits");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else if (!plain(c)) {
      return fail(Errc::parse, "a character that has to be escaped");
    } else {
      out += query && c == '+' ? ' ' : c;
    }
  }
  if (!is_utf8(out)) return fail(Errc::parse, "no UTF-8");
  for (const char c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      return fail(Errc::parse, "a control character");
  return out;
}

Status read_path(std::string_view text, Target& out) {
  for (const std::string& part : split(text.substr(1), '/')) {
    auto segment = decoded(part, false);
    if (!segment) return fail(std::move(segment).error().during("the path"));
    if (*segment == "." || *segment == ".." || segment->find_first_of("/\\") != std::string::npos)
      return fail(Errc::parse, "the path: it leads nowhere but down");
    out.path += "/" + *segment;
    out.segments.push_back(std::move(*segment));
  }
  if (out.segments == std::vector<std::string>{""}) out.segments.clear();
  return {};
}

Status read_query(std::string_view text, Target& out) {
  for (const std::string& part : split(text, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    auto key = decoded(std::string_view(part).substr(0, equals), true);
    auto value =
        decoded(equals == std::string::npos ? "" : std::string_view(part).substr(equals + 1), true);
    if (!key) return fail(std::move(key).error().during("the query"));
    if (!value) return fail(std::move(value).error().during("the query: " + *key));
    if (!out.query.emplace(*key, std::move(*value)).second)
      return fail(Errc::parse, "the query: \"" + *key + "\" was given twice");
  }
  return {};
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  if (text.size() > kTargetBytesMax)
    return fail(Errc::parse, "it is over " + std::to_string(kTargetBytesMax) + " bytes long");
  if (!text.starts_with('/')) return fail(Errc::parse, "it does not begin with \"/\"");
  Target out;
  const std::size_t mark = text.find('?');
  TRY_STATUS(read_path(text.substr(0, mark), out));
  if (mark != std::string_view::npos) TRY_STATUS(read_query(text.substr(mark + 1), out));
  return out;
}

}  // namespace wood::serve
