#include "core/schema.h"

#include <algorithm>

#include "core/check.h"
#include "core/text.h"

namespace wood {
namespace {

using Kind = Json::Kind;

const std::vector<std::string>& keywords() {
  static const std::vector<std::string> names = {
      "type",      "properties", "required", "additionalProperties",
      "items",     "minItems",   "maxItems", "enum",
      "const",     "minimum",    "maximum",  "minLength",
      "maxLength", "oneOf",      "title",    "description"};
  return names;
}

// Whatever these hold, they say something to a reader and nothing of a value.
bool annotates(const std::string& key) {
  static const std::vector<std::string> names = {"default",   "examples", "deprecated", "readOnly",
                                                 "writeOnly", "$schema",  "$id",        "$comment"};
  return std::find(names.begin(), names.end(), key) != names.end();
}

bool known_type(const Json& type) {
  if (!type.is(Kind::string)) return false;
  for (const Kind k :
       {Kind::null, Kind::boolean, Kind::integer, Kind::string, Kind::array, Kind::object})
    if (type.string() == name(k)) return true;
  return false;
}

Status bad(const std::string& at, const std::string& what) {
  return fail(Errc::schema, "schema at " + at + ": " + what);
}

Status check_at(const Json& schema, const std::string& at);

Status check_keyword(const std::string& key, const Json& value, const std::string& at) {
  if (annotates(key)) return {};
  const auto& known = keywords();
  if (std::find(known.begin(), known.end(), key) == known.end()) {
    const std::string close = nearest_name(key, known);
    return bad(at, "keyword \"" + key + "\" is not supported" +
                       (close.empty() ? "" : "; did you mean " + close + "?"));
  }
  if (key == "type") {
    const bool list = value.is(Kind::array) && !value.items().empty() &&
                      std::all_of(value.items().begin(), value.items().end(), known_type);
    if (!list && !known_type(value)) return bad(at, "type must name JSON types, without number");
  } else if (key == "properties") {
    if (!value.is(Kind::object)) return bad(at, "properties must be an object");
    for (const auto& [name, sub] : value.members()) TRY_STATUS(check_at(sub, at + "." + name));
  } else if (key == "items") {
    return check_at(value, at + "[]");
  } else if (key == "oneOf") {
    if (!value.is(Kind::array) || value.items().empty()) return bad(at, "oneOf must be a list");
    for (const Json& sub : value.items()) TRY_STATUS(check_at(sub, at + "|"));
  } else if (key == "required" || key == "enum") {
    if (!value.is(Kind::array) || (key == "enum" && value.items().empty()))
      return bad(at, key + " must be a list");
    if (key == "required")
      for (const Json& item : value.items())
        if (!item.is(Kind::string)) return bad(at, "required must hold strings");
  } else if (key == "additionalProperties") {
    if (!value.is(Kind::boolean)) return bad(at, "additionalProperties must be true or false");
  } else if (key == "title" || key == "description") {
    if (!value.is(Kind::string)) return bad(at, key + " must be a string");
  } else if (key != "const" && !value.is_integer()) {
    return bad(at, key + " must be an integer");
  }
  return {};
}

Status check_at(const Json& schema, const std::string& at) {
  if (!schema.is(Kind::object)) return bad(at, "must be an object");
  for (const auto& [key, value] : schema.members()) TRY_STATUS(check_keyword(key, value, at));
  const Json* required = schema.find("required");
  const Json* properties = schema.find("properties");
  if (required != nullptr)
    for (const Json& item : required->items())
      if (properties == nullptr || properties->find(item.string()) == nullptr)
        return bad(at, "required names \"" + item.string() + "\", which properties lacks");
  return {};
}

class Validator {
 public:
  std::vector<std::string> faults;

