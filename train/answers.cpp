// What a model answers, through the same mind that plays with it: for train/evaluate.py.
//
//   train_answers FILE.gguf [--parallel N] [--threads N] [--tokens N] [--speed] < prompts.jsonl
//
// A line in: {"messages":[{"content","role"}]}; a line out: {"answer","prompt_tokens"} or
// {"failure"}. Greedy, and without a grammar: what stands there is the model's own. With --speed
// one line of what all of them took, the first asked once before so that nothing is loaded then.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "core/text.h"
#include "host/clock.h"
#include "minds/llama_mind.h"

namespace {

using namespace wood;

Result<std::vector<Ask>> read_asks(std::int64_t tokens_max) {
  std::vector<Ask> asks;
  std::string line;
  while (std::getline(std::cin, line)) {
    TRY(const Json value, parse_json(line));
    Ask ask;
    ask.prompt = {static_cast<std::int64_t>(asks.size())};
    for (const Json& m : value.at("messages").items())
      ask.messages.push_back({m.str_or("role", ""), m.str_or("content", "")});
    ask.sampling.tokens_max = tokens_max;
    ask.wait_ms_max = 3'600'000;
    asks.push_back(std::move(ask));
  }
  return asks;
}

Json line_of(const Reply& reply) {
  if (const auto* failure = std::get_if<Failure>(&reply))
    return Json::object({{"failure", failure->what}});
  const Answer& answer = std::get<Answer>(reply);
  return Json::object({{"answer", answer.text}, {"prompt_tokens", answer.prompt_count}});
}

Status time_all(Mind& mind, std::span<const Ask> asks, std::int64_t parallel, int threads) {
  if (asks.empty()) return fail(Errc::usage, "no prompts");
  (void)mind.ask(asks.first(1));
  std::int64_t prompt = 0, answer = 0;
  const std::int64_t began = now_us();
  for (const Reply& reply : mind.ask(asks)) {
    if (const auto* failure = std::get_if<Failure>(&reply)) return fail(Errc::model, failure->what);
    prompt += std::get<Answer>(reply).prompt_count;
    answer += std::get<Answer>(reply).answer_count;
  }
  std::printf("%s\n", Json::object({{"answer_tokens", answer},
                                    {"asks", static_cast<std::int64_t>(asks.size())},
                                    {"parallel", parallel},
                                    {"prompt_tokens", prompt},
                                    {"threads", threads},
                                    {"us", now_us() - began}})
                          .dump()
                          .c_str());
  return {};
}

Status answer_all(const MindSpec& spec, std::int64_t tokens_max, int threads, bool speed) {
  TRY(const auto mind, llama_mind(spec, {.path = spec.file, .threads = threads, .kernels = ""}));
  TRY(const std::vector<Ask> asks, read_asks(tokens_max));
  if (speed) return time_all(*mind, asks, spec.parallel, threads);
  const auto slice = static_cast<std::size_t>(spec.parallel) * 8;
  for (std::size_t at = 0; at < asks.size(); at += slice)
    for (const Reply& reply :
         mind->ask(std::span(asks).subspan(at, std::min(slice, asks.size() - at))))
      std::printf("%s\n", line_of(reply).dump().c_str());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  MindSpec spec;
  spec.name = "model";
  spec.kind = MindKind::llama;
  std::int64_t tokens_max = 160;
  int threads = 1;
  bool speed = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--parallel" && i + 1 < argc)
      spec.parallel = std::max<std::int64_t>(1, to_int(argv[++i]).value_or(8));
    else if (word == "--threads" && i + 1 < argc)
      threads = static_cast<int>(to_int(argv[++i]).value_or(1));
    else if (word == "--speed") speed = true;
    else if (word == "--tokens" && i + 1 < argc) tokens_max = to_int(argv[++i]).value_or(160);
    else spec.file = word;
  }
  const Status done = answer_all(spec, tokens_max, threads, speed);
  if (!done) std::fprintf(stderr, "train_answers: %s\n", done.error().what.c_str());
  return done ? 0 : 1;
}
