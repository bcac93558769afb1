#include "minds/card.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <filesystem>

#include "core/prompt_format.h"
#include "core/text.h"
#include "host/digest.h"
#include "host/file.h"
#include "minds/live.h"

namespace wood {
namespace {

const std::string kSha(64, 'a');

std::string card_text(int format = kPromptFormat, const std::string& sha256 = kSha) {
  return R"({"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[
    {"type":"library","name":"other"},
    {"type":"machine-learning-model","name":"house","surprise":[1.5],
     "hashes":[{"alg":"MD5","content":"x"},{"alg":"SHA-256","content":")" +
         sha256 + R"("}],
     "licenses":[{"license":{"id":"Apache-2.0"}}],
     "modelCard":{
       "modelParameters":{"modelArchitecture":"llama, 5 layers"},
       "quantitativeAnalysis":{"performanceMetrics":[
         {"type":"creature.act","value":"0.8150","slice":"held-out runs, 200 asks",
          "confidenceInterval":{"lowerBound":"0.7556","upperBound":"0.8628"}},
         {"type":"creature.act majority","value":"0.4"},
         {"type":"creature.act chance","value":"0.25"},
         {"type":"creature.act spread","value":"0.1"},
         {"type":"desk.vote","value":"1"},
         {"type":"json_valid","value":"0.9995"}]},
       "considerations":{"technicalLimitations":["It knows one prompt.","It copies rules."]}},
     "properties":[{"name":"wood:prompt-format","value":")" +
         std::to_string(format) + R"("},{"name":"wood:teacher","value":"scripted"},
       {"name":"wood:tempers","value":"hoards"},{"name":"wood:seeds","value":"1 to 240"},
       {"name":"wood:parameters","value":"2700000"},{"name":"wood:form","value":"q8_0"},
       {"name":"wood:unheard-of","value":"yes"},{"name":"else","value":"x"}]}]})";
}

MindSpec terse(const std::string& name) {
  MindSpec spec;
  spec.name = name;
  spec.style = Style::terse;
  return spec;
}

