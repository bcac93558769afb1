#include "minds/openai_mind.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <thread>

#include "core/schema.h"
#include "host/clock.h"
#include "minds/dialect.h"
#include "minds/reader.h"
#include "trial/fake_server.h"

namespace wood {
namespace {

constexpr const char* kKeyName = "WOOD_TEST_KEY";
const std::string kKey = "sk-very-secret";
const std::string kBearer = "Bearer sk-very-secret";

const Json& schema() {
  static const Json value = parse_json(R"({"type":"object","required":["why","qty"],"properties":{
    "qty":{"type":"integer","minimum":2,"maximum":9},"why":{"type":"string","maxLength":9}}})")
                                .value();
  return value;
}

struct Stage {
  std::unique_ptr<FakeServer> server;
  std::unique_ptr<Mind> mind;
};

Stage stage(std::vector<Manner> manners, std::int64_t retries_max = 3, std::int64_t parallel = 4) {
  Stage out;
  out.server = FakeServer::start(std::move(manners)).value();
  MindSpec spec;
  spec.name = "fake";
  spec.kind = MindKind::openai;
  spec.endpoint = out.server->endpoint();
  spec.model = "fake-model";
  spec.key_env = kKeyName;
  spec.retries_max = retries_max;
  spec.parallel = parallel;
  spec.price_in = 150'000;  // 0.15 a million
  spec.price_out = 600'000;
  ::setenv(kKeyName, kKey.c_str(), 1);
  out.mind = openai_mind(spec, {.first_ms = 4, .longest_ms = 40});
  return out;
}

std::vector<Ask> asks_of(int count, std::int64_t wait_ms_max = 5'000) {
  std::vector<Ask> asks(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    asks[i].prompt = {i};
    asks[i].messages = {{"system", "You trade."}, {"user", "Ask " + std::to_string(i)}};
    asks[i].schema = schema();
    asks[i].wait_ms_max = wait_ms_max;
    asks[i].sampling.temperature_milli = 700;
  }
  return asks;
}

Answer answer_of(const Reply& reply) {
  if (const auto* failure = std::get_if<Failure>(&reply)) {
    ADD_FAILURE() << failure->what;
    return {};
  }
  return std::get<Answer>(reply);
}

Failure failure_of(const Reply& reply) {
  EXPECT_TRUE(std::holds_alternative<Failure>(reply));
  const auto* failure = std::get_if<Failure>(&reply);
  return failure != nullptr ? *failure : Failure{};
}

Reply one(std::vector<Manner> manners, std::int64_t retries_max = 3,
          std::int64_t wait_ms_max = 5'000) {
  const Stage s = stage(std::move(manners), retries_max);
  return s.mind->ask(asks_of(1, wait_ms_max))[0];
}

