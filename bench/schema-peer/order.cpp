#include "order.h"

#include <algorithm>
#include <set>

namespace peer {
namespace {

constexpr int kDepthMax = 48;  // of references and options, which may go round in a circle

// What a grammar of one option knows of an object's or a list's parts.
struct Shape {
  std::vector<std::pair<std::string, const Json*>> properties;  // required ones first
  const Json* others = nullptr;                                 // additionalProperties, if a schema
  const Json* items = nullptr;
  bool closed = false;  // properties, and nothing is said of others
};

const Json* member(const Json& value, const std::string& key) {
  return value.is_object() && value.contains(key) ? &value.at(key) : nullptr;
}

// Where a reference into the same document leads; null if nowhere.
const Json* target(const Json& reference, const Json& root) {
  if (!reference.is_string()) return nullptr;
  const auto path = reference.get<std::string>();
  if (!path.starts_with("#/")) return nullptr;
  const Json* at = &root;
  for (std::size_t from = 2; from <= path.size();) {
    const std::size_t to = std::min(path.find('/', from), path.size());
    const std::string step = path.substr(from, to - from);
    from = to + 1;
    if (at->is_array()) {
      const bool number =
          !step.empty() && step.size() < 6 &&
          std::all_of(step.begin(), step.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (!number || std::stoul(step) >= at->size()) return nullptr;
      at = &at->at(std::stoul(step));
    } else {
      at = member(*at, step);
      if (at == nullptr) return nullptr;
    }
  }
  return at;
}

void add_properties(const Json& schema, Shape& shape, std::set<std::string>& required,
                    bool all_required) {
  if (const Json* names = member(schema, "required"); names != nullptr && names->is_array())
    for (const Json& name : *names)
      if (name.is_string()) required.insert(name.get<std::string>());
  const Json* properties = member(schema, "properties");
  if (properties == nullptr || !properties->is_object()) return;
  for (const auto& [name, sub] : properties->items()) {
    shape.properties.emplace_back(name, &sub);
    if (all_required) required.insert(name);
  }
}

void required_first(Shape& shape, const std::set<std::string>& required) {
  std::stable_partition(shape.properties.begin(), shape.properties.end(),
                        [&](const auto& property) { return required.contains(property.first); });
}

// allOf is one object of all its parts' properties, of which those outside anyOf are required.
void add_part(const Json& part, const Json& root, int depth, bool all_required, Shape& shape,
              std::set<std::string>& required) {
  if (depth > kDepthMax) return;
  if (const Json* reference = member(part, "$ref")) {
    if (const Json* there = target(*reference, root))
      add_part(*there, root, depth + 1, all_required, shape, required);
    return;
  }
  for (const char* key : {"oneOf", "anyOf"})
    if (const Json* options = member(part, key); options != nullptr && options->is_array()) {
      for (const Json& option : *options) add_part(option, root, depth + 1, false, shape, required);
      return;
    }
  add_properties(part, shape, required, all_required);
}

void add_shapes(const Json& schema, const Json& root, int depth, std::vector<Shape>& out) {
  if (depth > kDepthMax || !schema.is_object() || out.size() >= kTextsMax) return;
  if (const Json* reference = member(schema, "$ref")) {
    if (const Json* there = target(*reference, root)) add_shapes(*there, root, depth + 1, out);
    return;
  }
  for (const char* key : {"oneOf", "anyOf"})
    if (const Json* options = member(schema, key); options != nullptr && options->is_array()) {
      for (const Json& option : *options) add_shapes(option, root, depth + 1, out);
      return;
    }
  Shape shape;
  std::set<std::string> required;
  const Json *others = member(schema, "additionalProperties"), *parts = member(schema, "allOf");
  const bool object = schema.contains("properties") || (others != nullptr && *others != true);
  if (!object && parts != nullptr && parts->is_array()) {
    for (const Json& part : *parts) add_part(part, root, depth + 1, true, shape, required);
  } else {
    add_properties(schema, shape, required, false);
    shape.closed = schema.contains("properties") && others == nullptr;
    if (others != nullptr && others->is_object()) shape.others = others;
  }
  required_first(shape, required);
  const Json* items = member(schema, "items");
  if (items != nullptr && items->is_object()) shape.items = items;
  out.push_back(std::move(shape));
}

std::vector<Shape> shapes(const Json* schema, const Json& root) {
  std::vector<Shape> out;
  if (schema != nullptr) add_shapes(*schema, root, 0, out);
  if (out.empty()) out.emplace_back();
  return out;
}

std::string quoted(const std::string& text) { return Json(text).dump(); }

using Texts = std::vector<std::string>;

Texts texts(const Json& value, const Json* schema, const Json& root);

// Every beginning with every going on, as many as are wanted.
void extend(Texts& begun, const std::string& between, const Texts& parts) {
  Texts out;
  for (const std::string& part : parts)
    for (const std::string& text : begun)
      if (out.size() < kTextsMax) out.push_back(text + between + part);
  begun = std::move(out);
}

Texts of_object(const Json& value, const Shape& shape, const Json& root) {
  Texts out = {"{"};
  std::set<std::string> done;
  const auto write = [&](const std::string& key, const Json* sub) {
    if (!value.contains(key) || !done.insert(key).second) return;
    extend(out, (done.size() > 1 ? "," : "") + quoted(key) + ":", texts(value.at(key), sub, root));
  };
  for (const auto& [key, sub] : shape.properties) write(key, sub);
  for (const auto& [key, member] : value.items()) write(key, shape.others);
  for (std::string& text : out) text += "}";
  return out;
}

Texts of_list(const Json& value, const Shape& shape, const Json& root) {
  Texts out = {"["};
  bool first = true;
  for (const Json& item : value) {
    extend(out, first ? "" : ",", texts(item, shape.items, root));
    first = false;
  }
  for (std::string& text : out) text += "]";
  return out;
}

Texts texts(const Json& value, const Json* schema, const Json& root) {
  if (!value.is_object() && !value.is_array()) return {value.dump()};
  Texts out;
  for (const Shape& shape : shapes(schema, root))
    for (std::string& text :
         value.is_object() ? of_object(value, shape, root) : of_list(value, shape, root))
      if (out.size() < kTextsMax && std::find(out.begin(), out.end(), text) == out.end())
        out.push_back(std::move(text));
  return out;
}

bool not_named(const Json& value, const Json* schema, const Json& root) {
  if (!value.is_object() && !value.is_array()) return false;
  const std::vector<Shape> options = shapes(schema, root);
  return std::all_of(options.begin(), options.end(), [&](const Shape& shape) {
    if (value.is_array()) {
      for (const Json& item : value)
        if (not_named(item, shape.items, root)) return true;
      return false;
    }
    for (const auto& [key, part] : value.items()) {
      const auto named = std::find_if(shape.properties.begin(), shape.properties.end(),
                                      [&](const auto& property) { return property.first == key; });
      if (named == shape.properties.end() && shape.closed) return true;
      if (not_named(part, named == shape.properties.end() ? shape.others : named->second, root))
        return true;
    }
    return false;
  });
}

class Walk {
 public:
  explicit Walk(const Json& root) : root_(root) {}
  std::set<std::string> found;

  void visit(const Json& schema) {
    if (!schema.is_object() || !seen_.insert(&schema).second) return;
    for (const char* key : kNeverRead)
      if (schema.contains(key)) found.insert(key);
    const Json* type = member(schema, "type");
    if (type != nullptr && *type == "number")
      for (const char* key : {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
        if (schema.contains(key)) found.insert(std::string(key) + " of a number");
    if (const Json* reference = member(schema, "$ref"))
      if (const Json* there = target(*reference, root_)) visit(*there);
    for (const char* key : {"items", "additionalProperties"})
      if (const Json* sub = member(schema, key)) visit(*sub);
    for (const char* key : {"oneOf", "anyOf", "allOf", "items", "prefixItems"})
      if (const Json* list = member(schema, key); list != nullptr && list->is_array())
        for (const Json& sub : *list) visit(sub);
    if (const Json* properties = member(schema, "properties");
        properties != nullptr && properties->is_object())
      for (const auto& [key, sub] : properties->items()) visit(sub);
  }

 private:
  // Names that stand nowhere in the converter's sources.
  static constexpr const char* kNeverRead[] = {"multipleOf",
                                               "uniqueItems",
                                               "not",
                                               "if",
                                               "then",
                                               "else",
                                               "dependencies",
                                               "patternProperties",
                                               "dependentSchemas",
                                               "dependentRequired",
                                               "propertyNames",
                                               "unevaluatedProperties",
                                               "contains",
                                               "minContains",
                                               "maxContains",
                                               "unevaluatedItems",
                                               "minProperties",
                                               "maxProperties",
                                               "additionalItems"};
  const Json& root_;
  std::set<const Json*> seen_;
};

}  // namespace

std::vector<std::string> ordered(const Json& value, const Json& schema, const Json& root) {
  return texts(value, &schema, root);
}

std::string spaced(const Json& value) {
  std::string out;
  const auto comma = [&] { out += out.size() > 1 ? ", " : ""; };
  if (value.is_array()) {
    out = "[";
    for (const Json& item : value) comma(), out += spaced(item);
    return out + "]";
  }
  if (!value.is_object()) return value.dump();
  out = "{";
  for (const auto& [key, part] : value.items()) comma(), out += quoted(key) + ": " + spaced(part);
  return out + "}";
}

bool unnamed(const Json& value, const Json& schema, const Json& root) {
  return not_named(value, &schema, root);
}

std::vector<std::string> skipped(const Json& root) {
  Walk walk(root);
  walk.visit(root);
  return {walk.found.begin(), walk.found.end()};
}

}  // namespace peer
