#include "minds/fit.h"

#include <algorithm>

#include "core/schema.h"
#include "core/text.h"
#include "minds/loose.h"

namespace wood {
namespace {

using Kind = Json::Kind;

std::string shown(const Json& value) { return std::string(clip(value.dump(), 60)); }

std::int64_t points(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

// The first `count` code points.
std::string first_points(std::string_view text, std::int64_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end)
    if ((static_cast<unsigned char>(text[end]) & 0xC0) != 0x80 && count-- == 0) break;
  return std::string(text.substr(0, end));
}

// Letters and digits alone, in lower case: "Limit_Price" and "limit price" are the same name.
std::string bare(std::string_view text) {
  std::string out;
  for (const char c : lower(text))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80)
      out += c;
  return out;
}

// A number in words around it that do not change it: "$1,200", "5 lots", "3.7", "40%".
std::optional<std::int64_t> number_in(std::string_view text) {
  std::string clean;
  std::string_view rest = trim(text);
  for (const std::string_view sign : {"$", "€", "£"})
    if (rest.starts_with(sign)) rest.remove_prefix(sign.size());
  std::size_t i = 0;
  for (; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == ',' || c == '_') continue;
    if (!(c >= '0' && c <= '9') && c != '.' && !((c == '-' || c == '+') && i == 0)) break;
    clean += c;
  }
  const auto unit = trim(rest.substr(i));
  const bool plain = std::all_of(unit.begin(), unit.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '%' || c == ' ';
  });
  if (clean.ends_with('.')) clean.pop_back();
  if (!plain || clean.empty()) return std::nullopt;
  const auto loose = parse_loose(clean);
  if (!loose || loose->end != clean.size() || !loose->value.is(Kind::integer)) return std::nullopt;
  return loose->value.integer();
}

std::optional<bool> truth_in(const Json& value) {
  if (value.is(Kind::integer) && (value.integer() == 0 || value.integer() == 1))
    return value.integer() == 1;
  if (!value.is(Kind::string)) return std::nullopt;
  const std::string word = bare(value.string());
  for (const char* yes : {"true", "yes", "y", "1", "on"})
    if (word == yes) return true;
  for (const char* no : {"false", "no", "n", "0", "off"})
    if (word == no) return false;
  return std::nullopt;
}

class Fitter {
 public:
  Fitter(Fitting& out, Guess guess) : out_(out), guess_(guess) {}

  std::optional<Json> fit(const Json& value, const Json& schema, const std::string& at) {
    if (schema.find("oneOf") != nullptr) return one_of(value, schema, at);
    if (const Json* constant = schema.find("const")) {
      if (value == *constant) return value;
      const bool like = value.is(Kind::string) && constant->is(Kind::string) &&
                        bare(value.string()) == bare(constant->string());
      const bool same = like || text_of(value) == text_of(*constant);
      return same ? changed("const", at, value, *constant)
                  : refuse(at, shown(value) + " is not " + shown(*constant));
    }
    if (const Json* options = schema.find("enum")) return among(value, options->items(), at);
    const Json* type = schema.find("type");
    if (type == nullptr)
      return value.is(Kind::object) && schema.find("properties") != nullptr
                 ? object(value, schema, at)
                 : value;
    if (type->is(Kind::string)) return as(type->string(), value, schema, at);
    for (const Json& kind : type->items())  // of its own kind first
      if (kind.string() == name(value.kind())) return as(kind.string(), value, schema, at);
    for (const Json& kind : type->items()) {
      Fitting inner;
      if (auto fitted = Fitter(inner, guess_).as(kind.string(), value, schema, at)) {
        take(inner);
        return fitted;
      }
    }
    return refuse(at, shown(value) + " is of none of the kinds " + type->dump());
  }

 private:
  std::optional<Json> refuse(const std::string& at, const std::string& why) {
    out_.reasons.push_back(at + ": " + why);
    return std::nullopt;
  }
  void note(const char* kind, const std::string& at, const std::string& what) {
    out_.repairs.push_back({kind, at + ": " + what});
  }
  Json changed(const char* kind, const std::string& at, const Json& from, Json to) {
    note(kind, at, shown(from) + " → " + shown(to));
    return to;
  }
  void take(Fitting& inner) {
    for (Repair& repair : inner.repairs) out_.repairs.push_back(std::move(repair));
  }
  static std::string text_of(const Json& value) {
    return value.is(Kind::string) ? value.string() : value.dump();
  }

  // The option that needs the fewest repairs; the first of equals.
  std::optional<Json> one_of(const Json& value, const Json& schema, const std::string& at) {
    std::optional<Json> best;
    Fitting best_fitting;
    std::string reasons;
    for (const Json& option : schema.at("oneOf").items()) {
      Fitting inner;
      Fitter fitter(inner, guess_);
      fitter.fills_ = false;  // what tells the options apart must be said, not guessed
      auto fitted = fitter.fit(value, option_of(schema, option), at);
      if (fitted && validate(*fitted, schema).empty()) {
        if (best && best_fitting.repairs.size() <= inner.repairs.size()) continue;
        best = std::move(fitted);
        best_fitting = std::move(inner);
      } else if (!inner.reasons.empty()) {
        reasons += (reasons.empty() ? "" : " | ") + inner.reasons[0];
      }
    }
    if (!best) return refuse(at, "fits no option: " + std::string(clip(reasons, 300)));
    take(best_fitting);
    return best;
  }

