#include "pipeline/expr.h"

#include <algorithm>
#include <optional>

#include "pipeline/function.h"
#include "pipeline/syntax.h"

namespace wood {
namespace {

using Kind = Json::Kind;

// A value on its way: borrowed from the scope while nothing was made, so that
// input.market.filter(…) does not copy the market; owned otherwise.
class Value {
 public:
  explicit Value(const Json* borrowed) : borrowed_(borrowed) {}
  explicit Value(Json own) : own_(std::move(own)) {}
  [[nodiscard]] const Json& get() const { return borrowed_ != nullptr ? *borrowed_ : own_; }
  [[nodiscard]] Json take() && { return borrowed_ != nullptr ? *borrowed_ : std::move(own_); }

  // A part of this value, borrowed if it is, else moved out.
  [[nodiscard]] Value part(const Json& inner) && {
    if (borrowed_ != nullptr) return Value(&inner);
    return Value(Json(inner));
  }

 private:
  const Json* borrowed_ = nullptr;
  Json own_;
};

class Evaluator {
 public:
  Evaluator(const Expr& expr, const Scope& scope, std::int64_t& steps)
      : expr_(expr), scope_(scope), steps_(steps) {}

  Result<Value> eval(const Node& node) {
    if (--steps_ < 0) return over(node, "takes too many steps; ask for less");
    switch (node.op) {
      case Op::literal: return Value(&node.value);
      case Op::name: return named(node);
      case Op::list: return list(node);
      case Op::map: return map(node);
      case Op::field: return field(node);
      case Op::has: return has(node);
      case Op::index: return index(node);
      case Op::call: return call(node);
      case Op::negate:
      case Op::invert: return unary(node);
      case Op::both:
      case Op::either: return logic(node);
      case Op::choose: return choose(node);
      case Op::all:
      case Op::exists: return quantify(node);
      case Op::filter:
      case Op::map_each: return each(node);
      default: return binary(node);
    }
  }

 private:
  tl::unexpected<Error> error(Errc code, const Node& node, const std::string& what) const {
    return fail(code, place_in(expr_.source(), node.at) + ": " + what);
  }
  tl::unexpected<Error> wrong(const Node& node, const std::string& what) const {
    return error(Errc::schema, node, what);
  }
  tl::unexpected<Error> over(const Node& node, const std::string& what) const {
    return error(Errc::limit, node, what);
  }

  // A value that was made, paid for by its size.
  Result<Value> made(const Node& node, Json value) {
    charge(value);
    if (steps_ < 0) return over(node, "makes too large a value; ask for less");
    return Value(std::move(value));
  }

  void charge(const Json& value) {
    if (--steps_ < 0) return;
    if (value.is(Kind::string)) steps_ -= static_cast<std::int64_t>(value.string().size() / 64);
    if (value.is(Kind::array))
      for (const Json& item : value.items()) charge(item);
    if (value.is(Kind::object))
      for (const auto& member : value.members()) charge(member.second);
  }

  Result<Value> named(const Node& node) {
    for (auto it = locals_.rbegin(); it != locals_.rend(); ++it)
      if (it->first == node.name) return Value(it->second);
    if (const Json* value = scope_.find(node.name)) return Value(value);
    if (const Expr* let = scope_.find_let(node.name); let != nullptr && !in_let_) {
      Evaluator inner(*let, scope_, steps_);
      inner.in_let_ = true;
      Result<Value> value = inner.eval(let->tree());
      if (!value) return fail(std::move(value).error().during(node.name));
      return value;
    }
    return wrong(node, "no value named " + node.name);
  }

  Result<Value> list(const Node& node) {
    Json out = Json::array();
    for (const Node& kid : node.kids) {
      TRY(Value item, eval(kid));
      out.push(std::move(item).take());
    }
    return made(node, std::move(out));
  }

