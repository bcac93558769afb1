#include "agents/recall.h"

#include <gtest/gtest.h>

namespace wood {
namespace {

TEST(Recall, TrustStaysWithinAHundred) {
  Recall recall;
  EXPECT_EQ(recall.trust_in("pip"), 0);
  recall.trust("pip", 70);
  recall.trust("pip", 70);
  EXPECT_EQ(recall.trust_in("pip"), 100);
  recall.trust("pip", -500);
  EXPECT_EQ(recall.trust_in("pip"), -100);
}

TEST(Recall, ForgetsWhomItFeelsLeastAbout) {
  Recall recall;
  for (std::size_t i = 0; i < kOthersMax; ++i)
    recall.trust("c" + std::to_string(i), i % 2 == 0 ? 10 : -10);
  recall.trust("c3", 7);  // the weakest now, at -3
  recall.trust("new", 1);
  EXPECT_EQ(recall.trust_in("new"), 1);  // whoever was just met is not the one forgotten
  EXPECT_EQ(recall.trust_in("c3"), 0);
  EXPECT_EQ(recall.trust_in("c5"), -10);
  EXPECT_EQ(recall.json().at("trust").members().size(), kOthersMax);
}

TEST(Recall, KeepsThreeShortLines) {
  Recall recall;
  for (const char* line : {"one", "two", "two", "three", "four"}) recall.remember(line);
  EXPECT_EQ(recall.json().dump(), R"({"last":["two","three","four"],"trust":{}})");
  recall.remember(std::string(200, 'x'));
  EXPECT_EQ(recall.json().at("last").items().back().string().size(), 80U);
}

TEST(Recall, ALineIsCutBetweenCharacters) {
  Recall recall;
  std::string line(79, 'x');
  recall.remember(line + "\xC2\xAB");
  EXPECT_EQ(recall.json().at("last").items().back().string(), line);
}

}  // namespace
}  // namespace wood
