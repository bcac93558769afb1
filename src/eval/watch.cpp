#include "eval/watch.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/check.h"

namespace wood::eval {
namespace {

using Runs = std::span<const Observed>;
using Pool = std::vector<const Observed*>;  // the reference's, then the watched one
// A turn counts at most so many deviations: of rare categories one turn would else set the alarm's
// threshold for all.
constexpr double kFarthest = 3.0;

struct Series {
  std::vector<std::int64_t> turn;  // ascending
  std::vector<double> value;
};

// −ln of the share of each category in all runs.
class Surprise {
 public:
  Surprise(const Pool& pool, const std::string& what) {
    for (const Observed* run : pool)
      if (const auto it = run->channels.find(what); it != run->channels.end())
        for (const std::string& label : it->second.label) ++count_[label], ++all_;
  }
  [[nodiscard]] double of(const std::string& label) const {
    return std::log(all_ / count_.at(label));
  }

 private:
  std::map<std::string, double> count_;
  double all_ = 0;
};

// The turns' values of one run.
Series series(const Observed& run, const std::string& what, const Surprise& surprise) {
  std::map<std::int64_t, std::pair<double, double>> sums;  // by turn: sum, count
  if (const auto it = run.channels.find(what); it != run.channels.end()) {
    const Channel& channel = it->second;
    for (std::size_t i = 0; i < channel.turn.size(); ++i) {
      auto& [sum, count] = sums[channel.turn[i]];
      sum +=
          channel.kind == Channel::Kind::number ? channel.value[i] : surprise.of(channel.label[i]);
      count += 1;
    }
  }
  Series out;
  for (const auto& [turn, sum] : sums) {
    out.turn.push_back(turn);
    out.value.push_back(sum.first / sum.second);
  }
  return out;
}

// Channels with values in at least half of the turns that the reference's runs have.
std::vector<std::string> candidates(Runs reference) {
  std::map<std::string, std::size_t> turns;
  std::size_t all = 0;
  for (const Observed& run : reference) {
    std::size_t most = 0;
    for (const auto& [what, channel] : run.channels) {
      const std::size_t distinct =
          std::set<std::int64_t>(channel.turn.begin(), channel.turn.end()).size();
      turns[what] += distinct;
      most = std::max(most, distinct);
    }
    all += most;
  }
  std::vector<std::string> out;
  for (const auto& [what, count] : turns)
    if (2 * count >= all) out.push_back(what);
  return out;
}

// What all runs but one say of a channel: the mean of each turn, and the deviation of all turns'
// values from their means.
class Norm {
 public:
  Norm(const std::vector<Series>& runs, std::size_t without) {
    std::map<std::int64_t, std::vector<double>> by_turn;
    for (std::size_t r = 0; r < runs.size(); ++r)
      for (std::size_t i = 0; r != without && i < runs[r].turn.size(); ++i)
        by_turn[runs[r].turn[i]].push_back(runs[r].value[i]);
    double squares = 0;
    double freedom = 0;
    for (const auto& [turn, values] : by_turn) {
      if (values.size() < 2) continue;
      mean_[turn] = *mean(values);
      squares += *variance(values) * static_cast<double>(values.size() - 1);
      freedom += static_cast<double>(values.size() - 1);
    }
    deviation_ = freedom > 0 ? std::sqrt(squares / freedom) : 0;
  }
  // 0: nothing moves.
  [[nodiscard]] double deviation() const { return deviation_; }
  // Of turns that the others have, in deviations.
  [[nodiscard]] Series rest(const Series& one) const {
    Series out;
    for (std::size_t i = 0; i < one.turn.size(); ++i)
      if (const auto it = mean_.find(one.turn[i]); it != mean_.end()) {
        out.turn.push_back(one.turn[i]);
        out.value.push_back(
            std::clamp((one.value[i] - it->second) / deviation_, -kFarthest, kFarthest));
      }
    return out;
  }

