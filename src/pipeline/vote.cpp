#include "pipeline/vote.h"

#include <algorithm>

#include "core/check.h"
#include "core/money.h"

namespace wood {

const char* name(VoteRule rule) {
  static constexpr const char* names[] = {"plurality", "majority", "unanimity", "weighted"};
  return names[static_cast<int>(rule)];
}

const char* name(TieRule rule) {
  static constexpr const char* names[] = {"escalate", "fallback", "first"};
  return names[static_cast<int>(rule)];
}

const char* name(Ballot::State state) {
  static constexpr const char* names[] = {"cast", "abstained", "failed"};
  return names[static_cast<int>(state)];
}

const char* name(Tally::Why why) {
  static constexpr const char* names[] = {
      "decided", "tie", "no_majority", "not_unanimous", "low_confidence", "no_quorum"};
  return names[static_cast<int>(why)];
}

namespace {

// Whether the leader may be declared the winner, by the rule alone.
Tally::Why judge(const Tally& tally, const VoteTerms& terms, std::int64_t total) {
  if (tally.cast == 0 || tally.cast < terms.quorum) return Tally::Why::no_quorum;
  if (terms.rule == VoteRule::unanimity)
    return tally.leaders.size() == 1 && tally.weights.at(tally.leaders[0]) == total
               ? Tally::Why::decided
               : Tally::Why::not_unanimous;
  if (tally.leaders.size() > 1) return Tally::Why::tie;
  const bool needs_half = terms.rule == VoteRule::majority || terms.rule == VoteRule::weighted;
  if (needs_half && 2 * tally.weights.at(tally.leaders[0]) <= total) return Tally::Why::no_majority;
  return Tally::Why::decided;
}

std::int64_t mean_confidence(const std::vector<Ballot>& ballots, const std::string& option) {
  std::int64_t sum = 0;
  std::int64_t weight = 0;
  for (const Ballot& b : ballots) {
    if (b.state != Ballot::State::cast || b.option != option) continue;
    sum += b.weight * (b.confidence < 0 ? 100 : b.confidence);
    weight += b.weight;
  }
  return weight > 0 ? sum / weight : 0;
}

}  // namespace

Tally count(const std::vector<Ballot>& ballots, const VoteTerms& terms) {
  Tally out;
  for (const std::string& option : terms.options) out.counts[option] = out.weights[option] = 0;
  std::int64_t total = 0;
  for (const Ballot& b : ballots) {
    if (b.state == Ballot::State::abstained) ++out.abstained;
    if (b.state == Ballot::State::failed) ++out.failed;
    if (b.state != Ballot::State::cast) continue;
    CHECK(out.counts.contains(b.option) && b.weight >= 0 && b.weight <= 1'000'000);
    ++out.cast;
    ++out.counts[b.option];
    out.weights[b.option] += b.weight;
    total += b.weight;
  }
  std::int64_t most = 0;
  for (const auto& [option, weight] : out.weights) most = std::max(most, weight);
  for (const std::string& option : terms.options)
    if (most > 0 && out.weights[option] == most) out.leaders.push_back(option);
  if (!out.leaders.empty()) out.confidence = mean_confidence(ballots, out.leaders[0]);
  out.why = out.leaders.empty() ? Tally::Why::no_quorum : judge(out, terms, total);
  if (out.why == Tally::Why::decided && out.confidence < terms.confidence_min)
    out.why = Tally::Why::low_confidence;
  if (out.why == Tally::Why::decided) out.outcome = out.leaders[0];
  if (out.why == Tally::Why::tie && terms.tie == TieRule::first) out.outcome = out.leaders[0];
  return out;
}

namespace {

// Calls f(a, b) for each pair of cast ballots, in the order of their names.
template <class F>
void each_pair(const std::vector<Ballot>& ballots, F f) {
  std::vector<const Ballot*> cast;
  for (const Ballot& b : ballots)
    if (b.state == Ballot::State::cast) cast.push_back(&b);
  std::sort(cast.begin(), cast.end(),
            [](const Ballot* a, const Ballot* b) { return a->by < b->by; });
  for (std::size_t i = 0; i < cast.size(); ++i)
    for (std::size_t j = i + 1; j < cast.size(); ++j) f(*cast[i], *cast[j]);
}

}  // namespace

void Agreement::add(const std::vector<Ballot>& ballots) {
  each_pair(ballots, [&](const Ballot& a, const Ballot& b) {
    Pair& pair = pairs_[{a.by, b.by}];
    ++pair.shared;
    pair.agreed += a.option == b.option;
  });
}

std::int64_t Agreement::rho_milli(const std::vector<Ballot>& ballots, std::int64_t options) const {
  CHECK(options >= 2);
  std::int64_t sum = 0;
  std::int64_t pairs = 0;
  each_pair(ballots, [&](const Ballot& a, const Ballot& b) {
    const auto it = pairs_.find({a.by, b.by});
    if (it == pairs_.end()) return;
    const auto& [shared, agreed] = it->second;
    const std::int64_t above = std::max<std::int64_t>(0, options * agreed - shared);
    sum += mul_div(1000, above, (options - 1) * shared, Round::down);
    ++pairs;
  });
  return pairs > 0 ? sum / pairs : 0;
}

Json Agreement::json() const {
  Json out = Json::array();
  for (const auto& [voters, pair] : pairs_)
    out.push(Json::object({{"a", voters.first},
                           {"agreed", pair.agreed},
                           {"b", voters.second},
                           {"shared", pair.shared}}));
  return out;
}

Result<Agreement> Agreement::from(const Json& json) {
  Agreement out;
  if (!json.is(Json::Kind::array)) return fail(Errc::parse, "agreement is no list");
  for (const Json& item : json.items()) {
    const Pair pair{item.int_or("shared", 0), item.int_or("agreed", -1)};
    const std::string a = item.str_or("a", "");
    const std::string b = item.str_or("b", "");
    if (a >= b || pair.shared < 1 || pair.agreed < 0 || pair.agreed > pair.shared)
      return fail(Errc::parse, "agreement with a pair that cannot be: " + item.dump());
    out.pairs_[{a, b}] = pair;
  }
  return out;
}

std::int64_t n_eff_milli(std::int64_t n, std::int64_t rho_milli) {
  CHECK(n >= 0 && rho_milli >= 0 && rho_milli <= 1000);
  if (n == 0) return 0;
  return mul_div(n, 1'000'000, 1000 + (n - 1) * rho_milli, Round::down);
}

}  // namespace wood
