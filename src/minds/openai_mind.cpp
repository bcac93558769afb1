#include "minds/openai_mind.h"

#include <algorithm>

#include "core/rng.h"
#include "core/text.h"
#include "host/clock.h"
#include "host/env.h"
#include "host/http.h"
#include "minds/dialect.h"

namespace wood {
namespace {

// One ask on its way to an answer, over as many tries as it takes.
struct Try {
  std::size_t place = 0;
  std::int64_t tried = 0;
  std::int64_t seeds = 0;  // how many other seeds it was given
  std::int64_t ready_us = 0;  // not before
  std::int64_t deadline_us = 0;
};

// What every request to the endpoint has: its address, and the key if there is one.
HttpRequest request_to(const MindSpec& spec, const std::string& path) {
  HttpRequest request;
  request.url = spec.endpoint + (spec.endpoint.ends_with("/") ? "" : "/") + path;
  request.headers = {{"Accept", "application/json"}};
  if (const std::string key(trim(env(spec.key_env))); !spec.key_env.empty() && !key.empty())
    request.headers.push_back({"Authorization", "Bearer " + key});
  return request;
}

// Servers echo the key.
std::string without_key(const MindSpec& spec, std::string what) {
  const std::string key(trim(env(spec.key_env)));
  return key.empty() ? what : replace_all(std::move(what), key, "[key]");
}

bool worth_another(int status) {
  return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

class OpenaiMind : public Mind {
 public:
  OpenaiMind(MindSpec spec, Waits waits)
      : spec_(std::move(spec)), waits_(waits),
        http_(HttpLimits{.connections_max = static_cast<int>(spec_.parallel)}) {}

  std::vector<Reply> ask(std::span<const Ask> asks) override;
  [[nodiscard]] Json card() const override;
  [[nodiscard]] bool remote() const override { return true; }

 private:
  [[nodiscard]] HttpRequest request_of(const Ask& ask, const Try& work) const;
  std::optional<Reply> judge(const Ask& ask, Try& work, const Result<HttpResponse>& result) const;
  [[nodiscard]] std::int64_t wait_us(const Ask& ask, const Try& work,
                                     const Result<HttpResponse>& result) const;

  MindSpec spec_;
  Waits waits_;
  Http http_;
};

HttpRequest OpenaiMind::request_of(const Ask& ask, const Try& work) const {
  HttpRequest request = request_to(spec_, "chat/completions");
  request.method = "POST";
  request.headers.push_back({"Content-Type", "application/json"});
  Ask sent = ask;
  if (work.seeds > 0)
    sent.sampling.seed = Chance(ask.sampling.seed, "openai.seed", work.seeds, 0).bits(0);
  request.body = request_body(spec_, sent);
  request.wait_ms_max = std::max<std::int64_t>((work.deadline_us - now_us()) / 1'000, 1);
  return request;
}

// Exponential, the upper half by chance; the server's own wish if it is longer.
std::int64_t OpenaiMind::wait_us(const Ask& ask, const Try& work,
                                 const Result<HttpResponse>& result) const {
  const int doublings = static_cast<int>(std::min<std::int64_t>(work.tried - 1, 20));
  const std::int64_t whole = std::min(waits_.first_ms << doublings, waits_.longest_ms) * 1'000;
  const Chance chance(ask.sampling.seed, "openai.wait", work.tried, ask.prompt.value);
  const std::int64_t wait = whole / 2 + chance.between(0, whole / 2, 0);
  const auto wish = result ? to_int(result->header("Retry-After")) : std::nullopt;
  return std::max(wait, std::clamp<std::int64_t>(wish.value_or(0), 0, 3'600) * 1'000'000);
}

// The reply, or none if it is to be tried again (then `work` says when).
std::optional<Reply> OpenaiMind::judge(const Ask& ask, Try& work,
                                       const Result<HttpResponse>& result) const {
  ++work.tried;
  Usage usage;
  usage.retries = work.tried - 1;
  Error error;
  bool again = true;
  if (!result) {
    error = result.error();
    again = error.code == Errc::network;
  } else if (result->status == 200) {
    auto answer = answer_in(spec_, result->body);
    if (answer) {
      answer->usage.retries = usage.retries;
      return std::move(*answer);
    }
    error = answer.error();
    again = false;
  } else {
    error = error_in(result->status, result->body);
    again = worth_another(result->status);
    work.seeds += result->status == 500;
  }
  if (again && work.tried <= spec_.retries_max) {
    work.ready_us = now_us() + wait_us(ask, work, result);
    if (work.ready_us < work.deadline_us) return std::nullopt;
    error.what += "; no time for another try";
  }
  return Failure{error.code, "mind " + spec_.name + ": " + without_key(spec_, error.what), usage};
}

std::vector<Reply> OpenaiMind::ask(std::span<const Ask> asks) {
  std::vector<Reply> replies(asks.size());
  std::vector<Try> open;
  const std::int64_t began = now_us();
  for (std::size_t i = 0; i < asks.size(); ++i)
    open.push_back({.place = i,
                    .ready_us = began,
                    .deadline_us = began + asks[i].wait_ms_max * 1'000});
  while (!open.empty()) {
    const auto soonest = std::min_element(open.begin(), open.end(), [](const Try& a, const Try& b) {
      return a.ready_us < b.ready_us;
    });
    sleep_us(soonest->ready_us - now_us());
    const std::int64_t now = std::max(now_us(), soonest->ready_us);
    std::vector<Try> ready, later;
    for (const Try& work : open) (work.ready_us <= now ? ready : later).push_back(work);
    std::vector<HttpRequest> requests;
    for (const Try& work : ready) requests.push_back(request_of(asks[work.place], work));
    const auto results = http_.send(requests);
    for (std::size_t i = 0; i < ready.size(); ++i) {
      auto reply = judge(asks[ready[i].place], ready[i], results[i]);
      if (!reply) {
        later.push_back(ready[i]);
        continue;
      }
      const std::int64_t wall =
          results[i] && ready[i].tried == 1 ? results[i]->wall_us : now_us() - began;
      std::visit([&](auto& r) { r.usage.wall_us = wall; }, *reply);
      replies[ready[i].place] = std::move(*reply);
    }
    open = std::move(later);
  }
  return replies;
}

Json OpenaiMind::card() const {
  Json card = card_of(spec_);
  card.set("context", spec_.context);
  card.set("endpoint", spec_.endpoint);
  card.set("model", spec_.model);
  card.set("schema_mode", name(spec_.schema_mode));
  card.set("seed", spec_.seed);
  return card;
}

}  // namespace

Status reach(const MindSpec& spec, std::int64_t wait_ms_max) {
  constexpr std::int64_t kAgainUs = 250'000;
  const std::int64_t until = now_us() + wait_ms_max * 1'000;
  const auto wrong = [&](const Error& error, const std::string& mend) {
    return fail(error.code,
                "mind " + spec.name + ": " + without_key(spec, error.what) + "; " + mend);
  };
  Http http;
  HttpRequest request = request_to(spec, "models");
  while (true) {
    request.wait_ms_max = std::clamp<std::int64_t>((until - now_us()) / 1'000, 1, 15'000);
    const auto result = http.send({&request, 1})[0];
    if (!result)
      return wrong(result.error(), "start the server, or cast another mind");
    const Error error = error_in(result->status, result->body);
    if (result->status == 401 || result->status == 403)
      return wrong(error, spec.key_env.empty()       ? "key_env names the variable with the key"
                          : env(spec.key_env).empty() ? spec.key_env + " is not set"
                                                      : spec.key_env + " holds a wrong key");
    if (result->status != 503) return {};
    if (now_us() + kAgainUs >= until) return wrong(error, "is it still loading its model?");
    sleep_us(kAgainUs);
  }
}

std::unique_ptr<Mind> openai_mind(const MindSpec& spec, Waits waits) {
  return std::make_unique<OpenaiMind>(spec, waits);
}

}  // namespace wood
