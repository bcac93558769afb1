#include "trial/fake_server.h"

#include <algorithm>
#include <mutex>

#include "core/check.h"
#include "core/json.h"
#include "core/text.h"
#include "host/clock.h"
#include "minds/grammar.h"
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

Response completion(const Json& message, const std::string& finish) {
  const Json body = Json::object(
      {{"id", "fake-1"},
       {"object", "chat.completion"},
       {"choices", Json(Json::Array{Json::object(
                       {{"index", 0}, {"message", message}, {"finish_reason", finish}})})},
       {"usage", Json::object({{"prompt_tokens", 100}, {"completion_tokens", 20}})}});
  return {200, "", body.dump()};
}

Response error(int status, const std::string& what, const std::string& code) {
  const Json body = Json::object({{"error", Json::object({{"message", what}, {"code", code}})}});
  return {status, "", body.dump()};
}

Response respond(Manner manner, const Request& request) {
  const bool chat = request.path == "/v1/chat/completions";
  if (!chat && request.path != "/v1/models") return error(404, "no such path", "");
  const Json asked = parse_json(request.body, Floats::nearest).value_or(Json::object());
  Json message = Json::object({{"role", "assistant"}, {"content", shortest_answer(asked)}});
  switch (manner) {
    case Manner::ok:
    case Manner::slow:
    case Manner::cut: break;
    case Manner::busy:
    case Manner::busy_long: {
      Response response = error(429, "too many requests", "rate_limit_exceeded");
      response.headers =
          std::string("Retry-After: ") + (manner == Manner::busy ? "0" : "1") + "\r\n";
      return response;
    }
    case Manner::broken: return error(500, "something broke", "server_error");
    case Manner::garbage: return {200, "", "\x01<html>\xff not what you think"};
    case Manner::refusal:
      message.set("content", Json());
      message.set("refusal", "I would rather not.");
      break;
    case Manner::wrong_schema: message.set("content", R"({"unasked":[1,2,3]})"); break;
    case Manner::chatty:
      message.set("content", "Of course!\n```json\n" + message.at("content").string() +
                                 "\n```\nAnything else?");
      break;
    case Manner::reasoning: message.set("reasoning_content", "Let me think about honey."); break;
    case Manner::forbidden:
      return error(401, "wrong key: " + request.authorization, "invalid_api_key");
    case Manner::too_long: return error(400, "the prompt is too long", "context_length_exceeded");
    case Manner::loading: return error(503, "Loading model", "");
  }
  if (!chat) return {200, "", R"({"data":[{"id":"fake-model","object":"model"}],"object":"list"})"};
  return completion(message, "stop");
}

}  // namespace

struct FakeServer::State {
  std::vector<Manner> manners;
  mutable std::mutex mutex;  // of requests
  std::vector<Request> requests;
  std::unique_ptr<Loopback> loopback;  // last: its threads use the others

  Loopback::Sent meet(const Taken& taken);
};

Loopback::Sent FakeServer::State::meet(const Taken& taken) {
  const Request request{taken.path, taken.header("authorization"), taken.body, taken.connection};
  Manner manner = Manner::ok;
  {
    const std::lock_guard lock(mutex);
    requests.push_back(request);
    manner = manners[std::min(requests.size(), manners.size()) - 1];
  }
  if (manner == Manner::slow) sleep_us(400'000);
  const Response response = respond(manner, request);
  const std::string text = "HTTP/1.1 " + std::to_string(response.status) +
                           " X\r\nContent-Type: " + "application/json\r\n" + response.headers +
                           "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" +
                           response.body;
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

}  // namespace wood
