#include "core/toml.h"

// Header only: Debian's library is built with exceptions and lacks the parser that reports by
// value.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "core/text.h"

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

// The line of a table's header without a name, such as "[.x]" or "[=": the parser takes for granted
// that there is one. 0: none.
int nameless_header(std::string_view text) {
  int number = 0;
  bool quoted = false;  // inside a string of several lines
  for (const std::string& line : split(std::string(text), '\n')) {
    ++number;
    const std::string_view plain = trim(line);
    const std::size_t name = plain.find_first_not_of("[ \t");
    if (!quoted && plain.starts_with('[') && name != std::string_view::npos &&
        (plain[name] == '.' || plain[name] == '='))
      return number;
    for (const char* mark : {"\"\"\"", "'''"})
      for (std::size_t at = plain.find(mark); at != std::string_view::npos;
           at = plain.find(mark, at + 3))
        quoted = !quoted;
  }
  return 0;
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
  if (const int line = nameless_header(text); line > 0)
    return fail(Errc::parse, "line " + std::to_string(line) + ": the table has no name");
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed)
    return fail(Errc::parse, "line " + std::to_string(parsed.error().source().begin.line) + ": " +
                                 std::string(parsed.error().description()));
  Toml out;
  TRY(out.value, convert(parsed.table(), "", out));
  return out;
}

}  // namespace wood
