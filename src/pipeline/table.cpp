#include "pipeline/table.h"

#include "core/schema.h"
#include "core/text.h"

namespace wood {

using Kind = Json::Kind;

std::string Table::path_of(const std::string& key) const {
  if (path_.empty()) return key;
  return key.empty() ? path_ : path_ + "." + key;
}

tl::unexpected<Error> Table::bad(const std::string& key, const std::string& what, Errc code) const {
  const std::string line = toml_.place(path_of(key));
  std::string where = title_.empty() ? path_of(key) : key.empty() ? title_ : title_ + " " + key;
  if (where.empty()) where = "the file";
  return fail(code, (line.empty() ? "" : line + ": ") + where + ": " + what);
}

const Json* Table::any(const char* key) {
  known_.insert(key);
  return value_.find(key);
}

Result<std::string> Table::string(const char* key) {
  const Json* value = any(key);
  if (value == nullptr) return bad("", std::string("has no ") + key + "; add " + key + " = \"…\"");
  if (!value->is(Kind::string) || value->string().empty()) return bad(key, "must be a text");
  return value->string();
}

Result<std::string> Table::string(const char* key, std::string otherwise) {
  if (any(key) == nullptr) return otherwise;
  return string(key);
}

Result<std::string> Table::word(const char* key) {
  TRY(std::string text, string(key));
  bool good = text[0] >= 'a' && text[0] <= 'z' && text.size() <= 40;
  for (const char c : text)
    good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
  if (!good)
    return bad(key,
               "\"" + text + "\" is no name; use lower-case letters, digits and _ (at most 40)");
  return text;
}

Result<std::int64_t> Table::integer(const char* key, std::int64_t low, std::int64_t high,
                                    std::int64_t otherwise) {
  const Json* value = any(key);
  if (value == nullptr) return otherwise;
  if (!value->is(Kind::integer) || value->integer() < low || value->integer() > high)
    return bad(key,
               "must be an integer from " + std::to_string(low) + " to " + std::to_string(high));
  return value->integer();
}

Result<std::int64_t> Table::integer(const char* key, std::int64_t low, std::int64_t high) {
  if (any(key) == nullptr) return bad("", std::string("has no ") + key + "; add " + key + " = …");
  return integer(key, low, high, low);
}

Result<bool> Table::flag(const char* key) {
  const Json* value = any(key);
  if (value == nullptr) return false;
  if (!value->is(Kind::boolean)) return bad(key, "must be true or false");
  return value->boolean();
}

Result<std::map<std::string, std::int64_t>> Table::integers(const char* key, std::int64_t low,
                                                            std::int64_t high) {
  std::map<std::string, std::int64_t> out;
  const Json* value = any(key);
  if (value == nullptr) return out;
  if (!value->is(Kind::object)) return bad(key, "must be a table of integers");
  for (const auto& [name, number] : value->members()) {
    if (!number.is(Kind::integer) || number.integer() < low || number.integer() > high)
      return bad(std::string(key) + "." + name,
                 "must be an integer from " + std::to_string(low) + " to " + std::to_string(high));
    out[name] = number.integer();
  }
  return out;
}

Result<std::map<std::string, std::string>> Table::words(const char* key) {
  std::map<std::string, std::string> out;
  const Json* value = any(key);
  if (value == nullptr) return out;
  if (!value->is(Kind::object)) return bad(key, "must be a table of texts");
  for (const auto& [name, text] : value->members()) {
    if (!text.is(Kind::string)) return bad(std::string(key) + "." + name, "must be a text");
    out[name] = text.string();
  }
  return out;
}

Result<std::vector<std::string>> Table::strings(const char* key) {
  std::vector<std::string> out;
  const Json* value = any(key);
  if (value == nullptr) return out;
  if (!value->is(Kind::array)) return bad(key, "must be a list of texts");
  for (const Json& item : value->items()) {
    if (!item.is(Kind::string)) return bad(key, "must be a list of texts");
    out.push_back(item.string());
  }
  return out;
}

Result<int> Table::choice(const char* key, const std::vector<std::string>& names, int otherwise) {
  if (any(key) == nullptr && otherwise >= 0) return otherwise;
  TRY(const std::string text, string(key));
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<int>(i);
  const std::string close = nearest_name(text, names);
  return bad(key, "\"" + text + "\" is not one of " + join(names, " ") +
                      (close.empty() ? "" : "; did you mean " + close + "?"));
}

Result<Expr> Table::parse_expr(const std::string& key, const Json& value) const {
  if (value.is(Kind::integer) || value.is(Kind::boolean)) return Expr::parse(value.dump());
  if (!value.is(Kind::string)) return bad(key, "must be an expression in quotes");
  Result<Expr> expr = Expr::parse(value.string());
  if (!expr) return bad(key, expr.error().what, Errc::parse);
  return expr;
}

Result<Expr> Table::expr(const char* key) {
  const Json* value = any(key);
  if (value == nullptr)
    return bad("", std::string("has no ") + key + "; add " + key + " = \"<expression>\"");
  return parse_expr(key, *value);
}

Result<std::optional<Expr>> Table::maybe_expr(const char* key) {
  if (any(key) == nullptr) return std::optional<Expr>();
  TRY(Expr out, expr(key));
  return std::optional<Expr>(std::move(out));
}

Result<std::map<std::string, Expr>> Table::exprs(const char* key) {
  std::map<std::string, Expr> out;
  const Json* value = any(key);
  if (value == nullptr) return out;
  if (!value->is(Kind::object)) return bad(key, "must be a table of expressions");
  for (const auto& [name, text] : value->members()) {
    TRY(Expr one, parse_expr(std::string(key) + "." + name, text));
    out.emplace(name, std::move(one));
  }
  return out;
}

Result<Json> Table::schema(const char* key) {
  const Json* value = any(key);
  if (value == nullptr) return Json();
  const Status good = check_schema(*value);
  if (!good) return bad(key, good.error().what);
  return *value;
}

Result<std::optional<Table>> Table::table(const char* key) {
  const Json* value = any(key);
  if (value == nullptr) return std::optional<Table>();
  if (!value->is(Kind::object)) return bad(key, "must be a table");
  return std::optional<Table>(Table(toml_, *value, path_of(key)));
}

Result<std::vector<Table>> Table::tables(const char* key) {
  std::vector<Table> out;
  const Json* value = any(key);
  if (value == nullptr) return out;
  if (!value->is(Kind::array))
    return bad(key, std::string("must be tables, each under [[…") + key + "]]");
  for (std::size_t i = 0; i < value->items().size(); ++i) {
    const std::string at = std::string(key) + "[" + std::to_string(i) + "]";
    if (!value->items()[i].is(Kind::object)) return bad(at, "must be a table");
    out.emplace_back(toml_, value->items()[i], path_of(at));
  }
  return out;
}

Status Table::done() const {
  for (const auto& member : value_.members()) {
    if (known_.contains(member.first)) continue;
    const std::string close = nearest_name(member.first, {known_.begin(), known_.end()});
    return bad(member.first,
               "is not known here; " +
                   (close.empty() ? "known are " + join({known_.begin(), known_.end()}, " ")
                                  : "did you mean " + close + "?"));
  }
  return {};
}

}  // namespace wood
