#include "cli/patron.h"

#include <gtest/gtest.h>

#include "core/text.h"
#include "serve/acts.h"

namespace wood::cli {
namespace {

const Names kNames{{"oona", "pip", "fenn", "mossback", "bram"},
                   {"acorns", "berries", "mushrooms", "honey", "firewood"},
                   10};

Json act(std::string_view line) {
  const auto phrase = understand(line, kNames);
  if (!phrase) return Json(phrase.error().what);
  return phrase->act;
}
std::string why(std::string_view line) {
  const auto phrase = understand(line, kNames);
  return phrase ? "understood" : phrase.error().what;
}
Json parsed(std::string_view text) { return *parse_json(text); }

TEST(Patron, SaysWhatTheApiTakes) {
  const std::pair<const char*, const char*> lines[] = {
      {"buy honey 3 at 8.91",
       R"({"act":"order","good":"honey","lots":3,"price":891,"side":"buy"})"},
      {"sell hon 3", R"({"act":"order","good":"honey","lots":3,"price":0,"side":"sell"})"},
      {"short firewood 10 at 5", R"({"act":"short","good":"firewood","lots":10,"price":500})"},
      {"lend oona 20 at 8% for 5 days",
       R"({"act":"lend","principal_mp":20000,"rate_bps":800,"to":"oona","turns":5})"},
      {"LEND Oona 4.50 at 7.5 against 2 honey",
       R"({"act":"lend","good":"honey","lots":2,"principal_mp":4500,"rate_bps":750,
          "to":"oona","turns":5})"},
      {"tip fenn firewood up planted  The frost comes.",
       R"({"act":"tip","direction":"up","good":"firewood","text":"The frost comes.","to":"fenn",
          "true":false})"},
      {"tip pip honey down true \"Rotten.\"",
       R"({"act":"tip","direction":"down","good":"honey","text":"Rotten.","to":"pip",
          "true":true})"},
      {"whisper bram hold on", R"({"act":"whisper","text":"hold on","to":"bram"})"},
      {"say Good day.", R"({"act":"say","text":"Good day."})"},
      {"bribe moss 5", R"({"act":"bribe","pebbles_mp":5000,"to":"mossback"})"},
      {"bribe moss 5 for the acorns",
       R"({"act":"bribe","pebbles_mp":5000,"text":"for the acorns","to":"mossback"})"},
      {"broker fenn and pip share_tips for 3 days",
       R"({"a":"fenn","act":"broker","b":"pip","promise":"share_tips","turns":3})"},
      {"legend acorn_mania", R"({"act":"legend","kind":"acorn_mania","turns":3})"},
      {"shock drought berries for 4 days",
       R"({"act":"shock","good":"berries","kind":"drought","turns":4})"},
      {"shock bank_run 2", R"({"act":"shock","kind":"bank_run","turns":2})"},
      {R"({"act":"kill","who":"all"})", R"({"act":"kill","who":"all"})"}};
  for (const auto& [line, wanted] : lines) {
    EXPECT_EQ(act(line), parsed(wanted)) << line;
    EXPECT_TRUE(serve::parse_command(act(line).dump())) << line;
  }
}

TEST(Patron, ShowsAndPlays) {
  EXPECT_EQ(*understand("", kNames), (Phrase{"next", {}, ""}));
  EXPECT_EQ(*understand("  n 5 ", kNames), (Phrase{"next", {}, "5"}));
  EXPECT_EQ(*understand("cre", kNames), (Phrase{"creatures", {}, ""}));
  EXPECT_EQ(*understand("story 3", kNames), (Phrase{"story", {}, "3"}));
}

TEST(Patron, IsToldWhatIsMissing) {
  const std::pair<const char*, const char*> lines[] = {
      {"fly", "\"fly\" is not known"},
      {"leng oona", "did you mean lend?"},
      {"b", "\"b\" is short for several: book, bribe, broker, buy"},
      {"lend", "which creature? oona, pip, fenn, mossback, bram\n  lend WHO PEBBLES at RATE%"},
      {"lend ona 20 at 8%", "did you mean oona?"},
      {"lend oona much at 8%", "how much: pebbles, such as 20 or 4.50, not \"much\""},
      {"lend oona 20 8%", "\"at\" is expected, not \"8%\""},
      {"lend oona 20 at high", "the rate: a percentage"},
      {"lend oona 20 at 8% for ever", "days: a whole number from 1 to 1000, not \"ever\""},
      {"buy honey", "lots: a whole number from 1 to 1000000"},
      {"buy honey 0", "lots: a whole number from 1 to 1000000, not \"0\""},
      {"buy honey 3 at 8.915", "prices go in steps of 0.01"},
      {"buy honey 3 at 8.9 quickly", "too much: \"quickly\""},
      {"buy honey 3 for 8", "too much: \"for 8\""},
      {"buy h 99999999999999999999", "lots: a whole number"},
      {"bribe pip 99999999999", "pebbles, such as"},
      {"bribe pip -5", "pebbles, such as"},
      {"tip fenn honey sideways true x", "\"sideways\" is no direction: up, down"},
      {"tip fenn honey up true", "and the words of it?"},
      {"whisper pip", "whisper what?"},
      {"shock drought", "which good?"},
      {"broker fenn and fern no_short", "\"fern\" is no creature: did you mean fenn?"},
      {"{\"act\":", "not JSON"}};
  for (const auto& [line, part] : lines)
    EXPECT_NE(why(line).find(part), std::string::npos) << line << ": " << why(line);
  // What an act may be is for the API to say: the document is asked, in characters.
  EXPECT_FALSE(serve::parse_command(act("say " + std::string(401, 'a')).dump()));
  EXPECT_EQ(act("say \"Yes\" and \"no\"").str_or("text", ""), "\"Yes\" and \"no\"");
}

TEST(Patron, EveryVerbIsExplainedOnce) {
  std::vector<std::string> names;
  for (const VerbHelp& verb : verb_help()) {
    EXPECT_FALSE(verb.about.empty()) << verb.name;
    EXPECT_TRUE(understand(verb.name, kNames) || !why(verb.name).empty());
    EXPECT_EQ(std::count(names.begin(), names.end(), verb.name), 0);
    names.push_back(verb.name);
  }
}

TEST(Patron, WordsAreCompleted) {
  EXPECT_EQ(completions("", "b", kNames),
            (std::vector<std::string>{"book", "bribe", "broker", "buy"}));
  EXPECT_EQ(completions("buy ", "", kNames),
            (std::vector<std::string>{"acorns", "berries", "firewood", "honey", "mushrooms"}));
  EXPECT_EQ(completions("lend ", "o", kNames), (std::vector<std::string>{"oona"}));
  EXPECT_EQ(completions("tip fenn honey ", "p", kNames),
            (std::vector<std::string>{"pip", "planted"}));
  EXPECT_EQ(completions("legend ", "h", kNames), (std::vector<std::string>{"hollow_log"}));
}

}  // namespace
}  // namespace wood::cli