  Result<Value> map(const Node& node) {
    Json out = Json::object();
    for (std::size_t i = 0; i < node.kids.size(); i += 2) {
      TRY(const Value key, eval(node.kids[i]));
      if (!key.get().is(Kind::string)) return wrong(node.kids[i], "a map's keys are texts");
      if (out.find(key.get().string()) != nullptr)
        return wrong(node.kids[i], "key " + key.get().string() + " twice in one map");
      TRY(Value value, eval(node.kids[i + 1]));
      out.set(key.get().string(), std::move(value).take());
    }
    return made(node, std::move(out));
  }

  Result<Value> field(const Node& node) {
    TRY(Value of, eval(node.kids[0]));
    const Json* member = of.get().find(node.name);
    if (member == nullptr)
      return wrong(node, (of.get().is(Kind::object) ? "no member " : "not a map, so no member ") +
                             node.name + "; has(x." + node.name + ") asks first");
    return std::move(of).part(*member);
  }

  Result<Value> has(const Node& node) {
    const Result<Value> of = eval(node.kids[0]);
    if (!of && of.error().code == Errc::limit) return fail(of.error());
    return Value(Json(of && of->get().find(node.name) != nullptr));
  }

  Result<Value> index(const Node& node) {
    TRY(Value of, eval(node.kids[0]));
    TRY(const Value which, eval(node.kids[1]));
    const Json& value = of.get();
    if (value.is(Kind::object) && which.get().is(Kind::string)) {
      const Json* member = value.find(which.get().string());
      if (member == nullptr)
        return wrong(node,
                     "no member " + which.get().string() + "; get(x, name, otherwise) gives one");
      return std::move(of).part(*member);
    }
    if (!value.is(Kind::array) || !which.get().is(Kind::integer))
      return wrong(node, "an index wants a list and an integer, or a map and a text");
    const std::int64_t at = which.get().integer();
    if (at < 0 || static_cast<std::size_t>(at) >= value.items().size())
      return wrong(node, "index " + std::to_string(at) + " of " +
                             std::to_string(value.items().size()) + " items");
    return std::move(of).part(value.items()[static_cast<std::size_t>(at)]);
  }

  Result<Value> call(const Node& node) {
    std::vector<Value> values;
    values.reserve(node.kids.size());
    for (const Node& kid : node.kids) {
      TRY(Value value, eval(kid));
      charge(value.get());
      values.push_back(std::move(value));
    }
    if (steps_ < 0) return over(node, "takes too many steps; ask for less");
    std::vector<const Json*> args;
    for (const Value& value : values) args.push_back(&value.get());
    Result<Json> out = functions()[static_cast<std::size_t>(node.function)].call(args);
    if (!out) return error(out.error().code, node, out.error().what);
    return made(node, std::move(*out));
  }

  Result<Value> unary(const Node& node) {
    TRY(const Value of, eval(node.kids[0]));
    if (node.op == Op::invert) {
      if (!of.get().is(Kind::boolean)) return wrong(node, "! wants true or false");
      return Value(Json(!of.get().boolean()));
    }
    std::int64_t out = 0;
    if (!of.get().is(Kind::integer)) return wrong(node, "- wants an integer");
    if (__builtin_sub_overflow(std::int64_t{0}, of.get().integer(), &out))
      return over(node, "- overflows");
    return Value(Json(out));
  }

  Result<bool> condition(const Node& node) {
    TRY(const Value value, eval(node));
    if (!value.get().is(Kind::boolean))
      return wrong(node, "wanted true or false, found " + std::string(name(value.get().kind())));
    return value.get().boolean();
  }

  // As in CEL, either side may decide: an error on one is forgotten if the other settles the
  // matter.
  Result<Value> logic(const Node& node) {
    const bool settles = node.op == Op::either;
    const Result<bool> left = condition(node.kids[0]);
    if (left && *left == settles) return Value(Json(settles));
    if (!left && left.error().code == Errc::limit) return fail(left.error());
    const Result<bool> right = condition(node.kids[1]);
    if (right && *right == settles) return Value(Json(settles));
    if (!left) return fail(left.error());
    if (!right) return fail(right.error());
    return Value(Json(!settles));
  }

