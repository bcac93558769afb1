// Expressions: small questions about data, asked by pipelines in text. The language is a subset of
// CEL on integers (docs/formats/pipeline.md): no loops but those over a list, no assignment, no
// clock, no floats, so that every expression ends, and gives the same on every machine.
//
// Parsed once, evaluated often. An evaluation is charged for every step and every value it makes;
// over the limit it is an error, whatever the data.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace wood {

struct Node;
class Scope;

class Expr {
 public:
  // Errc::parse, with the column and what to do.
  static Result<Expr> parse(std::string_view source);

  // Errc::schema for a wrong kind, a missing member, an unknown name; Errc::limit for overflow and
  // for an evaluation over `steps_max`. Messages name the column.
  [[nodiscard]] Result<Json> eval(const Scope& scope, std::int64_t steps_max = 1'000'000) const;
  // The same for a condition: anything but true and false is an error.
  [[nodiscard]] Result<bool> test(const Scope& scope) const;

  [[nodiscard]] const std::string& source() const { return source_; }
  // The names it takes from its scope, without those its macros bind.
  [[nodiscard]] const std::set<std::string>& names() const { return names_; }
  // Of a name it takes from its scope, the members it can see: those of name.member,
  // name['member'], has(name.member) and get(name, 'member', …); "" if it uses it in any other way,
  // for then it may see all of them.
  [[nodiscard]] std::set<std::string> members_of(std::string_view name) const;
  [[nodiscard]] const Node& tree() const { return *tree_; }

 private:
  Expr() = default;
  std::string source_;
  std::set<std::string> names_;
  std::shared_ptr<const Node> tree_;  // shared: an Expr is a value and is copied with its pipeline
};

// What the names of an expression stand for. Borrows everything; a later set() of a name replaces
// it.
class Scope {
 public:
  void set(std::string_view name, const Json& value);
  // Expressions by name, evaluated where they are used. They must not use each other.
  void let(const std::map<std::string, Expr>& lets) { lets_ = &lets; }

  [[nodiscard]] const Json* find(std::string_view name) const;
  [[nodiscard]] const Expr* find_let(std::string_view name) const;

 private:
  std::map<std::string, const Json*, std::less<>> values_;
  const std::map<std::string, Expr>* lets_ = nullptr;
};

}  // namespace wood
