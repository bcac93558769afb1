#include "host/http.h"

#include <gtest/gtest.h>

namespace wood {
namespace {

Errc code_of(Http& http, const HttpRequest& request) {
  const auto results = http.send({&request, 1});
  EXPECT_FALSE(results[0]);
  return results[0] ? Errc::io : results[0].error().code;
}

// Against a server: minds/openai_mind_test.cpp.
TEST(Http, what_never_gets_anywhere_says_why) {
  Http http;
  EXPECT_EQ(code_of(http, {.url = "http://127.0.0.1:1/"}), Errc::network);
  EXPECT_EQ(code_of(http, {.url = "file:///etc/hostname"}), Errc::usage);
  EXPECT_EQ(code_of(http, {.url = "http://"}), Errc::usage);
  EXPECT_TRUE(http.send({}).empty());
}

TEST(Http, messages_hold_no_credentials) {
  Http http;
  const HttpRequest request{.url = "http://me:secret@127.0.0.1:1/x?token=secret"};
  const auto results = http.send({&request, 1});
  ASSERT_FALSE(results[0]);
  EXPECT_EQ(results[0].error().what.find("secret"), std::string::npos) << results[0].error().what;
}

TEST(Http, headers_are_found_in_any_case) {
  HttpResponse response;
  response.headers = {{"Retry-After", "3"}};
  EXPECT_EQ(response.header("retry-after"), "3");
  EXPECT_EQ(response.header("x"), "");
}

}  // namespace
}  // namespace wood