  Result<Value> choose(const Node& node) {
    TRY(const bool yes, condition(node.kids[0]));
    return eval(node.kids[yes ? 1 : 2]);
  }

  Result<const Json::Array*> items_of(const Node& node, const Value& of) {
    if (!of.get().is(Kind::array)) return wrong(node, "works on a list; keys(map) gives one");
    return &of.get().items();
  }

  Result<Value> quantify(const Node& node) {
    const bool settles = node.op == Op::exists;
    TRY(const Value of, eval(node.kids[0]));
    TRY(const Json::Array* items, items_of(node, of));
    std::optional<Error> first;
    for (const Json& item : *items) {
      locals_.emplace_back(node.name, &item);
      const Result<bool> one = condition(node.kids[1]);
      locals_.pop_back();
      if (one && *one == settles) return Value(Json(settles));
      if (!one && one.error().code == Errc::limit) return fail(one.error());
      if (!one && !first) first = one.error();
    }
    if (first) return fail(std::move(*first));
    return Value(Json(!settles));
  }

  Result<Value> each(const Node& node) {
    TRY(const Value of, eval(node.kids[0]));
    TRY(const Json::Array* items, items_of(node, of));
    Json out = Json::array();
    for (const Json& item : *items) {
      locals_.emplace_back(node.name, &item);
      Result<Value> one = eval(node.kids[1]);
      locals_.pop_back();
      if (!one) return fail(std::move(one).error());
      if (node.op == Op::map_each) {
        out.push(std::move(*one).take());
        continue;
      }
      if (!one->get().is(Kind::boolean)) return wrong(node.kids[1], "filter wants true or false");
      if (one->get().boolean()) out.push(item);
    }
    return made(node, std::move(out));
  }

  Result<Value> binary(const Node& node) {
    TRY(const Value left, eval(node.kids[0]));
    TRY(const Value right, eval(node.kids[1]));
    const Json& a = left.get();
    const Json& b = right.get();
    switch (node.op) {
      case Op::equal: return Value(Json(a == b));
      case Op::unequal: return Value(Json(!(a == b)));
      case Op::in: return within(node, a, b);
      case Op::add: {
        Result<Json> out = sum_of(a, b);
        if (!out) return error(out.error().code, node, out.error().what);
        return made(node, std::move(*out));
      }
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal: return compare(node, a, b);
      default: return arithmetic(node, a, b);
    }
  }

  Result<Value> within(const Node& node, const Json& item, const Json& of) {
    if (of.is(Kind::object) && item.is(Kind::string))
      return Value(Json(of.find(item.string()) != nullptr));
    if (!of.is(Kind::array)) return wrong(node, "in wants a list, or a text and a map");
    steps_ -= static_cast<std::int64_t>(of.items().size() / 8);
    return Value(Json(std::find(of.items().begin(), of.items().end(), item) != of.items().end()));
  }

  Result<Value> compare(const Node& node, const Json& a, const Json& b) {
    int order = 0;
    if (a.is(Kind::integer) && b.is(Kind::integer))
      order = a.integer() < b.integer() ? -1 : a.integer() > b.integer() ? 1 : 0;
    else if (a.is(Kind::string) && b.is(Kind::string)) order = a.string().compare(b.string());
    else
      return wrong(node,
                   "cannot compare " + std::string(name(a.kind())) + " and " + name(b.kind()));
    switch (node.op) {
      case Op::less: return Value(Json(order < 0));
      case Op::less_equal: return Value(Json(order <= 0));
      case Op::greater: return Value(Json(order > 0));
      default: return Value(Json(order >= 0));
    }
  }

