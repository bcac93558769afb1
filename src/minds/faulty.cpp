#include "minds/faulty.h"

#include <algorithm>
#include <array>

#include "core/check.h"
#include "core/rng.h"
#include "core/text.h"

namespace wood {
namespace {

using Kind = Json::Kind;

constexpr std::array kNames = {"none",     "late",      "broken",      "rude",
                               "rambling", "truncated", "wrong_types", "lying",
                               "empty",    "bad_utf8",  "refused"};

// Numbers, booleans and null as strings, everywhere.
Json confused(const Json& value) {
  switch (value.kind()) {
    case Kind::integer: return Json(std::to_string(value.integer()) + ".0");
    case Kind::boolean: return Json(value.boolean() ? "yes" : "no");
    case Kind::string: return value.string().empty() ? Json(0) : value;
    case Kind::array: {
      Json list = Json::array();
      for (const Json& item : value.items()) list.push(confused(item));
      return list;
    }
    case Kind::object: {
      Json object = Json::object();
      for (const auto& [key, member] : value.members()) object.set(key, confused(member));
      return object;
    }
    case Kind::null: break;
  }
  return Json("none");
}

const Json* sub_schema(const Json& schema, std::string_view key) {
  const Json* properties = schema.find("properties");
  return properties != nullptr ? properties->find(key) : nullptr;
}

// The value again with every number and choice as far off as the schema lets it be. What the schema
// does not bound, and what tells options of a oneOf apart, stays.
Json extreme(const Json& value, const Json& schema, const Chance& chance, std::uint32_t& n) {
  if (schema.find("oneOf") != nullptr || schema.find("const") != nullptr) return value;
  if (const Json* options = schema.find("enum")) {
    const auto count = static_cast<std::int64_t>(options->items().size());
    return options->items()[static_cast<std::size_t>(chance.below(count, n++))];
  }
  switch (value.kind()) {
    case Kind::integer: {
      const Json* bound = schema.find(chance.ppm(500'000, n++) ? "minimum" : "maximum");
      return bound != nullptr ? *bound : value;
    }
    case Kind::boolean: return Json(!value.boolean());
    case Kind::array: {
      Json list = Json::array();
      const Json* items = schema.find("items");
      for (const Json& item : value.items())
        list.push(items != nullptr ? extreme(item, *items, chance, n) : item);
      return list;
    }
    case Kind::object: {
      Json object = Json::object();
      for (const auto& [key, member] : value.members()) {
        const Json* sub = sub_schema(schema, key);
        object.set(key, sub != nullptr ? extreme(member, *sub, chance, n) : member);
      }
      return object;
    }
    default: return value;
  }
}

// The text alone is spoilt; token ids and digests would no longer be its own.
void say(Answer& answer, std::string text) {
  answer.text = std::move(text);
  answer.tokens.clear();
  answer.forced.clear();
  answer.logits.clear();
}

void spoil(Answer& answer, Fault fault, const Ask& ask, const Chance& chance) {
  const auto value = parse_json(answer.text);
  std::uint32_t n = 1;
  switch (fault) {
    case Fault::rude:
      return say(answer,
                 "I will not play this silly game. Ask the fox, he knows everything better.");
    case Fault::rambling:
      return say(answer, "<think>Perhaps {\"so\": 1}? No.</think>Well, let me see.\n\n```json\n" +
                             answer.text + "\n```\nI hope that this helps you {all}!");
    case Fault::truncated: {
      const auto size = static_cast<std::int64_t>(answer.text.size());
      answer.finish = Finish::length;
      return say(answer, std::string(clip(answer.text, chance.below(size + 1, n))));
    }
    case Fault::wrong_types:
      if (value) say(answer, confused(*value).dump());
      return;
    case Fault::lying:
      if (value) say(answer, extreme(*value, ask.schema, chance, n).dump());
      return;
    case Fault::empty: return say(answer, "");
    case Fault::bad_utf8: {
      std::string text = answer.text;
      const auto at = chance.below(static_cast<std::int64_t>(text.size()) + 1, n);
      text.insert(static_cast<std::size_t>(at), "\xC3\x28\xF0\x9F\xFF");
      return say(answer, std::move(text));
    }
    case Fault::refused:
      answer.finish = Finish::refused;
      return say(answer, "I cannot help with that.");
    case Fault::none:
    case Fault::late:
    case Fault::broken: break;
  }
}

class FaultyMind : public Mind {
 public:
  [[nodiscard]] bool remote() const override { return inner_->remote(); }
  FaultyMind(std::unique_ptr<Mind> inner, Faults faults)
      : inner_(std::move(inner)), faults_(faults) {}

  std::vector<Reply> ask(std::span<const Ask> asks) override {
    std::vector<Reply> replies = inner_->ask(asks);
    CHECK(replies.size() == asks.size());
    for (std::size_t i = 0; i < asks.size(); ++i) {
      const Fault fault = fault_of(faults_, asks[i].prompt);
      if (fault == Fault::late)
        replies[i] = Failure{
            Errc::timeout, "no answer within " + std::to_string(asks[i].wait_ms_max) + " ms", {}};
      else if (fault == Fault::broken)
        replies[i] = Failure{Errc::network, "the connection was cut", {}};
      else if (auto* answer = std::get_if<Answer>(&replies[i]))
        spoil(*answer, fault, asks[i],
              Chance(faults_.seed, "faulty.spoil", 0, asks[i].prompt.value));
    }
    return replies;
  }

  [[nodiscard]] std::int64_t footprint() const override { return inner_->footprint(); }
  [[nodiscard]] bool loaded() const override { return inner_->loaded(); }
  void rest() override { inner_->rest(); }

  [[nodiscard]] Json card() const override {
    Json card = inner_->card();
    card.set("faults", Json::object({{"seed", static_cast<std::int64_t>(faults_.seed)},
                                     {"each_ppm", faults_.each_ppm}}));
    return card;
  }

 private:
  std::unique_ptr<Mind> inner_;
  Faults faults_;
};

}  // namespace

const char* name(Fault fault) { return kNames[static_cast<std::size_t>(fault)]; }

Fault fault_of(const Faults& faults, Seq prompt) {
  constexpr std::int64_t kinds = static_cast<std::int64_t>(kNames.size()) - 1;
  CHECK(faults.each_ppm >= 0 && faults.each_ppm * kinds <= 1'000'000);
  const std::int64_t draw = Chance(faults.seed, "faulty", 0, prompt.value).below(1'000'000, 0);
  if (faults.each_ppm == 0 || draw >= faults.each_ppm * kinds) return Fault::none;
  return static_cast<Fault>(1 + draw / faults.each_ppm);
}

std::unique_ptr<Mind> faulty_mind(std::unique_ptr<Mind> inner, Faults faults) {
  return std::make_unique<FaultyMind>(std::move(inner), faults);
}

}  // namespace wood