 private:
  std::map<std::int64_t, double> mean_;
  double deviation_ = 0;
};

// One channel of the pool, each run seen by the others.
struct Stream {
  std::string name;
  Series rest;                  // of the watched run
  std::vector<double> highest;  // of each run's sums
  double usual = 0;             // their upper quartile
};
// nullopt where nothing moves.
std::optional<Stream> stream(const Pool& pool, const std::string& what) {
  const Surprise surprise(pool, what);
  std::vector<Series> runs;
  for (const Observed* run : pool) runs.push_back(series(*run, what, surprise));
  Stream out{what, {}, {}, 0};
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const Norm norm(runs, r);
    if (norm.deviation() == 0) return std::nullopt;
    out.rest = norm.rest(runs[r]);  // the last is the watched one's
    out.highest.push_back(highest_sum(out.rest.value, {}));
  }
  out.usual = *quantile(out.highest, 0.75);
  if (out.usual <= 0) return std::nullopt;
  return out;
}

void take(WatchedRun& run, const Stream& stream, double threshold,
          std::optional<std::int64_t> change_at) {
  const Series& rest = stream.rest;
  const auto first = change_at ? std::lower_bound(rest.turn.begin(), rest.turn.end(), *change_at)
                               : rest.turn.begin();
  const auto at = static_cast<int>(first - rest.turn.begin());
  Cusum terms;
  terms.threshold = threshold;
  const Detection found = detect(rest.value, at, terms);
  run.false_alarms += found.false_alarms;
  if (!found.delay) return;
  const std::int64_t turn = rest.turn[static_cast<std::size_t>(at + *found.delay - 1)];
  if (run.alarm && run.alarm->turn <= turn) return;
  run.alarm = Alarm{turn, stream.name};
  if (change_at) run.delay = turn - *change_at + 1;
}

// `rank`: the alarm is for what passes the rank-th highest score of the reference.
WatchedRun watched(Runs reference, const Observed& run, const std::vector<std::string>& channels,
                   std::size_t rank, std::optional<std::int64_t> change_at) {
  Pool pool;
  for (const Observed& one : reference) pool.push_back(&one);
  pool.push_back(&run);
  std::vector<Stream> streams;
  std::vector<double> scores(reference.size(), 0);
  for (const std::string& what : channels) {
    auto made = stream(pool, what);
    if (!made) continue;
    for (std::size_t r = 0; r < scores.size(); ++r)
      scores[r] = std::max(scores[r], made->highest[r] / made->usual);
    streams.push_back(std::move(*made));
  }
  WatchedRun out;
  out.streams = static_cast<int>(streams.size());
  std::sort(scores.rbegin(), scores.rend());
  for (const Stream& one : streams) take(out, one, scores[rank - 1] * one.usual, change_at);
  return out;
}

}  // namespace

std::optional<Watch> watch(std::span<const Observed> reference, std::span<const Observed> runs,
                           const WatchTerms& terms) {
  CHECK(terms.level > 0 && terms.level < 1);
  if (reference.size() < kWatchRuns || runs.empty()) return std::nullopt;
  const auto n = static_cast<double>(reference.size());
  const auto rank = std::max<std::size_t>(1, static_cast<std::size_t>(terms.level * (n + 1)));
  Watch out{.runs = {}, .level = static_cast<double>(rank) / (n + 1), .change_at = terms.change_at};
  const std::vector<std::string> channels =
      terms.channels.empty() ? candidates(reference) : terms.channels;
  for (const Observed& run : runs)
    out.runs.push_back(watched(reference, run, channels, rank, terms.change_at));
  return out;
}

Json json(const Watch& watch) {
  Json runs = Json::array();
  for (const WatchedRun& run : watch.runs) {
    Json one = Json::object({{"alarm_stream", nullptr},
                             {"alarm_turn", nullptr},
                             {"delay", nullptr},
                             {"false_alarms", run.false_alarms},
                             {"streams", run.streams}});
    if (run.alarm) {
      one.set("alarm_stream", to_utf8(run.alarm->stream));
      one.set("alarm_turn", run.alarm->turn);
    }
    if (run.delay) one.set("delay", *run.delay);
    runs.push(std::move(one));
  }
  return Json::object({{"change_at", watch.change_at ? Json(*watch.change_at) : Json()},
                       {"level_ppm", std::llround(watch.level * 1e6)},
                       {"runs", std::move(runs)}});
}

}  // namespace wood::eval
