// wood escalate: what would a larger mind have made better, had it been asked where the small one
// was not sure? The ballots of finished runs are put to it again, and every bar is tried.
#include <algorithm>
#include <cmath>
#include <map>

#include "cli/compose.h"
#include "cli/figure.h"
#include "cli/open.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/check.h"
#include "core/text.h"
#include "eval/cascade.h"
#include "eval/figures.h"
#include "minds/live.h"
#include "minds/sampling.h"
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
struct Case {
  std::size_t run = 0;
  eval::Ballot ballot;
  std::string truth;
  double cost = 0;
};

double cost_of(Cost cost, const Usage& usage, const Answer& answer) {
  if (cost == Cost::tokens) return static_cast<double>(answer.prompt_count + answer.answer_count);
  if (cost == Cost::price) return static_cast<double>(answer.cost_nano);
  return static_cast<double>(usage.cpu_us) / 1'000;
}

struct Run {
  std::string file;
  OpenRun open;
  std::string root, seed;
  int cluster = 0;  // runs of one scenario and seed have the same latent values
};

struct Work {
  std::vector<Run> runs;
  std::vector<Case> cases;
  std::string large;
  Cost cost = Cost::time;
  bool measured = false;
  std::vector<CascadeItem> items;
  std::vector<int> cluster;  // of each item
  int clusters = 0;
  std::int64_t silent = 0, unread = 0;  // of the large mind
  std::string why;                      // it was silent last
};

// The ballots of a run that say approve or reject, of minds, on proposals whose truth is known.
Status read_cases(Work& work, std::size_t at) {
  const LedgerReader& ledger = *work.runs[at].open.ledger;
  TRY(const eval::Figures figures, eval::read_figures(ledger));
  for (std::size_t i = 0; i < at; ++i)
    if (work.runs[i].root == figures.root)
      return fail(Errc::usage, work.runs[i].file + " is the same run: give it once");
  work.runs[at].root = figures.root;
  work.runs[at].cluster = work.clusters;
  work.runs[at].seed = figures.scenario + " " + figures.seed;
  for (std::size_t i = 0; i < at; ++i)
    if (work.runs[i].seed == work.runs[at].seed) work.runs[at].cluster = work.runs[i].cluster;
  work.clusters += work.runs[at].cluster == work.clusters;
  std::map<std::int64_t, std::int64_t> time;  // answer → core time
  TRY_STATUS(ledger.each_margin([&](Seq about, const Json& body) -> Status {
    time[about.value] = body.int_or("cpu_us", 0);
    return {};
  }));
  for (const eval::Proposal& proposal : figures.proposals)
    for (const eval::Ballot& ballot : proposal.ballots) {
      if (!ballot.answer.some() || (ballot.vote != "approve" && ballot.vote != "reject")) continue;
      TRY(const Entry entry, ledger.entry(ballot.answer));
      TRY(const Reply reply,
          read_reply(entry.draft, [&](const std::string& digest) { return ledger.blob(digest); }));
      const auto* answer = std::get_if<Answer>(&reply);
      if (answer == nullptr) continue;
      Usage usage;
      usage.cpu_us = time[ballot.answer.value];
      if (work.cost == Cost::time && usage.cpu_us == 0)
        return fail(Errc::usage, ballot.mind +
                                     " has no core time on record (rules and endpoints "
                                     "have none): use --cost tokens or --cost price");
      work.cases.push_back({at, ballot, proposal.truth(), cost_of(work.cost, usage, *answer)});
    }
  return {};
}

// The minds of a run, by name.
Result<Json> cards_of(const LedgerReader& ledger) {
  TRY(const Entry genesis, ledger.entry({0}));
  const Json* cards = genesis.draft.body.find("cards");
  if (cards == nullptr) return fail(Errc::parse, "the genesis names no minds");
  return whole_value(*cards, ledger);
}

// Those of the small minds: a cascade would have the large one beside them.
Result<std::string> kernels_of_runs(const Work& work) {
  std::string out;
  for (const auto& run : work.runs) {
    TRY(const Json cards, cards_of(*run.open.ledger));
    const std::string kernels = kernels_of(cards);
    if (!out.empty() && !kernels.empty() && kernels != out)
      return fail(Errc::usage, "some of these runs were computed with kernels " + out +
                                   ", others with " + kernels + ": weigh them apart");
    if (out.empty()) out = kernels;
  }
  return out;
}

// A model understands the rendering that it was trained on: the same prompts must suit both.
Status same_style(const Work& work, const Json& card) {
  const std::string style = card.str_or("style", "full");
  for (std::size_t at = 0; at < work.runs.size(); ++at) {
    TRY(const Json whole, cards_of(*work.runs[at].open.ledger));
    for (const Case& one : work.cases) {
      if (one.run != at) continue;
      const Json* small = whole.find(one.ballot.mind);
      if (small != nullptr && small->str_or("style", "full") != style)
        return fail(Errc::usage, one.ballot.mind + " was asked in " +
                                     small->str_or("style", "full") + " words, " + work.large +
                                     " reads " + style +
                                     " ones: its answers to these prompts would say nothing of it");
    }
  }
  return {};
}

