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

// What of the input never leaves this machine: no mind outside is asked what holds it (local.h).
struct Local {
  std::set<std::string> members;  // of the input; empty: all of it
  std::optional<Expr> when;       // over input and turn; none: always
};

struct Pipeline {
  std::string name;
  std::int64_t version = 1;
  std::string about;
  std::string output;  // the step whose output is the pipeline's
  Json input;          // schema of the input; null: any object
  std::optional<Local> local;
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
  // The seats ("@news" → "news") whose minds or names it takes from the cast, sorted. The seats of
  // an escalation, of a route and of a cascade's later rungs are not among them: they may be empty.
  [[nodiscard]] std::vector<std::string> seats() const;
};

}  // namespace wood
