#include "cli/verb.h"

#include "core/text.h"

namespace wood::cli {

int exit_of(Errc code) {
  switch (code) {
    case Errc::integrity:
    case Errc::diverged: return Exit::finding;
    case Errc::usage:
    case Errc::parse:
    case Errc::schema:
    case Errc::not_found:
    case Errc::exists: return Exit::usage;
    default: return Exit::environment;
  }
}

std::string Args::text(const std::string& name, std::string otherwise) const {
  const auto it = values_.find(name);
  return it == values_.end() ? std::move(otherwise) : it->second.back();
}

std::optional<std::int64_t> Args::integer(const std::string& name) const {
  const auto it = values_.find(name);
  return it == values_.end() ? std::nullopt : to_int(it->second.back());
}

std::vector<std::string> Args::all(const std::string& name) const {
  const auto it = values_.find(name);
  return it == values_.end() ? std::vector<std::string>{} : it->second;
}

void Console::print(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Console::complain(std::string_view text) const {
  std::fflush(stdout);
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

const Verb* Verb::find(std::string_view wanted) const {
  for (const Verb& verb : verbs)
    if (verb.name == wanted) return &verb;
  return nullptr;
}

Option run_argument() {
  return {.name = "FILE",
          .kind = Option::Kind::file,
          .value = "FILE",
          .about = "the run",
          .required = true};
}

Option models_option() {
  return {.name = "--models",
          .kind = Option::Kind::folder,
          .value = "DIR",
          .about = "look for model files here first",
          .many = true};
}

Option minds_option() {
  return {.name = "--minds",
          .kind = Option::Kind::file,
          .value = "FILE",
          .about = "add the minds of this file, in the form of models.toml",
          .many = true};
}

Option memory_option() {
  return {.name = "--memory",
          .kind = Option::Kind::text,
          .value = "SIZE",
          .about =
              "all models together, e.g. 8G (three quarters of the machine's); those that do "
              "not fit at once take turns"};
}

Verb program() {
  return {
      .name = "wood",
      .about = "plays a market of small language models and proves what happened",
      .text =
          "Five creatures with minds of their own trade in a scarce market and run a fund "
          "together. Everything they are asked, answer and do stands in a ledger that can be "
          "verified, replayed to the bit and traced back, decision by decision.",
      .options = {},
      .examples = {{"wood run", "the default scenario, with a seed that is drawn and printed"},
                   {"wood run --cast rules --seed 7 --turns 10", "without models, repeatable"},
                   {"wood verify runs/five-labs-7.wood", "was anything changed, does it replay?"},
                   {"wood show runs/five-labs-7.wood --turn 4", "the minutes of one day"}},
      .act = nullptr,
      .verbs = {run_verb(),        play_verb(),     serve_verb(), verify_verb(),   replay_verb(),
                reexecute_verb(),  trace_verb(),    show_verb(),  export_verb(),   keys_verb(),
                minds_verb(),      compare_verb(),  score_verb(), gambit_verb(),   calibrate_verb(),
                drift_verb(),      escalate_verb(), fit_verb(),   pipeline_verb(), doctor_verb(),
                completion_verb(), man_verb()}};
}

}  // namespace wood::cli
