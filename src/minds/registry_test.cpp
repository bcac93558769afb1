#include "minds/registry.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace wood {
namespace {

Result<Registry> parse(const std::string& first, const std::string& second = "") {
  std::vector<RegistryText> texts = {{"a.toml", first}};
  if (!second.empty()) texts.push_back({"b.toml", second});
  return parse_registry(texts);
}

std::string fault(const std::string& first, const std::string& second = "") {
  const auto registry = parse(first, second);
  return registry ? "" : registry.error().what;
}

const std::string kMind =
    "[[mind]]\nname = \"x\"\nkind = \"llama\"\nfile = \"x.gguf\"\ncontext = 512\n";

TEST(Registry, the_file_of_this_program_is_right) {
  std::ifstream file(WOOD_SOURCE_DIR "/models/models.toml");
  std::stringstream text;
  text << file.rdbuf();
  const auto registry = parse(text.str());
  ASSERT_TRUE(registry) << registry.error().what;
  for (const char* name :
       {"scripted", "tiny-llama", "tiny-mistral", "llama-3b", "nemo-12b", "endpoint"})
    EXPECT_NE(registry->find(name), nullptr) << name;
  EXPECT_EQ(registry->find("scripted")->style, Style::terse);
  EXPECT_TRUE(registry->find("gemma-2b")->no_system_role);
  EXPECT_EQ(registry->find("nobody"), nullptr);
  EXPECT_EQ(card_of(*registry->find("qwen-7b")).str_or("lab", ""), "Alibaba");
}

// Councils count minds by family, and a house model knows only the terse prompts.
TEST(Registry, the_house_models_are_of_five_families_and_asked_tersely) {
  std::ifstream file(WOOD_SOURCE_DIR "/models/models.toml");
  std::stringstream text;
  text << file.rdbuf();
  const Registry registry = parse(text.str()).value();
  std::set<std::string> families;
  for (const char* name : {"llama", "phi", "gemma", "qwen", "mistral", "large"}) {
    const MindSpec* spec = registry.find(std::string("house-") + name);
    ASSERT_NE(spec, nullptr) << name;
    EXPECT_EQ(spec->file, std::string("house/house-") + name + ".gguf");
    EXPECT_EQ(spec->style, Style::terse);
    EXPECT_EQ(spec->context, 1'024);
    EXPECT_EQ(spec->sampling.temperature_milli, 0);
    families.insert(spec->family);
  }
  EXPECT_EQ(families.size(), 5U);
}

TEST(Registry, a_second_file_overrides_key_by_key_and_adds) {
  const auto registry =
      parse(kMind,
            "[[mind]]\nname = \"x\"\ncontext = 1024\n[mind.sampling]\n"
            "temperature_milli = 700\n[[mind]]\nname = \"y\"\nkind = \"scripted\"\n");
  ASSERT_TRUE(registry) << registry.error().what;
  EXPECT_EQ(registry->names(), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(registry->find("x")->context, 1'024);
  EXPECT_EQ(registry->find("x")->file, "x.gguf");
  EXPECT_EQ(registry->find("x")->sampling.temperature_milli, 700);
}

TEST(Registry, how_attention_is_computed_is_chosen_unless_it_is_said) {
  EXPECT_EQ(parse(kMind)->minds.at(0).attention, Attention::automatic);
  for (const Attention one :
       {Attention::automatic, Attention::invariant, Attention::flash, Attention::plain}) {
    const auto said = parse(kMind + "attention = \"" + name(one) + "\"\n");
    ASSERT_TRUE(said) << said.error().what;
    EXPECT_EQ(said->minds.at(0).attention, one);
    EXPECT_EQ(attention_of(name(one)), one);
  }
  EXPECT_NE(fault(kMind + "attention = \"fused\"\n").find("line 6: mind x: attention"),
            std::string::npos);
  EXPECT_EQ(attention_of("fused"), std::nullopt);
}

// Unstated, it is not in the card: cards of minds without one are as they were.
TEST(Registry, a_latency_that_is_stated_stands_in_the_card) {
  const MindSpec plain = parse(kMind)->minds.at(0);
  EXPECT_EQ(plain.latency_ms, -1);
  EXPECT_EQ(card_of(plain).find("latency_ms"), nullptr);
  const MindSpec timed = parse(kMind + "latency_ms = 0\n")->minds.at(0);
  EXPECT_EQ(card_of(timed).int_or("latency_ms", -1), 0);
  EXPECT_NE(fault(kMind + "latency_ms = -5\n").find("line 6: mind x: latency_ms is -5"),
            std::string::npos);
}

// `wood minds pull` asks by these names, and keeps files under them.
TEST(Registry, a_repository_is_owner_and_name_and_its_file_within_it) {
  const std::string repo = "repo = \"lab/x-GGUF\"\n";
  const MindSpec spec = parse(kMind + repo)->minds.at(0);
  EXPECT_EQ(spec.repo, "lab/x-GGUF");
  EXPECT_EQ(spec.revision, "main");
  EXPECT_EQ(parse(kMind + repo + "revision = \"refs/pr/3\"\n")->minds.at(0).revision, "refs/pr/3");
  for (const std::string odd : {"x", "/x", "a/b/c", "a/../b", "../b", "a b/c", "https://h/a/b"})
    EXPECT_NE(fault(kMind + "repo = \"" + odd + "\"\n").find("line 6: mind x: repo must be"),
              std::string::npos)
        << odd;
  EXPECT_NE(fault(kMind + repo + "revision = \"../x\"\n").find("revision must be"),
            std::string::npos);
  const auto with_file = [](const std::string& file) {
    return "[[mind]]\nname = \"x\"\nfile = \"" + file + "\"\n";
  };
  EXPECT_NE(fault(kMind + repo, with_file("../x.gguf")).find("file must be a path within"),
            std::string::npos);
  EXPECT_EQ(fault(kMind + repo, with_file("/my/own.gguf")), "") << "a copy of one's own";
}

TEST(Registry, errors_name_file_line_mind_and_key) {
  EXPECT_EQ(fault(kMind + "contxt = 3\n"),
            "a.toml line 6: mind x: contxt is not known here; did you mean context?");
  EXPECT_EQ(fault(kMind, "[[mind]]\nname = \"x\"\n\ncontext = 3\n"),
            "b.toml line 4: mind x: context is 3, must be between 256 and 1048576");
  EXPECT_EQ(fault("[[mind]]\nkind = \"llama\"\n"), "a.toml line 1: a mind without a name");
  EXPECT_EQ(fault(kMind + kMind), "a.toml line 6: mind x stands twice in one file");
  EXPECT_EQ(fault("[[mind]]\nname = \"x\"\nkind = \"llama\"\n"),
            "a.toml line 1: mind x: file is missing (string)");
  EXPECT_NE(fault("[[mind]]\nname = \"x\"\nkind = \"magic\"\n").find("a.toml line 3"),
            std::string::npos);
  EXPECT_NE(
      fault("[[mind]]\nname = \"x\"\nkind = \"openai\"\nmodel = \"m\"\nendpoint = \"ftp://h\"\n")
          .find("endpoint must begin with http"),
      std::string::npos);
  EXPECT_NE(fault("[[mind]\n").find("a.toml: line 1"), std::string::npos);
  EXPECT_NE(fault("minds = 1\n").find("did you mean mind?"), std::string::npos);
}

}  // namespace
}  // namespace wood
