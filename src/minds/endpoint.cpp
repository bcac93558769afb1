#include "minds/endpoint.h"

#include <algorithm>

#include "core/text.h"
#include "host/env.h"
#include "minds/dialect.h"

namespace wood {
namespace {

constexpr std::int64_t kSaysMs = 15'000;
constexpr std::size_t kModelsMax = 64;
constexpr std::int64_t kContextMax = std::int64_t{1} << 32;  // beyond it is no count of tokens

std::int64_t count_in(const Json& from, const char* key) {
  const std::int64_t count = from.int_or(key, 0);
  return count > 0 && count <= kContextMax ? count : 0;
}

// Every server calls it something else: vLLM, OpenRouter, Groq, Mistral; llama-server's are under
// `meta`, where n_ctx_train is what the model could do and n_ctx what it is given.
std::int64_t context_in(const Json& model) {
  for (const char* key :
       {"max_model_len", "context_length", "context_window", "max_context_length", "n_ctx"})
    if (const std::int64_t count = count_in(model, key)) return count;
  const Json* meta = model.find("meta");
  if (meta == nullptr) return 0;
  const std::int64_t given = count_in(*meta, "n_ctx");
  return given > 0 ? given : count_in(*meta, "n_ctx_train");
}

}  // namespace

HttpRequest request_to(const MindSpec& spec, const std::string& path) {
  HttpRequest request;
  request.url = spec.endpoint + (spec.endpoint.ends_with("/") ? "" : "/") + path;
  request.headers = {{"Accept", "application/json"}};
  if (const std::string key(trim(env(spec.key_env))); !spec.key_env.empty() && !key.empty())
    request.headers.push_back({"Authorization", "Bearer " + key});
  return request;
}

std::string without_key(const MindSpec& spec, std::string what) {
  const std::string key(trim(env(spec.key_env)));
  return key.empty() ? what : replace_all(std::move(what), key, "[key]");
}

void read_models(const std::string& body, const std::string& model, EndpointSays& says) {
  const auto parsed = parse_json(body, Floats::nearest);
  const Json* list = parsed ? parsed->find("data") : nullptr;
  if (list == nullptr || !list->is(Json::Kind::array)) return;
  for (const Json& entry : list->items()) {
    const std::string id = entry.str_or("id", "");
    if (says.models.size() < kModelsMax && !id.empty()) says.models.push_back(id);
    // llama-server answers to every name: what it lists is then the one that it has.
    const std::int64_t context = context_in(entry);
    if (context > 0 && (id == model || list->items().size() == 1)) says.context = context;
  }
}

void read_props(const std::string& body, EndpointSays& says) {
  const auto parsed = parse_json(body, Floats::nearest);
  if (!parsed) return;
  says.slots = count_in(*parsed, "total_slots");
  const Json* settings = parsed->find("default_generation_settings");
  const std::int64_t context = settings != nullptr ? count_in(*settings, "n_ctx") : 0;
  if (context > 0) says.context = context;  // of a slot: what one ask really has
}

Result<EndpointSays> what_it_says(const MindSpec& spec) {
  Http http;
  EndpointSays says;
  HttpRequest request = request_to(spec, "models");
  request.wait_ms_max = kSaysMs;
  const auto models = http.send({&request, 1})[0];
  if (!models) return fail(models.error().code, without_key(spec, models.error().what));
  says.server = models->header("Server");
  says.protocol = models->protocol;
  if (models->status == 200) read_models(models->body, spec.model, says);
  std::string root = spec.endpoint;
  while (root.ends_with('/')) root.pop_back();
  if (!root.ends_with("/v1")) return says;
  request.url = root.substr(0, root.size() - 2) + "props";
  const auto props = http.send({&request, 1})[0];
  if (props && props->status == 200) read_props(props->body, says);
  return says;
}

const char* name(Logprobs logprobs) {
  static constexpr const char* names[] = {"none", "words", "ids"};
  return names[static_cast<std::size_t>(logprobs)];
}

Logprobs logprobs_in(const std::string& body) {
  const auto parsed = parse_json(body, Floats::nearest);
  const Json* choices = parsed ? parsed->find("choices") : nullptr;
  if (choices == nullptr || !choices->is(Json::Kind::array) || choices->items().empty())
    return Logprobs::none;
  const Json* told = choices->items()[0].find("logprobs");
  const Json* tokens = told != nullptr ? told->find("content") : nullptr;
  if (tokens == nullptr || !tokens->is(Json::Kind::array) || tokens->items().empty())
    return Logprobs::none;
  const Json& first = tokens->items()[0];
  if (first.find("logprob") == nullptr) return Logprobs::none;
  return first.int_or("id", -1) >= 0 ? Logprobs::ids : Logprobs::words;
}

Result<Logprobs> try_logprobs(const MindSpec& spec, const Ask& ask) {
  if (ask.reach == Reach::here) return fail(Errc::local, kept_here(spec.name).what);
  HttpRequest request = request_to(spec, "chat/completions");
  request.method = "POST";
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = request_body(spec, ask);
  request.body.pop_back();
  request.body += ",\"logprobs\":true}";
  request.wait_ms_max = ask.wait_ms_max;
  Http http;
  const auto result = http.send({&request, 1})[0];
  if (!result) return fail(result.error().code, without_key(spec, result.error().what));
  if (result->status == 200) return logprobs_in(result->body);
  const Error error = error_in(result->status, result->body);
  return fail(error.code, without_key(spec, error.what));
}

}  // namespace wood
