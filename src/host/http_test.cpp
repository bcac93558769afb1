#include "host/http.h"

#include <gtest/gtest.h>

#include "trial/fake_hub.h"

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

// A host is the whole of its name: a token goes by that.
TEST(Http, origins_are_compared_whole) {
  EXPECT_EQ(origin_of("https://Hub.example/x?y"), "https://hub.example:443");
  EXPECT_EQ(origin_of("http://hub.example:80/"), origin_of("http://hub.example"));
  EXPECT_NE(origin_of("http://hub.example"), origin_of("https://hub.example"));
  EXPECT_EQ(origin_of("https://hub.example@evil.example/"), "https://evil.example:443");
  EXPECT_EQ(origin_of("no url"), "");
  EXPECT_TRUE(is_local("http://127.0.0.1:8080/v1"));
  EXPECT_TRUE(is_local("http://[::1]/"));
  EXPECT_FALSE(is_local("http://127.0.0.1.evil.example/"));
  EXPECT_FALSE(is_local("http://localhost@evil.example/"));
}

TEST(Http, a_sink_takes_the_body_of_a_success_and_no_other) {
  const auto hub =
      FakeHub::start({.bytes = "all of it", .gets = {HubManner::ok, HubManner::broken}});
  ASSERT_TRUE(hub);
  Http http;
  std::string taken;
  HttpRequest request{.url = (*hub)->address() + "/owner/name/resolve/main/model.gguf"};
  request.sink = [&](const HttpResponse& head, ByteView piece) -> Status {
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("x-linked-size"), "9");
    taken += piece;
    return {};
  };
  const auto whole = http.send({&request, 1});
  ASSERT_TRUE(whole[0]) << whole[0].error().what;
  EXPECT_EQ(taken, "all of it");
  EXPECT_EQ(whole[0]->body, "");
  const auto broken = http.send({&request, 1});
  ASSERT_TRUE(broken[0]);
  EXPECT_EQ(broken[0]->body, "something broke");
  EXPECT_EQ(taken, "all of it");
}

TEST(Http, a_sink_or_a_watch_ends_a_transfer_with_its_own_error) {
  const auto hub = FakeHub::start({.bytes = "all of it"});
  ASSERT_TRUE(hub);
  Http http;
  HttpRequest request{.url = (*hub)->address() + "/owner/name/resolve/main/model.gguf"};
  request.sink = [](const HttpResponse&, ByteView) -> Status { return fail(Errc::io, "full"); };
  EXPECT_EQ(code_of(http, request), Errc::io);
  request.sink = {};
  request.watch = [] { return Status(fail(Errc::limit, "enough")); };
  EXPECT_EQ(code_of(http, request), Errc::limit);
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
