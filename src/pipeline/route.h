// Who is asked, and what the others would have cost: the reckoning that routes, cascades and
// escalations share. It looks at prices, at the latency that a mind's card states and at whether a
// mind is outside this machine, never at a clock: a replay goes the same way.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/stage.h"

namespace wood {

// What may still be spent; none: any amount.
struct Limits {
  std::optional<std::int64_t> cost_nano;
  std::optional<std::int64_t> latency_ms;
};
// Errors are an expression's, or say that it gave no integer from 0.
Result<Limits> limits_of(const Budget& budget, const Scope& scope);

// In billionths of the currency unit, at the tokens of the budget.
std::int64_t reckoned_cost(const Stage& stage, const std::string& mind, const Budget& budget);
// What one ask of this mind takes from them.
void spend(const Stage& stage, const std::string& mind, const Budget& budget, Limits& limits);
// Why this mind may not be asked: "local" (it is outside, and what it would be asked is not to
// leave), "over_budget", "too_slow", "latency_unknown"; "": it may. `mark`: of the question.
std::string barred(const Stage& stage, const std::string& mind, const Budget& budget,
                   const Limits& limits, Mark mark);

struct Alternative {
  std::string mind;
  std::string passed;  // why it could not be had; "": it could
};
struct Choice {
  std::string mind;
  std::string code;  // why this one
  std::vector<Alternative> others;
};
// Appends one unless its mind is there already.
void add_alternative(std::vector<Alternative>& others, const std::string& mind,
                     const std::string& passed);

// The `route` entry.
Seq write_route(Stage& stage, const Step& step, const Choice& choice, const Budget& budget,
                const Limits& limits, std::vector<Seq> from);

// Nobody of these can be asked: the code says why, of several reasons the last; "nobody" if there
// is none.
void miss_all(Stage& stage, const Step& step, const std::vector<Alternative>& others,
              std::vector<Seq> from);

void perform_route(Stage& stage, const Step& step);

}  // namespace wood