TEST(ModelCard, SaysWhatTheModelIsAndHowOftenItIsRight) {
  const auto card = parse_model_card(card_text());
  ASSERT_TRUE(card) << card.error().what;
  EXPECT_EQ(card->name, "house");
  EXPECT_EQ(card->sha256, kSha);
  EXPECT_EQ(card->licence, "Apache-2.0");
  EXPECT_EQ(card->architecture, "llama, 5 layers");
  EXPECT_EQ(card->prompt_format, kPromptFormat);
  EXPECT_EQ(card->parameters, 2'700'000);
  EXPECT_EQ(card->form, "q8_0");
  EXPECT_EQ(card->teacher, "scripted");
  EXPECT_EQ(card->failures.size(), 2U);
  EXPECT_EQ(card->json_valid_ppm, 999'500);
  ASSERT_EQ(card->accuracies.size(), 2U);
  const Accuracy& act = card->accuracies[0];
  EXPECT_EQ(act.task, "creature.act");
  EXPECT_EQ(act.right_ppm, 815'000);
  EXPECT_EQ(act.low_ppm, 755'600);
  EXPECT_EQ(act.high_ppm, 862'800);
  EXPECT_EQ(act.majority_ppm, 400'000);
  EXPECT_EQ(act.chance_ppm, 250'000);
  EXPECT_EQ(act.asked, "held-out runs, 200 asks");
  EXPECT_EQ(card->accuracies[1].right_ppm, 1'000'000);
  EXPECT_EQ(card->accuracies[1].low_ppm, std::nullopt);
}

TEST(ModelCard, AStrangersIsReadAsFarAsItGoes) {
  const auto card = parse_model_card(
      R"({"bomFormat":"CycloneDX","metadata":{"component":{"type":"machine-learning-model",
        "name":"theirs","licenses":[{"license":{"name":"Own"}}],"modelCard":{
        "quantitativeAnalysis":{"performanceMetrics":[{"type":"perplexity","value":"12.3"}]}}}}})");
  ASSERT_TRUE(card) << card.error().what;
  EXPECT_EQ(card->name, "theirs");
  EXPECT_EQ(card->licence, "Own");
  EXPECT_EQ(card->prompt_format, std::nullopt);
  EXPECT_TRUE(card->accuracies.empty());
  EXPECT_TRUE(check_prompt_format(terse("x"), *card));
}

struct Bad {
  const char* from;
  const char* to;
  const char* says;
};
class BadCard : public testing::TestWithParam<Bad> {};

TEST_P(BadCard, NamesTheMemberAndTheMend) {
  std::string text = card_text();
  const auto at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string(GetParam().from).size(), GetParam().to);
  const auto card = parse_model_card(text);
  ASSERT_FALSE(card);
  EXPECT_NE(card.error().what.find(GetParam().says), std::string::npos) << card.error().what;
  EXPECT_NE(card.error().what.find("train/card.py"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadCard,
    testing::Values(
        Bad{"CycloneDX", "SPDX", "bomFormat must be \"CycloneDX\""},
        Bad{"machine-learning-model", "library", "holds no component of type"},
        Bad{"\"components\":[", "\"components\":[7,", "components[0] must be of kind object"},
        Bad{"\"content\":\"aa", "\"content\":\"a", "components[1].hashes[1].content is no SHA-256"},
        Bad{"\"0.8150\"", "0.8150", "performanceMetrics[0].value must be of kind string"},
        Bad{"\"0.8150\"", "\"81.5 %\"", "is \"81.5 %\", must be a fraction"},
        Bad{"\"0.8150\"", "\"1.1\"", "must be a fraction from 0 to 1"},
        Bad{"\"value\":\"0.8150\",", "", "performanceMetrics[0].value is missing"},
        Bad{"\"desk.vote\"", "\"creature.act\"", "is creature.act once more"},
        Bad{"\"0.7556\"", "\"low\"", "confidenceInterval.lowerBound is \"low\""},
        Bad{"[\"It knows one prompt.\"", "[1", "technicalLimitations[0] must be of kind string"},
        Bad{"wood:prompt-format", "wood:promt-format", "but no wood:prompt-format"},
        Bad{"\"wood:prompt-format\",\"value\":\"", "\"wood:prompt-format\",\"value\":\"v",
            "components[1].properties[0].value (wood:prompt-format) is \"v"},
        Bad{"\"2700000\"", "\"2.7 M\"", "(wood:parameters) is \"2.7 M\""},
        Bad{"]}]}", "]}]", "byte"}));

TEST(ModelCard, FractionsAreReadWhatTheirDigits) {
  rc::check([] {
    const std::int64_t ppm = *rc::gen::inRange<std::int64_t>(0, 1'000'001);
    const std::string text = replace_all(card_text(), "0.8150", decimal(ppm, 6));
    RC_ASSERT(parse_model_card(text).value().accuracies[0].right_ppm == ppm);
  });
}

TEST(ModelCard, LiesBesideTheModel) {
  EXPECT_EQ(model_card_path("models/house/x.gguf"), "models/house/x.cdx.json");
  EXPECT_EQ(model_card_path("x"), "x.cdx.json");
}

TEST(ModelCard, AnotherPromptFormatIsRefusedWithItsMend) {
  ModelCard card = parse_model_card(card_text(1)).value();
  card.path = "models/house/x.cdx.json";
  MindSpec spec = terse("x");
  const Status other = check_prompt_format(spec, card);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::model);
  EXPECT_EQ(other.error().what,
            "models/house/x.cdx.json says that the model was trained on prompt format 1, and this "
            "program writes format " +
                std::to_string(kPromptFormat) +
                ": train it anew (train/README.md), take the file of this release, or set "
                "style = \"full\" in the registry's entry of x");
  spec.style = Style::full;
  EXPECT_TRUE(check_prompt_format(spec, card));
}

#ifdef WOOD_HAS_LLAMA
// A folder with one model and, where a test writes one, its card.
class CardedModel : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "card-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::filesystem::copy_file(WOOD_BINARY_DIR "/models/tiny/tiny-llama.gguf",
                               folder_ + "/house.gguf");
    sha256_ = hex(file_sha256(folder_ + "/house.gguf").value());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Status open(const std::string& style = "terse") {
    const std::vector<RegistryText> texts = {
        {"test.toml",
         "[[mind]]\nname = \"house\"\nkind = \"llama\"\nfile = \"house.gguf\"\n"
         "context = 512\nstyle = \"" +
             style + "\"\n"}};
    LiveOptions options;
    options.model_dirs = {folder_};
    auto panel = LivePanel::open(parse_registry(texts).value(), {"house"}, options);
    if (!panel) return fail(std::move(panel).error());
    return {};
  }
  void write(const std::string& text) {
    ASSERT_TRUE(write_file(folder_ + "/house.cdx.json", text));
  }
  std::string folder_, sha256_;
};

TEST_F(CardedModel, IsOpenedIfTheCardIsItsOwnOrThereIsNone) {
  EXPECT_TRUE(open());
  write(card_text(kPromptFormat, sha256_));
  EXPECT_TRUE(open());
}

TEST_F(CardedModel, IsRefusedIfTheCardIsOfAnotherFormatOrFile) {
  write(card_text(kPromptFormat - 1, sha256_));
  const Status format = open();
  ASSERT_FALSE(format);
  EXPECT_EQ(format.error().code, Errc::model);
  EXPECT_NE(format.error().what.find("mind house: " + folder_ + "/house.cdx.json says"),
            std::string::npos)
      << format.error().what;
  EXPECT_TRUE(open("full"));
  write(card_text());
  const Status file = open();
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Errc::model);
  EXPECT_NE(file.error().what.find("house.cdx.json says " + kSha), std::string::npos)
      << file.error().what;
  write("{");
  EXPECT_FALSE(open());
}

