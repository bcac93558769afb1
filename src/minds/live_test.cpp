#include "minds/live.h"

#include <gtest/gtest.h>

#include "host/clock.h"
#include "minds/faulty.h"
#include "trial/fake_server.h"

namespace wood {
namespace {

// Says its name and how many asks it was given; slow, if told to be.
class Parrot : public Mind {
 public:
  explicit Parrot(std::string name, std::int64_t wait_us = 0)
      : name_(std::move(name)), wait_us_(wait_us) {}
  std::vector<Reply> ask(std::span<const Ask> asks) override {
    sleep_us(wait_us_);
    std::vector<Reply> replies;
    for (const Ask& ask : asks) {
      Answer answer;
      answer.text =
          name_ + " " + std::to_string(ask.prompt.value) + " of " + std::to_string(asks.size());
      replies.emplace_back(answer);
    }
    return replies;
  }
  [[nodiscard]] Json card() const override { return Json::object({{"name", name_}}); }
  [[nodiscard]] bool remote() const override { return false; }

 private:
  std::string name_;
  std::int64_t wait_us_;
};

Registry registry() {
  const std::vector<RegistryText> texts = {
      {"test.toml",
       "[[mind]]\nname = \"scripted\"\nkind = \"scripted\"\n"
       "[[mind]]\nname = \"tiny\"\nkind = \"llama\"\nfile = \"tiny/tiny-llama.gguf\"\n"
       "context = 512\n[[mind]]\nname = \"gone\"\nkind = \"llama\"\nfile = \"no.gguf\"\n"}};
  return parse_registry(texts).value();
}

LiveOptions options() {
  LiveOptions out;
  out.model_dirs = {"/nowhere", WOOD_BINARY_DIR "/models"};
  return out;
}

std::string text_of(const Reply& reply) {
  const auto* answer = std::get_if<Answer>(&reply);
  return answer != nullptr ? answer->text : "failure: " + std::get<Failure>(reply).what;
}

TEST(Live, replies_stand_in_the_order_asked_whoever_was_first) {
  LivePanel panel;
  panel.add("quick", std::make_unique<Parrot>("quick"));
  panel.add("slow", std::make_unique<Parrot>("slow", 30'000));
  std::vector<Ask> asks(5);
  const char* minds[] = {"slow", "quick", "slow", "nobody", "quick"};
  for (int i = 0; i < 5; ++i) {
    asks[i].prompt = {i};
    asks[i].mind = minds[i];
  }
  const auto replies = panel.ask(asks);
  ASSERT_EQ(replies.size(), 5u);
  EXPECT_EQ(text_of(replies[0]), "slow 0 of 2");
  EXPECT_EQ(text_of(replies[1]), "quick 1 of 2");
  EXPECT_EQ(text_of(replies[2]), "slow 2 of 2");
  EXPECT_EQ(text_of(replies[3]), "failure: no mind nobody on this panel");
  EXPECT_EQ(text_of(replies[4]), "quick 4 of 2");
  EXPECT_EQ(panel.silence().count, 1);
  EXPECT_EQ(panel.silence().last, "no mind nobody on this panel");
  EXPECT_EQ(panel.cards().size(), 2u);
  EXPECT_TRUE(panel.ask({}).empty());
}

TEST(Live, opens_what_the_registry_names_or_says_why_not) {
  const auto wrong = LivePanel::open(registry(), {"scriptd"}, options());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::not_found);
  EXPECT_NE(wrong.error().what.find("did you mean scripted?"), std::string::npos);
  const auto gone = LivePanel::open(registry(), {"gone"}, options());
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().what.find("no.gguf"), std::string::npos);
}

// The fake server answers after 400 ms; the asker would wait 100.
TEST(Live, a_slow_mind_is_given_the_time_that_its_entry_says) {
  const auto server = FakeServer::start({Manner::slow}).value();
  const auto entry = [&](const std::string& more) {
    const std::vector<RegistryText> texts = {
        {"test.toml",
         "[[mind]]\nname = \"served\"\nkind = \"openai\"\nmodel = \"m\"\n"
         "endpoint = \"" +
             server->endpoint() + "\"\nsampling = { temperature_milli = 700 }\n" + more}};
    return parse_registry(texts).value();
  };
  for (const bool patient : {false, true}) {
    const auto panel =
        LivePanel::open(entry(patient ? "wait_ms_max = 20000\n" : ""), {"served"}, {});
    ASSERT_TRUE(panel) << panel.error().what;
    Ask ask;
    ask.mind = "served";
    ask.messages = {{"user", "Say something."}};
    ask.wait_ms_max = 100;
    const auto replies = (*panel)->ask({&ask, 1});
    EXPECT_EQ(std::holds_alternative<Answer>(replies[0]), patient) << text_of(replies[0]);
    EXPECT_EQ((*panel)->silence().count, patient ? 0 : 1);
    // What creatures are asked with stands on the card.
    const Json card = (*panel)->cards().at("served");
    EXPECT_EQ(card.at("sampling").int_or("temperature_milli", 0), 700);
  }
}

// Prompts to it are committed first (pipeline/consult.cpp).
TEST(Live, only_asks_to_a_server_leave_the_process) {
  const auto server = FakeServer::start({Manner::slow}).value();
  const std::vector<RegistryText> texts = {
      {"test.toml",
       "[[mind]]\nname = \"scripted\"\nkind = \"scripted\"\n"
       "[[mind]]\nname = \"served\"\nkind = \"openai\"\nmodel = \"m\"\n"
       "endpoint = \"" +
           server->endpoint() + "\"\n"}};
  for (const bool faulty : {false, true}) {
    LiveOptions with;
    if (faulty) with.faults = Faults{.seed = 1, .each_ppm = 0};
    const auto panel = LivePanel::open(parse_registry(texts).value(), {"scripted", "served"}, with);
    ASSERT_TRUE(panel) << panel.error().what;
    EXPECT_TRUE((*panel)->remote("served"));
    EXPECT_FALSE((*panel)->remote("scripted"));
    EXPECT_FALSE((*panel)->remote("nobody"));  // there is no mind to ask: nothing leaves
  }
}

TEST(Live, an_endpoint_where_nobody_answers_is_not_opened) {
  const std::vector<RegistryText> texts = {
      {"test.toml",
       "[[mind]]\nname = \"served\"\nkind = \"openai\"\nmodel = \"m\"\n"
       "endpoint = \"http://127.0.0.1:1/v1\"\n"}};
  const auto panel = LivePanel::open(parse_registry(texts).value(), {"served"}, {});
  ASSERT_FALSE(panel);
  EXPECT_NE(panel.error().what.find("start the server, or cast another mind"), std::string::npos);
}

// Takes up as much as it is told; fails if it is asked while more than the limit is taken.
class Heavy : public Mind {
 public:
  Heavy(std::int64_t bytes, std::int64_t& held, std::int64_t& most)
      : bytes_(bytes), held_(held), most_(most) {}
  std::vector<Reply> ask(std::span<const Ask> asks) override {
    if (!loaded_) held_ += bytes_, loaded_ = true, ++loads;
    most_ = std::max(most_, held_);
    return std::vector<Reply>(asks.size(), Reply(Answer()));
  }
  [[nodiscard]] Json card() const override { return Json::object(); }
  [[nodiscard]] bool remote() const override { return false; }
  [[nodiscard]] std::int64_t footprint() const override { return bytes_; }
  [[nodiscard]] bool loaded() const override { return loaded_; }
  void rest() override { held_ -= bytes_, loaded_ = false; }
  int loads = 0;

