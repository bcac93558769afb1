// A pipeline: steps in a graph, read from TOML (docs/formats/pipeline.md) and checked whole before
// it may run. What a step refers to must be in its `needs`, so that the causes named in the ledger
// are the causes it had. Errors name the line, the step and the mend.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/toml.h"
#include "pipeline/step.h"

namespace wood {

struct Pipeline {
  std::string name;
  std::int64_t version = 1;
  std::string about;
  std::string output;                // the step whose output is the pipeline's
  Json input;                        // schema of the input; null: any object
  std::map<std::string, Expr> lets;  // named expressions over input and turn
  std::vector<Step> steps;           // in file order
  int layers = 0;                    // steps of one layer do not see each other
  Json source;                       // the file as data: what the genesis holds

  // Errc::parse or Errc::schema.
  static Result<Pipeline> parse(std::string_view toml);
  // The same from what json() gave.
  static Result<Pipeline> from(const Json& source);

  [[nodiscard]] const Json& json() const { return source; }
  [[nodiscard]] const Step* find(std::string_view name) const;
  // The seats ("@news" → "news") whose minds or names it takes from the cast, sorted. An
  // escalation's seat is not among them: it may be empty.
  [[nodiscard]] std::vector<std::string> seats() const;
};

}  // namespace wood
