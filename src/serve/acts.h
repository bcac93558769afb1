// What can be commanded, read from the API's own document: each alternative of its schema Command
// is a control of the server or an act in the run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "serve/http.h"

namespace wood::serve {

struct Act {
  std::string name;
  std::string by;  // who does it if the body does not say; "": a control
  Json schema;     // of its body
};

// Read once, at the first call.
const std::vector<Act>& acts();

struct Command {
  const Act* act = nullptr;
  Json body;
};
// A body as it came. The problem is a refusal that names the member.
tl::expected<Command, Problem> parse_command(std::string_view body);

// The body of a request as JSON: at most 64 deep, no number with a fraction.
tl::expected<Json, Problem> parse_body(std::string_view body);
// What breaks a schema first, as a refusal; nothing if it conforms.
std::optional<Problem> judge_body(const Json& body, const Json& schema);

// A schema of the document with its references put in; they do not go in a circle.
Json resolved(const Json& schema, const Json& document);

}  // namespace wood::serve
