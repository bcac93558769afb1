#include "eval/channels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "drama/run.h"
#include "pipeline/reply.h"

namespace wood::eval {
namespace {

using Kind = Json::Kind;
using Group = Channel::Group;

constexpr double kBps = 10'000;

// The member of an answer that is its decision, the first of these that it has.
constexpr std::array<const char*, 7> kDecisions = {"act",       "vote",     "side",     "stance",
                                                   "objection", "decision", "direction"};

std::string decision_member(const Json& value) {
  for (const char* member : kDecisions)
    if (const Json* found = value.find(member); found != nullptr && found->is(Kind::string))
      return member;
  return "";
}

class Reader {
 public:
  explicit Reader(const LedgerReader& ledger)
      : ledger_(ledger), fetch_([&ledger](const std::string& sha) { return ledger.blob(sha); }) {}

  Result<Observed> read() {
    TRY(const Figures figures, read_figures(ledger_));
    out_.scenario = figures.scenario;
    out_.cast = figures.cast;
    out_.seed = figures.seed;
    out_.root = figures.root;
    out_.turns = figures.turns;
    out_.stated = sure(figures, Sureness::stated);
    out_.measured = sure(figures, Sureness::measured);
    TRY_STATUS(ledger_.each([this](const Entry& entry) { return take(entry); }));
    return std::move(out_);
  }

 private:
  Status take(const Entry& entry) {
    const Draft& draft = entry.draft;
    switch (draft.kind) {
      case EntryKind::genesis: return genesis(draft);
      case EntryKind::fact: return fact(draft);
      case EntryKind::prompt: return prompt(entry);
      case EntryKind::answer: return answer(entry);
      case EntryKind::input: silence(draft); break;
      case EntryKind::reading: return reading(draft);
      case EntryKind::check: check(draft); break;
      case EntryKind::event: event(draft); break;
      case EntryKind::turn: turn(draft); break;
      default: break;
    }
    return {};
  }

  void number(Group group, const std::string& what, std::int64_t turn, double value) {
    Channel& channel = out_.channels[what];
    channel.group = group;
    channel.turn.push_back(turn);
    channel.value.push_back(value);
  }
  void category(Group group, const std::string& what, std::int64_t turn, std::string label) {
    Channel& channel = out_.channels[what];
    channel.group = group;
    channel.kind = Channel::Kind::category;
    channel.turn.push_back(turn);
    channel.label.push_back(std::move(label));
  }

  Status genesis(const Draft& draft) {
    TRY(const Setup setup, setup_from(draft.body, fetch_));
    tick_mp_ = setup.scenario.tick_mp;
    for (const GoodSpec& good : setup.scenario.goods)
      mark_[good.name] = good.opening.value / tick_mp_;
    for (const CreatureSpec& creature : setup.scenario.creatures) players_.insert(creature.name);
    players_.insert("treasury");
    return {};
  }

  Status fact(const Draft& draft) {
    const std::string kind = draft.body.str_or("kind", "");
    const Json* data = draft.body.find("data");
    if (data == nullptr || (kind != "news" && (kind != "latent" || draft.by != "world"))) return {};
    TRY(const Json whole, read_json(*data, fetch_));
    if (kind == "news") {
      const std::string direction = whole.str_or("direction", "");
      news_.push_back(direction.empty() ? "of no good" : direction);
      return {};
    }
    latent_.clear();
    if (const Json* values = whole.find("values_mp"))
      if (values->is(Kind::object))
        for (const auto& [good, value] : values->members())
          if (value.is(Kind::integer)) latent_[good] = value.integer();
    return {};
  }

  Status prompt(const Entry& entry) {
    const std::string task = entry.draft.body.str_or("task", "");
    task_[entry.seq] = task;
    const Json* messages = entry.draft.body.find("messages");
    if (messages == nullptr) return {};
    TRY(const Json whole, read_json(*messages, fetch_));
    if (!whole.is(Kind::array)) return {};
    std::int64_t bytes = 0;
    for (const Json& message : whole.items())
      if (const Json* content = message.find("content")) bytes += bytes_of(*content);
    number(Group::input, "prompt " + task, entry.draft.turn, static_cast<double>(bytes));
    return {};
  }

