// One table of a pipeline file, read member by member: the first fault ends the reading and is an
// Error with its line, path and mend.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/toml.h"
#include "pipeline/template.h"

namespace wood {

class Table {
 public:
  Table(const Toml& toml, const Json& value, std::string path)
      : toml_(toml), value_(value), path_(std::move(path)) {}

  Result<std::string> string(const char* key);  // must be there
  Result<std::string> string(const char* key, std::string otherwise);
  Result<std::string> word(const char* key);  // a name: [a-z][a-z0-9_]*
  Result<std::int64_t> integer(const char* key, std::int64_t low, std::int64_t high,
                               std::int64_t otherwise);
  Result<std::int64_t> integer(const char* key, std::int64_t low, std::int64_t high);  // must be
  Result<bool> flag(const char* key);                                                  // absent: no
  Result<std::vector<std::string>> strings(const char* key);  // absent: empty
  // A table of integers; absent: empty.
  Result<std::map<std::string, std::int64_t>> integers(const char* key, std::int64_t low,
                                                       std::int64_t high);
  Result<int> choice(const char* key, const std::vector<std::string>& names, int otherwise);
  Result<Expr> expr(const char* key);                                 // must be there
  Result<std::map<std::string, std::string>> words(const char* key);  // a table of texts
  Result<std::optional<Expr>> maybe_expr(const char* key);
  Result<std::map<std::string, Expr>> exprs(const char* key);  // a table of expressions
  Result<Json> schema(const char* key);                        // null if absent; checked
  // A table, or nothing; and the tables of an array of them.
  Result<std::optional<Table>> table(const char* key);
  Result<std::vector<Table>> tables(const char* key);

  [[nodiscard]] bool has(const char* key) const { return value_.find(key) != nullptr; }
  [[nodiscard]] const Json* any(const char* key);
  // Refuses a member that nothing asked for: a key misspelt is a rule that does not apply.
  [[nodiscard]] Status done() const;
  [[nodiscard]] tl::unexpected<Error> bad(const std::string& key, const std::string& what,
                                          Errc code = Errc::schema) const;
  [[nodiscard]] const Json& value() const { return value_; }
  [[nodiscard]] const Toml& toml() const { return toml_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  // What messages call this table: its path, or a better name.
  void call(std::string title) { title_ = std::move(title); }

 private:
  [[nodiscard]] std::string path_of(const std::string& key) const;
  Result<Expr> parse_expr(const std::string& key, const Json& value) const;

  const Toml& toml_;
  const Json& value_;
  std::string path_;
  std::string title_;
  std::set<std::string> known_;
};

}  // namespace wood