// What train/card.py writes is what is read here.
TEST_F(CardedModel, TheTrainersCardIsRead) {
  if (std::system("python3 -c 'import tomllib' 2>/dev/null") != 0)
    GTEST_SKIP() << "no python3 of 3.11: only who trains needs it";
  ASSERT_TRUE(write_file(
      folder_ + "/e.json",
      R"({"tasks":[{"task":"creature.act","n":200,"right":163,"majority":0.4,"chance":0.25,
        "low":0.7556,"high":0.8628},{"task":"desk.vote","n":150,"right":90,"majority":0.58,
        "chance":0.51,"low":0.52,"high":0.675}],"json_valid":0.9995,"sha256":")" +
          sha256_ + "\"}"));
  const std::string line = "python3 " WOOD_SOURCE_DIR
                           "/train/card.py --model house-llama "
                           "--evaluation '" +
                           folder_ + "/e.json' --prompt-format " + std::to_string(kPromptFormat) +
                           " "
                           "--failure 'It sells too early.' '" +
                           folder_ + "/house.gguf' >'" + folder_ + "/said.txt' 2>&1";
  ASSERT_EQ(std::system(line.c_str()), 0) << read_file(folder_ + "/said.txt").value_or("");
  const auto card = model_card_beside(folder_ + "/house.gguf");
  ASSERT_TRUE(card) << card.error().what;
  ASSERT_TRUE(*card);
  EXPECT_EQ((*card)->name, "house-llama");
  EXPECT_EQ((*card)->sha256, sha256_);
  EXPECT_EQ((*card)->prompt_format, kPromptFormat);
  EXPECT_EQ((*card)->form, "f16");
  EXPECT_GT((*card)->parameters, 500'000);
  ASSERT_EQ((*card)->accuracies.size(), 2U);
  EXPECT_EQ((*card)->accuracies[0].right_ppm, 815'000);
  EXPECT_EQ((*card)->accuracies[1].majority_ppm, 580'000);
  const std::string failures = join((*card)->failures, "\n");
  EXPECT_NE(failures.find("It sells too early."), std::string::npos);
  EXPECT_NE(failures.find("desk.vote: not above"), std::string::npos) << failures;
  EXPECT_EQ(failures.find("creature.act: not above"), std::string::npos) << failures;
  EXPECT_TRUE(open());
}
#endif

// The figures of the document are those of the cards of the files that are shipped.
TEST(Card, TheDocumentSaysWhatTheShippedCardsSay) {
  const auto document = read_file(WOOD_SOURCE_DIR "/docs/house-models.md");
  ASSERT_TRUE(document);
  for (const std::string family : {"phi", "gemma", "mistral", "llama", "qwen"}) {
    const std::string path = WOOD_SOURCE_DIR "/models/house/house-" + family + ".gguf";
    const auto card = model_card_beside(path);
    ASSERT_TRUE(card && *card) << path;
    EXPECT_EQ((*card)->prompt_format, kPromptFormat) << path;
    bool found = false;
    for (const auto& accuracy : (*card)->accuracies) {
      if (accuracy.task != "creature.act") continue;
      const std::int64_t tenths = (accuracy.right_ppm + 500) / 1'000;
      const std::string said =
          family + " " + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
      found = document->find(said) != std::string::npos;
      EXPECT_TRUE(found) << said;
    }
    EXPECT_TRUE(found) << path;
  }
}

}  // namespace
}  // namespace wood