  std::optional<Json> among(const Json& value, const Json::Array& options, const std::string& at) {
    if (std::find(options.begin(), options.end(), value) != options.end()) return value;
    const std::string text = text_of(value);
    std::vector<std::string> names;
    for (const Json& option : options) {
      if (bare(text_of(option)) == bare(text)) return changed("enum", at, value, option);
      names.push_back(lower(text_of(option)));
    }
    if (guess_ == Guess::refused || !value.is(Kind::string))
      return refuse(at, shown(value) + " is none of the options");
    // Short words are too close to one another to be misspelt.
    const std::string close = text.size() < 5 ? "" : nearest_name(lower(trim(text)), names);
    int found = -1, count = 0;  // the only option that stands in the text as a word
    const std::string padded = " " + spaced(lower(text)) + " ";
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == close || padded.find(" " + names[i] + " ") != std::string::npos) {
        found = static_cast<int>(i);
        ++count;
      }
    if (count == 1) return changed("enum", at, value, options[static_cast<std::size_t>(found)]);
    return refuse(at, shown(value) + " is none of the options");
  }
  static std::string spaced(std::string text) {
    for (char& c : text)
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) c = ' ';
    return text;
  }

  std::optional<Json> as(const std::string& kind, const Json& value, const Json& schema,
                         const std::string& at) {
    if (kind == "integer") return integer(value, schema, at);
    if (kind == "boolean") return boolean(value, at);
    if (kind == "string") return string(value, schema, at);
    if (kind == "array") return array(value, schema, at);
    if (kind == "object") return object(value, schema, at);
    if (value.is(Kind::null)) return value;
    const std::string word = value.is(Kind::string) ? bare(value.string()) : "x";
    if (word.empty() || word == "null" || word == "none" || word == "na")
      return changed("wrong_type", at, value, Json());
    return refuse(at, shown(value) + " is not null");
  }

  std::optional<Json> integer(const Json& value, const Json& schema, const std::string& at) {
    Json number = value;
    if (value.is(Kind::string)) {
      const auto read = number_in(value.string());
      if (!read) return refuse(at, shown(value) + " is no number");
      number = changed("wrong_type", at, value, *read);
    } else if (value.is(Kind::array) && value.items().size() == 1 &&
               value.items()[0].is(Kind::integer)) {
      number = changed("wrong_type", at, value, value.items()[0]);
    } else if (!value.is(Kind::integer)) {
      return refuse(at, shown(value) + " is no number");
    }
    const Json* low = schema.find("minimum");
    const Json* high = schema.find("maximum");
    if (low != nullptr && number.integer() < low->integer())
      number = changed("clamped", at, number, low->integer());
    if (high != nullptr && number.integer() > high->integer())
      number = changed("clamped", at, number, high->integer());
    return number;
  }

  std::optional<Json> boolean(const Json& value, const std::string& at) {
    if (value.is(Kind::boolean)) return value;
    const auto truth = truth_in(value);
    if (!truth) return refuse(at, shown(value) + " is neither true nor false");
    return changed("wrong_type", at, value, *truth);
  }

  std::optional<Json> string(const Json& value, const Json& schema, const std::string& at) {
    Json text = value;
    if (value.is(Kind::integer) || value.is(Kind::boolean))
      text = changed("wrong_type", at, value, value.dump());
    else if (value.is(Kind::array) && !value.items().empty() && all_strings(value))
      text = changed("wrong_type", at, value, joined(value));
    else if (!value.is(Kind::string)) return refuse(at, shown(value) + " is no text");
    const Json* high = schema.find("maxLength");
    if (high != nullptr && points(text.string()) > high->integer())
      text = changed("clipped", at, text, first_points(text.string(), high->integer()));
    const Json* low = schema.find("minLength");
    if (low != nullptr && points(text.string()) < low->integer())
      return refuse(at, shown(text) + " is shorter than " + low->dump());
    return text;
  }
  static bool all_strings(const Json& list) {
    return std::all_of(list.items().begin(), list.items().end(),
                       [](const Json& item) { return item.is(Kind::string); });
  }
  static std::string joined(const Json& list) {
    std::vector<std::string> parts;
    for (const Json& item : list.items()) parts.push_back(item.string());
    return join(parts, "; ");
  }

  std::optional<Json> array(const Json& value, const Json& schema, const std::string& at) {
    if (value.is(Kind::null)) return refuse(at, "null is no list");
    Json list = value;
    if (!value.is(Kind::array)) list = changed("wrapped", at, value, Json(Json::Array{value}));
    const Json* items = schema.find("items");
    const Json* high = schema.find("maxItems");
    Json out = Json::array();
    for (std::size_t i = 0; i < list.items().size(); ++i) {
      if (high != nullptr && static_cast<std::int64_t>(out.items().size()) >= high->integer()) {
        note("clipped", at, std::to_string(list.items().size()) + " items → " + high->dump());
        break;
      }
      const std::string place = at + "[" + std::to_string(i) + "]";
      Fitting inner;
      auto item = items == nullptr ? list.items()[i]
                                   : Fitter(inner, guess_).fit(list.items()[i], *items, place);
      if (item) {
        take(inner);
        out.push(std::move(*item));
      } else {
        note("dropped", place, inner.reasons.empty() ? "" : inner.reasons[0]);
      }
    }
    const Json* low = schema.find("minItems");
    if (low != nullptr && static_cast<std::int64_t>(out.items().size()) < low->integer())
      return refuse(at,
                    "has " + std::to_string(out.items().size()) + " items, needs " + low->dump());
    return out;
  }

  std::optional<Json> object(const Json& value, const Json& schema, const std::string& at) {
    if (value.is(Kind::string)) {  // an object that was quoted whole
      const auto inside = parse_loose(value.string());
      if (inside && inside->value.is(Kind::object)) {
        note("nested_json", at, shown(value));
        return object(inside->value, schema, at);
      }
    }
    if (!value.is(Kind::object)) return refuse(at, shown(value) + " is no object");
    const Json* properties = schema.find("properties");
    if (properties == nullptr) return value;
    const Json given = renamed(value, *properties, at);
    Json out = Json::object();
    for (const auto& [key, member] : given.members()) {
      const Json* sub = properties->find(key);
      if (sub != nullptr) continue;
      if (schema.bool_or("additionalProperties", false)) out.set(key, member);
      else note("unknown_member", at + "." + key, shown(member));
    }
    bool whole = true;
    for (const auto& [key, sub] : properties->members())
      whole &= member(given.find(key), key, sub, required(schema, key), at, out);
    if (!whole) return std::nullopt;
    return out;
  }

  static bool required(const Json& schema, const std::string& key) {
    const Json* list = schema.find("required");
    return list != nullptr &&
           std::find(list->items().begin(), list->items().end(), Json(key)) != list->items().end();
  }

  // Members whose names differ from the schema's by case and separators only get the schema's name.
  Json renamed(const Json& value, const Json& properties, const std::string& at) {
    Json out = Json::object();
    for (const auto& [key, member] : value.members())
      if (properties.find(key) != nullptr) out.set(key, member);
    for (const auto& [key, member] : value.members()) {
      if (properties.find(key) != nullptr) continue;
      std::string known = key;
      for (const auto& [name, sub] : properties.members())
        if (bare(name) == bare(key) && out.find(name) == nullptr) known = name;
      if (known != key) note("renamed", at, key + " → " + known);
      out.set(known, member);
    }
    return out;
  }

  // Whether the object can still conform.
  bool member(const Json* value, const std::string& key, const Json& schema, bool needed,
              const std::string& at, Json& out) {
    const std::string place = at + "." + key;
    if (value == nullptr) {
      const Json* constant = schema.find("const");
      if (needed && constant != nullptr && fills_) {
        note("filled", place, shown(*constant));
        out.set(key, *constant);
      } else if (needed) {
        refuse(place, "is missing");
        return false;
      }
      return true;
    }
    Fitting inner;
    auto fitted = Fitter(inner, guess_).fit(*value, schema, place);
    if (fitted) {
      take(inner);
      out.set(key, std::move(*fitted));
    } else if (needed) {
      for (std::string& reason : inner.reasons) out_.reasons.push_back(std::move(reason));
    } else {
      note("dropped", place, inner.reasons.empty() ? "" : inner.reasons[0]);
    }
    return fitted || !needed;
  }

  Fitting& out_;
  Guess guess_;
  bool fills_ = true;  // whether a missing member of which the schema fixes the value is put in
};

}  // namespace

Fitting fit(const Json& value, const Json& schema, Guess guess) {
  Fitting out;
  out.value = Fitter(out, guess).fit(value, schema, "$");
  if (!out.value) return out;
  for (std::string& fault : validate(*out.value, schema)) out.reasons.push_back(std::move(fault));
  if (!out.reasons.empty()) out.value.reset();
  return out;
}

Json option_of(const Json& schema, const Json& option) {
  Json merged = schema;
  merged.erase("oneOf");
  for (const auto& [key, value] : option.members()) {
    if (key == "properties" && merged.find(key) != nullptr) {
      for (const auto& [name, sub] : value.members()) merged["properties"].set(name, sub);
    } else if (key == "required" && merged.find(key) != nullptr) {
      for (const Json& name : value.items()) merged["required"].push(name);
    } else {
      merged.set(key, value);
    }
  }
  return merged;
}

}  // namespace wood