  // `around`: members that the schema around an option of oneOf judges; the option need not name
  // them.
  void check(const Json& value, const Json& schema, const std::string& at,
             const Json* around = nullptr) {
    if (const Json* type = schema.find("type"); type != nullptr && !matches(value, *type))
      return fault(at, "is of kind " + std::string(name(value.kind())) + ", not " + type->dump());
    if (const Json* constant = schema.find("const"); constant != nullptr && *constant != value)
      fault(at, "is " + shown(value) + ", must be " + constant->dump());
    if (const Json* options = schema.find("enum"))
      if (std::find(options->items().begin(), options->items().end(), value) ==
          options->items().end())
        fault(at, "is " + shown(value) + ", must be one of " + options->dump());
    if (schema.find("oneOf") != nullptr) check_one_of(value, schema, at);
    switch (value.kind()) {
      case Kind::integer: bounds(value.integer(), schema, {"minimum", "maximum"}, at, ""); break;
      case Kind::string: {
        const auto& text = value.string();
        const auto points = std::count_if(text.begin(), text.end(), [](char c) {
          return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
        });
        bounds(points, schema, {"minLength", "maxLength"}, at, " long");
        break;
      }
      case Kind::array: {
        bounds(static_cast<std::int64_t>(value.items().size()), schema, {"minItems", "maxItems"},
               at, " long");
        if (const Json* items = schema.find("items"))
          for (std::size_t i = 0; i < value.items().size(); ++i)
            check(value.items()[i], *items, at + "[" + std::to_string(i) + "]");
        break;
      }
      case Kind::object: check_members(value, schema, at, around); break;
      default: break;
    }
  }

 private:
  void fault(const std::string& at, const std::string& what) { faults.push_back(at + " " + what); }
  static std::string shown(const Json& value) { return std::string(clip(value.dump(), 60)); }

  static bool matches(const Json& value, const Json& type) {
    if (type.is(Kind::string)) return type.string() == name(value.kind());
    return std::any_of(type.items().begin(), type.items().end(),
                       [&](const Json& t) { return t.string() == name(value.kind()); });
  }

  void bounds(std::int64_t value, const Json& schema, std::pair<const char*, const char*> keys,
              const std::string& at, const std::string& unit) {
    const Json* low = schema.find(keys.first);
    const Json* high = schema.find(keys.second);
    const auto say = [&](const char* key, const Json& bound) {
      fault(at, "is " + std::to_string(value) + unit + ", " + key + " " + bound.dump());
    };
    if (low != nullptr && value < low->integer()) say(keys.first, *low);
    if (high != nullptr && value > high->integer()) say(keys.second, *high);
  }

  void check_one_of(const Json& value, const Json& schema, const std::string& at) {
    int matched = 0;
    for (const Json& option : schema.at("oneOf").items()) {
      Validator inner;
      inner.check(value, option, at, schema.find("properties"));
      matched += inner.faults.empty();
    }
    if (matched != 1) fault(at, "matches " + std::to_string(matched) + " of oneOf, must match one");
  }

  // Whether an option of oneOf names the member: which of them, the options judge.
  static bool optional(const Json& schema, const std::string& key) {
    const Json* options = schema.find("oneOf");
    if (options == nullptr) return false;
    return std::any_of(options->items().begin(), options->items().end(), [&](const Json& option) {
      const Json* properties = option.find("properties");
      return properties != nullptr && properties->find(key) != nullptr;
    });
  }

  void check_members(const Json& value, const Json& schema, const std::string& at,
                     const Json* around) {
    const Json* properties = schema.find("properties");
    if (const Json* required = schema.find("required"))
      for (const Json& key : required->items())
        if (value.find(key.string()) == nullptr) fault(at + "." + key.string(), "is missing");
    const bool open = properties == nullptr || schema.bool_or("additionalProperties", false);
    for (const auto& [key, member] : value.members()) {
      const Json* sub = properties != nullptr ? properties->find(key) : nullptr;
      if (sub != nullptr) check(member, *sub, at + "." + key);
      else if (!open && (around == nullptr || around->find(key) == nullptr) &&
               !optional(schema, key))
        fault(at + "." + key, "is not in the schema");
    }
  }
};

}  // namespace

Status check_schema(const Json& schema) { return check_at(schema, "$"); }

std::vector<std::string> validate(const Json& value, const Json& schema) {
  Validator validator;
  validator.check(value, schema, "$");
  return std::move(validator.faults);
}

}  // namespace wood
