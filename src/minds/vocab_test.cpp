#include "minds/vocab.h"
#include "minds/kernels.h"

#ifdef WOOD_HAS_LLAMA

#include <gtest/gtest.h>

#include "core/rng.h"
#include "core/schema.h"

namespace wood {
namespace {

std::unique_ptr<Engine> tokens_of(const std::string& name) {
  EXPECT_TRUE(load_kernels(""));
  auto engine =
      Engine::load_tokens(std::string(WOOD_BINARY_DIR) + "/models/tiny/tiny-" + name + ".gguf");
  EXPECT_TRUE(engine) << engine.error().what;
  return std::move(*engine);
}

// The slow judge: token by token, byte by byte.
std::vector<bool> judged(const Vocab& vocab, Grammar& grammar, Grammar::State at) {
  std::vector<bool> out = vocab.all();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::string& bytes = vocab.bytes(static_cast<Vocab::Token>(i));
    out[i] = !bytes.empty() && grammar.next(at, bytes) != Grammar::kDead;
  }
  for (const auto token : vocab.ends()) out[token] = grammar.complete(at);
  return out;
}

TEST(Vocab, a_mask_is_what_judging_every_token_alone_gives) {
  const char* schemas[] = {
      R"({"type":"object","required":["why","do"],"properties":{
          "why":{"type":"string","maxLength":30},
          "do":{"enum":["buy","sell","hold"]},"qty":{"type":"integer","minimum":0,"maximum":40}}})",
      R"({"type":"object","required":["note"],"properties":{"note":{"type":"string"}}})",
      R"({"type":"array","items":{"type":"string","minLength":2,"maxLength":4},"maxItems":3})",
      R"({})"};
  for (const char* name : {"llama", "gemma"}) {
    const auto engine = tokens_of(name);
    const Vocab vocab(*engine);
    for (std::int64_t s = 0; s < std::ssize(schemas); ++s) {
      const Json schema = parse_json(schemas[s]).value();
      ASSERT_TRUE(check_schema(schema));
      Grammar grammar = Grammar::compile(schema).value();
      for (int walk = 0; walk < 6; ++walk) {
        auto at = grammar.start();
        for (std::uint32_t n = 0; n < 40; ++n) {
          const auto mask = vocab.allowed(grammar, at);
          ASSERT_EQ(mask, judged(vocab, grammar, at)) << schemas[s] << " " << name << " " << n;
          std::vector<Vocab::Token> open;
          for (std::size_t i = 0; i < mask.size(); ++i)
            if (mask[i] && !vocab.bytes(static_cast<Vocab::Token>(i)).empty())
              open.push_back(static_cast<Vocab::Token>(i));
          if (open.empty()) break;
          const Chance chance(11, "walk", s, walk);
          at = grammar.next(at, vocab.bytes(open[chance.below(std::ssize(open), n)]));
        }
      }
    }
  }
}

TEST(Vocab, tokens_alone_are_those_of_the_whole_model) {
  const auto alone = tokens_of("qwen");
  const auto whole = Engine::load(std::string(WOOD_BINARY_DIR) + "/models/tiny/tiny-qwen.gguf",
                                  {.context = 64, .sequences = 1})
                         .value();
  ASSERT_EQ(alone->vocabulary(), whole->vocabulary());
  for (Vocab::Token token = 0; token < alone->vocabulary(); ++token) {
    EXPECT_EQ(alone->bytes(token), whole->bytes(token));
    EXPECT_EQ(alone->ends(token), whole->ends(token));
  }
  EXPECT_EQ(alone->text_tokens("{\"why\":\"dear\"}"), whole->text_tokens("{\"why\":\"dear\"}"));
  EXPECT_FALSE(Engine::load_tokens("/nowhere.gguf"));
}

TEST(Vocab, what_the_model_cannot_spell_back_is_spelled_by_the_longest_tokens) {
  const auto engine = tokens_of("llama");
  const Vocab vocab(*engine);
  for (const std::string text : {"\xff\xfe\"why\":\xc3", "{\"action\":\"buy\"}\xe2"}) {
    const auto tokens = vocab.spell(text);
    ASSERT_TRUE(tokens);
    std::string rest = text;
    for (const auto token : *tokens) {
      const std::string& bytes = vocab.bytes(token);
      ASSERT_TRUE(rest.starts_with(bytes));
      for (Vocab::Token other = 0; other < engine->vocabulary(); ++other)
        if (rest.starts_with(vocab.bytes(other))) {
          EXPECT_LE(vocab.bytes(other).size(), bytes.size()) << rest;
        }
      rest.erase(0, bytes.size());
    }
    EXPECT_EQ(rest, "");
  }
}

}  // namespace
}  // namespace wood

#endif
