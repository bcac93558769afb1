// wood reexecute: the models of a run are asked again what they were asked then. Token ids and
// logit digests must come out the same to the bit, whatever the threads and the company.
#include <algorithm>
#include <map>

#include "cli/compose.h"
#include "cli/open.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/rng.h"
#include "core/text.h"
#include "host/clock.h"
#include "host/interrupt.h"
#include "pipeline/consult.h"

namespace wood::cli {
namespace {

constexpr std::size_t kTogether = 64;  // asks in one call: enough for five minds' batches
constexpr std::size_t kShown = 12;     // answers that differ
constexpr std::int64_t kWaitMs = 3'600'000;

struct Asked {  // one answer on record
  Seq entry;
  std::string mind;
};
struct Difference {
  Asked asked;
  std::string what;
};
struct Count {
  std::int64_t answers = 0, identical = 0, tokens = 0, digests = 0;
};
struct Outcome {
  std::map<std::string, Count> by_mind;
  std::vector<Difference> differences;
  std::vector<Difference> silences;  // no answer now: too long a prompt, a file that went away
  std::int64_t wall_us = 0;
  [[nodiscard]] Count all() const {
    Count out;
    for (const auto& [mind, count] : by_mind)
      out.answers += count.answers, out.identical += count.identical, out.tokens += count.tokens,
          out.digests += count.digests;
    return out;
  }
};

template <class T>
std::size_t first_difference(const std::vector<T>& a, const std::vector<T>& b) {
  const auto at = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(at.first - a.begin());
}

// Where two lists of token ids part.
std::string tokens_apart(const char* which, const std::vector<std::int32_t>& then,
                         const std::vector<std::int32_t>& now) {
  const std::size_t at = first_difference(then, now);
  const auto told = [at](const std::vector<std::int32_t>& ids) {
    return at < ids.size() ? std::to_string(ids[at]) : "the end";
  };
  return std::string(which) + " token " + std::to_string(at) + " was " + told(then) + ", is " +
         told(now);
}

// What two answers differ in first; "" if in nothing that a mind decides.
std::string difference(const Answer& then, const Answer& now) {
  if (then.prompt_tokens != now.prompt_tokens)
    return tokens_apart("prompt", then.prompt_tokens, now.prompt_tokens);
  if (then.tokens != now.tokens) return tokens_apart("answer", then.tokens, now.tokens);
  if (then.forced != now.forced)
    return "token " + std::to_string(first_difference(then.forced, now.forced)) +
           " was forced then or is now, not both";
  if (then.logits != now.logits)
    return "the logits before free token " +
           std::to_string(first_difference(then.logits, now.logits)) + " differ";
  if (then.text != now.text) return "the text differs";
  if (then.finish != now.finish)
    return std::string("it ended by ") + name(then.finish) + ", and now by " + name(now.finish);
  // Runs from before confidence was measured have none.
  if (!then.confidence.empty() && then.confidence != now.confidence)
    return "the confidence in a decision differs";
  return "";
}

class Reexecution {
 public:
  explicit Reexecution(const LedgerReader& ledger)
      : ledger_(ledger),
        fetch_([&ledger](const std::string& digest) { return ledger.blob(digest); }) {}

  // Answers of minds that are models in this process, in the order of the record.
  Status find() {
    TRY(const Entry genesis, ledger_.entry({0}));
    const Json* cards = genesis.draft.body.find("cards");
    if (cards == nullptr) return fail(Errc::parse, "the genesis names no minds");
    TRY(cards_, whole_value(*cards, ledger_));
    return ledger_.each(
        [&](const Entry& answer) -> Status {
          const std::string mind = answer.draft.body.str_or("mind", "");
          const Json* card = cards_.find(mind);
          if (card == nullptr || !card->is(Json::Kind::object))
            return fail(Errc::integrity, "answer " + std::to_string(answer.seq.value) +
                                             " is of a mind that the genesis does not know: \"" +
                                             mind + "\"");
          if (card->str_or("kind", "") == "llama") found_.push_back({answer.seq, mind});
          else ++others_[mind];
          return {};
        },
        all_but(EntryKind::answer));
  }

