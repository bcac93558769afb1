// wood cascade: what would a larger mind have made better, had it been asked where the small one
// was not sure? The ballots of finished runs are put to it again, and every bar is tried.
#include <algorithm>
#include <cmath>
#include <map>

#include "cli/figure.h"
#include "cli/open.h"
#include "cli/report.h"
#include "cli/run_set.h"
#include "cli/table.h"
#include "core/text.h"
#include "eval/cascade.h"
#include "minds/live.h"
#include "pipeline/consult.h"

namespace wood::cli {
namespace {

using eval::CascadeItem;
using eval::CascadePoint;

constexpr std::size_t kTogether = 64;  // asks in one call
constexpr std::int64_t kWaitMs = 3'600'000;
constexpr double kMillion = 1e6;

enum class Cost { time, tokens, price };
const char* unit(Cost cost) {
  return cost == Cost::time ? "core-ms" : cost == Cost::tokens ? "tokens" : "nano";
}

// A ballot on record, and what it is held to.
struct Ballot {
  int run = 0;
  Seq prompt, answer;
  std::string small;  // the mind that gave it
  std::string vote, truth;
  double stated = 0, measured = -1;
  double time = 0, tokens = 0, price = 0;
};

double cost_of(Cost cost, const Usage& usage, const Answer& answer) {
  if (cost == Cost::tokens) return static_cast<double>(answer.prompt_count + answer.answer_count);
  if (cost == Cost::price) return static_cast<double>(answer.cost_nano);
  return static_cast<double>(usage.cpu_us > 0 ? usage.cpu_us : usage.wall_us) / 1'000;
}

// The ballots of one run whose truth the simulator knows.
class Ballots {
 public:
  Ballots(const LedgerReader& ledger, int run, std::vector<Ballot>& out)
      : ledger_(ledger), run_(run), out_(out) {}

  Status read() {
    TRY(const eval::Figures figures, eval::read_figures(ledger_));
    for (const eval::Proposal& proposal : figures.proposals)
      truth_[proposal.turn] = proposal.truth();
    const std::size_t first = out_.size();
    TRY_STATUS(ledger_.each(
        [this](const Entry& entry) -> Status {
          if (entry.draft.kind == EntryKind::prompt) return prompt(entry);
          if (entry.draft.kind == EntryKind::answer) return answer(entry);
          return entry.draft.kind == EntryKind::reading ? reading(entry) : Status();
        },
        {}));
    TRY_STATUS(ledger_.each_margin([this](Seq about, const Json& body) -> Status {
      if (const auto it = answers_.find(about.value); it != answers_.end())
        out_[it->second].time =
            static_cast<double>(std::max(
                body.int_or("cpu_us", 0) > 0 ? body.int_or("cpu_us", 0) : body.int_or("wall_us", 0),
                std::int64_t{0})) /
            1'000;
      return {};
    }));
    // A ballot that could not be read is no answer, and was not escalated either.
    out_.erase(std::remove_if(out_.begin() + static_cast<std::ptrdiff_t>(first), out_.end(),
                              [](const Ballot& ballot) { return ballot.vote.empty(); }),
               out_.end());
    return {};
  }

 private:
  Status prompt(const Entry& entry) {
    if (entry.draft.body.str_or("task", "") == "desk.vote" && truth_.contains(entry.draft.turn))
      prompts_[entry.seq.value] = entry.draft.turn;
    return {};
  }
  Status answer(const Entry& entry) {
    if (entry.draft.from.empty()) return {};
    const auto asked = prompts_.find(entry.draft.from.front().value);
    if (asked == prompts_.end()) return {};
    const auto fetch = [this](const std::string& digest) { return ledger_.blob(digest); };
    TRY(const Reply reply, read_reply(entry.draft, fetch));
    const auto* given = std::get_if<Answer>(&reply);
    if (given == nullptr) return {};
    Ballot ballot;
    ballot.run = run_;
    ballot.prompt = entry.draft.from.front();
    ballot.answer = entry.seq;
    ballot.small = entry.draft.body.str_or("mind", "");
    ballot.truth = truth_.at(asked->second);
    if (const auto it = given->confidence.find("vote"); it != given->confidence.end())
      ballot.measured = static_cast<double>(it->second) / kMillion;
    ballot.tokens = cost_of(Cost::tokens, {}, *given);
    ballot.price = cost_of(Cost::price, {}, *given);
    answers_[entry.seq.value] = out_.size();
    out_.push_back(std::move(ballot));
    return {};
  }
  Status reading(const Entry& entry) {
    if (entry.draft.from.empty()) return {};
    const auto it = answers_.find(entry.draft.from.front().value);
    const Json* value = entry.draft.body.find("value");
    if (it == answers_.end() || value == nullptr) return {};
    TRY(const Json whole, whole_value(*value, ledger_));
    out_[it->second].vote = whole.str_or("vote", "");
    out_[it->second].stated =
        std::clamp(static_cast<double>(whole.int_or("confidence", 0)) / 100, 0.0, 1.0);
    return {};
  }