TEST(Openai, many_asks_over_few_connections_in_the_order_asked) {
  const Stage s = stage({Manner::ok});
  for (int round = 0; round < 2; ++round) {
    const auto replies = s.mind->ask(asks_of(20));
    for (const Reply& reply : replies) {
      const Answer answer = answer_of(reply);
      EXPECT_EQ(answer.text, R"({"why":"","qty":2})");
      EXPECT_EQ(answer.prompt_count, 100);
      EXPECT_EQ(answer.answer_count, 20);
      EXPECT_EQ(answer.cost_nano, 27'000);  // 100 · 0.15 + 20 · 0.60 millionths
      EXPECT_EQ(answer.usage.response_id, "fake-1");
      EXPECT_EQ(answer.usage.retries, 0);
    }
  }
  std::set<int> connections;
  for (const Request& request : s.server->requests()) {
    connections.insert(request.connection);
    EXPECT_EQ(request.authorization, kBearer);
  }
  EXPECT_EQ(s.server->requests().size(), 40u);
  EXPECT_LE(connections.size(), 4u);
}

TEST(Openai, what_must_stay_here_is_not_sent) {
  const Stage s = stage({Manner::ok});
  std::vector<Ask> asks = asks_of(3);
  asks[1].reach = Reach::here;
  const auto replies = s.mind->ask(asks);
  EXPECT_EQ(answer_of(replies[0]).text, R"({"why":"","qty":2})");
  EXPECT_EQ(answer_of(replies[2]).text, R"({"why":"","qty":2})");
  EXPECT_EQ(failure_of(replies[1]).code, Errc::local);
  ASSERT_EQ(s.server->requests().size(), 2u);
  for (const Request& request : s.server->requests())
    EXPECT_EQ(request.body.find("Ask 1"), std::string::npos);
  asks.assign(1, asks[1]);
  EXPECT_EQ(failure_of(s.mind->ask(asks)[0]).what, kept_here("fake").what);
  EXPECT_EQ(s.server->requests().size(), 2u);
}

TEST(Openai, what_passes_is_tried_again) {
  for (const Manner manner :
       {Manner::busy, Manner::busy_ms, Manner::broken, Manner::cut, Manner::dead}) {
    const Answer answer = answer_of(one({manner, manner, Manner::ok}));
    EXPECT_EQ(answer.text, R"({"why":"","qty":2})");
    EXPECT_EQ(answer.usage.retries, 2);
  }
  const std::int64_t began = now_us();
  EXPECT_EQ(answer_of(one({Manner::busy_long, Manner::ok})).usage.retries, 1);
  EXPECT_GE(now_us() - began, 1'000'000);  // Retry-After: 1
  const std::int64_t then = now_us();
  EXPECT_EQ(answer_of(one({Manner::busy_date, Manner::ok})).usage.retries, 1);
  EXPECT_GE(now_us() - then, 900'000);  // a date is in whole seconds
}

// The server keeps one ask until eight more requests have come: a retry and seven that were not
// sent yet, all over the other connection.
TEST(Openai, a_slow_answer_holds_up_nobody) {
  const Stage s = stage({Manner::patient, Manner::broken, Manner::ok}, 3, 2);
  for (const Reply& reply : s.mind->ask(asks_of(8, 15'000))) answer_of(reply);
  EXPECT_EQ(s.server->requests().size(), 9u);
  EXPECT_EQ(s.server->together_max(), 2);
}

TEST(Openai, two_hundred_asks_at_thirty_two_at_once) {
  std::vector<Manner> manners(32, Manner::gathered);
  for (int i = 32; i < 260; ++i)
    manners.push_back(i % 17 == 3    ? Manner::busy
                      : i % 23 == 5  ? Manner::broken
                      : i % 29 == 7  ? Manner::cut
                      : i % 41 == 11 ? Manner::slow
                                     : Manner::brief);
  std::size_t faults = 0;
  const Stage s = stage(manners, 8, 32);
  std::vector<Ask> asks = asks_of(200, 60'000);
  for (std::size_t i = 0; i < asks.size(); ++i) {
    Json number = Json::object({{"type", "integer"}, {"minimum", i}, {"maximum", i}});
    asks[i].schema.edit("properties")->set("qty", std::move(number));
  }
  const auto replies = s.mind->ask(asks);
  ASSERT_EQ(replies.size(), asks.size());
  std::int64_t retries = 0;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const Answer answer = answer_of(replies[i]);
    EXPECT_EQ(parse_json(answer.text).value_or(Json()).int_or("qty", -1), i) << "the order asked";
    retries += answer.usage.retries;
  }
  const auto requests = s.server->requests();
  std::set<int> connections;
  std::size_t cuts = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Manner manner = manners[std::min(i, manners.size() - 1)];
    faults += manner == Manner::busy || manner == Manner::broken || manner == Manner::cut;
    cuts += manner == Manner::cut;
    connections.insert(requests[i].connection);
  }
  EXPECT_LE(connections.size(), 32 + cuts) << "they are kept and used again";
  EXPECT_EQ(requests.size(), 200 + faults) << "each fault is one more try, and nothing else";
  EXPECT_EQ(static_cast<std::size_t>(retries), faults);
  EXPECT_EQ(s.server->together_max(), 32) << "all its places are used, and no more";
}

std::unique_ptr<Mind> mind_of(const FakeServer& server, std::int64_t parallel,
                              std::int64_t cooling_ms) {
  MindSpec spec;
  spec.name = "fake";
  spec.endpoint = server.endpoint();
  spec.retries_max = 0;
  spec.parallel = parallel;
  return openai_mind(spec,
                     {.first_ms = 1, .longest_ms = 2, .cooling = {5, cooling_ms, cooling_ms}});
}

TEST(Openai, a_server_that_died_is_left_alone) {
  const auto server = FakeServer::start({Manner::ok, Manner::ok, Manner::dead}).value();
  const auto mind = mind_of(*server, 1, 3'600'000);
  const auto replies = mind->ask(asks_of(20));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(answer_of(replies[i]).usage.retries, 0);
  for (int i = 2; i < 20; ++i) EXPECT_EQ(failure_of(replies[i]).code, Errc::network) << i;
  // Two answers, five asks, and one of them sent twice: where a connection that was used before
  // breaks without a byte, curl tries a fresh one.
  EXPECT_EQ(server->requests().size(), 8u) << "what was left was not sent";
  const std::string what = failure_of(replies[19]).what;
  for (const char* part : {"mind fake: ", "counts as dead after 5 asks in a row", "tried again in"})
    EXPECT_NE(what.find(part), std::string::npos) << what;
  EXPECT_EQ(failure_of(mind->ask(asks_of(1))[0]).code, Errc::network) << "the next call knows";
  EXPECT_EQ(server->requests().size(), 8u);
}

// While one ask finds out whether it is back, the others wait for what it finds.
TEST(Openai, a_server_that_is_back_is_found_by_one_probe) {
  std::vector<Manner> manners(6, Manner::dead);
  manners.push_back(Manner::brief);
  const auto server = FakeServer::start(manners).value();
  const auto mind = mind_of(*server, 4, 1);
  for (const Reply& reply : mind->ask(asks_of(5))) failure_of(reply);
  EXPECT_EQ(server->requests().size(), 5u);
  sleep_us(5'000);
  failure_of(mind->ask(asks_of(1))[0]);
  EXPECT_EQ(server->requests().size(), 6u) << "a probe, and it failed";
  sleep_us(5'000);
  for (const Reply& reply : mind->ask(asks_of(9))) answer_of(reply);
  const auto requests = server->requests();
  ASSERT_EQ(requests.size(), 15u) << "it is back, for all";
  EXPECT_EQ(requests[6].together, 1);
  EXPECT_EQ(requests[7].together, 1) << "the probe had ended";
}

TEST(Openai, a_server_that_cannot_form_an_answer_is_not_dead) {
  const Stage s = stage({Manner::formless}, 0, 1);
  for (const Reply& reply : s.mind->ask(asks_of(12)))
    EXPECT_EQ(failure_of(reply).code, Errc::model);
  EXPECT_EQ(s.server->requests().size(), 12u) << "all were sent";
  const Stage sick = stage({Manner::broken}, 0, 1);
  for (const Reply& reply : sick.mind->ask(asks_of(12))) failure_of(reply);
  EXPECT_EQ(sick.server->requests().size(), 5u);
}

TEST(Openai, an_answer_that_broke_the_server_is_drawn_again_with_another_seed) {
  const auto seeds = [](std::vector<Manner> manners) {
    const Stage s = stage(std::move(manners));
    answer_of(s.mind->ask(asks_of(1))[0]);
    std::vector<std::int64_t> out;
    for (const Request& request : s.server->requests())
      out.push_back(parse_json(request.body, Floats::nearest)->int_or("seed", -1));
    return out;
  };
  const auto broken = seeds({Manner::broken, Manner::broken, Manner::ok});
  EXPECT_EQ(std::set(broken.begin(), broken.end()).size(), 3u);
  EXPECT_EQ(broken, seeds({Manner::broken, Manner::broken, Manner::ok})) << "not by the clock";
  const auto busy = seeds({Manner::busy, Manner::cut, Manner::ok});
  EXPECT_EQ(std::set(busy.begin(), busy.end()).size(), 1u);
}

TEST(Openai, what_does_not_pass_is_a_failure_with_its_code) {
  EXPECT_EQ(failure_of(one({Manner::broken}, 2)).code, Errc::remote);
  EXPECT_EQ(failure_of(one({Manner::broken}, 2)).usage.retries, 2);
  EXPECT_EQ(failure_of(one({Manner::cut}, 1)).code, Errc::network);
  EXPECT_EQ(failure_of(one({Manner::slow}, 3, 100)).code, Errc::timeout);
  EXPECT_EQ(failure_of(one({Manner::garbage})).code, Errc::remote);
  EXPECT_EQ(failure_of(one({Manner::too_long})).code, Errc::limit);
  EXPECT_EQ(failure_of(one({Manner::busy_long}, 3, 300)).code,
            Errc::remote);  // no time to wait a second
}

TEST(Openai, the_key_is_in_no_message_and_no_card) {
  const Failure failure = failure_of(one({Manner::forbidden}));
  EXPECT_EQ(failure.code, Errc::remote);
  EXPECT_EQ(failure.what.find(kKey), std::string::npos) << failure.what;
  EXPECT_EQ(stage({Manner::ok}).mind->card().dump().find(kKey), std::string::npos);
}

TEST(Openai, refusals_reasoning_and_disobedience_are_answers) {
  const Answer refused = answer_of(one({Manner::refusal}));
  EXPECT_EQ(refused.finish, Finish::refused);
  EXPECT_EQ(refused.text, "I would rather not.");
  EXPECT_EQ(answer_of(one({Manner::reasoning})).reasoning, "Let me think about honey.");
  EXPECT_TRUE(read_answer(answer_of(one({Manner::chatty})).text, schema()).value);
  EXPECT_FALSE(read_answer(answer_of(one({Manner::wrong_schema})).text, schema()).value);
  EXPECT_FALSE(read_answer(answer_of(one({Manner::prose})).text, schema()).value);
  const Answer thought = answer_of(one({Manner::thinking}));
  EXPECT_EQ(thought.reasoning, "Is {\"qty\":8} enough?");
  EXPECT_EQ(thought.text, R"({"why":"","qty":2})");
  const Answer unmetered = answer_of(one({Manner::unmetered}));
  EXPECT_EQ(unmetered.prompt_count + unmetered.answer_count + unmetered.cost_nano, 0);
}

TEST(Openai, who_is_not_there_is_found_out_before_a_run_begins) {
  MindSpec spec;
  spec.name = "nobody";
  spec.endpoint = "http://127.0.0.1:1/v1";
  const Status nobody = reach(spec);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, Errc::network);
  EXPECT_NE(nobody.error().what.find("start the server"), std::string::npos);

  spec.key_env = kKeyName;
  ::setenv(kKeyName, kKey.c_str(), 1);
  const auto server = FakeServer::start({Manner::loading, Manner::ok, Manner::broken,
                                         Manner::forbidden, Manner::loading})
                          .value();
  spec.endpoint = server->endpoint();
  EXPECT_TRUE(reach(spec)) << "it was only loading";
  EXPECT_TRUE(reach(spec)) << "a server with trouble is there";
  const Status forbidden = reach(spec);
  ASSERT_FALSE(forbidden);
  EXPECT_EQ(forbidden.error().what.find(kKey), std::string::npos) << forbidden.error().what;
  EXPECT_NE(forbidden.error().what.find(kKeyName), std::string::npos);
  const Status loading = reach(spec, 400);
  ASSERT_FALSE(loading);
  EXPECT_NE(loading.error().what.find("Loading model"), std::string::npos);
  EXPECT_EQ(server->requests()[0].path, "/v1/models");
  EXPECT_EQ(server->requests()[0].authorization, kBearer);
}

TEST(Openai, nobody_there_is_a_network_failure) {
  MindSpec spec;
  spec.name = "nobody";
  spec.endpoint = "http://127.0.0.1:1/v1";
  spec.retries_max = 1;
  const auto replies = openai_mind(spec, {.first_ms = 1, .longest_ms = 2})->ask(asks_of(2));
  for (const Reply& reply : replies) EXPECT_EQ(failure_of(reply).code, Errc::network);
}

TEST(Dialect, the_request_says_what_is_asked) {
  MindSpec spec;
  spec.model = "m";
  spec.no_system_role = true;
  const std::string body = request_body(spec, asks_of(1)[0]);
  EXPECT_NE(body.find(R"("temperature":0.700)"), std::string::npos) << body;
  EXPECT_NE(body.find(R"("properties":{"why":)"), std::string::npos) << "required order: " << body;
  EXPECT_NE(body.find(R"("strict":true)"), std::string::npos);
  const Json json = parse_json(body, Floats::nearest).value();
  EXPECT_EQ(json.at("messages").items().size(), 1u);
  EXPECT_EQ(json.at("messages").items()[0].str_or("content", ""), "You trade.\n\nAsk 0");
  EXPECT_EQ(json.int_or("max_tokens", 0), 256 + kEndingTokens);
  spec.schema_mode = SchemaMode::none;
  EXPECT_EQ(request_body(spec, asks_of(1)[0]).find("response_format"), std::string::npos);
}

// A tiny model with a token a letter, behind llama-server, was cut off in 5 of 194 answers, all of
// them votes of at most 100 tokens: {"reason":"777…
TEST(Dialect, an_answer_under_a_schema_has_room_to_end) {
  Ask ask = asks_of(1)[0];
  ask.sampling.tokens_max = 100;
  const auto tokens = [&](const MindSpec& spec) {
    return parse_json(request_body(spec, ask), Floats::nearest)->int_or("max_tokens", 0);
  };
  EXPECT_EQ(tokens({}), 228);
  MindSpec thinker;
  thinker.reasoning = true;
  EXPECT_EQ(tokens(thinker), 228 + kReasoningTokens);
  ask.schema = Json();
  EXPECT_EQ(tokens({}), 100) << "without a schema any end will do";
}

TEST(Dialect, a_prompt_beyond_the_context_is_a_limit_in_every_dialect) {
  for (const char* body :
       {R"({"error":{"message":"too long","code":"context_length_exceeded"}})",
        // llama-server; its code is a number.
        R"({"error":{"code":400,"message":"request (2419 tokens) exceeds the available context )"
        R"(size (256 tokens), try increasing it","type":"exceed_context_size_error"}})",
        // vLLM
        R"({"object":"error","message":"This model's maximum context length is 4096 tokens. )"
        R"(However, you requested 5000 tokens","type":"BadRequestError","code":400})"})
    EXPECT_EQ(error_in(400, body).code, Errc::limit) << body;
  EXPECT_EQ(error_in(413, "").code, Errc::limit);
  EXPECT_EQ(error_in(400, R"({"error":{"code":400,"message":"no","type":"x"}})").code,
            Errc::remote);
}

TEST(Dialect, reasoning_is_found_wherever_servers_put_it) {
  const auto told = [](const std::string& message) {
    const auto answer = answer_in({}, R"({"choices":[{"message":{)" + message + "}}]}");
    return answer ? answer->reasoning + " | " + answer->text : answer.error().what;
  };
  for (const char* message :
       {R"("content":"{}","reasoning_content":"hm")", R"("content":"{}","reasoning":"hm")",
        R"("content":"{}","reasoning":null,"reasoning_details":[{"text":"h"},{"text":"m"},{}])",
        R"("content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},)"
        R"({"type":"text","text":"{}"}])",
        R"("content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"{}"}])",
        R"("content":"<think>hm</think>{}")", R"("content":"\n<think>\nhm\n</think>\n\n{}")",
        R"("content":"hm\n</think>\n{}")"})
    EXPECT_EQ(told(message), "hm | {}") << message;
  // What is not closed, or is part of the answer, stays as it was generated.
  EXPECT_EQ(told(R"("content":"<think>hm {}")"), " | <think>hm {}");
  EXPECT_EQ(told(R"("content":"{\"a\":\"</think>\"}")"), R"( | {"a":"</think>"})");
  EXPECT_EQ(told(R"("content":"a <think>b</think> {}")"), " | a <think>b</think> {}");
  EXPECT_EQ(told(R"("content":"<think></think>\n{}")"), " | {}");
}

TEST(Dialect, tokens_are_counted_where_the_server_says_them) {
  const auto counts = [](const std::string& usage) {
    MindSpec spec;
    spec.price_in = 1'000, spec.price_out = 10'000;
    const auto answer =
        answer_in(spec, R"({"choices":[{"message":{"content":"x"}}])" + usage + "}").value();
    return std::vector{answer.prompt_count, answer.answer_count, answer.cost_nano};
  };
  const std::vector<std::int64_t> none = {0, 0, 0}, some = {7, 2, 27};
  EXPECT_EQ(counts(R"(,"usage":{"prompt_tokens":7,"completion_tokens":2})"), some);
  EXPECT_EQ(counts(R"(,"usage":{"input_tokens":7,"output_tokens":2})"), some);
  for (const char* usage : {"", R"(,"usage":null)", R"(,"usage":{})", R"(,"usage":[1])"})
    EXPECT_EQ(counts(usage), none) << usage;
}

TEST(Dialect, any_response_is_an_answer_or_an_error) {
  for (const char* body :
       {"", "null", "[]", "{}", R"({"choices":[]})", R"({"choices":[1]})",
        R"({"choices":[{"message":1}]})", R"({"choices":[{"message":{"content":7}}]})",
        R"({"choices":[{"message":{"content":[{"text":"a"},{"text":"b"}]}}]})", R"({"error":"no"})",
        R"({"choices":[{"message":{}}],"usage":{"prompt_tokens":-1}})"}) {
    const auto answer = answer_in({}, body);
    if (!answer) EXPECT_EQ(answer.error().code, Errc::remote) << body;
    else EXPECT_GE(answer->prompt_count, 0) << body;
  }
}

// Of four asks, two at once, of a server that takes 400 ms: those under way are ended, and the
// others are not sent.
TEST(OpenaiMind, WhatIsCancelledEndsAtOnceAndNothingMoreIsSent) {
  Stage s = stage({Manner::slow}, 3, 2);
  std::atomic<bool> cancel = false;
  auto asks = asks_of(4, 30'000);
  for (Ask& ask : asks) ask.cancel = &cancel;
  std::thread other([&] {
    sleep_us(50'000);
    cancel = true;
  });
  const auto replies = s.mind->ask(asks);
  other.join();
  int ended = 0;
  for (const Reply& reply : replies) {
    const auto* failure = std::get_if<Failure>(&reply);
    ended += failure != nullptr && failure->what == cancelled_ask().what;
  }
  EXPECT_GE(ended, 2);  // on a machine that stands still the first two may have been answered
  EXPECT_LE(s.server->requests().size(), 2U);
  const auto after = s.mind->ask(asks);  // and not even begun
  EXPECT_TRUE(std::holds_alternative<Failure>(after[0]));
  EXPECT_LE(s.server->requests().size(), 2U);
}

}  // namespace
}  // namespace wood
