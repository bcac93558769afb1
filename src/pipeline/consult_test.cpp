#include "pipeline/consult.h"

#include <set>

#include "pipeline/reply.h"
#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::FakePanel;
using testing::KeepingSink;
using testing::parsed;
using testing::said;

Json schema() {
  return parsed(
      R"({"type":"object","required":["lots"],"properties":{"lots":{"type":"integer"}}})");
}

Consult question(const std::string& by) {
  Consult out;
  out.by = by;
  out.mind = "m-" + by;
  out.task = "creature.act";
  out.turn = 4;
  out.messages = {{"system", "You are " + by}, {"user", "How many?"}};
  out.schema = schema();
  out.facts = Json::object({{"self", Json::object({{"mood", 3}})}});
  out.sampling.seed = 99;
  return out;
}

TEST(Consult, PromptsFirstThenAnswersInTheOrderAsked) {
  KeepingSink sink;
  FakePanel panel;
  panel.answer = [](const Ask& ask) -> Reply {
    if (ask.reader == "fenn") return Failure{.code = Errc::timeout, .what = "60 s", .usage = {}};
    Answer answer = said("Here: {\"lots\": 2}");
    answer.usage.wall_us = 1'500;
    return answer;
  };
  const std::vector<Consult> asks = {question("oona"), question("fenn"), question("pip")};
  const auto out = consult(sink, panel, asks);
  ASSERT_TRUE(out);
  ASSERT_EQ(panel.calls.size(), 1U);
  EXPECT_EQ(panel.calls[0][2].prompt, Seq{2});
  EXPECT_EQ(panel.calls[0][2].facts, asks[2].facts);
  EXPECT_EQ(sink.commits, std::vector<std::size_t>{3});  // when the prompts left, and no answer yet

  EXPECT_TRUE((*out)[0].conforms);
  EXPECT_EQ((*out)[0].value, parsed(R"({"lots":2})"));
  EXPECT_FALSE((*out)[0].repairs.empty());
  EXPECT_EQ((*out)[0].last(), (*out)[0].reading);
  EXPECT_EQ(sink.at((*out)[0].reading).from, std::vector<Seq>{(*out)[0].reply});
  EXPECT_EQ(sink.at((*out)[0].reply).from, std::vector<Seq>{(*out)[0].prompt});

  EXPECT_TRUE((*out)[1].failure);
  EXPECT_EQ((*out)[1].last(), (*out)[1].reply);
  EXPECT_EQ(sink.at((*out)[1].reply).kind, EntryKind::input);
  EXPECT_EQ(sink.at((*out)[1].reply).body.str_or("kind", ""), "timeout");

  ASSERT_EQ(sink.margins.size(), 3U);
  EXPECT_EQ(sink.margins[0].first, (*out)[0].reply);
  EXPECT_EQ(sink.margins[0].second.int_or("wall_us", 0), 1'500);
  const Json& prompt = sink.at((*out)[0].prompt).body;
  EXPECT_EQ(prompt.at("sampling").int_or("seed", 0), 99);
  EXPECT_EQ(prompt.at("messages").items()[1].str_or("content", ""), "How many?");
}

TEST(Consult, AnAnswerThatDoesNotConformHasNoValue) {
  KeepingSink sink;
  FakePanel panel;
  panel.answer = [](const Ask&) -> Reply { return said("I would rather not say."); };
  const std::vector<Consult> asks = {question("oona")};
  const auto out = consult(sink, panel, asks);
  ASSERT_TRUE(out);
  EXPECT_FALSE((*out)[0].conforms);
  EXPECT_TRUE((*out)[0].value.is(Json::Kind::null));
  EXPECT_FALSE((*out)[0].faults.empty());
  EXPECT_FALSE(sink.at((*out)[0].reading).body.bool_or("conforms", true));
}

TEST(Consult, NobodyIsAskedIfThePromptsCannotBeKept) {
  KeepingSink sink;
  sink.commits_max = 0;
  FakePanel panel;
  const std::vector<Consult> asks = {question("oona")};
  EXPECT_EQ(consult(sink, panel, asks).error().what, "disk full");
  EXPECT_TRUE(panel.calls.empty());
}

TEST(Consult, NothingToAskIsNoCall) {
  KeepingSink sink;
  FakePanel panel;
  EXPECT_TRUE(consult(sink, panel, {})->empty());
  EXPECT_TRUE(panel.calls.empty() && sink.entries.empty() && sink.commits.empty());
}

// The entry's limit is a CHECK, so the longest and worst answer must still fit.
TEST(Consult, ARamblingMindCannotBreakAnEntry) {
  KeepingSink sink;
  FakePanel panel;
  panel.answer = [](const Ask&) -> Reply {
    Answer answer = said(std::string(300'000, '\x01') + "\xff{\"lots\":1}");
    answer.reasoning = std::string(100'000, '\x02');
    answer.tokens.assign(20'000, 151'000);
    answer.prompt_tokens.assign(20'000, 151'000);
    answer.forced.assign(20'000, true);
    answer.logits.assign(5'000, std::string(64, 'a'));
    return answer;
  };
  Consult ask = question("oona");
  for (int i = 0; i < 200; ++i) ask.messages.push_back({"user", std::string(2'000, '\x03')});
  Json wide = Json::object();
  for (int i = 0; i < 3'000; ++i)
    wide.set("m" + std::to_string(i), Json::object({{"type", "integer"}}));
  ask.schema.set("properties", std::move(wide));
  ask.schema.erase("required");
  EXPECT_TRUE(consult(sink, panel, {&ask, 1}));
}

Answer full_answer() {
  Answer answer = said("{\"lots\":1}");
  answer.reasoning = "because";
  answer.tokens = {1, 2, 3};
  answer.prompt_tokens = {7, 8};
  answer.forced = {true, false, true};
  answer.logits = {std::string(64, 'b')};
  answer.confidence = {{"act", 973'211}, {"side", 1'000'000}};
  answer.finish = Finish::length;
  answer.prompt_count = 2;
  answer.answer_count = 3;
  answer.cost_nano = 12'345;
  return answer;
}

// Replay: what was written, read back and written again, is the same body.
void expect_same_again(const Answer& answer) {
  KeepingSink sink;
  const Json body = answer_body(sink, "m", answer);
  const auto fetch = [&](const std::string& digest) { return sink.fetch(digest); };
  const auto back = read_reply(
      {.kind = EntryKind::answer, .by = "x", .from = {}, .turn = 0, .body = body}, fetch);
  ASSERT_TRUE(back) << back.error().what;
  const Answer& read = std::get<Answer>(*back);
  EXPECT_EQ(read.text, answer.text);
  EXPECT_EQ(read.tokens, answer.tokens);
  EXPECT_EQ(read.forced, answer.forced);
  EXPECT_EQ(read.logits, answer.logits);
  EXPECT_EQ(read.confidence, answer.confidence);
  EXPECT_EQ(answer_body(sink, "m", read), body);
}

TEST(Reply, AnswersSurviveTheLedger) {
  expect_same_again({});
  expect_same_again(full_answer());
  Answer large = full_answer();
  large.text = std::string(9'000, 'x') + "\xff\xfe";
  large.tokens.assign(5'000, -1);
  large.forced.assign(5'000, false);
  large.logits.assign(500, std::string(64, 'c'));
  expect_same_again(large);
}

TEST(Reply, FailuresSurviveTheLedger) {
  KeepingSink sink;
  const auto fetch = [&](const std::string& digest) { return sink.fetch(digest); };
  for (const Errc code : {Errc::timeout, Errc::network, Errc::remote, Errc::model, Errc::limit}) {
    const Json body = failure_body(sink, "m", {.code = code, .what = "went wrong", .usage = {}});
    const auto back = read_reply(
        {.kind = EntryKind::input, .by = "x", .from = {}, .turn = 0, .body = body}, fetch);
    ASSERT_TRUE(back);
    EXPECT_EQ(std::get<Failure>(*back).code, code);
    EXPECT_EQ(failure_body(sink, "m", std::get<Failure>(*back)), body);
  }
}

TEST(Reply, OtherEntriesAreRefused) {
  KeepingSink sink;
  const auto fetch = [&](const std::string& digest) { return sink.fetch(digest); };
  const Json good = answer_body(sink, "m", full_answer());
  const auto error = [&](EntryKind kind, Json body) {
    const auto out = read_reply(
        {.kind = kind, .by = "x", .from = {}, .turn = 0, .body = std::move(body)}, fetch);
    return out ? std::string("none") : out.error().what;
  };
  const auto with = [&](const char* key, Json value) {
    Json body = good;
    body.set(key, std::move(value));
    return error(EntryKind::answer, std::move(body));
  };
  EXPECT_EQ(error(EntryKind::event, good), "neither an answer nor a failure to answer");
  EXPECT_EQ(error(EntryKind::input, Json::object({{"kind", "pause"}})),
            "neither an answer nor a failure to answer");
  EXPECT_EQ(error(EntryKind::input, Json::object({{"kind", "failure"}, {"code", "?"}})),
            "failure without a known code and a text");
  EXPECT_EQ(error(EntryKind::answer, Json::object()), "answer without text");
  EXPECT_EQ(with("text", 1), "neither a text nor the digest of one");
  EXPECT_EQ(with("text", Json::object({{"sha256", "00"}})), "no blob 00");
  EXPECT_EQ(with("tokens", 1), "tokens is no list");
  EXPECT_EQ(with("tokens", Json::list(std::vector<std::string>{"a"})),
            "tokens holds what is no token id");
  EXPECT_EQ(with("tokens", Json::list(std::vector<std::int64_t>{1, 1LL << 32})),
            "tokens holds what is no token id");
  EXPECT_EQ(with("forced", "10z"), "forced holds more than 0 and 1");
  EXPECT_EQ(with("forced", 1), "answer whose forced is no string or whose logits are no list");
  EXPECT_EQ(with("logits", Json::list(std::vector<int>{1})), "logits hold no digests");
  EXPECT_EQ(with("confidence", 1), "confidence is no object");
  EXPECT_EQ(with("confidence", Json::object({{"act", 1'000'001}})),
            "confidence holds what is no share of a million");
  EXPECT_EQ(with("finish", "tired"), "answer with an unknown finish");
  Json without = good;
  without.erase("logits");
  EXPECT_EQ(error(EntryKind::answer, without), "reply without logits");
}

// Long messages of a long talk: the list is a blob, and what it names is named by the entry too.
TEST(Record, AListThatIsABlobNamesWhatItHolds) {
  KeepingSink sink;
  FakePanel panel;
  panel.answer = [](const Ask&) -> Reply { return said("{\"lots\": 2}"); };
  Consult asked = question("fenn");
  for (int i = 0; i < 200; ++i)
    asked.messages.push_back({"user", std::string(2'000, 'x') + std::to_string(i)});
  const std::vector<Consult> asks = {asked};
  ASSERT_TRUE(consult(sink, panel, asks));
  std::set<std::string> named;
  for (const Entry& entry : sink.entries)
    for (const BlobRef& ref : blob_refs(entry.draft.body)) named.insert(ref.sha256);
  EXPECT_GT(sink.blobs.size(), 200U);
  for (const auto& [digest, bytes] : sink.blobs) EXPECT_TRUE(named.contains(digest)) << digest;
}

// Found in a mind's answer, a reference is a text like any other: it must not send verify looking.
TEST(Record, AValueThatLooksLikeAReferenceIsABlobItself) {
  KeepingSink sink;
  const Json forged = Json::object({{"bytes", 5}, {"sha256", std::string(64, 'a')}});
  const Json kept = value_in(sink, Json::object({{"lots", forged}}));
  const auto refs = blob_refs(Json::object({{"value", kept}}));
  ASSERT_EQ(refs.size(), 1U);
  EXPECT_NE(refs[0].sha256, std::string(64, 'a'));
  EXPECT_TRUE(sink.blobs.contains(refs[0].sha256));
}

// What a prompt entry holds is the ask that was put, but for its facts and its time limit.
TEST(Consult, APromptIsReadBackAsTheAsk) {
  KeepingSink sink;
  FakePanel panel;
  panel.answer = [](const Ask&) -> Reply { return said("{\"lots\": 2}"); };
  std::vector<Consult> asks = {question("oona"), question("pip")};
  asks[0].messages[1].content = std::string(5'000, 'x') + "\xff";  // a blob
  asks[0].sampling.seed = 0xFFFF'FFFF'FFFF'FFF0;                   // no JSON integer
  asks[1].schema.set("description", std::string(2'000, 'd'));      // a blob
  ASSERT_TRUE(consult(sink, panel, asks));
  ASSERT_EQ(panel.calls.size(), 1U);
  const Fetch fetch = [&](const std::string& digest) { return sink.fetch(digest); };
  for (std::size_t i = 0; i < 2; ++i) {
    const Ask& put = panel.calls[0][i];
    const auto read = read_ask({put.prompt, sink.at(put.prompt)}, fetch);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->mind, put.mind);
    EXPECT_EQ(read->reader, put.reader);
    EXPECT_EQ(read->task, put.task);
    EXPECT_EQ(read->schema, put.schema);
    EXPECT_EQ(read->sampling, put.sampling);
    ASSERT_EQ(read->messages.size(), put.messages.size());
    for (std::size_t k = 0; k < put.messages.size(); ++k) {
      EXPECT_EQ(read->messages[k].role, put.messages[k].role);
      EXPECT_EQ(read->messages[k].content, put.messages[k].content);
    }
  }
}

// A ledger is outside input: nothing in a prompt entry may bring the reader down, or the mind that
// is asked with it.
TEST(Consult, APromptThatIsNoneIsRefused) {
  const Fetch none = [](const std::string& digest) -> Result<Bytes> {
    return fail(Errc::not_found, digest);
  };
  const Json good =
      parsed(R"({"messages":[{"content":"a","role":"user"}],"mind":"m","sampling":{"seed":1,)"
             R"("temperature_milli":0,"tokens_max":9,"top_k":0,"top_p_milli":1000},)"
             R"("schema":null,"task":"t"})");
  const auto read = [&](const char* key, const char* value) {
    Entry entry{Seq{3}, {EntryKind::prompt, "pip", {Seq{2}}, 1, good}};
    if (key != nullptr) entry.draft.body.set(key, parsed(value));
    return read_ask(entry, none).has_value();
  };
  EXPECT_TRUE(read(nullptr, ""));
  EXPECT_TRUE(read("schema", R"({"type":"integer"})"));
  for (const char* schema :
       {"5", R"({"type":5})", R"({"enum":5})", R"({"oneOf":[5]})", R"({"type":["x",5]})",
        R"({"properties":5})", R"({"required":["a"],"properties":{}})",
        R"({"type":"integer","minimum":"x"})"})
    EXPECT_FALSE(read("schema", schema)) << schema;
  for (const char* sampling :
       {"5", "{}", R"({"seed":1,"temperature_milli":0,"tokens_max":-1,"top_k":0,"top_p_milli":1})",
        R"({"seed":1,"temperature_milli":0,"tokens_max":"9223372036854775807","top_k":0,)"
        R"("top_p_milli":1})",
        R"({"seed":1,"temperature_milli":0,"tokens_max":9,"top_k":-1,"top_p_milli":1})",
        R"({"seed":"x","temperature_milli":0,"tokens_max":9,"top_k":0,"top_p_milli":1})"})
    EXPECT_FALSE(read("sampling", sampling)) << sampling;
  for (const char* messages : {"5", "[5]", R"([{"role":"user"}])", R"([{"content":5}])"})
    EXPECT_FALSE(read("messages", messages)) << messages;
}

}  // namespace
}  // namespace wood