 private:
  std::int64_t bytes_;
  std::int64_t &held_, &most_;
  bool loaded_ = false;
};

TEST(Live, models_that_do_not_fit_together_take_turns) {
  LivePanel panel;
  panel.limit_memory(10);
  std::int64_t held = 0, most = 0;
  std::vector<Heavy*> minds;
  std::vector<Ask> asks;
  for (const char* name : {"a", "b", "c"}) {
    auto mind = std::make_unique<Heavy>(6, held, most);
    minds.push_back(mind.get());
    panel.add(name, std::move(mind));
    asks.emplace_back().mind = name;
  }
  constexpr int calls = 4;
  for (int call = 0; call < calls; ++call)
    for (const Reply& reply : panel.ask(asks)) EXPECT_TRUE(std::holds_alternative<Answer>(reply));
  EXPECT_EQ(most, 6);
  // Three loads in the first call; then the one that stands is asked first: two more each.
  EXPECT_EQ(minds[0]->loads + minds[1]->loads + minds[2]->loads, 3 + (calls - 1) * 2);
}

#ifdef WOOD_HAS_LLAMA
TEST(Live, minds_of_all_kinds_sit_on_one_panel) {
  LiveOptions with_faults = options();
  with_faults.faults = Faults{.seed = 1, .each_ppm = 0};
  const auto panel = LivePanel::open(registry(), {"scripted", "tiny", "tiny"}, with_faults);
  ASSERT_TRUE(panel) << panel.error().what;
  const auto cards = (*panel)->cards();
  EXPECT_EQ(cards.size(), 2u);
  EXPECT_EQ(cards.at("tiny").str_or("kind", ""), "llama");
  EXPECT_EQ(cards.at("scripted").str_or("name", ""), "scripted");
  EXPECT_EQ(cards.at("scripted").str_or("kind", ""), "scripted");
  EXPECT_TRUE(cards.at("tiny").find("faults") != nullptr);
  EXPECT_FALSE((*panel)->remote("tiny"));
  Ask ask;
  ask.mind = "tiny";
  ask.messages = {{"user", "Say something."}};
  ask.schema = parse_json(R"({"enum":["yes","no"]})").value();
  EXPECT_TRUE(parse_json(text_of((*panel)->ask({&ask, 1})[0])));
}
#endif

}  // namespace
}  // namespace wood
