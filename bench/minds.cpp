// Tokens a second of in-process models under a schema: one ask at a time, and eight in a batch.
// Counts all tokens of the answers (forced ones cost a share of a decode, no choice), and apart
// from them those of the prompts.
//
//   bench_minds [folder with tiny/*.gguf]      default: the build's models; one line of JSON a
//                                              model
#include <cstdio>
#include <string>
#include <vector>

#include "host/clock.h"
#include "minds/llama_mind.h"

namespace {

using namespace wood;

std::vector<Ask> asks_of(int count) {
  const Json schema =
      parse_json(R"({"type":"object","required":["why","action","qty"],"properties":{
    "why":{"type":"string","maxLength":80},"action":{"enum":["buy","sell","hold"]},
    "qty":{"type":"integer","minimum":0,"maximum":40}}})")
          .value();
  std::vector<Ask> asks(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    Ask& ask = asks[static_cast<std::size_t>(i)];
    std::string text = "The prices of honey were";
    for (int k = 0; k < 40; ++k) text += " " + std::to_string(100 + (i * 7 + k * 13) % 50);
    ask.prompt = {i};
    ask.messages = {{"system", "You trade honey."}, {"user", text + ". What do you do?"}};
    ask.schema = schema;
    ask.sampling.temperature_milli = 800;
    ask.sampling.seed = static_cast<std::uint64_t>(i);
    ask.sampling.tokens_max = 128;
  }
  return asks;
}

struct Sum {
  std::int64_t prompt = 0, answer = 0, forced = 0, failures = 0, us = 0;
  [[nodiscard]] std::int64_t a_second(std::int64_t count) const { return count * 1'000'000 / us; }
};

Sum measure(Mind& mind, std::span<const Ask> asks, std::size_t together) {
  Sum sum;
  const std::int64_t began = now_us();
  for (std::size_t i = 0; i < asks.size(); i += together)
    for (const Reply& reply : mind.ask(asks.subspan(i, together))) {
      if (const auto* failure = std::get_if<Failure>(&reply)) {
        std::fprintf(stderr, "bench_minds: %s\n", failure->what.c_str());
        ++sum.failures;
        continue;
      }
      const Answer& answer = std::get<Answer>(reply);
      sum.prompt += answer.prompt_count;
      sum.answer += answer.answer_count;
      for (const bool forced : answer.forced) sum.forced += forced;
    }
  sum.us = now_us() - began;
  return sum;
}

// Prints what it takes; how many asks got no answer.
std::int64_t bench(Mind& mind, const std::string& name) {
  const std::vector<Ask> asks = asks_of(32);
  measure(mind, std::span(asks).first(8), 8);  // loads the weights, builds the masks
  const Sum alone = measure(mind, asks, 1), eight = measure(mind, asks, 8);
  const Json card = mind.card();
  const Json line = Json::object({{"bench", "minds"},
                                  {"mind", name},
                                  {"kind", card.str_or("kind", "")},
                                  {"kernels", card.str_or("kernels", "")},
                                  {"answer_tokens", alone.answer},
                                  {"forced_tokens", alone.forced},
                                  {"prompt_tokens", alone.prompt},
                                  {"alone_answer_tokens_a_second", alone.a_second(alone.answer)},
                                  {"alone_asks_a_second", alone.a_second(32)},
                                  {"eight_answer_tokens_a_second", eight.a_second(eight.answer)},
                                  {"eight_asks_a_second", eight.a_second(32)}});
  std::printf("%s\n", line.dump().c_str());
  return alone.failures + eight.failures;
}

int in_process(const std::string& name, const std::string& file) {
  MindSpec spec;
  spec.name = name;
  spec.kind = MindKind::llama;
  spec.context = 1'024;
  auto mind = llama_mind(spec, {.path = file, .threads = 1, .kernels = ""});
  if (mind) return bench(**mind, name) == 0 ? 0 : 1;
  std::fprintf(stderr, "bench_minds: %s\n", mind.error().what.c_str());
  return 1;
}

int all_in(const std::string& folder) {
  int code = 0;
  for (const char* name : {"tiny-llama", "tiny-phi", "tiny-gemma", "tiny-qwen", "tiny-mistral"})
    code |= in_process(name, folder + "/tiny/" + name + ".gguf");
  return code;
}

}  // namespace

int main(int count, char** words) {
  return all_in(count > 1 ? words[1] : std::string(WOOD_BINARY_DIR) + "/models");
}
