// Text with expressions in it: "Turn {{turn}}: {{quant.side}}". A text value stands as it is, an
// integer in decimal, everything else as canonical JSON. What a stranger wrote belongs in quote(…),
// so that it stays one quoted line and cannot pass for the prompt's own words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/expr.h"

namespace wood {

class Template {
 public:
  static Result<Template> parse(std::string_view text);

  [[nodiscard]] Result<std::string> render(const Scope& scope) const;
  [[nodiscard]] std::set<std::string> names() const;
  [[nodiscard]] std::set<std::string> members_of(std::string_view name) const;  // as Expr's
  [[nodiscard]] bool empty() const { return parts_.empty() && tail_.empty(); }

 private:
  struct Part {
    std::string before;
    Expr expr;
  };
  std::vector<Part> parts_;
  std::string tail_;
};

}  // namespace wood
