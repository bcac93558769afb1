#include "pipeline/form.h"

#include <algorithm>

namespace wood {
namespace {

using Kind = Json::Kind;

// " 0 to 50", " of at most 9", " of at least 1" or nothing.
std::string range(const Json& schema, const char* low, const char* high, const std::string& unit) {
  const Json* least = schema.find(low);
  const Json* most = schema.find(high);
  const std::string tail = unit.empty() ? "" : " " + unit;
  if (least != nullptr && most != nullptr && unit.empty())
    return " " + least->dump() + " to " + most->dump();
  if (most != nullptr) return " of at most " + most->dump() + tail;
  if (least != nullptr) return " of at least " + least->dump() + tail;
  return "";
}

std::string options(const Json& list) {
  std::string out;
  for (const Json& item : list.items()) out += (out.empty() ? "" : " or ") + item.dump();
  return out;
}

std::string members(const Json& schema) {
  const Json* properties = schema.find("properties");
  if (properties == nullptr) return "an object";
  std::vector<std::string> order;
  if (const Json* required = schema.find("required"))
    for (const Json& key : required->items()) order.push_back(key.string());
  const std::size_t needed = order.size();
  for (const auto& [key, sub] : properties->members())
    if (std::find(order.begin(), order.end(), key) == order.end()) order.push_back(key);
  std::string out = "{";
  for (std::size_t i = 0; i < order.size(); ++i)
    out += (i > 0 ? ", " : "") + Json(order[i]).dump() + ": " + form_of(properties->at(order[i])) +
           (i < needed ? "" : " (may be left out)");
  return out + "}";
}

}  // namespace

std::string form_of(const Json& schema) {
  if (const Json* constant = schema.find("const")) return constant->dump();
  if (const Json* list = schema.find("enum")) return options(*list);
  if (const Json* list = schema.find("oneOf")) {
    std::string out;
    for (const Json& one : list->items()) out += (out.empty() ? "" : ", or ") + form_of(one);
    return out;
  }
  const std::string type =
      schema.str_or("type", schema.find("properties") != nullptr ? "object" : "");
  if (type == "object") return members(schema);
  if (type == "integer") return "integer" + range(schema, "minimum", "maximum", "");
  if (type == "string") return "text" + range(schema, "minLength", "maxLength", "characters");
  if (type == "boolean") return "true or false";
  if (type == "null") return "null";
  if (type != "array") return "any value";
  const Json* items = schema.find("items");
  return "list" + range(schema, "minItems", "maxItems", "items") +
         (items != nullptr ? ", each " + form_of(*items) : "");
}

}  // namespace wood