  // Of a text that stands there or in a blob.
  static std::int64_t bytes_of(const Json& text) {
    return text.is(Kind::string) ? static_cast<std::int64_t>(text.string().size())
                                 : text.int_or("bytes", 0);
  }

  Status answer(const Entry& entry) {
    const Draft& draft = entry.draft;
    const auto task = draft.from.empty() ? task_.end() : task_.find(draft.from.front());
    if (task == task_.end()) return {};
    answered_[entry.seq] = {task->second, {}};
    if (const Json* text = draft.body.find("text"))
      number(Group::answer, "length " + task->second, draft.turn,
             static_cast<double>(bytes_of(*text)));
    if (const Json* sure = draft.body.find("confidence")) answered_[entry.seq].sure = *sure;
    const Json* marks = draft.body.find("forced");
    if (marks == nullptr || draft.body.int_or("answer_count", 0) <= 0) return {};
    TRY(const std::string forced, read_text(*marks, fetch_));
    if (!forced.empty())
      number(Group::answer, "forced share " + task->second, draft.turn,
             static_cast<double>(std::count(forced.begin(), forced.end(), '1')) /
                 static_cast<double>(forced.size()));
    return {};
  }

  // A mind that did not answer; what the operator or the Patron did has an `act`.
  void silence(const Draft& draft) {
    if (draft.body.find("act") != nullptr || draft.from.empty()) return;
    if (const auto task = task_.find(draft.from.front()); task != task_.end())
      category(Group::answer, "act " + task->second, draft.turn, "no answer");
  }

  Status reading(const Draft& draft) {
    const auto it = draft.from.empty() ? answered_.end() : answered_.find(draft.from.front());
    if (it == answered_.end()) return {};
    const std::string& task = it->second.task;
    const Json* value = draft.body.find("value");
    if (value == nullptr || !draft.body.bool_or("conforms", false)) {
      category(Group::answer, "act " + task, draft.turn, "unread");
      return {};
    }
    TRY(const Json whole, read_json(*value, fetch_));
    const std::string member = decision_member(whole);
    if (!member.empty())
      category(Group::answer, "act " + task, draft.turn, whole.str_or(member, ""));
    if (const std::int64_t stated = whole.int_or("confidence", -1); stated >= 0)
      number(Group::answer, "stated confidence " + task, draft.turn, static_cast<double>(stated));
    if (const std::int64_t sure = it->second.sure.int_or(member, -1); sure >= 0)
      number(Group::answer, "measured confidence " + task, draft.turn,
             static_cast<double>(sure) / 1e6);
    return {};
  }

  void check(const Draft& draft) {
    const std::string good = draft.body.str_or("good", "");
    if (good.empty() || !players_.contains(draft.body.str_or("who", ""))) return;
    if (!draft.body.bool_or("pass", true)) {
      category(Group::outcome, "order", draft.turn, "refused");
      category(Group::outcome, "refusal", draft.turn, draft.body.str_or("reason", ""));
      return;
    }
    const std::int64_t price_mp = draft.body.int_or("price", 0) * tick_mp_;
    const auto latent = latent_.find(good);
    if (latent == latent_.end() || price_mp <= 0) return;
    const auto gap =
        static_cast<double>(draft.body.str_or("side", "") == "buy" ? latent->second - price_mp
                                                                   : price_mp - latent->second);
    number(Group::outcome, "edge of orders", draft.turn,
           kBps * gap / static_cast<double>(price_mp));
  }

  void event(const Draft& draft) {
    if (draft.body.str_or("what", "") != "order" ||
        !players_.contains(draft.body.str_or("who", "")))
      return;
    category(Group::outcome, "order", draft.turn, draft.body.str_or("state", ""));
  }

