#include "minds/openai_mind.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/rng.h"
#include "core/text.h"
#include "host/clock.h"
#include "host/env.h"
#include "host/http.h"
#include "minds/dialect.h"
#include "minds/endpoint.h"

namespace wood {
namespace {

// One ask on its way to an answer, over as many tries as it takes.
struct Try {
  std::size_t place = 0;
  Breaker::Verdict sent = Breaker::Verdict::send;
  std::int64_t tried = 0;
  std::int64_t seeds = 0;  // how many other seeds it was given
  std::int64_t began_us = 0;
  std::int64_t ready_us = 0;  // not before
  std::int64_t deadline_us = 0;
  Error error = {};  // of the last try
};

// One call of ask().
struct Round {
  explicit Round(std::span<const Ask> all) : asks(all), replies(all.size()) {}
  std::span<const Ask> asks;
  std::vector<Reply> replies;
  std::size_t next = 0;  // the first that has not been sent
  std::vector<Try> waiting;
  std::map<std::size_t, Try> under_way;  // by place
  std::int64_t left_alone_until_us = 0;  // by the server's wish

  [[nodiscard]] bool over() const {
    return next == asks.size() && waiting.empty() && under_way.empty();
  }
};

bool worth_another(int status) {
  return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
}

class OpenaiMind : public Mind {
 public:
  OpenaiMind(MindSpec spec, Waits waits)
      : spec_(std::move(spec)),
        waits_(waits),
        breaker_(waits.cooling),
        http_(HttpLimits{.connections_max = static_cast<int>(spec_.parallel)}) {}

  std::vector<Reply> ask(std::span<const Ask> asks) override;
  [[nodiscard]] Json card() const override;
  [[nodiscard]] bool remote() const override { return true; }

 private:
  std::vector<Reply> send(std::span<const Ask> asks);
  [[nodiscard]] HttpRequest request_of(const Ask& ask, const Try& work) const;
  void send_due(Round& round);
  bool send_one(Round& round, std::int64_t now);
  void launch(Round& round, Try work);
  void refuse_all(Round& round, std::int64_t now);
  void drop_cancelled(Round& round);
  [[nodiscard]] std::int64_t wait_of(const Round& round) const;
  void settle(Round& round, Try work, Result<HttpResponse> result);
  std::optional<Answer> judge(Try& work, const Result<HttpResponse>& result) const;
  bool again(Round& round, Try& work, const Result<HttpResponse>& result) const;
  [[nodiscard]] Failure failure_of(const Try& work) const;

