// What a model answers, through the same mind that plays with it: for train/evaluate.py.
//
//   train_answers FILE.gguf [--parallel N] [--tokens N] < prompts.jsonl > answers.jsonl
//
// A line in: {"messages":[{"content","role"}]}; a line out: {"answer","prompt_tokens"} or
// {"failure"}. Greedy, and without a grammar: what stands there is the model's own.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "core/text.h"
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

Status answer_all(const MindSpec& spec, std::int64_t tokens_max) {
  TRY(const auto mind, llama_mind(spec, {.path = spec.file, .kernels = ""}));
  TRY(const std::vector<Ask> asks, read_asks(tokens_max));
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
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--parallel" && i + 1 < argc) spec.parallel = to_int(argv[++i]).value_or(8);
    else if (word == "--tokens" && i + 1 < argc) tokens_max = to_int(argv[++i]).value_or(160);
    else spec.file = word;
  }
  const Status done = answer_all(spec, tokens_max);
  if (!done) std::fprintf(stderr, "train_answers: %s\n", done.error().what.c_str());
  return done ? 0 : 1;
}
