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

std::int64_t wish(std::vector<HttpHeader> headers) {
  HttpResponse response;
  response.headers = std::move(headers);
  return response.retry_after_ms();
}

TEST(Http, a_server_says_in_many_forms_how_long_it_wants_to_be_left_alone) {
  EXPECT_EQ(wish({}), 0);
  EXPECT_EQ(wish({{"Retry-After", "20"}}), 20'000);
  EXPECT_EQ(wish({{"retry-after", "0"}}), 0);
  EXPECT_EQ(wish({{"Retry-After", "1.25"}}), 1'250);
  EXPECT_EQ(wish({{"Retry-After", "20"}, {"retry-after-ms", "350"}}), 350) << "the finer one";
  EXPECT_EQ(wish({{"retry-after-ms", "12.7"}}), 12);
  EXPECT_EQ(wish({{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}), 0) << "that is over";
  EXPECT_EQ(wish({{"Retry-After", "Fri, 31 Dec 2199 23:59:59 GMT"}}), 3'600'000);
  for (const char* nonsense : {"soon", "-5", "", "1e9", "3.x"})
    EXPECT_EQ(wish({{"Retry-After", nonsense}}), 0) << nonsense;
  EXPECT_EQ(wish({{"Retry-After", "99999999"}}), 3'600'000) << "at most an hour";
  EXPECT_EQ(wish({{"Retry-After", "99999999999999999999"}}), 0);
}

TEST(Http, requests_are_started_waited_for_and_cancelled) {
  Http http;
  EXPECT_TRUE(http.wait(1'000'000'000).empty()) << "nothing is under way";
  http.start(7, {.url = "http://127.0.0.1:1/"});
  http.start(9, {.url = "http://127.0.0.1:1/"});
  http.cancel(9);
  http.cancel(5);
  EXPECT_EQ(http.under_way(), 1u);
  const auto done = http.wait(60'000'000);
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(done[0].id, 7u);
  EXPECT_FALSE(done[0].result);
  EXPECT_EQ(http.under_way(), 0u);
  http.start(1, {.url = "http://127.0.0.1:1/"});  // ended with its Http
}

}  // namespace
}  // namespace wood
