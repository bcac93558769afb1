#include "pipeline/errors.h"

#include <algorithm>

#include "core/check.h"

namespace wood {
namespace {

__extension__ using Wide = __int128;

// The whole part of the square root, digit by digit from the highest.
std::int64_t root(Wide value) {
  std::int64_t out = 0;
  for (int bit = 61; bit >= 0; --bit) {
    const std::int64_t more = out | (std::int64_t{1} << bit);
    if (static_cast<Wide>(more) * more <= value) out = more;
  }
  return out;
}

constexpr std::int64_t kVotesMax = 10'000'000;  // the products stay within 128 bits

}  // namespace

void Errors::add(const std::map<std::string, bool>& wrong) {
  if (judged_ == kVotesMax) return;
  ++judged_;
  for (auto a = wrong.begin(); a != wrong.end(); ++a)
    for (auto b = std::next(a); b != wrong.end(); ++b) {
      Pair& pair = pairs_[{a->first, b->first}];
      ++pair.votes;
      pair.first += a->second ? 1 : 0;
      pair.second += b->second ? 1 : 0;
      pair.both += a->second && b->second ? 1 : 0;
    }
}

std::optional<std::int64_t> Errors::rho_milli(const std::vector<std::string>& voters,
                                              std::int64_t least) const {
  std::int64_t sum = 0;
  std::int64_t pairs = 0;
  for (std::size_t i = 0; i < voters.size(); ++i)
    for (std::size_t j = i + 1; j < voters.size(); ++j) {
      const auto it = pairs_.find(std::minmax(voters[i], voters[j]));
      if (it == pairs_.end() || it->second.votes < least) return std::nullopt;
      const auto& [n, a, b, both] = it->second;
      const Wide spread = static_cast<Wide>(a) * (n - a) * b * (n - b);
      if (spread == 0) continue;
      const Wide together = static_cast<Wide>(n) * both - static_cast<Wide>(a) * b;
      sum += static_cast<std::int64_t>(1'000'000 * together / root(spread * 1'000'000));
      ++pairs;
    }
  if (pairs == 0) return std::nullopt;
  return std::clamp<std::int64_t>(sum / pairs, 0, 1000);
}

Json Errors::json() const {
  Json list = Json::array();
  for (const auto& [voters, pair] : pairs_)
    list.push(Json::object({{"a", voters.first},
                            {"b", voters.second},
                            {"both_wrong", pair.both},
                            {"votes", pair.votes},
                            {"wrong_a", pair.first},
                            {"wrong_b", pair.second}}));
  return Json::object({{"judged", judged_}, {"pairs", std::move(list)}});
}

Result<Errors> Errors::from(const Json& json) {
  Errors out;
  const Json* pairs = json.find("pairs");
  out.judged_ = json.int_or("judged", -1);
  if (out.judged_ < 0 || out.judged_ > kVotesMax || pairs == nullptr ||
      !pairs->is(Json::Kind::array))
    return fail(Errc::parse, "errors of voters without judged and pairs");
  for (const Json& item : pairs->items()) {
    const Pair pair{item.int_or("votes", 0), item.int_or("wrong_a", -1), item.int_or("wrong_b", -1),
                    item.int_or("both_wrong", -1)};
    const std::string a = item.str_or("a", "");
    const std::string b = item.str_or("b", "");
    const bool fits = pair.votes >= 1 && pair.votes <= out.judged_ && pair.both >= 0 &&
                      pair.both <= std::min(pair.first, pair.second) &&
                      pair.first + pair.second - pair.both <= pair.votes;
    if (a >= b || !fits)
      return fail(Errc::parse, "errors of a pair of voters that cannot be: " + item.dump());
    out.pairs_[{a, b}] = pair;
  }
  return out;
}

void Docket::put(const std::string& key, Vote vote, std::int64_t keep) {
  CHECK(keep >= 1);
  (void)take(key);
  order_[vote.entry] = key;
  votes_[key] = std::move(vote);
  while (static_cast<std::int64_t>(votes_.size()) > keep) (void)take(order_.begin()->second);
}

std::optional<Docket::Vote> Docket::take(const std::string& key) {
  auto node = votes_.extract(key);
  if (node.empty()) return std::nullopt;
  order_.erase(node.mapped().entry);
  return std::move(node.mapped());
}

Json Docket::json() const {
  Json out = Json::array();
  for (const auto& [entry, key] : order_) {
    const Vote& vote = votes_.at(key);
    Json ballots = Json::object();
    for (const auto& [voter, ballot] : vote.ballots) ballots.set(voter, ballot);
    out.push(Json::object({{"ballots", std::move(ballots)},
                           {"entry", entry.value},
                           {"key", key},
                           {"outcome", vote.outcome}}));
  }
  return out;
}

Result<Docket> Docket::from(const Json& json) {
  Docket out;
  if (!json.is(Json::Kind::array)) return fail(Errc::parse, "votes that wait are no list");
  const auto keep = std::max<std::int64_t>(1, static_cast<std::int64_t>(json.items().size()));
  for (const Json& item : json.items()) {
    const Json* ballots = item.find("ballots");
    Vote vote{.entry = Seq{item.int_or("entry", -1)},
              .outcome = item.str_or("outcome", ""),
              .ballots = {}};
    if (ballots == nullptr || !ballots->is(Json::Kind::object) || !vote.entry.some() ||
        out.order_.contains(vote.entry))
      return fail(Errc::parse, "a vote that waits without entry and ballots");
    for (const auto& [voter, ballot] : ballots->members()) {
      if (!ballot.is(Json::Kind::string))
        return fail(Errc::parse, "a vote that waits with a ballot that is no text");
      vote.ballots[voter] = ballot.string();
    }
    out.put(item.str_or("key", ""), std::move(vote), keep);
  }
  return out;
}

}  // namespace wood
