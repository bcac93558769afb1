#include "trial/fake_server.h"

#include <algorithm>
#include <ctime>
#include <mutex>
#include <optional>

#include "core/check.h"
#include "core/json.h"
#include "core/text.h"
#include "host/clock.h"
#include "minds/grammar.h"
#include "minds/scripted.h"
#include "trial/fake_loopback.h"

namespace wood {
namespace {

struct Response {
  int status = 200;
  std::string headers;  // extra, each with its line end
  std::string body;
};

// The shortest answer that the request's schema allows.
std::string shortest_answer(const Json& request) {
  const Json* format = request.find("response_format");
  const Json* wrapped = format != nullptr ? format->find("json_schema") : nullptr;
  const Json* schema = wrapped != nullptr ? wrapped->find("schema") : nullptr;
  if (schema == nullptr) return "ok";
  auto grammar = Grammar::compile(*schema);
  return grammar ? grammar->ending(grammar->start()) : "{}";
}

// An answer that the seed draws; the schema says what from.
std::string drawn_answer(const Json& request, std::int64_t seed) {
  const std::string shortest = shortest_answer(request);
  const auto example = parse_json(shortest);
  if (!example) return shortest + " " + std::to_string(seed);
  const Json& schema = request.at("response_format").at("json_schema").at("schema");
  return anything(schema, static_cast<std::uint64_t>(seed)).dump();
}

// Where the request wants them and the manner gives them. A decimal fraction: our JSON has none.
std::string logprobs_of(Manner manner, const Json& request) {
  const bool given = manner == Manner::drawn && request.bool_or("logprobs", false);
  return given ? R"({"content":[{"id":7,"token":"{","bytes":[123],"logprob":-0.25}]})" : "null";
}

Response completion(Manner manner, const Json& message, const Json& request) {
  std::string body = Json::object({{"id", "fake-1"}, {"object", "chat.completion"}}).dump();
  body.pop_back();
  body += R"(,"choices":[{"index":0,"finish_reason":"stop","logprobs":)" +
          logprobs_of(manner, request) + ",\"message\":" + message.dump() + "}]";
  if (manner != Manner::unmetered)
    body += R"(,"usage":{"prompt_tokens":100,"completion_tokens":20})";
  return {200, "", body + "}"};
}

Response error(int status, const std::string& what, const std::string& code) {
  const Json body = Json::object({{"error", Json::object({{"message", what}, {"code", code}})}});
  return {status, "", body.dump()};
}

// The date of RFC 9110.
std::string date_in(std::int64_t seconds) {
  const std::time_t at = std::time(nullptr) + seconds;
  std::tm parts{};
  char text[64];
  gmtime_r(&at, &parts);
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

Response busy(const std::string& header) {
  Response response = error(429, "too many requests", "rate_limit_exceeded");
  response.headers = header + "\r\n";
  return response;
}

Response models_of(Manner manner) {
  const std::string meta = manner == Manner::drawn ? R"(,"meta":{"n_ctx_train":4096})" : "";
  return {200, "",
          R"({"data":[{"id":"fake-model","object":"model")" + meta + R"(}],"object":"list"})"};
}

// Everything that is no answer; none where there is to be one.
std::optional<Response> refused(Manner manner, const Request& request) {
  switch (manner) {
    case Manner::busy: return busy("Retry-After: 0");
    case Manner::busy_long: return busy("Retry-After: 1");
    case Manner::busy_date: return busy("Retry-After: " + date_in(2));
    case Manner::busy_ms: return busy("retry-after-ms: 30");
    case Manner::broken: return error(500, "something broke", "server_error");
    case Manner::formless:
      return error(
          500, "The model produced output that does not match the expected peg-native format", "");
    case Manner::garbage: return Response{200, "", "\x01<html>\xff not what you think"};
    case Manner::forbidden:
      return error(401, "wrong key: " + request.authorization, "invalid_api_key");
    case Manner::too_long: return error(400, "the prompt is too long", "context_length_exceeded");
    case Manner::loading: return error(503, "Loading model", "");
    case Manner::seedless:
      if (request.body.find("\"seed\"") == std::string::npos) return std::nullopt;
      return error(400, "Unsupported parameter: 'seed'", "unsupported_parameter");
    default: return std::nullopt;
  }
}

Response respond(Manner manner, const Request& request, std::int64_t number) {
  const bool chat = request.path == "/v1/chat/completions";
  if (manner == Manner::drawn && request.path == "/props")
    return {200, "", R"({"default_generation_settings":{"n_ctx":2048},"total_slots":3})"};
  if (!chat && request.path != "/v1/models") return error(404, "no such path", "");
  if (auto response = refused(manner, request)) return std::move(*response);
  if (!chat) return models_of(manner);
  const Json asked = parse_json(request.body, Floats::nearest).value_or(Json::object());
  Json message = Json::object({{"role", "assistant"}, {"content", shortest_answer(asked)}});
  const std::string shortest = message.at("content").string();
  switch (manner) {
    case Manner::drawn: message.set("content", drawn_answer(asked, asked.int_or("seed", 0))); break;
    case Manner::fickle: message.set("content", drawn_answer(asked, number)); break;
    case Manner::prose: message.set("content", "I would buy three of them, and wait."); break;
    case Manner::thinking:
      message.set("content", "<think>\nIs {\"qty\":8} enough?\n</think>\n\n" + shortest);
      break;
    case Manner::refusal:
      message.set("content", Json());
      message.set("refusal", "I would rather not.");
      break;
    case Manner::wrong_schema: message.set("content", R"({"unasked":[1,2,3]})"); break;
    case Manner::chatty:
      message.set("content", "Of course!\n```json\n" + shortest + "\n```\nAnything else?");
      break;
    case Manner::reasoning: message.set("reasoning_content", "Let me think about honey."); break;
    default: break;
  }
  return completion(manner, message, asked);
}

}  // namespace

struct FakeServer::State {
  std::vector<Manner> manners;
  mutable std::mutex mutex;  // of what follows
  std::vector<Request> requests;
  int together = 0, together_max = 0;
  std::unique_ptr<Loopback> loopback;  // last: its threads use the others

  struct Noted {
    Manner manner;
    std::int64_t number;  // of the request, from 1
  };
  Noted note(Request request);
  void linger(const Noted& noted) const;
  void done();
  Loopback::Sent meet(const Taken& taken);
};

FakeServer::State::Noted FakeServer::State::note(Request request) {
  const std::lock_guard lock(mutex);
  together_max = std::max(together_max, ++together);
  request.together = together;
  requests.push_back(std::move(request));
  return {manners[std::min(requests.size(), manners.size()) - 1],
          static_cast<std::int64_t>(requests.size())};
}

// What takes its time.
void FakeServer::State::linger(const Noted& noted) const {
  const auto [manner, number] = noted;
  if (manner == Manner::slow) sleep_us(400'000);
  if (manner == Manner::brief) sleep_us(20'000 + number * 7'919 % 30'000);
  if (manner != Manner::patient && manner != Manner::gathered) return;
  for (int i = 0; i < 10'000; ++i) {
    {
      const std::lock_guard lock(mutex);
      const auto come = static_cast<std::int64_t>(requests.size());
      if (manner == Manner::patient ? come >= number + 8 : together_max >= 32) return;
    }
    sleep_us(2'000);
  }
}

// Before the answer is sent: who has it may ask again at once.
void FakeServer::State::done() {
  const std::lock_guard lock(mutex);
  --together;
}

Loopback::Sent FakeServer::State::meet(const Taken& taken) {
  const Request request{
      .path = taken.path,
      .authorization = taken.header("authorization"),
      .body = taken.body,
      .connection = taken.connection,
  };
  const Noted noted = note(request);
  const Manner manner = noted.manner;
  linger(noted);
  const Response response = respond(manner, request, noted.number);
  const std::string text =
      "HTTP/1.1 " + std::to_string(response.status) +
      " X\r\nServer: fake\r\nContent-Type: application/json\r\n" + response.headers +
      "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
  done();
  if (manner == Manner::dead) return {"", true};
  if (manner == Manner::cut) return {text.substr(0, text.size() / 2), true};
  return {text, false};
}

FakeServer::FakeServer() : state_(std::make_unique<State>()) {}

Result<std::unique_ptr<FakeServer>> FakeServer::start(std::vector<Manner> manners) {
  CHECK(!manners.empty());
  std::unique_ptr<FakeServer> server(new FakeServer());
  State& s = *server->state_;
  s.manners = std::move(manners);
  TRY(s.loopback, Loopback::start([&s](const Taken& taken) { return s.meet(taken); }));
  return server;
}

FakeServer::~FakeServer() = default;

std::string FakeServer::endpoint() const { return state_->loopback->address() + "/v1"; }

std::vector<Request> FakeServer::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

int FakeServer::together_max() const {
  const std::lock_guard lock(state_->mutex);
  return state_->together_max;
}

}  // namespace wood