  const LedgerReader& ledger_;
  int run_;
  std::vector<Ballot>& out_;
  std::map<std::int64_t, std::string> truth_;     // by turn
  std::map<std::int64_t, std::int64_t> prompts_;  // entry → turn
  std::map<std::int64_t, std::size_t> answers_;   // entry → place in out_
};

struct Work {
  std::vector<OpenRun> runs;
  std::vector<Ballot> ballots;
  std::string large;
  Cost cost = Cost::time;
  bool measured = false;
  std::vector<CascadeItem> items;
  std::vector<int> of_run;  // of each item
  std::int64_t silent = 0;  // of the large mind
};

// A model understands the rendering that it was trained on: the same prompts must suit both.
Status same_style(const Work& work, const Json& card) {
  const std::string style = card.str_or("style", "full");
  for (const OpenRun& run : work.runs) {
    TRY(const Entry genesis, run.ledger->entry({0}));
    const Json* cards = genesis.draft.body.find("cards");
    if (cards == nullptr) return fail(Errc::parse, "the genesis names no minds");
    TRY(const Json whole, whole_value(*cards, *run.ledger));
    for (const Ballot& ballot : work.ballots) {
      const Json* small = whole.find(ballot.small);
      if (small != nullptr && small->str_or("style", "full") != style)
        return fail(Errc::usage, ballot.small + " was asked in " + small->str_or("style", "full") +
                                     " words, " + work.large + " reads " + style +
                                     " ones: its answers to these prompts would say nothing of it");
    }
  }
  return {};
}

Status ask_large(Work& work, LivePanel& panel, const Console& console) {
  for (std::size_t at = 0; at < work.ballots.size(); at += kTogether) {
    const std::size_t end = std::min(at + kTogether, work.ballots.size());
    std::vector<Ask> asks;
    for (std::size_t i = at; i < end; ++i) {
      const Ballot& ballot = work.ballots[i];
      const LedgerReader& ledger = *work.runs[static_cast<std::size_t>(ballot.run)].ledger;
      TRY(const Entry prompt, ledger.entry(ballot.prompt));
      TRY(Ask ask,
          read_ask(prompt, [&](const std::string& digest) { return ledger.blob(digest); }));
      ask.mind = work.large;
      ask.wait_ms_max = kWaitMs;
      asks.push_back(std::move(ask));
    }
    const std::vector<Reply> replies = panel.ask(asks);
    for (std::size_t i = at; i < end; ++i) {
      const Ballot& ballot = work.ballots[i];
      const auto* answer = std::get_if<Answer>(&replies[i - at]);
      if (answer == nullptr) {
        ++work.silent;
        continue;
      }
      const Reading reading = read_answer(answer->text, asks[i - at].schema);
      const std::string vote = reading.value ? reading.value->str_or("vote", "") : "";
      const double small_cost = work.cost == Cost::time     ? ballot.time
                                : work.cost == Cost::tokens ? ballot.tokens
                                                            : ballot.price;
      work.items.push_back({.small_right = ballot.vote == ballot.truth,
                            .large_right = vote == ballot.truth,
                            .small_confidence = work.measured ? ballot.measured : ballot.stated,
                            .small_cost = small_cost,
                            .large_cost = cost_of(work.cost, answer->usage, *answer)});
      work.of_run.push_back(ballot.run);
    }
    if (console.err.person)
      console.complain("\r" + grouped(static_cast<std::int64_t>(end)) + " of " +
                       grouped(static_cast<std::int64_t>(work.ballots.size())) + " ballots");
  }
  if (console.err.person) console.complain("\r\x1b[K");
  return {};
}

// ---- told

struct Told {
  eval::Cascade curve;
  std::optional<eval::Estimate> apgr;
  std::optional<eval::Estimate> gain;  // large − small accuracy
};

Result<Told> told_of(const Work& work) {
  const auto curve = eval::cascade(work.items);
  if (!curve)
    return fail(Errc::usage, "no ballot of these runs has both minds' answers and a truth");
  Told out{.curve = *curve, .apgr = {}, .gain = {}};
  const eval::IntervalTerms terms{.kind = eval::IntervalKind::percentile, .cluster = work.of_run};
  out.apgr = eval::apgr(work.items, {.purpose = "cascade"}, terms);
  out.gain = eval::bootstrap_cases(
      static_cast<int>(work.items.size()),
      [&](std::span<const int> indices) -> std::optional<double> {
        double sum = 0;
        for (const int i : indices)
          sum += work.items[static_cast<std::size_t>(i)].large_right -
                 work.items[static_cast<std::size_t>(i)].small_right;
        return sum / static_cast<double>(indices.size());
      },
      {.purpose = "cascade.gain"}, terms);
  return out;
}

Json json_of(const Work& work, const Told& told) {
  const auto ppm = [](double share) {
    return static_cast<std::int64_t>(std::llround(share * 1e6));
  };
  Json curve = Json::array();
  for (const CascadePoint& point : told.curve.curve)
    curve.push(
        Json::object({{"accuracy_ppm", ppm(point.accuracy)},
                      {"cost_milli", static_cast<std::int64_t>(std::llround(point.cost * 1e3))},
                      {"escalated_ppm", ppm(point.escalated)},
                      {"threshold_ppm", ppm(point.threshold)}}));
  const auto estimate = [&](const std::optional<eval::Estimate>& one) {
    if (!one) return Json();
    return Json::object({{"high_ppm", ppm(one->interval.high)},
                         {"low_ppm", ppm(one->interval.low)},
                         {"value_ppm", ppm(one->value)}});
  };
  return Json::object(
      {{"apgr", told.curve.apgr ? estimate(told.apgr) : Json()},
       {"ballots", static_cast<std::int64_t>(work.items.size())},
       {"confidence", work.measured ? "measured" : "stated"},
       {"cost_share_at_95_ppm",
        told.curve.cost_share_at_95 ? Json(ppm(*told.curve.cost_share_at_95)) : Json()},
       {"cost_unit", unit(work.cost)},
       {"curve", std::move(curve)},
       {"gain", estimate(told.gain)},
       {"large", work.large},
       {"large_accuracy_ppm", ppm(told.curve.large_accuracy)},
       {"runs", static_cast<std::int64_t>(work.runs.size())},
       {"silent", work.silent},
       {"small_accuracy_ppm", ppm(told.curve.small_accuracy)}});
}

std::string text_of(const Work& work, const Told& told, const Terminal& terminal) {
  const eval::Cascade& c = told.curve;
  std::string out = grouped(static_cast<std::int64_t>(work.items.size())) + " ballots of " +
                    std::to_string(work.runs.size()) + " runs, put to " + work.large +
                    " again; cost in " + unit(work.cost) + " a ballot.\n\n";
  Grid grid({{"asked again where"},
             {"share", Align::right},
             {"right", Align::right},
             {"cost", Align::right},
             {"of the large one's", Align::right}});
  const auto row = [&](const std::string& where, const CascadePoint& point) {
    grid.row({where, percent(point.escalated), percent(point.accuracy), fixed(point.cost, 2),
              c.large_cost > 0 ? percent(point.cost / c.large_cost, 0) : "-"});
  };
  row("never", eval::cascade_at(work.items, 0));
  for (int tenth = 1; tenth <= 10; ++tenth)
    row("below " + fixed(tenth / 10.0, 1), eval::cascade_at(work.items, tenth / 10.0));
  row("always", eval::cascade_at(work.items, eval::kAlways));
  grid.row({"the large one alone", percent(1), percent(c.large_accuracy), fixed(c.large_cost, 2),
            "100 %"});
  out += grid.text(terminal) + "\n";
  if (told.gain)
    out += "The large one is right " + signed_fixed(told.gain->value * 100, 1) + " points " +
           interval_text({told.gain->interval.low * 100, told.gain->interval.high * 100}, 1) +
           " more often.\n";
  if (c.apgr && told.apgr)
    out += "Of that, a bar on the confidence recovers " + fixed(*c.apgr, 3) + " " +
           interval_text(told.apgr->interval, 3) +
           " on the mean over all shares (APGR); a coin 0.5.\n";
  else out += "It is not better, so there is nothing to recover (no APGR).\n";
  out +=
      "95 % of its accuracy costs " + fixed(c.at_95.cost, 2) +
      (c.cost_share_at_95 ? ", " + percent(*c.cost_share_at_95, 0) + " of asking it alone" : "") +
      ", with " + percent(c.at_95.escalated) + " asked again.\n";
  if (work.silent > 0)
    out += grouped(work.silent) + " ballots it did not answer; they are left out.\n";
  return out + "Intervals: 95 %, whole runs drawn with replacement.\n";
}

Result<int> act(const Args& args, const Console& console) {
  Work work;
  work.large = args.text("--large", "house-large");
  const std::string cost = args.text("--cost", "time");
  work.cost = cost == "time" ? Cost::time : cost == "tokens" ? Cost::tokens : Cost::price;
  work.measured = args.text("--source", "stated") == "measured";
  TRY(Registry registry, open_registry(args.all("--minds")));
  TRY(const MindSpec spec, known_mind(registry, work.large));
  if (spec.kind == MindKind::scripted)
    return fail(Errc::usage, work.large +
                                 " decides by rule, from facts that a prompt on record does not "
                                 "hold: name a model or an endpoint");
  for (const std::string& file : args.all("FILE")) {
    TRY(OpenRun run, open_run(file));
    work.runs.push_back(std::move(run));
    const Status read =
        Ballots(*work.runs.back().ledger, static_cast<int>(work.runs.size()) - 1, work.ballots)
            .read();
    if (!read) return fail(read.error().during(file));
  }
  if (work.ballots.empty()) return fail(Errc::usage, "no desk of these runs voted on a proposal");
  if (work.measured && std::any_of(work.ballots.begin(), work.ballots.end(),
                                   [](const Ballot& ballot) { return ballot.measured < 0; }))
    return fail(Errc::usage,
                "not every ballot has a probability that was measured (rules and endpoints have "
                "none): use --source stated");
  for (MindSpec& mind : registry.minds) mind.wait_ms_max = 0;
  LiveOptions options;
  options.model_dirs = model_dirs(args.all("--models"));
  TRY(options.memory_max, memory_for_models(args.text("--memory")));
  TRY(const auto panel, LivePanel::open(registry, {work.large}, options));
  TRY_STATUS(same_style(work, panel->cards().at(work.large)));
  TRY_STATUS(ask_large(work, *panel, console));
  TRY(const Told told, told_of(work));
  console.print(args.has("--json") ? json_of(work, told).dump() + "\n"
                                   : text_of(work, told, console.out));
  return Exit::fine;
}

}  // namespace

Verb cascade_verb() {
  using K = Option::Kind;
  return {.name = "cascade",
          .about = "what a larger mind would have made better, for every bar on the confidence",
          .text =
              "The desk's ballots of finished runs are put to a larger mind, with the prompts on "
              "record. Whether a vote was right is asked of the latent value. Then every bar is "
              "tried: the larger one is asked where the small one was less sure than that, and "
              "costs beside it. This tells of the bar that a [step] of kind cascade needs; set it "
              "by some runs and tell of others.",
          .options = {{.name = "FILE",
                       .kind = K::file,
                       .value = "FILE",
                       .about = "the runs",
                       .required = true,
                       .many = true},
                      {.name = "--large",
                       .kind = K::mind,
                       .value = "MIND",
                       .about = "who is asked again (house-large)"},
                      {.name = "--source",
                       .kind = K::choice,
                       .value = "WHICH",
                       .about = "how sure it says it is, or what its probabilities say (stated)",
                       .choices = {"stated", "measured"}},
                      {.name = "--cost",
                       .kind = K::choice,
                       .value = "WHICH",
                       .about = "core time, tokens, or the price list's (time)",
                       .choices = {"time", "tokens", "price"}},
                      models_option(),
                      minds_option(),
                      memory_option(),
                      {.name = "--json", .about = "as one JSON object"}},
          .examples = {{"wood cascade runs/five-labs-*.wood", "with house-large as the larger one"},
                       {"wood cascade runs/*.wood --large real-large --cost price",
                        "by the price list of an endpoint"}},
          .act = act};
}

}  // namespace wood::cli
