#include "pipeline/template.h"

#include "pipeline/syntax.h"

namespace wood {

Result<Template> Template::parse(std::string_view text) {
  Template out;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = text.find("{{", at);
    if (open == std::string_view::npos) break;
    const std::size_t close = text.find("}}", open + 2);
    if (close == std::string_view::npos)
      return fail(Errc::parse, place_in(text, open) + ": {{ without }}; close it");
    Result<Expr> expr = Expr::parse(text.substr(open + 2, close - open - 2));
    if (!expr) return fail(std::move(expr).error().during("after {{ at " + place_in(text, open)));
    out.parts_.push_back({std::string(text.substr(at, open - at)), std::move(*expr)});
    at = close + 2;
  }
  out.tail_ = text.substr(at);
  return out;
}

Result<std::string> Template::render(const Scope& scope) const {
  std::string out;
  for (const Part& part : parts_) {
    Result<Json> value = part.expr.eval(scope);
    if (!value) return fail(std::move(value).error().during("{{" + part.expr.source() + "}}"));
    out += part.before;
    out += value->is(Json::Kind::string)    ? value->string()
           : value->is(Json::Kind::integer) ? std::to_string(value->integer())
                                            : value->dump();
  }
  return out + tail_;
}

std::set<std::string> Template::names() const {
  std::set<std::string> out;
  for (const Part& part : parts_) out.insert(part.expr.names().begin(), part.expr.names().end());
  return out;
}

std::set<std::string> Template::members_of(std::string_view name) const {
  std::set<std::string> out;
  for (const Part& part : parts_) out.merge(part.expr.members_of(name));
  return out;
}

}  // namespace wood
