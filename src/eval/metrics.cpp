#include <algorithm>

#include "eval/compare.h"
#include "eval/stats.h"

namespace wood::eval {
namespace {

constexpr const char* kTreasury = "treasury";
constexpr double kMillion = 1e6;

using Value = std::optional<double>;

Value share(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole) * 100;
}

double pebbles(std::int64_t mp) { return static_cast<double>(mp) / 1'000; }

bool creature(const Trader& trader) { return !trader.mind.empty(); }

Value pnl_of(const Run& run, const char* name) {
  const Trader* trader = run.figures.trader(name);
  if (trader == nullptr || trader->pnl_mp.empty()) return std::nullopt;
  return pebbles(trader->pnl_mp.back());
}

Value pnl(const Run& run) { return pnl_of(run, kTreasury); }
Value patron_pnl(const Run& run) { return pnl_of(run, "patron"); }

// Of the day-by-day changes of worth, relative to the day before; per day, not scaled to a year.
Value sharpe_of(const Trader& trader) {
  std::vector<double> returns;
  for (std::size_t i = 1; i < trader.pnl_mp.size(); ++i) {
    const auto before = static_cast<double>(trader.worth_mp[i - 1]);
    if (before <= 0) return std::nullopt;
    returns.push_back(static_cast<double>(trader.pnl_mp[i] - trader.pnl_mp[i - 1]) / before);
  }
  return sharpe(returns);
}

Value treasury_sharpe(const Run& run) {
  const Trader* fund = run.figures.trader(kTreasury);
  return fund == nullptr ? std::nullopt : sharpe_of(*fund);
}

Value creatures_pnl(const Run& run) {
  double sum = 0;
  for (const Trader& t : run.figures.traders)
    if (creature(t) && !t.pnl_mp.empty()) sum += pebbles(t.pnl_mp.back());
  return sum;
}

Value worst_pnl(const Run& run) {
  Value out;
  for (const Trader& t : run.figures.traders)
    if (creature(t) && !t.pnl_mp.empty())
      out = std::min(out.value_or(1e300), pebbles(t.pnl_mp.back()));
  return out;
}

Value gini_of(const Run& run) {
  std::vector<double> worth;
  for (const Trader& t : run.figures.traders)
    if (creature(t) && !t.worth_mp.empty()) worth.push_back(pebbles(t.worth_mp.back()));
  return gini(worth);
}

template <std::int64_t Trader::*part>
std::int64_t of_creatures(const Run& run) {
  std::int64_t sum = 0;
  for (const Trader& t : run.figures.traders)
    if (creature(t)) sum += t.*part;
  return sum;
}

template <std::int64_t Answers::*part>
std::int64_t of_answers(const Run& run) {
  std::int64_t sum = 0;
  for (const auto& [who, answers] : run.figures.answers) sum += answers.*part;
  return sum;
}

Value votes_right(const Run& run) {
  std::int64_t right = 0, cast = 0;
  for (const Proposal& p : run.figures.proposals)
    for (const Ballot& b : p.ballots)
      if (b.vote == "approve" || b.vote == "reject") ++cast, right += b.vote == p.truth();
  return share(right, cast);
}

Value council_right(const Run& run) {
  std::int64_t right = 0, decided = 0;
  for (const Proposal& p : run.figures.proposals)
    if (p.outcome == "approve" || p.outcome == "reject") ++decided, right += p.outcome == p.truth();
  return share(right, decided);
}

Value latency(const Run& run, double p) {
  std::vector<double> ms;
  for (const auto& [who, answers] : run.figures.answers)
    for (const std::int64_t us : answers.wall_us) ms.push_back(static_cast<double>(us) / 1e3);
  return quantile(ms, p);
}

Value measured(std::int64_t value, double scale) {
  if (value < 0) return std::nullopt;
  return static_cast<double>(value) / scale;
}

// What was won, and how it was decided.
std::vector<Metric> of_play() {
  using enum Better;
  using enum Source;
  return {
      {"treasury_pnl", "pebbles", "what the desk won or lost", higher, record, pnl},
      {"treasury_sharpe", "per day", "mean over deviation of the desk's daily return", higher,
       record, treasury_sharpe},
      {"patron_pnl", "pebbles", "what the Patron won or lost", neither, record, patron_pnl},
      {"creatures_pnl", "pebbles", "of all creatures together", higher, record, creatures_pnl},
      {"worst_creature_pnl", "pebbles", "of the one that did worst", higher, record, worst_pnl},
      {"gini", "0 to 1", "of the creatures' worth at the end", neither, record, gini_of},
      {"trades", "trades", "in which a creature or the desk sent the order", neither, record,
       [](const Run& r) { return Value(static_cast<double>(r.figures.trades)); }},
      {"orders_refused", "% of orders", "by the pre-trade controls", lower, record,
       [](const Run& r) {
         return share(of_creatures<&Trader::refused>(r), of_creatures<&Trader::orders>(r));
       }},
      {"own_bids", "orders", "bids for the good that the bidder makes", lower, record,
       [](const Run& r) { return Value(static_cast<double>(of_creatures<&Trader::own_bids>(r))); }},
      {"orders_favourable", "% of orders", "priced on the right side of the latent value", higher,
       record,
       [](const Run& r) {
         return share(of_creatures<&Trader::favourable>(r), of_creatures<&Trader::priced>(r));
       }},
      {"votes_right", "% of votes", "on proposals, by the latent value", higher, record,
       votes_right},
      {"council_right", "% of proposals", "the desk's decision, by the latent value", higher,
       record, council_right},
  };
}

// What was asked and answered, and what that cost.
std::vector<Metric> of_asking() {
  using enum Better;
  using enum Source;
  return {
      {"valid_answers", "% of asks", "conformed without a repair", higher, record,
       [](const Run& r) {
         return share(of_answers<&Answers::clean>(r), of_answers<&Answers::asked>(r));
       }},
      {"unanswered", "asks", "without an answer", lower, record,
       [](const Run& r) { return Value(static_cast<double>(of_answers<&Answers::failed>(r))); }},
      {"heat", "points", "the magistrate's, of all creatures at the end", lower, record,
       [](const Run& r) { return Value(static_cast<double>(r.figures.heat)); }},
      {"verdicts", "verdicts", "of the magistrate", lower, record,
       [](const Run& r) { return Value(static_cast<double>(r.figures.verdicts)); }},
      {"leaks", "leaks", "a fact shown to who may not see it", lower, record,
       [](const Run& r) { return Value(static_cast<double>(r.figures.leaks)); }},
      {"auditable", "% of orders", "whose causes on record lead to an answer and its prompt",
       higher, record, [](const Run& r) { return share(r.figures.traced, r.figures.acts); }},
      {"asks", "asks", "of models, servers or rules", neither, record,
       [](const Run& r) { return Value(static_cast<double>(of_answers<&Answers::asked>(r))); }},
      {"tokens", "tokens", "of answers", lower, record,
       [](const Run& r) { return Value(static_cast<double>(of_answers<&Answers::tokens>(r))); }},
      {"prompt_tokens", "tokens", "of prompts", lower, record,
       [](const Run& r) {
         return Value(static_cast<double>(of_answers<&Answers::prompt_tokens>(r)));
       }},
      {"cost", "currency units", "at the listed prices", lower, record,
       [](const Run& r) {
         return Value(static_cast<double>(of_answers<&Answers::cost_nano>(r)) / 1e9);
       }},
      {"latency_p50", "ms", "of an answer", lower, margin,
       [](const Run& r) { return latency(r, 0.5); }},
      {"latency_p95", "ms", "of an answer", lower, margin,
       [](const Run& r) { return latency(r, 0.95); }},
      {"wall", "s", "of the run, beside others where --jobs says so", lower, margin,
       [](const Run& r) { return measured(r.measured.wall_us, kMillion); }},
      {"cpu", "core-seconds", "of the run", lower, margin,
       [](const Run& r) { return measured(r.measured.cpu_us, kMillion); }},
      {"energy", "J", "of the processor", lower, margin,
       [](const Run& r) { return measured(r.measured.energy_uj, kMillion); }},
      {"peak_memory", "MiB", "resident, of the run", lower, margin,
       [](const Run& r) { return measured(r.measured.peak_bytes, 1 << 20); }},
      {"verify_time", "s", "to verify the ledger and replay it", lower, margin,
       [](const Run& r) { return measured(r.measured.verify_us, kMillion); }},
  };
}

}  // namespace

const std::vector<Metric>& metrics() {
  static const std::vector<Metric> list = [] {
    std::vector<Metric> out = of_play();
    for (Metric& metric : of_asking()) out.push_back(metric);
    return out;
  }();
  return list;
}

}  // namespace wood::eval