  void turn(const Draft& draft) {
    if (news_.empty()) news_.push_back("none");
    for (std::string& direction : news_)
      category(Group::input, "news", draft.turn, std::move(direction));
    news_.clear();
    const Json* marks = draft.body.find("marks");
    if (marks == nullptr || !marks->is(Kind::object)) return;
    double moved = 0;
    int goods = 0;
    for (const auto& [good, value] : marks->members()) {
      if (!value.is(Kind::integer)) continue;
      const std::int64_t before = mark_[good];
      mark_[good] = value.integer();
      if (before <= 0) continue;
      const double change =
          kBps * static_cast<double>(value.integer() - before) / static_cast<double>(before);
      number(Group::input, "return " + good, draft.turn, change);
      moved += std::abs(change);
      ++goods;
    }
    if (goods > 0) number(Group::input, "mean move", draft.turn, moved / goods);
  }

  struct Asked {
    std::string task;
    Json sure;
  };

  const LedgerReader& ledger_;
  Fetch fetch_;
  Observed out_;
  std::int64_t tick_mp_ = 1;
  std::map<std::string, std::int64_t> mark_;    // ticks, at the last dusk
  std::map<std::string, std::int64_t> latent_;  // of the turn
  std::set<std::string> players_;               // creatures and the desk
  std::vector<std::string> news_;               // directions, of the turn
  std::map<Seq, std::string> task_;             // of a prompt
  std::map<Seq, Asked> answered_;
};

Channel between(const Channel& channel, std::int64_t first, std::int64_t last) {
  Channel out{.group = channel.group, .kind = channel.kind, .turn = {}, .value = {}, .label = {}};
  for (std::size_t i = 0; i < channel.turn.size(); ++i) {
    if (channel.turn[i] < first || channel.turn[i] > last) continue;
    out.turn.push_back(channel.turn[i]);
    if (channel.kind == Channel::Kind::number) out.value.push_back(channel.value[i]);
    else out.label.push_back(channel.label[i]);
  }
  return out;
}

Sure between(const Sure& all, std::int64_t first, std::int64_t last) {
  Sure out;
  for (std::size_t i = 0; i < all.turn.size(); ++i) {
    if (all.turn[i] < first || all.turn[i] > last) continue;
    out.turn.push_back(all.turn[i]);
    out.confidence.push_back(all.confidence[i]);
    out.right.push_back(all.right[i]);
  }
  return out;
}

}  // namespace

const char* name(Group group) {
  switch (group) {
    case Group::input: return "input";
    case Group::answer: return "answer";
    case Group::outcome: return "outcome";
  }
  return "";
}

const char* name(Sureness source) { return source == Sureness::stated ? "stated" : "measured"; }

std::int64_t confidence_ppm(const Ballot& ballot, Sureness source) {
  return source == Sureness::stated ? ballot.stated_ppm : ballot.measured_ppm;
}

Sure sure(const Figures& figures, Sureness source) {
  Sure out;
  for (const Proposal& proposal : figures.proposals)
    for (const Ballot& ballot : proposal.ballots) {
      const std::int64_t ppm = confidence_ppm(ballot, source);
      if (ppm < 0 || (ballot.vote != "approve" && ballot.vote != "reject")) continue;
      out.turn.push_back(proposal.turn);
      out.confidence.push_back(std::min(1.0, static_cast<double>(ppm) / 1e6));
      out.right.push_back(ballot.vote == proposal.truth() ? 1 : 0);
    }
  return out;
}

Result<Observed> observe(const LedgerReader& ledger) { return Reader(ledger).read(); }

Observed between(const Observed& run, std::int64_t first, std::int64_t last) {
  Observed out = run;
  for (auto& [what, channel] : out.channels) channel = between(channel, first, last);
  std::erase_if(out.channels, [](const auto& one) { return one.second.turn.empty(); });
  out.stated = between(run.stated, first, last);
  out.measured = between(run.measured, first, last);
  return out;
}

}  // namespace wood::eval
