#include "serve/acts.h"

#include <algorithm>

#include "core/check.h"
#include "core/schema.h"
#include "core/text.h"
#include "serve/assets.h"

namespace wood::serve {
namespace {

using Kind = Json::Kind;

constexpr std::string_view kReference = "#/components/schemas/";

// The operator's acts; what is neither his nor a control is the Patron's.
bool operators(std::string_view name) {
  for (const std::string_view own :
       {"kill", "enable", "override", "swap", "halt", "reopen", "decree", "stop"})
    if (name == own) return true;
  return false;
}

// The one value that a member of the schema may have; "" if it has no such member.
std::string only(const Json& schema, const char* member) {
  const Json* properties = schema.find("properties");
  const Json* one = properties == nullptr ? nullptr : properties->find(member);
  const Json* values = one == nullptr ? nullptr : one->find("enum");
  return values == nullptr ? "" : values->items().front().string();
}

std::vector<Act> read_acts() {
  const auto document = parse_json(openapi());
  CHECK(document);
  std::vector<Act> out;
  const Json& schemas = document->at("components").at("schemas");
  for (const Json& one : schemas.at("Command").at("oneOf").items()) {
    Json schema = resolved(one, *document);
    CHECK(check_schema(schema));
    const std::string control = only(schema, "control"), act = only(schema, "act");
    CHECK(control.empty() != act.empty());
    const std::string by = act.empty() ? "" : operators(act) ? "operator" : "patron";
    out.push_back({act.empty() ? control : act, by, std::move(schema)});
  }
  return out;
}

Problem unknown_word(const Json& body) {
  std::vector<std::string> names;
  const bool control = body.find("control") != nullptr;
  for (const Act& act : acts())
    if (act.by.empty() == control) names.push_back(act.name);
  const char* member = control ? "control" : "act";
  const Json* given = body.find(member);
  if (given == nullptr || !given->is(Kind::string))
    return {422, "it says neither which control nor which act", "act",
            "give \"control\" or \"act\"; see schema Command in /v1/openapi.json"};
  const std::string nearest = nearest_name(given->string(), names);
  return {
      422,
      "there is no " + std::string(member) + " \"" + std::string(clip(given->string(), 64)) + "\"",
      member, nearest.empty() ? "there are " + join(names, ", ") : "did you mean " + nearest + "?"};
}

}  // namespace

Json resolved(const Json& schema, const Json& document) {
  if (schema.is(Kind::array)) {
    Json out = Json::array();
    for (const Json& item : schema.items()) out.push(resolved(item, document));
    return out;
  }
  if (!schema.is(Kind::object)) return schema;
  if (const std::string target = schema.str_or("$ref", ""); !target.empty()) {
    CHECK(target.starts_with(kReference));
    const Json& schemas = document.at("components").at("schemas");
    return resolved(schemas.at(std::string_view(target).substr(kReference.size())), document);
  }
  Json out = Json::object();
  for (const auto& [key, value] : schema.members()) out.set(key, resolved(value, document));
  return out;
}

const std::vector<Act>& acts() {
  static const std::vector<Act> all = read_acts();
  return all;
}

tl::expected<Json, Problem> parse_body(std::string_view body) {
  auto parsed = parse_json(body);
  if (parsed) return std::move(*parsed);
  return tl::unexpected(
      Problem{400, "the body is no JSON: " + parsed.error().what, "body", "send one JSON object"});
}

std::optional<Problem> judge_body(const Json& body, const Json& schema) {
  const std::vector<std::string> faults = validate(body, schema);
  if (faults.empty()) return std::nullopt;
  // "$.lots is 0, minimum 1"
  const std::string& fault = faults.front();
  const std::string path = fault.substr(0, fault.find(' '));
  return Problem{422, std::string(clip(fault, 400)),
                 path.starts_with("$.") ? path.substr(2) : "body",
                 "see the schema in /v1/openapi.json"};
}

tl::expected<Command, Problem> parse_command(std::string_view text) {
  auto body = parse_body(text);
  if (!body) return tl::unexpected(body.error());
  const std::string control = body->str_or("control", ""), act = body->str_or("act", "");
  const auto known = std::find_if(acts().begin(), acts().end(), [&](const Act& one) {
    return one.by.empty() ? one.name == control && !control.empty() : one.name == act;
  });
  if (known == acts().end()) return tl::unexpected(unknown_word(*body));
  if (auto problem = judge_body(*body, known->schema)) return tl::unexpected(*problem);
  return Command{&*known, std::move(*body)};
}

}  // namespace wood::serve