  // So many of them, evenly from the first to the last.
  void thin(std::int64_t count) {
    const std::size_t all = found_.size();
    if (count < 0 || static_cast<std::size_t>(count) >= all) return;
    std::vector<Asked> kept;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
      kept.push_back(
          found_[count == 1 ? 0 : i * (all - 1) / (static_cast<std::size_t>(count) - 1)]);
    found_ = std::move(kept);
  }

  // Another order: each has other company in its batches.
  void shuffle(std::uint64_t seed) {
    std::vector<Asked> drawn;
    const Chance chance(seed, "reexecute.order", 0, 0);
    for (const int at : chance.permutation(static_cast<int>(found_.size())))
      drawn.push_back(found_[static_cast<std::size_t>(at)]);
    found_ = std::move(drawn);
  }

  Status ask(Panel& panel, std::size_t together, Outcome& out,
             const std::function<void(std::size_t)>& on_some) {
    const std::int64_t began = now_us();
    for (std::size_t at = 0; at < found_.size(); at += together) {
      const std::size_t end = std::min(at + together, found_.size());
      std::vector<Ask> asks;
      std::vector<Answer> then;
      for (std::size_t i = at; i < end; ++i) TRY_STATUS(take(found_[i], asks, then));
      const std::vector<Reply> replies = panel.ask(asks);
      for (std::size_t i = at; i < end; ++i) compare(found_[i], then[i - at], replies[i - at], out);
      on_some(end);
      if (interrupted()) break;
    }
    out.wall_us = now_us() - began;
    return {};
  }

  [[nodiscard]] const Json& cards() const { return cards_; }
  [[nodiscard]] const std::vector<Asked>& found() const { return found_; }
  [[nodiscard]] const std::map<std::string, std::int64_t>& others() const { return others_; }

 private:
  Status take(const Asked& asked, std::vector<Ask>& asks, std::vector<Answer>& then) {
    TRY(const Entry answer, ledger_.entry(asked.entry));
    TRY(const Entry prompt, cause_of(ledger_, answer));
    TRY(Ask ask, read_ask(prompt, fetch_));
    TRY(Reply reply, read_reply(answer.draft, fetch_));
    if (ask.mind != asked.mind)
      return fail(Errc::integrity, "answer " + std::to_string(asked.entry.value) + " is of " +
                                       asked.mind + ", its prompt was put to " + ask.mind);
    ask.wait_ms_max = kWaitMs;
    asks.push_back(std::move(ask));
    then.push_back(std::get<Answer>(std::move(reply)));
    return {};
  }

  static void compare(const Asked& asked, const Answer& then, const Reply& now, Outcome& out) {
    // Cancelled, which says nothing of the model; some were answered before that.
    if (interrupted() && std::holds_alternative<Failure>(now)) return;
    Count& count = out.by_mind[asked.mind];
    ++count.answers;
    count.tokens += static_cast<std::int64_t>(then.tokens.size());
    count.digests += static_cast<std::int64_t>(then.logits.size());
    if (const auto* failure = std::get_if<Failure>(&now)) {
      out.silences.push_back({asked, failure->what});
      return;
    }
    std::string what = difference(then, std::get<Answer>(now));
    if (what.empty()) ++count.identical;
    else out.differences.push_back({asked, std::move(what)});
  }

