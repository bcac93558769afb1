#include "serve/guard.h"

#include <gtest/gtest.h>

namespace wood::serve {
namespace {

const std::string kToken = "a token of the right length";

Request request(const std::string& method,
                std::vector<std::pair<std::string, std::string>> headers) {
  return {method, "/v1/run", std::move(headers), ""};
}

int judged(const Guard& guard, const Request& asked, const std::string& target = "/v1/run") {
  const auto problem = guard.judge(asked, *parse_target(target));
  return problem ? problem->status : 200;
}

TEST(Guard, OnlyItsOwnNamesAreAnswered) {
  const Guard guard({{"127.0.0.1:7070", "localhost:7070"}, "", "", ""});
  EXPECT_EQ(judged(guard, request("GET", {{"host", "127.0.0.1:7070"}})), 200);
  EXPECT_EQ(judged(guard, request("GET", {{"host", "LocalHost:7070"}})), 200);
  for (const char* host : {"evil.example", "127.0.0.1", "127.0.0.1:80",
                           "localhost:7070.evil.example", "", "evil.example:7070"})
    EXPECT_EQ(judged(guard, request("GET", {{"host", host}})), 421) << host;
  EXPECT_EQ(judged(guard, request("GET", {})), 421);
  EXPECT_EQ(judged(guard, request("GET", {{"host", "localhost:7070"}, {"host", "evil.example"}})),
            421);
}

TEST(Guard, PagesFromElsewhereAreRefused) {
  const Guard guard({{"localhost:7070"}, "", "", ""});
  const auto with = [&](const std::string& method, const char* name, const char* value) {
    return judged(guard, request(method, {{"host", "localhost:7070"},
                                          {"content-type", "application/json"},
                                          {name, value}}));
  };
  EXPECT_EQ(with("POST", "origin", "http://localhost:7070"), 200);
  for (const char* origin : {"http://evil.example", "https://localhost:7070", "null", "",
                             "http://localhost:7070.evil.example", "http://localhost:7071"})
    EXPECT_EQ(with("POST", "origin", origin), 403) << origin;
  EXPECT_EQ(with("POST", "sec-fetch-site", "cross-site"), 403);
  EXPECT_EQ(with("GET", "sec-fetch-site", "same-site"), 403);
  EXPECT_EQ(with("GET", "sec-fetch-site", "same-origin"), 200);
}

TEST(Guard, AFormCannotCommand) {
  const Guard guard({{"localhost:7070"}, "", "", ""});
  for (const char* type : {"application/x-www-form-urlencoded", "text/plain", "multipart/form-data",
                           "", "text/plain; application/json"})
    EXPECT_EQ(judged(guard, request("POST", {{"host", "localhost:7070"}, {"content-type", type}})),
              415)
        << type;
  EXPECT_EQ(judged(guard, request("POST", {{"host", "localhost:7070"},
                                           {"content-type", "Application/JSON; charset=utf-8"}})),
            200);
}

TEST(Guard, ATokenIsAskedForWhereThereIsOne) {
  const Guard guard({{"localhost:7070"}, kToken, "the cookie", "the code"});
  const auto with = [&](const char* name, const std::string& value) {
    return judged(guard, request("GET", {{"host", "localhost:7070"}, {name, value}}));
  };
  EXPECT_EQ(with("accept", "*/*"), 401);
  EXPECT_EQ(with("authorization", "Bearer " + kToken), 200);
  EXPECT_EQ(with("authorization", "Bearer " + kToken + "x"), 401);
  EXPECT_EQ(with("authorization", "Bearer "), 401);
  EXPECT_EQ(with("authorization", kToken), 401);
  EXPECT_EQ(with("cookie", "a=b; wood=the cookie"), 200);
  EXPECT_EQ(with("cookie", "wood=" + kToken), 401) << "the token is no cookie";
  EXPECT_EQ(judged(guard, request("GET", {{"host", "localhost:7070"}}), "/healthz"), 200);
}

TEST(Guard, TheAddressOfTheStartOpensOnce) {
  Guard guard({{"localhost:7070"}, kToken, "the cookie", "the code"});
  EXPECT_FALSE(guard.open(*parse_target("/")));
  EXPECT_EQ(guard.open(*parse_target("/?open=wrong"))->status, 401);
  const auto opened = guard.open(*parse_target("/?open=the+code"));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->status, 303);
  bool set = false;
  for (const auto& [name, value] : opened->headers)
    if (name == "Set-Cookie") {
      set = true;
      EXPECT_NE(value.find("wood=the cookie;"), std::string::npos);
      EXPECT_NE(value.find("HttpOnly"), std::string::npos);
      EXPECT_NE(value.find("SameSite=Strict"), std::string::npos);
    }
  EXPECT_TRUE(set);
  EXPECT_EQ(guard.open(*parse_target("/?open=the+code"))->status, 401);
}

TEST(Guard, SecretsOfAnyLengthAreCompared) {
  EXPECT_TRUE(same_secret("", ""));
  EXPECT_TRUE(same_secret(kToken, kToken));
  EXPECT_FALSE(same_secret(kToken, kToken + "x"));
  EXPECT_FALSE(same_secret(kToken, ""));
}

}  // namespace
}  // namespace wood::serve