  Result<Value> arithmetic(const Node& node, const Json& a, const Json& b) {
    if (!a.is(Kind::integer) || !b.is(Kind::integer))
      return wrong(node, "arithmetic on " + std::string(name(a.kind())) + " and " + name(b.kind()));
    const std::int64_t x = a.integer();
    const std::int64_t y = b.integer();
    std::int64_t out = 0;
    bool overflow = false;
    if (node.op == Op::subtract) {
      overflow = __builtin_sub_overflow(x, y, &out);
    } else if (node.op == Op::multiply) {
      overflow = __builtin_mul_overflow(x, y, &out);
    } else {
      if (y == 0) return wrong(node, "division by zero; ask first with x == 0 ? … : …");
      overflow =
          y == -1 && node.op == Op::divide && __builtin_sub_overflow(std::int64_t{0}, x, &out);
      if (y == -1) out = node.op == Op::divide ? out : 0;
      else out = node.op == Op::divide ? x / y : x % y;
    }
    if (overflow) return over(node, "overflows 64 bits");
    return Value(Json(out));
  }

  const Expr& expr_;
  const Scope& scope_;
  std::int64_t& steps_;
  std::vector<std::pair<std::string_view, const Json*>> locals_;
  bool in_let_ = false;
};

void collect(const Node& node, std::vector<std::string>& bound, std::set<std::string>& out) {
  if (node.op == Op::name && std::find(bound.begin(), bound.end(), node.name) == bound.end())
    out.insert(node.name);
  const bool macro = node.op == Op::all || node.op == Op::exists || node.op == Op::filter ||
                     node.op == Op::map_each;
  for (std::size_t i = 0; i < node.kids.size(); ++i) {
    if (macro && i == 1) bound.push_back(node.name);
    collect(node.kids[i], bound, out);
    if (macro && i == 1) bound.pop_back();
  }
}

// The member of the free name that this node takes; nothing if it is no such node.
std::optional<std::string> member_at(const Node& node, std::string_view name) {
  if (node.kids.empty() || node.kids[0].op != Op::name || node.kids[0].name != name)
    return std::nullopt;
  if (node.op == Op::field || node.op == Op::has) return node.name;
  const bool looks = node.op == Op::index || (node.op == Op::call && node.name == "get");
  if (!looks || node.kids.size() < 2 || node.kids[1].op != Op::literal ||
      !node.kids[1].value.is(Kind::string))
    return std::nullopt;
  return node.kids[1].value.string();
}

// `name` is free in `node`.
void collect_members(const Node& node, std::string_view name, std::set<std::string>& out) {
  const auto member = member_at(node, name);
  if (member) out.insert(*member);
  else if (node.op == Op::name && node.name == name) out.insert("");
  const bool macro = node.op == Op::all || node.op == Op::exists || node.op == Op::filter ||
                     node.op == Op::map_each;
  for (std::size_t i = member ? 1 : 0; i < node.kids.size(); ++i)
    if (!macro || i != 1 || node.name != name) collect_members(node.kids[i], name, out);
}

}  // namespace

std::set<std::string> Expr::members_of(std::string_view name) const {
  std::set<std::string> out;
  collect_members(*tree_, name, out);
  return out;
}

void Scope::set(std::string_view name, const Json& value) {
  values_.insert_or_assign(std::string(name), &value);
}

const Json* Scope::find(std::string_view name) const {
  const auto it = values_.find(name);
  return it == values_.end() ? nullptr : it->second;
}

const Expr* Scope::find_let(std::string_view name) const {
  if (lets_ == nullptr) return nullptr;
  const auto it = lets_->find(std::string(name));
  return it == lets_->end() ? nullptr : &it->second;
}

Result<Expr> Expr::parse(std::string_view source) {
  TRY(Node tree, parse_syntax(source));
  Expr out;
  out.source_ = source;
  std::vector<std::string> bound;
  collect(tree, bound, out.names_);
  out.tree_ = std::make_shared<const Node>(std::move(tree));
  return out;
}

Result<Json> Expr::eval(const Scope& scope, std::int64_t steps_max) const {
  std::int64_t steps = steps_max;
  TRY(Value value, Evaluator(*this, scope, steps).eval(*tree_));
  return std::move(value).take();
}

Result<bool> Expr::test(const Scope& scope) const {
  TRY(const Json value, eval(scope));
  if (!value.is(Kind::boolean))
    return fail(Errc::schema,
                "column 1: wanted true or false, found " + std::string(name(value.kind())));
  return value.boolean();
}

}  // namespace wood
