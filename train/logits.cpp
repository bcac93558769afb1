// What llama.cpp makes of a prompt, to the last digit: for train/check.py.
//
//   train_logits FILE.gguf < prompts.jsonl > logits.jsonl
//
// A line in: {"messages":[{"content","role"}]}; a line out: {"text","tokens","logits"}: the prompt
// as the file's chat template renders it, its token ids, and the logits behind the last of them as
// texts with nine digits. Keys and values are kept in F32, so that the file's own precision is all
// that differs from the trainer.
#include <llama.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "minds/engine.h"
#include "minds/kernels.h"

namespace {

using namespace wood;

struct Close {
  void operator()(llama_model* model) const { llama_model_free(model); }
  void operator()(llama_context* context) const { llama_free(context); }
};

std::unique_ptr<llama_context, Close> context_of(llama_model* model, int tokens) {
  llama_context_params params = llama_context_default_params();
  params.n_ctx = params.n_batch = params.n_ubatch = static_cast<std::uint32_t>(tokens);
  params.type_k = params.type_v = GGML_TYPE_F32;
  params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
  params.n_threads = params.n_threads_batch = 1;
  return std::unique_ptr<llama_context, Close>(llama_init_from_model(model, params));
}

Json logits_of(llama_context* context, std::vector<Engine::Token>& tokens, int vocabulary) {
  llama_memory_clear(llama_get_memory(context), true);
  const auto count = static_cast<int>(tokens.size());
  Json out = Json::array();
  if (llama_decode(context, llama_batch_get_one(tokens.data(), count)) != 0) return out;
  const float* logits = llama_get_logits_ith(context, -1);
  for (int i = 0; i < vocabulary; ++i) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", static_cast<double>(logits[i]));
    out.push(std::string(text));
  }
  return out;
}

Status run(const std::string& path) {
  TRY(const GgufInfo info, read_gguf(path));
  TRY_STATUS(load_kernels(""));
  const int tokens_max = static_cast<int>(info.context);
  TRY(const auto engine, Engine::load(path, {.context = tokens_max, .sequences = 1}));
  llama_model_params params = llama_model_default_params();
  params.use_extra_bufts = false;
  const std::unique_ptr<llama_model, Close> model(llama_model_load_from_file(path.c_str(), params));
  if (model == nullptr) return fail(Errc::model, "llama.cpp cannot load " + path);
  const auto context = context_of(model.get(), tokens_max);
  if (context == nullptr) return fail(Errc::model, "no context for " + path);
  std::string line;
  while (std::getline(std::cin, line)) {
    TRY(const Json value, parse_json(line));
    std::vector<Message> messages;
    for (const Json& m : value.at("messages").items())
      messages.push_back({m.str_or("role", ""), m.str_or("content", "")});
    const auto text = engine->render(info.chat_template, messages);
    if (!text) return fail(Errc::model, "llama.cpp does not know the chat template of " + path);
    std::vector<Engine::Token> tokens = engine->prompt_tokens(*text);
    Json logits = logits_of(context.get(), tokens, engine->vocabulary());
    std::printf("%s\n", Json::object({{"logits", std::move(logits)},
                                      {"text", *text},
                                      {"tokens", Json::list(tokens)}})
                            .dump()
                            .c_str());
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: train_logits FILE.gguf < prompts.jsonl\n");
    return 2;
  }
  const Status done = run(argv[1]);
  if (!done) std::fprintf(stderr, "train_logits: %s\n", done.error().what.c_str());
  return done ? 0 : 1;
}
