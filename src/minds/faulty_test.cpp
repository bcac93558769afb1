#include "minds/faulty.h"

#include <gtest/gtest.h>

#include <map>

#include "core/bytes.h"
#include "core/schema.h"
#include "minds/reader.h"

namespace wood {
namespace {

constexpr const char* kText = R"({"why":"dear","qty":7,"fast":true,"side":"buy"})";

const Json& schema() {
  static const Json value =
      parse_json(R"({"type":"object","required":["why","qty","side"],"properties":{
    "why":{"type":"string","maxLength":90},"qty":{"type":"integer","minimum":0,"maximum":1000},
    "fast":{"type":"boolean"},"side":{"enum":["buy","sell"]}}})")
          .value();
  return value;
}

class Plain : public Mind {
 public:
  std::vector<Reply> ask(std::span<const Ask> asks) override {
    Answer answer;
    answer.text = kText;
    return std::vector<Reply>(asks.size(), answer);
  }
  [[nodiscard]] Json card() const override { return Json::object({{"name", "plain"}}); }
  [[nodiscard]] bool remote() const override { return false; }
};

std::vector<Ask> asks_of(int count) {
  std::vector<Ask> asks(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    asks[i].prompt = {i * 3 + 1};
    asks[i].schema = schema();
  }
  return asks;
}

TEST(Faulty, every_fault_happens_as_often_as_asked_and_again_the_same) {
  const Faults faults{.seed = 4, .each_ppm = 50'000};
  const auto mind = faulty_mind(std::make_unique<Plain>(), faults);
  const std::vector<Ask> asks = asks_of(4'000);
  const auto replies = mind->ask(asks), again = mind->ask(asks);
  std::map<Fault, int> counts, values;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    const Fault fault = fault_of(faults, asks[i].prompt);
    ++counts[fault];
    ASSERT_EQ(replies[i].index(), again[i].index());
    if (const auto* failure = std::get_if<Failure>(&replies[i])) {
      EXPECT_EQ(failure->code, fault == Fault::late ? Errc::timeout : Errc::network);
      continue;
    }
    const Answer& answer = std::get<Answer>(replies[i]);
    EXPECT_EQ(answer.text, std::get<Answer>(again[i]).text);
    EXPECT_TRUE(fault != Fault::none || answer.text == kText);
    EXPECT_EQ(is_utf8(answer.text), fault != Fault::bad_utf8);
    if (fault == Fault::lying) {
      EXPECT_TRUE(validate(parse_json(answer.text).value(), schema()).empty()) << answer.text;
    }
    values[fault] += read_answer(answer.text, schema()).value.has_value();
  }
  for (int f = 1; f <= 10; ++f)
    EXPECT_NEAR(counts[static_cast<Fault>(f)], 200, 60) << name(static_cast<Fault>(f));
  for (const Fault mended : {Fault::none, Fault::rambling, Fault::wrong_types, Fault::lying})
    EXPECT_EQ(values[mended], counts[mended]) << name(mended);
  for (const Fault lost : {Fault::rude, Fault::empty, Fault::refused})
    EXPECT_EQ(values[lost], 0) << name(lost);
  EXPECT_EQ(faulty_mind(std::make_unique<Plain>(), {.seed = 1, .each_ppm = 0})->ask(asks).size(),
            4'000u);
}

TEST(Faulty, stands_in_the_card) {
  const Json card = faulty_mind(std::make_unique<Plain>(), {.seed = 4, .each_ppm = 1})->card();
  EXPECT_EQ(card.at("faults").int_or("each_ppm", 0), 1);
  EXPECT_EQ(card.str_or("name", ""), "plain");
}

}  // namespace
}  // namespace wood
