// Expressions of pipelines: parsed and evaluated, within their bounds.
#include "pipeline/expr.h"

#include "fuzz/fuzz.h"

std::vector<std::string_view> fuzz_seeds() {
  return {"a.b[0] + 3 * (n - 1) > 2 && !(t == 'x') ? [1, 2] : {'k': n}",
          "l.filter(x, x > 1).map(x, x * x).exists(y, y == 4) || has(a.c)",
          "size(l) % 3 in l && 'a' + t != \"b\\n\" || -n < 9223372036854775807"};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto parsed = wood::Expr::parse(fuzz_text(data, size));
  if (!parsed) return 0;
  static const wood::Json list = wood::Json::list(std::vector<int>{1, 2, 3});
  static const wood::Json object = wood::Json::object({{"b", list}, {"n", 7}});
  static const wood::Json number(5);
  static const wood::Json text("text");
  wood::Scope scope;
  scope.set("a", object);
  scope.set("l", list);
  scope.set("n", number);
  scope.set("t", text);
  (void)parsed->eval(scope, 20'000);
  return 0;
}