// The prompt on record, put to the large mind as its own card says.
Result<Ask> ask_of(const Work& work, const Case& one, const Sampling& sampling) {
  const LedgerReader& ledger = *work.runs[one.run].open.ledger;
  TRY(const Entry prompt, ledger.entry(one.ballot.prompt));
  TRY(Ask ask, read_ask(prompt, [&](const std::string& digest) { return ledger.blob(digest); }));
  ask.mind = work.large;
  ask.wait_ms_max = kWaitMs;
  ask.sampling.temperature_milli = sampling.temperature_milli;
  ask.sampling.top_k = sampling.top_k;
  ask.sampling.top_p_milli = sampling.top_p_milli;
  return ask;
}

// As the step does it: where the large mind gives no vote, the small one's stands.
CascadeItem item_of(Work& work, const Case& one, const Ask& ask, const Reply& reply) {
  const bool small_right = one.ballot.vote == one.truth;
  const std::int64_t sure = work.measured ? one.ballot.measured_ppm : one.ballot.stated_ppm;
  CascadeItem out{.small_right = small_right,
                  .large_right = small_right,
                  .small_confidence = std::clamp(static_cast<double>(sure) / kMillion, 0.0, 1.0),
                  .small_cost = one.cost,
                  .large_cost = 0};
  const auto* answer = std::get_if<Answer>(&reply);
  if (answer == nullptr) {
    ++work.silent;
    work.why = std::get<Failure>(reply).what;
    return out;
  }
  out.large_cost = cost_of(work.cost, answer->usage, *answer);
  const Reading reading = read_answer(answer->text, ask.schema);
  const std::string vote = reading.value ? reading.value->str_or("vote", "") : "";
  if (vote == "approve" || vote == "reject") out.large_right = vote == one.truth;
  else ++work.unread;
  return out;
}

Status ask_large(Work& work, LivePanel& panel, const Console& console) {
  const Sampling sampling = card_sampling(panel.cards().at(work.large));
  for (std::size_t at = 0; at < work.cases.size(); at += kTogether) {
    const std::size_t end = std::min(at + kTogether, work.cases.size());
    std::vector<Ask> asks;
    for (std::size_t i = at; i < end; ++i) {
      TRY(Ask ask, ask_of(work, work.cases[i], sampling));
      asks.push_back(std::move(ask));
    }
    const std::vector<Reply> replies = panel.ask(asks);
    for (std::size_t i = at; i < end; ++i) {
      work.items.push_back(item_of(work, work.cases[i], asks[i - at], replies[i - at]));
      work.cluster.push_back(work.runs[work.cases[i].run].cluster);
    }
    if (console.err.person)
      console.complain("\r" + grouped(static_cast<std::int64_t>(end)) + " of " +
                       grouped(static_cast<std::int64_t>(work.cases.size())) + " ballots");
  }
  if (console.err.person) console.complain("\r\x1b[K");
  if (work.silent == static_cast<std::int64_t>(work.cases.size()))
    return fail(Errc::model, work.large + " answered nothing: " + work.why);
  return {};
}

// ---- told

struct Told {
  eval::Cascade curve;
  std::optional<eval::Estimate> apgr;
  std::optional<eval::Estimate> gain;  // large − small accuracy
};

