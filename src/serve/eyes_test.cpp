#include "serve/eyes.h"

#include <gtest/gtest.h>

namespace wood::serve {
namespace {

const std::string kSecret = "The hollow oak holds nine jars.";

class Looking : public ::testing::Test {
 protected:
  Seq take(EntryKind kind, const std::string& by, Json body, std::vector<Seq> from = {},
           Json value = {}) {
    const Seq seq{next_++};
    eyes_.take({seq, {kind, by, std::move(from), 1, std::move(body)}}, value);
    return seq;
  }
  Seq event(Json body, std::vector<Seq> from = {}) {
    return take(EntryKind::event, "world", std::move(body), std::move(from));
  }
  Eyes eyes_;
  std::int64_t next_ = 0;
};

TEST_F(Looking, FactsAreSeenByTheirAudience) {
  const auto fact = [&](Json audience) {
    return take(EntryKind::fact, "world",
                Json::object({{"audience", std::move(audience)}, {"data", Json::object()}}));
  };
  const auto names = [](std::vector<std::string> list) { return Json::list(list); };
  EXPECT_FALSE(eyes_.hidden(fact("everyone")));
  EXPECT_TRUE(eyes_.hidden(fact("world")));
  EXPECT_TRUE(eyes_.hidden(fact(names({"fenn", "pip"}))));
  EXPECT_FALSE(eyes_.hidden(fact(names({"patron", "pip"}))));
  EXPECT_TRUE(eyes_.hidden(fact(Json()))) << "of no audience";
}

TEST_F(Looking, WhispersOfOthersAreHiddenAndWhatRepeatsThemIsWithheld) {
  const Seq reading = take(EntryKind::reading, "fenn", Json::object(), {},
                           Json::object({{"act", "whisper"}, {"text", kSecret}, {"to", "pip"}}));
  const Seq command = take(EntryKind::command, "fenn",
                           Json::object({{"act", "whisper"}, {"text", kSecret}, {"to", "pip"}}));
  const Seq whisper = event(
      Json::object({{"from", "fenn"}, {"text", kSecret}, {"to", "pip"}, {"what", "whispered"}}));
  EXPECT_TRUE(eyes_.hidden(reading));
  EXPECT_TRUE(eyes_.hidden(command));
  EXPECT_TRUE(eyes_.hidden(whisper));
  EXPECT_TRUE(eyes_.tells("They say: " + kSecret));
  EXPECT_FALSE(eyes_.tells("They say nothing."));
  event(Json::object({{"from", "pip"}, {"text", kSecret}, {"to", "all"}, {"what", "said"}}));
  EXPECT_FALSE(eyes_.tells(kSecret)) << "now everybody has heard it";
}

TEST_F(Looking, HisOwnWhispersAndDealsAreHis) {
  EXPECT_FALSE(eyes_.hidden(event(Json::object(
      {{"from", "patron"}, {"text", kSecret}, {"to", "pip"}, {"what", "whispered"}}))));
  EXPECT_FALSE(eyes_.hidden(event(Json::object(
      {{"from", "pip"}, {"text", kSecret}, {"to", "patron"}, {"what", "whispered"}}))));
  const Seq broker = take(EntryKind::command, "patron", Json::object({{"act", "broker"}}));
  const auto deal = [](std::int64_t id, const char* from, const char* to) {
    return Json::object({{"deal", id}, {"from", from}, {"to", to}, {"what", "deal"}});
  };
  EXPECT_FALSE(eyes_.hidden(event(deal(1, "patron", "oona"))));
  EXPECT_FALSE(eyes_.hidden(event(deal(2, "pip", "fenn"), {broker}))) << "he brokered it";
  EXPECT_FALSE(eyes_.hidden(event(deal(2, "pip", "fenn")))) << "and sees what becomes of it";
  EXPECT_TRUE(eyes_.hidden(event(deal(3, "pip", "fenn"))));
}

TEST_F(Looking, TheSealOpensEverything) {
  const Seq genesis = take(EntryKind::genesis, "world", Json::object());
  const Seq prompt = take(EntryKind::prompt, "fenn", Json::object());
  const Seq latent = take(EntryKind::fact, "world", Json::object({{"audience", "world"}}));
  const Seq turn = take(EntryKind::turn, "world", Json::object());
  for (const Seq seq : {genesis, prompt, latent}) EXPECT_TRUE(eyes_.hidden(seq));
  EXPECT_FALSE(eyes_.hidden(turn));
  EXPECT_TRUE(eyes_.hidden(Seq{99})) << "what is not there is not shown";
  take(EntryKind::seal, "world", Json::object());
  for (const Seq seq : {genesis, prompt, latent}) {
    EXPECT_FALSE(eyes_.hidden(seq));
    EXPECT_TRUE(eyes_.is_private(seq));
  }
}

}  // namespace
}  // namespace wood::serve