  MindSpec spec_;
  Waits waits_;
  Breaker breaker_;
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

// The answer in what came; none if there is none: then `work` says why.
std::optional<Answer> OpenaiMind::judge(Try& work, const Result<HttpResponse>& result) const {
  if (!result) {
    work.error = result.error();
    return std::nullopt;
  }
  if (result->status != 200) {
    work.error = error_in(result->status, result->body);
    return std::nullopt;
  }
  auto answer = answer_in(spec_, result->body);
  if (answer) return std::move(*answer);
  work.error = std::move(answer).error();
  return std::nullopt;
}

// Whether it is to be tried again; then `work` says when: after an exponential wait, its upper half
// by chance, or the server's own wish if that is longer.
bool OpenaiMind::again(Round& round, Try& work, const Result<HttpResponse>& result) const {
  const bool passing = result ? worth_another(result->status) : work.error.code == Errc::network;
  if (!passing || work.tried > spec_.retries_max) return false;
  const Ask& ask = round.asks[work.place];
  const int doublings = static_cast<int>(std::min<std::int64_t>(work.tried - 1, 20));
  const std::int64_t whole = std::min(waits_.first_ms << doublings, waits_.longest_ms) * 1'000;
  const Chance chance(ask.sampling.seed, "openai.wait", work.tried, ask.prompt.value);
  const std::int64_t wait = whole / 2 + chance.between(0, whole / 2, 0);
  const std::int64_t wish = result ? result->retry_after_ms() * 1'000 : 0;
  work.ready_us = now_us() + std::max(wait, wish);
  if (work.ready_us >= work.deadline_us) {
    work.error.what += "; no time for another try";
    return false;
  }
  if (breaker_.refuses(now_us())) {
    work.error.what += "; not tried again, as the endpoint counts as dead";
    return false;
  }
  work.seeds += result && result->status == 500;
  if (wish > 0) round.left_alone_until_us = std::max(round.left_alone_until_us, work.ready_us);
  return true;
}

Failure OpenaiMind::failure_of(const Try& work) const {
  Failure failure{
      work.error.code, "mind " + spec_.name + ": " + without_key(spec_, work.error.what), {}};
  failure.usage.retries = std::max<std::int64_t>(work.tried - 1, 0);
  if (work.tried > 0) failure.usage.wall_us = now_us() - work.began_us;
  return failure;
}

Breaker::End end_of(const Error& error, const Result<HttpResponse>& result) {
  if (result) {
    // Errc::model: the server is well, it is the answer that it could not bring into form.
    const bool broken = result->status >= 500 && error.code != Errc::model;
    return broken ? Breaker::End::dead : Breaker::End::alive;
  }
  if (error.code == Errc::limit) return Breaker::End::alive;
  return error.code == Errc::network ? Breaker::End::dead : Breaker::End::unknown;
}

// One try has ended.
void OpenaiMind::settle(Round& round, Try work, Result<HttpResponse> result) {
  ++work.tried;
  Reply& reply = round.replies[work.place];
  if (auto answer = judge(work, result)) {
    answer->usage.retries = work.tried - 1;
    answer->usage.wall_us = work.tried == 1 ? result->wall_us : now_us() - work.began_us;
    reply = std::move(*answer);
    breaker_.ended(work.sent, Breaker::End::alive, "", now_us());
    return;
  }
  const Breaker::End end = end_of(work.error, result);
  const bool once_more = again(round, work, result);
  // A sign of life counts at once, a try that may be mended by the next one does not.
  if (!once_more || end == Breaker::End::alive)
    breaker_.ended(work.sent, end, without_key(spec_, work.error.what), now_us());
  if (once_more) round.waiting.push_back(std::move(work));
  else reply = failure_of(work);
}

// The endpoint counts as dead: everything that is not under way fails now.
void OpenaiMind::refuse_all(Round& round, std::int64_t now) {
  for (Try& work : round.waiting) {
    work.error.what += "; not tried again, as the endpoint counts as dead";
    round.replies[work.place] = failure_of(work);
  }
  round.waiting.clear();
  Try unsent;
  unsent.error = {Errc::network, spec_.endpoint + ": not asked: " + breaker_.words(now)};
  for (; round.next < round.asks.size(); ++round.next)
    round.replies[round.next] = failure_of(unsent);
}

// What nobody wants any more is ended, wherever it stands.
void OpenaiMind::drop_cancelled(Round& round) {
  std::erase_if(round.waiting, [&](const Try& work) {
    const bool gone = cancelled(round.asks[work.place]);
    if (gone) round.replies[work.place] = cancelled_ask();
    return gone;
  });
  std::erase_if(round.under_way, [&](const auto& one) {
    const auto& [place, work] = one;
    if (!cancelled(round.asks[place])) return false;
    http_.cancel(place);
    breaker_.ended(work.sent, Breaker::End::unknown, "", now_us());
    Usage usage;
    usage.wall_us = now_us() - work.began_us;
    round.replies[place] = cancelled_ask(std::move(usage));
    return true;
  });
  for (; round.next < round.asks.size() && cancelled(round.asks[round.next]); ++round.next)
    round.replies[round.next] = cancelled_ask();
}

void OpenaiMind::launch(Round& round, Try work) {
  http_.start(work.place, request_of(round.asks[work.place], work));
  round.under_way.emplace(work.place, std::move(work));
}

// Sends what is due, first what was tried before; false if nothing is.
bool OpenaiMind::send_one(Round& round, std::int64_t now) {
  const auto soonest =
      std::min_element(round.waiting.begin(), round.waiting.end(),
                       [](const Try& a, const Try& b) { return a.ready_us < b.ready_us; });
  if (soonest != round.waiting.end() && soonest->ready_us <= now) {
    Try work = std::move(*soonest);
    round.waiting.erase(soonest);
    launch(round, std::move(work));
    return true;
  }
  if (round.next == round.asks.size() || now < round.left_alone_until_us) return false;
  const Breaker::Verdict verdict = breaker_.admit(now);
  if (verdict != Breaker::Verdict::send && verdict != Breaker::Verdict::probe) return false;
  const std::size_t place = round.next++;
  launch(round, {.place = place,
                 .sent = verdict,
                 .began_us = now,
                 .deadline_us = now + round.asks[place].wait_ms_max * 1'000});
  return true;
}

void OpenaiMind::send_due(Round& round) {
  const std::int64_t now = now_us();
  if (breaker_.refuses(now)) return refuse_all(round, now);
  while (static_cast<std::int64_t>(round.under_way.size()) < spec_.parallel &&
         send_one(round, now)) {}
}

// Until something may be due that no answer brings about.
std::int64_t OpenaiMind::wait_of(const Round& round) const {
  constexpr std::int64_t kLongUs = 1'000'000;
  const std::int64_t now = now_us();
  if (static_cast<std::int64_t>(round.under_way.size()) >= spec_.parallel) return kLongUs;
  std::int64_t until = now + kLongUs;
  for (const Try& work : round.waiting) until = std::min(until, work.ready_us);
  if (round.next < round.asks.size() && round.left_alone_until_us > now)
    until = std::min(until, round.left_alone_until_us);
  return std::max<std::int64_t>(until - now, 0);
}

std::vector<Reply> OpenaiMind::send(std::span<const Ask> asks) {
  Round round(asks);
  const bool watched =
      std::any_of(asks.begin(), asks.end(), [](const Ask& ask) { return ask.cancel != nullptr; });
  while (true) {
    drop_cancelled(round);
    send_due(round);
    if (round.over()) return std::move(round.replies);
    constexpr std::int64_t kLookUs = 50'000;  // whether it is wanted still
    const std::int64_t wait = watched ? std::min(wait_of(round), kLookUs) : wait_of(round);
    if (round.under_way.empty()) sleep_us(wait);
    for (Http::Done& done : http_.wait(wait)) {
      auto work = round.under_way.extract(done.id);
      settle(round, std::move(work.mapped()), std::move(done.result));
    }
  }
}

// An endpoint on the loopback is one too: what stands behind it may hand on what it is sent.
std::vector<Reply> OpenaiMind::ask(std::span<const Ask> asks) {
  std::vector<Reply> replies(asks.size(), kept_here(spec_.name));
  std::vector<Ask> sent;
  for (const Ask& ask : asks)
    if (ask.reach == Reach::anywhere) sent.push_back(ask);
  if (sent.size() == asks.size()) return send(asks);
  std::vector<Reply> answers = send(sent);
  auto answer = answers.begin();
  for (std::size_t i = 0; i < asks.size(); ++i)
    if (asks[i].reach == Reach::anywhere) replies[i] = std::move(*answer++);
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
    if (!result) return wrong(result.error(), "start the server, or cast another mind");
    const Error error = error_in(result->status, result->body);
    if (result->status == 401 || result->status == 403)
      return wrong(error, spec.key_env.empty()        ? "key_env names the variable with the key"
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
