#include "minds/endpoint.h"

#include <gtest/gtest.h>

#include "trial/fake_server.h"

namespace wood {
namespace {

std::int64_t context_of(const std::string& entry) {
  EndpointSays says;
  read_models(R"({"data":[{"id":"m",)" + entry + "}]}", "m", says);
  return says.context;
}

TEST(Endpoint, the_context_is_found_under_every_servers_name_for_it) {
  for (const char* entry :
       {R"("max_model_len":2048)", R"("context_length":2048)", R"("context_window":2048)",
        R"("max_context_length":2048)", R"("meta":{"n_ctx_train":2048})",
        R"("meta":{"n_ctx":2048,"n_ctx_train":8192})"})
    EXPECT_EQ(context_of(entry), 2'048) << entry;
  for (const char* entry : {R"("x":1)", R"("meta":7)", R"("max_model_len":-1)",
                            R"("max_model_len":99999999999999)", R"("max_model_len":"many")"})
    EXPECT_EQ(context_of(entry), 0) << entry;
}

TEST(Endpoint, of_several_models_the_one_that_is_asked_counts) {
  EndpointSays says;
  read_models(R"({"data":[{"id":"a","context_length":1},{"id":"b","context_length":2},{"id":7}]})",
              "b", says);
  EXPECT_EQ(says.context, 2);
  EXPECT_EQ(says.models, (std::vector<std::string>{"a", "b"}));
  EndpointSays one;
  read_models(R"({"data":[{"id":"file.gguf","context_length":3}]})", "my", one);
  EXPECT_EQ(one.context, 3) << "llama-server answers to every name";
  read_props(R"({"default_generation_settings":{"n_ctx":2},"total_slots":4})", one);
  EXPECT_EQ(one.context, 2) << "a slot's";
  EXPECT_EQ(one.slots, 4);
  for (const char* body : {"", "[]", "{}", R"({"data":{}})", R"({"data":[1]})"}) {
    read_models(body, "m", says);
    read_props(body, says);
  }
  EXPECT_EQ(says.context, 2);
}

TEST(Endpoint, logprobs_are_there_or_not) {
  const auto told = [](const std::string& logprobs) {
    return logprobs_in(R"({"choices":[{"logprobs":)" + logprobs + "}]}");
  };
  EXPECT_EQ(told(R"({"content":[{"token":"a","logprob":-0.1}]})"), Logprobs::words);
  EXPECT_EQ(told(R"({"content":[{"id":12,"token":"a","logprob":-0.1}]})"), Logprobs::ids);
  for (const char* nothing : {"null", "{}", R"({"content":null})", R"({"content":[]})",
                              R"({"content":[1]})", R"({"content":[{"token":"a"}]})"})
    EXPECT_EQ(told(nothing), Logprobs::none) << nothing;
  for (const char* body : {"", "{}", R"({"choices":[]})", R"({"choices":[1]})"})
    EXPECT_EQ(logprobs_in(body), Logprobs::none) << body;
}

TEST(Endpoint, who_is_not_there_says_nothing) {
  MindSpec spec;
  spec.name = "served";
  spec.model = "fake-model";
  spec.endpoint = "http://127.0.0.1:1/v1";
  EXPECT_FALSE(what_it_says(spec));
  const auto server = FakeServer::start({Manner::drawn}).value();
  spec.endpoint = server->endpoint() + "/";
  const auto says = what_it_says(spec);
  ASSERT_TRUE(says) << says.error().what;
  EXPECT_EQ(says->slots, 3);
  EXPECT_EQ(says->models, std::vector<std::string>{"fake-model"});
  EXPECT_EQ(says->protocol, "HTTP/1.1");
  const auto silent = FakeServer::start({Manner::loading}).value();
  spec.endpoint = silent->endpoint();
  const auto nothing = what_it_says(spec);
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->models.empty());
  EXPECT_EQ(try_logprobs(spec, {}).error().code, Errc::remote);
}

}  // namespace
}  // namespace wood
