#include "core/toml.h"

// Header only: Debian's library is built with exceptions and lacks the parser that reports by
// value.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

namespace wood {
namespace {

int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

Result<Json> convert(const toml::node& node, const std::string& path, Toml& out) {
  if (!path.empty()) out.lines[path] = line_of(node);
  if (const auto* table = node.as_table()) {
    Json object = Json::object();
    for (const auto& [key, value] : *table) {
      const std::string name(key.str());
      TRY(Json member, convert(value, path.empty() ? name : path + "." + name, out));
      object.set(name, std::move(member));
    }
    return object;
  }
  if (const auto* array = node.as_array()) {
    Json list = Json::array();
    std::size_t index = 0;
    for (const auto& item : *array) {
      TRY(Json element, convert(item, path + "[" + std::to_string(index++) + "]", out));
      list.push(std::move(element));
    }
    return list;
  }
  if (const auto* text = node.as_string()) return Json(text->get());
  if (const auto* number = node.as_integer()) return Json(number->get());
  if (const auto* flag = node.as_boolean()) return Json(flag->get());
  return fail(Errc::parse, "line " + std::to_string(line_of(node)) + ": " + path +
                               " must be an integer, a string or a boolean; write fractions as "
                               "integers of a smaller unit (ppm, bps, millipebbles)");
}

// Where the string that opens at `at` ends, behind its last quote; npos if it does not.
std::size_t behind_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool lines = text.substr(at, 3) == std::string(3, quote);
  for (at += lines ? 3 : 1; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (!lines && text[at] == '\n') {
      return std::string_view::npos;
    } else if (text[at] == quote) {
      if (!lines) return at + 1;
      // Up to two quotes before the three that close belong to the string.
      std::size_t run = 1;
      while (run < 5 && at + run < text.size() && text[at + run] == quote) ++run;
      if (run >= 3) return at + run;
      at += run - 1;
    }
  }
  return std::string_view::npos;
}

// Whether the header of a table that opens at `at` has something else where its name should begin.
// A closing bracket and the end of the text the parser sees itself.
bool lacks_name(std::string_view text, std::size_t at) {
  const auto blanks = [&] {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  };
  ++at;
  blanks();
  if (at < text.size() && text[at] == '[') ++at;
  blanks();
  if (at >= text.size()) return false;
  const char c = text[at];
  return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_\"']").find(c) != std::string_view::npos);
}

struct Fault {
  std::size_t at;
  const char* what;
};

// What toml++ takes for granted and only asserts: that a table's header has a name, such as "[.x]"
// and "[=" have not, and that no '}' stands in an array. None, as far as the parser would read.
std::optional<Fault> unguarded(std::string_view text) {
  std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  std::string open;   // brackets; inside an array a line may begin with one
  bool fresh = true;  // nothing but blanks on this line so far
  while (at < text.size()) {
    const char c = text[at];
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (c == '"' || c == '\'') {
      at = behind_string(text, at);
      if (at == std::string_view::npos) return {};
      fresh = false;
      continue;
    }
    if (c == '[' && fresh && open.empty() && lacks_name(text, at))
      return Fault{at, "the table has no name (letters, digits, - and _, or a text in quotes)"};
    if (c == '}' && open.ends_with('[')) return Fault{at, "what [ opens ends with ], not with }"};
    if (c == '[' || c == '{') open += c;
    if ((c == ']' || c == '}') && !open.empty()) open.pop_back();
    fresh = c == '\n' || (fresh && (c == ' ' || c == '\t' || c == '\r'));
    ++at;
  }
  return {};
}

}  // namespace

std::string Toml::place(std::string_view path) const {
  while (!path.empty()) {
    const auto it = lines.find(std::string(path));
    if (it != lines.end()) return "line " + std::to_string(it->second);
    const std::size_t cut = path.find_last_of(".[");
    if (cut == std::string_view::npos) break;
    path = path.substr(0, cut);
  }
  return "";
}

Result<Toml> parse_toml(std::string_view text) {
  if (const auto fault = unguarded(text))
    return fail(
        Errc::parse,
        "line " +
            std::to_string(1 + std::count(text.begin(),
                                          text.begin() + static_cast<std::ptrdiff_t>(fault->at),
                                          '\n')) +
            ": " + fault->what);
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed)
    return fail(Errc::parse, "line " + std::to_string(parsed.error().source().begin.line) + ": " +
                                 std::string(parsed.error().description()));
  Toml out;
  TRY(out.value, convert(parsed.table(), "", out));
  return out;
}

}  // namespace wood
