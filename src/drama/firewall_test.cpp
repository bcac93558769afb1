#include "drama/firewall.h"

#include <gtest/gtest.h>

namespace wood {
namespace {

const std::string kTip = "The first frost comes early; firewood will be dear.";
Audience only(std::vector<std::string> names) { return {Audience::Kind::named, std::move(names)}; }

Ask ask_of(const std::string& reader, const std::string& text, Json facts = Json::object()) {
  Ask ask;
  ask.reader = reader;
  ask.prompt = Seq{77};
  ask.messages = {{"system", "You are " + reader}, {"user", text}};
  ask.facts = std::move(facts);
  return ask;
}

class CountingPanel : public Panel {
 public:
  int asked = 0;
  std::vector<Reply> ask(std::span<const Ask> asks) override {
    asked += static_cast<int>(asks.size());
    return std::vector<Reply>(asks.size(), Answer{});
  }
  std::map<std::string, Json> cards() const override { return {}; }
};

TEST(Firewall, PrivateTextMayReachItsReader) {
  Firewall wall;
  wall.told(kTip, only({"fenn"}), Seq{5}, Firewall::Way::fact, 1);
  EXPECT_EQ(wall.scan(ask_of("fenn", "You know: " + kTip)), nullptr);
  EXPECT_EQ(wall.counts().leaks, 0);
  EXPECT_EQ(wall.counts().disclosures, 0);
}

TEST(Firewall, PrivateTextInAnotherPromptIsALeak) {
  Firewall wall;
  wall.told(kTip, only({"fenn"}), Seq{5}, Firewall::Way::fact, 1);
  const Leak* leak = wall.scan(ask_of("pip", "someone muttered " + kTip + " and left"));
  ASSERT_NE(leak, nullptr);
  EXPECT_EQ(leak->kind, "text");
  EXPECT_EQ(leak->fact, Seq{5});
  EXPECT_EQ(leak->reader, "pip");
}

TEST(Firewall, WhatWasPassedOnBySpeechIsADisclosure) {
  Firewall wall;
  wall.told(kTip, only({"fenn"}), Seq{5}, Firewall::Way::fact, 1);
  wall.told(kTip, only({"fenn", "pip"}), Seq{9}, Firewall::Way::speech, 2);
  EXPECT_EQ(wall.scan(ask_of("pip", kTip)), nullptr);
  EXPECT_EQ(wall.counts().disclosures, 1);
  EXPECT_NE(wall.scan(ask_of("bram", kTip)), nullptr);
}

TEST(Firewall, WhatWasSaidAloudIsOpen) {
  Firewall wall;
  wall.told(kTip, only({"fenn"}), Seq{5}, Firewall::Way::fact, 1);
  wall.told(kTip, Audience{}, Seq{9}, Firewall::Way::speech, 2);
  EXPECT_EQ(wall.scan(ask_of("bram", kTip)), nullptr);
}

TEST(Firewall, WhatASeatSaysOnAtTheDeskIsADisclosure) {
  Firewall wall;
  wall.seat({"fenn", "pip"});
  wall.told(kTip, only({"fenn"}), Seq{5}, Firewall::Way::fact, 1);
  wall.answered("bram", kTip);  // he does not hold it: nothing is passed on
  EXPECT_NE(wall.scan(ask_of("pip", kTip)), nullptr);
  wall.answered("fenn", "my reason: " + kTip);
  EXPECT_EQ(wall.scan(ask_of("pip", kTip)), nullptr);
  EXPECT_NE(wall.scan(ask_of("oona", kTip)), nullptr);
}

TEST(Firewall, AStammerIsNoSecret) {
  Firewall wall;
  wall.told(" for for for for for for for for for", only({"fenn"}), Seq{5}, Firewall::Way::speech,
            1);
  EXPECT_EQ(wall.scan(ask_of("pip", "because for for for for for for for for for")), nullptr);
}

TEST(Firewall, CanaryInTheMessagesIsALeak) {
  Firewall wall;
  const std::string nonce = canary(1, 2);
  wall.plant(nonce, {Audience::Kind::world, {}}, Seq{3});
  const Leak* leak = wall.scan(ask_of("oona", "latent " + nonce));
  ASSERT_NE(leak, nullptr);
  EXPECT_EQ(leak->kind, "canary");
}

TEST(Firewall, CanaryInTheDataIsALeak) {
  Firewall wall;
  const std::string nonce = canary(1, 2);
  wall.plant(nonce, only({"fenn"}), Seq{3});
  const Json facts = Json::object({{"tip", Json::object({{"canary", nonce}})}});
  EXPECT_EQ(wall.scan(ask_of("fenn", "", facts)), nullptr);
  EXPECT_NE(wall.scan(ask_of("pip", "", facts)), nullptr);
}

TEST(Firewall, AnUnknownNonceIsNoCanary) {
  Firewall wall;
  wall.plant(canary(1, 2), {Audience::Kind::world, {}}, Seq{3});
  EXPECT_EQ(wall.scan(ask_of("oona", canary(1, 3))), nullptr);
}

TEST(Firewall, TextAtTheVeryEndIsFound) {
  Firewall wall;
  wall.told(kTip, only({"fenn"}), Seq{5}, Firewall::Way::fact, 1);
  Ask ask = ask_of("pip", std::string(300, 'x') + kTip);
  ask.facts = Json();
  EXPECT_NE(wall.scan(ask), nullptr);
}

TEST(Firewall, ForgottenTextIsNotWatched) {
  Firewall wall;
  wall.told(kTip, only({"fenn"}), Seq{5}, Firewall::Way::fact, 1);
  wall.forget_before(2, {});
  EXPECT_EQ(wall.scan(ask_of("pip", kTip)), nullptr);
}

// Once seen: a whisper outlived its text here, was whispered anew between two others, and then
// looked like a leak to the reader who had held it all along.
TEST(Firewall, WhatIsStillShownIsNotForgotten) {
  Firewall wall;
  wall.told(kTip, only({"bram", "pip"}), Seq{5}, Firewall::Way::speech, 1);
  wall.forget_before(20, {kTip});
  wall.told(kTip, only({"fenn", "oona"}), Seq{90}, Firewall::Way::speech, 30);
  EXPECT_EQ(wall.scan(ask_of("bram", kTip)), nullptr);
}

// Once seen: "Good harvest! I have mushrooms to spare." was said aloud, then its second half
// whispered.
TEST(Firewall, PartsOfWhatOneWasToldAreNoSecret) {
  const std::string half = "firewood will be dear this winter.";
  for (const bool whole_first : {true, false}) {
    Firewall wall;
    if (whole_first)
      wall.told("Mark my words: " + half, Audience{}, Seq{4}, Firewall::Way::speech, 1);
    wall.told(half, only({"fenn"}), Seq{5}, Firewall::Way::speech, 2);
    if (!whole_first)
      wall.told("Mark my words: " + half, Audience{}, Seq{6}, Firewall::Way::speech, 3);
    EXPECT_EQ(wall.scan(ask_of("pip", "Mark my words: " + half)), nullptr);
  }
}

TEST(Firewall, AWriterMayReadHimselfAgain) {
  Firewall wall;
  wall.told(kTip, only({"fenn"}), Seq{5}, Firewall::Way::speech, 1);
  wall.wrote("pip", kTip, 1);
  EXPECT_EQ(wall.scan(ask_of("pip", kTip)), nullptr);
}

TEST(Firewall, EveryFieldIsInTheState) {
  const auto state = [](auto&& change) {
    Firewall wall;
    wall.told(kTip, only({"fenn"}), Seq{5}, Firewall::Way::fact, 1);
    wall.plant(canary(1, 1), only({"fenn"}), Seq{5});
    change(wall);
    Bytes out;
    wall.state(out);
    return out;
  };
  const Bytes plain = state([](Firewall&) {});
  EXPECT_NE(plain, state([](Firewall& w) { w.plant(canary(1, 2), Audience{}, Seq{6}); }));
  EXPECT_NE(plain, state([](Firewall& w) {
              w.told(kTip, only({"pip"}), Seq{5}, Firewall::Way::fact, 1);
            }));
  EXPECT_NE(plain, state([](Firewall& w) {
              w.told(kTip, only({"pip"}), Seq{5}, Firewall::Way::speech, 1);
            }));
  EXPECT_NE(plain, state([](Firewall& w) { w.shown(1); }));
  EXPECT_NE(plain, state([](Firewall& w) { w.forget_before(5, {}); }));
}

TEST(GuardedPanel, AfterALeakNothingGoesOut) {
  Firewall wall;
  wall.told(kTip, only({"fenn"}), Seq{5}, Firewall::Way::fact, 1);
  CountingPanel inner;
  GuardedPanel panel(inner, wall);
  const std::vector<Ask> fine = {ask_of("fenn", kTip)};
  EXPECT_TRUE(std::holds_alternative<Answer>(panel.ask(fine)[0]));
  EXPECT_EQ(inner.asked, 1);
  // One leak among several holds all of them back: nothing may move on what a leak has tainted.
  const std::vector<Ask> leaky = {ask_of("fenn", kTip), ask_of("pip", kTip)};
  for (const Reply& reply : panel.ask(leaky)) EXPECT_TRUE(std::holds_alternative<Failure>(reply));
  EXPECT_EQ(inner.asked, 1);
}

}  // namespace
}  // namespace wood
