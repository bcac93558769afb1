#include "minds/scripted.h"

#include <algorithm>

#include "core/rng.h"

namespace wood {
namespace {

using Kind = Json::Kind;

std::string type_of(const Json& schema) {
  const Json* type = schema.find("type");
  if (type == nullptr) return schema.find("properties") != nullptr ? "object" : "null";
  return type->is(Kind::string) ? type->string() : type->items().front().string();
}

// Draws for anything(); without one, everything is the smallest.
class Draw {
 public:
  explicit Draw(const Chance* chance) : chance_(chance) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return chance_ == nullptr || high <= low ? low : chance_->between(low, high, n_++);
  }

 private:
  const Chance* chance_;
  std::uint32_t n_ = 0;
};

Json value_of(const Json& schema, Draw& draw);

Json object_value(const Json& schema, Draw& draw) {
  Json out = Json::object();
  if (const Json* required = schema.find("required"))
    for (const Json& key : required->items())
      out.set(key.string(), value_of(schema.at("properties").at(key.string()), draw));
  return out;
}

Json value_of(const Json& schema, Draw& draw) {
  if (const Json* constant = schema.find("const")) return *constant;
  for (const char* key : {"enum", "oneOf"})
    if (const Json* options = schema.find(key)) {
      const auto& list = options->items();
      const Json& option = list[static_cast<std::size_t>(
          draw.between(0, static_cast<std::int64_t>(list.size()) - 1))];
      return key[0] == 'e' ? option : value_of(option, draw);
    }
  const std::string type = type_of(schema);
  if (type == "object") return object_value(schema, draw);
  if (type == "integer") {
    const std::int64_t low =
        schema.int_or("minimum", schema.int_or("maximum", 0) < 0 ? schema.int_or("maximum", 0) : 0);
    return draw.between(low, schema.int_or("maximum", low + 100));
  }
  if (type == "boolean") return draw.between(0, 1) == 1;
  if (type == "string") {
    static constexpr std::string_view letters = "acorns berries honey ";
    std::string text;
    const std::int64_t low = schema.int_or("minLength", 0);
    const std::int64_t length = draw.between(
        low, std::max(low, std::min<std::int64_t>(schema.int_or("maxLength", low + 12), low + 24)));
    for (std::int64_t i = 0; i < length; ++i)
      text += letters[static_cast<std::size_t>(
          draw.between(0, static_cast<std::int64_t>(letters.size()) - 1))];
    return text;
  }
  if (type == "array") {
    Json out = Json::array();
    for (std::int64_t i = schema.int_or("minItems", 0); i > 0; --i)
      out.push(schema.find("items") != nullptr ? value_of(schema.at("items"), draw) : Json());
    return out;
  }
  return {};
}

// The value as text with its members in the order a model is asked to write them, reasons first:
// what house models learn from.
void write(std::string& out, const Json& value, const Json* schema);

// Of a oneOf: the option whose constants the value has.
const Json* option_of(const Json& value, const Json& options) {
  for (const Json& option : options.items()) {
    const Json* properties = option.find("properties");
    if (properties == nullptr) continue;
    const auto& members = properties->members();
    if (std::all_of(members.begin(), members.end(), [&](const Json::Member& member) {
          const Json* constant = member.second.find("const");
          const Json* given = value.find(member.first);
          return constant == nullptr || (given != nullptr && *given == *constant);
        }))
      return &option;
  }
  return nullptr;
}

void write_object(std::string& out, const Json& value, const Json* schema) {
  if (schema != nullptr && schema->find("oneOf") != nullptr)
    schema = option_of(value, schema->at("oneOf"));
  const Json* properties = schema != nullptr ? schema->find("properties") : nullptr;
  const Json* required = schema != nullptr ? schema->find("required") : nullptr;
  const auto member = [&](const std::string& key, const Json& of) {
    if (out.back() != '{') out += ',';
    Json(key).dump_to(out);
    out += ':';
    write(out, of, properties != nullptr ? properties->find(key) : nullptr);
  };
  const auto is_required = [&](const std::string& key) {
    if (required == nullptr) return false;
    const auto& keys = required->items();
    return std::any_of(keys.begin(), keys.end(), [&](const Json& k) { return k.string() == key; });
  };
  out += '{';
  if (required != nullptr)
    for (const Json& key : required->items())
      if (const Json* of = value.find(key.string())) member(key.string(), *of);
  for (const auto& [key, of] : value.members())
    if (!is_required(key)) member(key, of);
  out += '}';
}

void write(std::string& out, const Json& value, const Json* schema) {
  if (value.is(Kind::object)) {
    write_object(out, value, schema);
  } else if (value.is(Kind::array)) {
    const Json* items = schema != nullptr ? schema->find("items") : nullptr;
    out += '[';
    for (const Json& item : value.items()) {
      if (&item != &value.items().front()) out += ',';
      write(out, item, items);
    }
    out += ']';
  } else {
    value.dump_to(out);
  }
}

class Scripted : public Mind {
 public:
  explicit Scripted(const Json& options)
      : random_(options.str_or("style", "rules") == "random"),
        dumps_(options.str_or("style", "") == "dumps" ? options.str_or("good", "") : "") {}

  std::vector<Reply> ask(std::span<const Ask> asks) override {
    std::vector<Reply> out;
    out.reserve(asks.size());
    for (const Ask& one : asks) {
      Answer answer;
      write(answer.text, say(one), &one.schema);
      out.emplace_back(std::move(answer));
    }
    return out;
  }

  [[nodiscard]] Json card() const override {
    Json card = Json::object(
        {{"family", random_ ? "random" : "rules"}, {"kind", "scripted"}, {"version", 2}});
    if (!dumps_.empty()) card.set("dumps", dumps_);
    return card;
  }
  [[nodiscard]] bool remote() const override { return false; }

 private:
  Json say(const Ask& ask) const {
    if (const Json* given = ask.facts.find("scripted"); given != nullptr && given->is(Kind::object))
      return *given;
    if (random_) return anything(ask.schema, ask.sampling.seed);
    if (ask.task == "creature.act") {
      if (!dumps_.empty())
        if (Json sale = dump_creature(ask, dumps_); !sale.is(Kind::null)) return sale;
      return play_creature(ask);
    }
    if (ask.task.starts_with("desk.")) {
      Json seat = sit_at_desk(ask);
      if (!seat.is(Kind::null)) return seat;
    }
    return smallest(ask.schema);
  }
  bool random_;
  std::string dumps_;  // a good, "": none
};

}  // namespace

Json smallest(const Json& schema) {
  Draw draw(nullptr);
  return value_of(schema, draw);
}

Json anything(const Json& schema, std::uint64_t seed) {
  const Chance chance(seed, "scripted.random", 0, 0);
  Draw draw(&chance);
  return value_of(schema, draw);
}

std::unique_ptr<Mind> scripted_mind(const Json& options) {
  return std::make_unique<Scripted>(options);
}

}  // namespace wood