  const LedgerReader& ledger_;
  Fetch fetch_;
  Json cards_;
  std::vector<Asked> found_;
  std::map<std::string, std::int64_t> others_;  // answers of minds that are no models here
};

Result<std::unique_ptr<LivePanel>> panel_of(const Reexecution& work, const Args& args) {
  std::vector<std::string> minds;
  for (const Asked& asked : work.found()) minds.push_back(asked.mind);
  std::sort(minds.begin(), minds.end());
  minds.erase(std::unique(minds.begin(), minds.end()), minds.end());
  TRY(Registry registry, open_registry(args.all("--minds")));
  as_recorded(registry, work.cards());
  for (MindSpec& mind : registry.minds) mind.wait_ms_max = 0;  // slow is not different: kWaitMs
  LiveOptions options;
  options.model_dirs = model_dirs(args.all("--models"));
  TRY(options.memory_max, memory_for_models(args.text("--memory")));
  options.threads = static_cast<int>(args.integer("--threads").value_or(1));
  options.kernels = kernels_of(work.cards());
  options.cancel = &interrupt_flag();
  TRY(auto panel, LivePanel::open(registry, minds, options));
  TRY_STATUS(same_minds(work.cards(), *panel));
  return panel;
}

Json json_of(const Outcome& outcome, const Reexecution& work) {
  Json minds = Json::object(), others = Json::object();
  for (const auto& [mind, c] : outcome.by_mind)
    minds.set(mind, Json::object({{"answers", c.answers},
                                  {"digests", c.digests},
                                  {"identical", c.identical},
                                  {"tokens", c.tokens}}));
  const auto list = [](const std::vector<Difference>& differences) {
    Json out = Json::array();
    for (const Difference& d : differences)
      out.push(Json::object(
          {{"entry", d.asked.entry.value}, {"mind", d.asked.mind}, {"what", to_utf8(d.what)}}));
    return out;
  };
  for (const auto& [mind, count] : work.others()) others.set(mind, count);
  const Count all = outcome.all();
  return Json::object({{"answers", all.answers},
                       {"differences", list(outcome.differences)},
                       {"digests", all.digests},
                       {"identical", all.identical},
                       {"minds", std::move(minds)},
                       {"others", std::move(others)},
                       {"silences", list(outcome.silences)},
                       {"tokens", all.tokens},
                       {"wall_us", outcome.wall_us}});
}

std::string text_of(const Outcome& outcome, const Reexecution& work, const Terminal& terminal) {
  Grid grid({{"mind"},
             {"answers", Align::right},
             {"identical", Align::right},
             {"tokens", Align::right},
             {"logits", Align::right}});
  for (const auto& [mind, c] : outcome.by_mind)
    grid.row({{printable(mind), Tone::strong},
              grouped(c.answers),
              {grouped(c.identical), c.identical == c.answers ? Tone::good : Tone::bad},
              grouped(c.tokens),
              grouped(c.digests)});
  std::string out = grid.text(terminal);
  for (std::size_t i = 0; i < std::min(kShown, outcome.differences.size()); ++i) {
    const Difference& d = outcome.differences[i];
    out += toned(terminal, Tone::bad, "Answer " + std::to_string(d.asked.entry.value)) + " by " +
           printable(d.asked.mind) + ": " + printable(d.what) + "\n";
  }
  for (std::size_t i = 0; i < std::min(kShown, outcome.silences.size()); ++i) {
    const Difference& d = outcome.silences[i];
    out += toned(terminal, Tone::warn, "No answer now") + " instead of " +
           std::to_string(d.asked.entry.value) + " by " + printable(d.asked.mind) + ": " +
           printable(d.what) + "\n";
  }
  if (outcome.differences.size() > kShown)
    out +=
        "… and " + std::to_string(outcome.differences.size() - kShown) + " more (--json has all)\n";
  std::vector<std::string> others;
  for (const auto& [mind, count] : work.others())
    others.push_back(grouped(count) + " by " + printable(mind));
  if (!others.empty())
    out += "Not asked again, no models in this process: " + join(others, ", ") + "\n";
  const Count all = outcome.all();
  const bool same = all.identical == all.answers;
  return out +
         toned(terminal, same ? Tone::good : Tone::bad, same ? "Identical: " : "Not identical: ") +
         grouped(all.identical) + " of " + grouped(all.answers) + " answers, " +
         grouped(all.tokens) + " tokens, " + grouped(all.digests) + " logit digests, in " +
         duration(outcome.wall_us) + "\n";
}

Result<int> act(const Args& args, const Console& console) {
  const std::int64_t threads = args.integer("--threads").value_or(1);
  if (threads < 1 || threads > 1'024) return fail(Errc::usage, "--threads is 1 to 1024");
  if (args.integer("--sample").value_or(1) < 1)
    return fail(Errc::usage, "--sample is a number of answers, 1 or more");
  TRY(const OpenRun run, open_run(args.text("FILE")));
  Reexecution work(*run.ledger);
  TRY_STATUS(work.find());
  if (work.found().empty())
    return fail(Errc::usage,
                "no answer of this run is of a model in this process: rules and endpoints cannot "
                "be asked again to the bit (`wood replay` plays their answers)");
  if (const auto count = args.integer("--sample")) work.thin(*count);
  if (args.has("--shuffle")) {
    const auto seed = to_int(args.text("--shuffle"));
    if (!seed || *seed < 0)
      return fail(Errc::usage,
                  "--shuffle wants a whole number, not \"" + args.text("--shuffle") + "\"");
    work.shuffle(static_cast<std::uint64_t>(*seed));
  }
  TRY(const auto panel, panel_of(work, args));
  keep_interrupts("\nwood: stopping; once more to stop at once\n");
  const bool told = !args.has("--quiet") && !args.has("--json") && console.err.person;
  Outcome outcome;
  TRY_STATUS(work.ask(*panel, args.has("--alone") ? 1 : kTogether, outcome, [&](std::size_t done) {
    if (told)
      console.complain("\r" + grouped(static_cast<std::int64_t>(done)) + " of " +
                       grouped(static_cast<std::int64_t>(work.found().size())) + " answers");
  }));
  if (told) console.complain("\r\x1b[K");
  console.print(args.has("--json") ? json_of(outcome, work).dump() + "\n"
                                   : text_of(outcome, work, console.out));
  if (!outcome.differences.empty()) return Exit::finding;
  if (outcome.all().answers < static_cast<std::int64_t>(work.found().size()))
    return fail(Errc::environment,
                "stopped: of " + grouped(static_cast<std::int64_t>(work.found().size())) +
                    " answers " + grouped(outcome.all().answers) + " were asked again");
  return outcome.silences.empty() ? Exit::fine : Exit::environment;
}

}  // namespace

Verb reexecute_verb() {
  using K = Option::Kind;
  return {
      .name = "reexecute",
      .about = "asks a run's models again; every token and logit must be the same to the bit",
      .text =
          "replay takes the answers from the record; this asks the models anew, from the prompts "
          "on record, and compares token ids, forced marks and the digests of all logits. The "
          "minds must be those of the genesis, card by card: file, context, kernel variant, "
          "release of the engine; threads, order and company may be others. What rules or "
          "endpoints answered is left out.",
      .options =
          {run_argument(),
           {.name = "--sample",
            .kind = K::integer,
            .value = "K",
            .about = "only so many answers, evenly from the first to the last"},
           {.name = "--threads", .kind = K::integer, .value = "N", .about = "of each model (1)"},
           {.name = "--alone", .about = "one ask at a time, without company"},
           {.name = "--shuffle",
            .kind = K::text,
            .value = "SEED",
            .about = "in another order, so that each has other company"},
           models_option(),
           memory_option(),
           minds_option(),
           {.name = "--json", .about = "the result as one JSON object"},
           {.name = "--quiet", .about = "no progress"}},
      .examples = {{"wood reexecute runs/five-labs-7.wood", "all answers of models"},
                   {"wood reexecute runs/five-labs-7.wood --sample 100 --alone --threads 2",
                    "a hundred of them, with another number of threads and no company"}},
      .act = act};
}

}  // namespace wood::cli
