#include "serve/acts.h"

#include <gtest/gtest.h>

#include "serve/assets.h"

namespace wood::serve {
namespace {

int status(std::string_view body) {
  const auto command = parse_command(body);
  return command ? 202 : command.error().status;
}

TEST(Acts, WhatTheDocumentShowsIsTaken) {
  for (const char* body :
       {R"({"control":"start"})", R"({"control":"step","turns":3})", R"({"control":"step"})",
        R"({"control":"speed","turns_per_minute":0})", R"({"act":"say","text":"Good morning."})",
        R"({"act":"tip","to":"pip","good":"honey","direction":"down","true":false,"text":"x"})",
        R"({"act":"order","good":"honey","side":"buy","lots":1,"price":900})",
        R"({"act":"kill","who":"all"})", R"({"act":"legend","kind":"acorn_mania","turns":3})"})
    EXPECT_EQ(status(body), 202) << body;
}

TEST(Acts, WhatIsWrongIsNamed) {
  EXPECT_EQ(status("{"), 400);
  EXPECT_EQ(status(""), 400);
  EXPECT_EQ(status("[]"), 422);
  EXPECT_EQ(status("{}"), 422);
  EXPECT_EQ(status(R"({"act":"say"})"), 422);
  EXPECT_EQ(status(R"({"act":"say","text":"x","more":1})"), 422);
  EXPECT_EQ(status(R"({"act":"order","good":"honey","side":"buy","lots":0,"price":1})"), 422);
  EXPECT_EQ(status(R"({"act":"order","good":"honey","side":"buy","lots":1.5,"price":1})"), 400);
  EXPECT_EQ(status(R"({"control":"resume","act":"kill","who":"all"})"), 422);
  const auto misspelt = parse_command(R"({"act":"wisper","to":"pip","text":"x"})");
  ASSERT_FALSE(misspelt);
  EXPECT_EQ(misspelt.error().place, "act");
  EXPECT_NE(misspelt.error().mend.find("whisper"), std::string::npos);
  const auto lots = parse_command(R"({"act":"short","good":"honey","lots":0,"price":0})");
  ASSERT_FALSE(lots);
  EXPECT_EQ(lots.error().place, "lots");
}

TEST(Acts, TheOperatorsAreNotThePatrons) {
  EXPECT_EQ(parse_command(R"({"act":"kill","who":"all"})")->act->by, "operator");
  EXPECT_EQ(parse_command(R"({"act":"bribe","to":"pip","pebbles_mp":1})")->act->by, "patron");
  EXPECT_EQ(parse_command(R"({"control":"pause"})")->act->by, "");
  for (const Act& act : acts()) {
    const Json* member = act.schema.at("properties").find("by");
    EXPECT_TRUE(member == nullptr || act.name == "legend" || act.name == "shock")
        << act.name << ": only these may be either's";
  }
}

TEST(Assets, ThePageAndTheDocumentAreInside) {
  const Asset* page = find_asset("/");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(page->type, "text/html; charset=utf-8");
  EXPECT_EQ(find_asset("/@openapi.json"), nullptr) << "that has a path of its own";
  EXPECT_EQ(find_asset("/nothing"), nullptr);
  const auto document = parse_json(openapi());
  ASSERT_TRUE(document);
  EXPECT_EQ(document->str_or("openapi", ""), "3.1.0");
}

TEST(Assets, AnswersFitTheRequest) {
  const Asset* page = find_asset("/");
  const auto with = [&](const char* name, std::string value) {
    return asset_response({"GET", "/", {{name, std::move(value)}}, ""}, *page);
  };
  const auto header = [](const Response& response, const std::string& wanted) {
    for (const auto& [name, value] : response.headers)
      if (name == wanted) return value;
    return std::string();
  };
  EXPECT_EQ(with("x", "y").content(), page->plain);
  EXPECT_EQ(header(with("x", "y"), "Content-Encoding"), "");
  if (!page->gzip.empty()) {
    EXPECT_EQ(with("accept-encoding", "br, GZIP;q=0.5").content(), page->gzip);
    EXPECT_EQ(header(with("accept-encoding", "gzip"), "Content-Encoding"), "gzip");
  }
  EXPECT_EQ(with("accept-encoding", "gzip;q=0").content(), page->plain);
  EXPECT_EQ(with("if-none-match", "\"x\", W/" + std::string(page->etag)).status, 304);
  EXPECT_EQ(with("if-none-match", "\"x\"").status, 200);
}

}  // namespace
}  // namespace wood::serve
