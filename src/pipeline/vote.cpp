#include "pipeline/vote.h"

#include <algorithm>
#include <cstdlib>

#include "core/check.h"
#include "core/money.h"
#include "core/text.h"

namespace wood {

const char* name(VoteRule rule) {
  static constexpr const char* names[] = {"plurality", "majority", "unanimity",
                                          "weighted",  "borda",    "median"};
  return names[static_cast<int>(rule)];
}

const char* name(TieRule rule) {
  static constexpr const char* names[] = {"escalate", "fallback", "first"};
  return names[static_cast<int>(rule)];
}

const char* name(Weights weights) {
  static constexpr const char* names[] = {"stated", "confidence", "calibrated"};
  return names[static_cast<int>(weights)];
}

const char* name(Source source) {
  static constexpr const char* names[] = {"declared", "measured"};
  return names[static_cast<int>(source)];
}

const char* name(Ballot::State state) {
  static constexpr const char* names[] = {"cast", "abstained", "failed"};
  return names[static_cast<int>(state)];
}

const char* name(Tally::Why why) {
  static constexpr const char* names[] = {
      "decided",   "tie",       "no_majority", "not_unanimous", "low_confidence",
      "no_quorum", "no_weight", "scattered",   "vetoed"};
  return names[static_cast<int>(why)];
}

std::int64_t confidence_ppm(const Ballot& ballot, const VoteTerms& terms) {
  if (terms.source == Source::measured)
    return ballot.measured_ppm < 0 ? terms.unstated * 10'000 : ballot.measured_ppm;
  return (ballot.confidence < 0 ? terms.unstated : ballot.confidence) * 10'000;
}

std::int64_t weight_of(const Ballot& ballot, const VoteTerms& terms) {
  switch (terms.weights) {
    case Weights::stated: break;
    case Weights::confidence: return confidence_ppm(ballot, terms);
    case Weights::calibrated:
      if (!terms.calibration.knows(ballot.by, ballot.mind)) return 0;
      return log_odds_milli(terms.calibration.accuracy_ppm.at(ballot.by), answers_of(terms));
  }
  return ballot.weight;
}

namespace {

// Of a text that is a quantity; the loader and the council let no other in.
std::int64_t quantity_of(const std::string& text) {
  const auto value = to_int(text);
  CHECK(value.has_value());
  return *value;
}

}  // namespace

bool is_wrong(const std::string& cast, const std::string& truth, const VoteTerms& terms) {
  if (terms.rule != VoteRule::median) return cast != truth;
  return std::abs(quantity_of(cast) - quantity_of(truth)) > terms.tolerance;
}

Json value_of(const std::string& text, const VoteTerms& terms) {
  return terms.rule == VoteRule::median ? Json(quantity_of(text)) : Json(text);
}

std::optional<std::string> text_of(const Json& value, const VoteTerms& terms) {
  if (terms.rule == VoteRule::median) {
    if (!value.is(Json::Kind::integer) || value.integer() < terms.low ||
        value.integer() > terms.high)
      return std::nullopt;
    return std::to_string(value.integer());
  }
  if (!value.is(Json::Kind::string) ||
      std::find(terms.options.begin(), terms.options.end(), value.string()) == terms.options.end())
    return std::nullopt;
  return value.string();
}

std::int64_t answers_of(const VoteTerms& terms) {
  if (terms.rule == VoteRule::borda) return 2;
  if (terms.rule != VoteRule::median) return static_cast<std::int64_t>(terms.options.size());
  return std::max<std::int64_t>(2, (terms.high - terms.low + 1) / (2 * terms.tolerance + 1));
}

namespace {

using Cast = std::vector<const Ballot*>;

// Whether the leader may be declared the winner, by the rule alone.
Tally::Why judge(const Tally& tally, const VoteTerms& terms, std::int64_t total) {
  if (tally.cast == 0 || tally.cast < terms.quorum) return Tally::Why::no_quorum;
  if (tally.leaders.empty()) return Tally::Why::no_weight;
  if (terms.rule == VoteRule::unanimity)
    return tally.leaders.size() == 1 && tally.weights.at(tally.leaders[0]) == total
               ? Tally::Why::decided
               : Tally::Why::not_unanimous;
  if (tally.leaders.size() > 1) return Tally::Why::tie;
  const bool needs_half = terms.rule == VoteRule::majority || terms.rule == VoteRule::weighted;
  if (needs_half && 2 * tally.weights.at(tally.leaders[0]) <= total) return Tally::Why::no_majority;
  return Tally::Why::decided;
}

// Of the ballots for the leader; every ranking and every quantity has its part in the outcome.
std::int64_t mean_confidence(const Cast& cast, const VoteTerms& terms, const std::string& leader) {
  const bool all = terms.rule == VoteRule::borda || terms.rule == VoteRule::median;
  std::int64_t sum = 0;
  std::int64_t weight = 0;
  for (const Ballot* b : cast) {
    if (!all && b->option != leader) continue;
    sum += b->weight * confidence_ppm(*b, terms);
    weight += b->weight;
  }
  return weight > 0 ? sum / weight / 10'000 : 0;
}

void weigh_camps(const Cast& cast, const VoteTerms& terms, Tally& out) {
  for (const std::string& option : terms.options) {
    std::vector<CampMember> camp;
    for (const Ballot* b : cast)
      if (const std::int64_t weight = weight_of(*b, terms); weight > 0 && b->option == option)
        camp.push_back({b->by, weight});
    out.weights[option] = camp_weight(camp, terms.calibration);
  }
}

// With m options the best gets 2·(m − 1) half points, the next two less; those that a ranking
// leaves out share what is left evenly.
void give_points(const Ballot& ballot, const VoteTerms& terms, Tally& out) {
  const auto all = static_cast<std::int64_t>(terms.options.size());
  const auto left = all - static_cast<std::int64_t>(ballot.ranking.size());
  const std::int64_t weight = weight_of(ballot, terms);
  for (const std::string& option : terms.options) {
    const auto at = std::find(ballot.ranking.begin(), ballot.ranking.end(), option);
    const std::int64_t points =
        at == ballot.ranking.end() ? left - 1 : 2 * (all - 1 - (at - ballot.ranking.begin()));
    out.weights[option] += weight * points;
  }
}

// The sum of all weights.
std::int64_t weigh(const Cast& cast, const VoteTerms& terms, Tally& out) {
  for (const Ballot* b : cast) {
    CHECK(terms.rule == VoteRule::median || out.counts.contains(b->option));
    CHECK(b->weight >= 0 && b->weight <= 1'000'000);
    ++out.cast;
    ++out.counts[b->option];
    if (terms.rule == VoteRule::borda) give_points(*b, terms, out);
    else if (terms.weights != Weights::calibrated) out.weights[b->option] += weight_of(*b, terms);
  }
  if (terms.weights == Weights::calibrated) weigh_camps(cast, terms, out);
  std::int64_t total = 0;
  for (const auto& [option, weight] : out.weights) total += weight;
  return total;
}

void find_leaders(const VoteTerms& terms, Tally& out) {
  std::int64_t most = 0;
  for (const auto& [option, weight] : out.weights) most = std::max(most, weight);
  for (const std::string& option : terms.options)
    if (most > 0 && out.weights[option] == most) out.leaders.push_back(option);
}

// The lowest quantity that has half of the weight at or below it: of an even number of equal
// ballots the lower one of the middle.
Tally::Why find_median(const VoteTerms& terms, std::int64_t total, Tally& out) {
  if (out.cast == 0 || out.cast < terms.quorum) return Tally::Why::no_quorum;
  if (total == 0) return Tally::Why::no_weight;
  std::map<std::int64_t, std::int64_t> sorted;
  for (const auto& [text, weight] : out.weights) sorted[quantity_of(text)] = weight;
  std::int64_t below = 0;
  for (const auto& [quantity, weight] : sorted) {
    below += weight;
    if (2 * below < total) continue;
    out.leaders = {std::to_string(quantity)};
    break;
  }
  const std::int64_t spread = sorted.rbegin()->first - sorted.begin()->first;
  return terms.spread_max >= 0 && spread > terms.spread_max ? Tally::Why::scattered
                                                            : Tally::Why::decided;
}

}  // namespace

Tally count(const std::vector<Ballot>& ballots, const VoteTerms& terms) {
  Tally out;
  for (const std::string& option : terms.options) out.counts[option] = out.weights[option] = 0;
  Cast cast;
  for (const Ballot& b : ballots) {
    if (b.state == Ballot::State::abstained) ++out.abstained;
    if (b.state == Ballot::State::failed) ++out.failed;
    if (b.state == Ballot::State::cast) cast.push_back(&b);
  }
  const std::int64_t total = weigh(cast, terms, out);
  if (terms.rule == VoteRule::median) {
    out.why = find_median(terms, total, out);
  } else {
    find_leaders(terms, out);
    out.why = judge(out, terms, total);
  }
  if (!out.leaders.empty()) out.confidence = mean_confidence(cast, terms, out.leaders[0]);
  if (out.why == Tally::Why::decided && out.confidence < terms.confidence_min)
    out.why = Tally::Why::low_confidence;
  if (out.why == Tally::Why::decided) out.outcome = out.leaders[0];
  if (out.why == Tally::Why::tie && terms.tie == TieRule::first) out.outcome = out.leaders[0];
  const auto vetoes = [&](const Ballot* b) {
    return b->veto && is_wrong(b->option, out.outcome, terms);
  };
  if (!out.outcome.empty() && std::any_of(cast.begin(), cast.end(), vetoes)) {
    out.outcome.clear();
    out.why = Tally::Why::vetoed;
  }
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

// Which of two options a ranking puts first: 1 the first, -1 the second, 0 if it has neither.
int prefers(const Ballot& ballot, const std::string& x, const std::string& y) {
  for (const std::string& option : ballot.ranking)
    if (option == x || option == y) return option == x ? 1 : -1;
  return 0;
}

}  // namespace

void Agreement::add(const std::vector<Ballot>& ballots, const VoteTerms& terms) {
  each_pair(ballots, [&](const Ballot& a, const Ballot& b) {
    Pair now;
    if (terms.rule == VoteRule::borda) {
      for (std::size_t i = 0; i < terms.options.size(); ++i)
        for (std::size_t j = i + 1; j < terms.options.size(); ++j) {
          const int first = prefers(a, terms.options[i], terms.options[j]);
          const int second = prefers(b, terms.options[i], terms.options[j]);
          now.shared += first != 0 && second != 0 ? 1 : 0;
          now.agreed += first != 0 && first == second ? 1 : 0;
        }
    } else {
      now = {1, is_wrong(a.option, b.option, terms) ? 0 : 1};
    }
    if (now.shared == 0) return;
    Pair& pair = pairs_[{a.by, b.by}];
    pair.shared += now.shared;
    pair.agreed += now.agreed;
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