Told told_of(const Work& work) {
  const auto curve = eval::cascade(work.items);
  CHECK(curve);  // act() has seen that there are cases
  Told out{.curve = *curve, .apgr = {}, .gain = {}};
  const eval::IntervalTerms terms{.kind = eval::IntervalKind::percentile, .cluster = work.cluster};
  out.apgr = eval::apgr(work.items, {.purpose = "escalate"}, terms);
  out.gain = eval::bootstrap_cases(
      static_cast<int>(work.items.size()),
      [&](std::span<const int> indices) -> std::optional<double> {
        double sum = 0;
        for (const int i : indices)
          sum += work.items[static_cast<std::size_t>(i)].large_right -
                 work.items[static_cast<std::size_t>(i)].small_right;
        return sum / static_cast<double>(indices.size());
      },
      {.purpose = "escalate.gain"}, terms);
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
  // Of one seed there is no interval.
  const auto estimate = [&](double value, const std::optional<eval::Estimate>& one) {
    return Json::object({{"high_ppm", one ? Json(ppm(one->interval.high)) : Json()},
                         {"low_ppm", one ? Json(ppm(one->interval.low)) : Json()},
                         {"value_ppm", ppm(value)}});
  };
  return Json::object(
      {{"apgr", told.curve.apgr ? estimate(*told.curve.apgr, told.apgr) : Json()},
       {"ballots", static_cast<std::int64_t>(work.items.size())},
       {"confidence", work.measured ? "measured" : "stated"},
       {"cost_share_at_95_ppm",
        told.curve.cost_share_at_95 ? Json(ppm(*told.curve.cost_share_at_95)) : Json()},
       {"cost_unit", unit(work.cost)},
       {"curve", std::move(curve)},
       {"gain", estimate(told.curve.large_accuracy - told.curve.small_accuracy, told.gain)},
       {"large", work.large},
       {"large_accuracy_ppm", ppm(told.curve.large_accuracy)},
       {"runs", static_cast<std::int64_t>(work.runs.size())},
       {"silent", work.silent},
       {"small_accuracy_ppm", ppm(told.curve.small_accuracy)},
       {"unread", work.unread}});
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
  const auto within = [](const std::optional<eval::Estimate>& one, double scale, int digits) {
    return one ? " " +
                     interval_text({one->interval.low * scale, one->interval.high * scale}, digits)
               : std::string(" (no interval)");
  };
  out += "The large one is right " + signed_fixed((c.large_accuracy - c.small_accuracy) * 100, 1) +
         " points" + within(told.gain, 100, 1) + " more often.\n";
  if (c.apgr)
    out += "Of that, a bar on the confidence recovers " + fixed(*c.apgr, 3) +
           within(told.apgr, 1, 3) + " on the mean over all shares (APGR); a coin 0.5.\n";
  else out += "It is not better, so there is nothing to recover (no APGR).\n";
  out +=
      "95 % of its accuracy costs " + fixed(c.at_95.cost, 2) +
      (c.cost_share_at_95 ? ", " + percent(*c.cost_share_at_95, 0) + " of asking it alone" : "") +
      ", with " + percent(c.at_95.escalated) + " asked again.\n";
  if (work.silent > 0)
    out += grouped(work.silent) + " ballots it did not answer (" + printable(work.why) +
           "); there the small one's stands.\n";
  if (work.unread > 0)
    out += grouped(work.unread) + " answers of it were no vote; there the small one's stands.\n";
  return out + (work.clusters > 1 ? "Intervals: 95 %, whole seeds drawn with replacement.\n"
                                  : "One seed has no interval: give runs of several.\n");
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
  if (spec.kind == MindKind::openai && work.cost == Cost::time)
    return fail(Errc::usage, work.large +
                                 " computes elsewhere, in a time that nobody here knows: use "
                                 "--cost tokens or --cost price");
  for (const std::string& file : args.all("FILE")) {
    TRY(OpenRun run, open_run(file));
    work.runs.push_back(
        {.file = file, .open = std::move(run), .root = "", .seed = "", .cluster = 0});
    const Status read = read_cases(work, work.runs.size() - 1);
    if (!read) return fail(read.error().during(file));
  }
  if (work.cases.empty())
    return fail(Errc::usage, "no mind of these runs voted on a proposal of the desk");
  if (std::any_of(work.cases.begin(), work.cases.end(), [&](const Case& one) {
        return (work.measured ? one.ballot.measured_ppm : one.ballot.stated_ppm) < 0;
      }))
    return fail(Errc::usage, work.measured
                                 ? "not every ballot has a probability that was measured (rules "
                                   "and endpoints have none): use --source stated"
                                 : "not every ballot says how sure it is: use --source measured");
  for (MindSpec& mind : registry.minds) mind.wait_ms_max = 0;
  LiveOptions options;
  options.model_dirs = model_dirs(args.all("--models"));
  TRY(options.memory_max, memory_for_models(args.text("--memory")));
  TRY(options.kernels, kernels_of_runs(work));
  TRY(const auto panel, LivePanel::open(registry, {work.large}, options));
  TRY_STATUS(same_style(work, panel->cards().at(work.large)));
  TRY_STATUS(ask_large(work, *panel, console));
  const Told told = told_of(work);
  console.print(args.has("--json") ? json_of(work, told).dump() + "\n"
                                   : text_of(work, told, console.out));
  return Exit::fine;
}

}  // namespace

Verb escalate_verb() {
  using K = Option::Kind;
  return {
      .name = "escalate",
      .about = "what a larger mind would have made better, for every bar on the confidence",
      .text =
          "The desk's ballots of finished runs are put to a larger mind, with the prompts on "
          "record and its own temperature. Abstentions are left out. Whether a vote was right "
          "is asked of the latent value. Then every bar is "
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
      .examples = {{"wood escalate runs/five-labs-*.wood", "with house-large as the larger one"},
                   {"wood escalate runs/*.wood --large real-large --cost price",
                    "by the price list of an endpoint"}},
      .act = act};
}

}  // namespace wood::cli
