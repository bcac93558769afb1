#include "minds/confidence.h"

#include <gtest/gtest.h>

namespace wood {
namespace {

Json json_of(const char* text) { return parse_json(text).value(); }

TEST(Confidence, knows_which_fields_are_closed) {
  EXPECT_EQ(closed_fields(json_of(R"({"oneOf":[
              {"properties":{"act":{"const":"buy"},"why":{"type":"string"}}},
              {"properties":{"act":{"const":"say"},"loud":{"type":"boolean"}}}]})")),
            (std::set<std::string>{"act", "loud"}));
  EXPECT_EQ(closed_fields(json_of(R"({"properties":{"good":{"enum":["a","b"]}}})")),
            std::set<std::string>{"good"});
  EXPECT_TRUE(closed_fields(Json()).empty());
  EXPECT_TRUE(closed_fields(json_of(R"({"properties":3,"oneOf":4})")).empty());
}

TEST(Confidence, finds_the_members_of_a_text_cut_anywhere) {
  const std::string text = R"({"why":"a \"b\": {,","n":[1,{"x":2}],"ok":true})";
  const auto all = members_at(text);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].key, "n");
  EXPECT_EQ(text.substr(all[0].begin, all[0].end - all[0].begin), R"("a \"b\": {,")");
  EXPECT_EQ(text.substr(all[1].begin, all[1].end - all[1].begin), R"([1,{"x":2}])");
  EXPECT_EQ(text.substr(all[2].begin, all[2].end - all[2].begin), "true");
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto some = members_at(std::string_view(text).substr(0, cut));
    for (std::size_t i = 0; i < some.size(); ++i) {
      EXPECT_EQ(some[i].key, all[i].key);
      EXPECT_EQ(some[i].begin, all[i].begin);
      EXPECT_EQ(some[i].open, cut <= all[i].end && i + 1 == some.size()) << cut;
    }
  }
}

// "sell" against "short" and "buy", once as one token, once a letter at a time.
TEST(Confidence, is_the_share_of_what_spells_the_value) {
  const std::string text = R"({"act":"sell","lots":2})";
  const std::size_t at = text.find("sell");
  Confidence whole;
  whole.chose(at, {{"sell", 3}, {"s", 1}, {"short", 2}, {"buy", 2}});
  EXPECT_EQ(whole.of(text, {"act"}).at("act"), 500'000);
  Confidence letters;
  letters.chose(at, {{"s", 4}, {"b", 4}});
  letters.chose(at + 1, {{"e", 1}, {"h", 3}});
  letters.chose(at + 2, {{"ll\",\"lo", 1}, {"ll", 1}});  // what comes behind the value is no doubt
  EXPECT_EQ(letters.of(text, {"act"}).at("act"), 125'000);
  EXPECT_TRUE(letters.of(text, {"lots"}).empty());
  EXPECT_TRUE(letters.of(text.substr(0, at + 3), {"act"}).empty());  // cut: nothing was decided
}

}  // namespace
}  // namespace wood
