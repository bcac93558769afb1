// The program's verbs as data: what each is called, what it takes, what it does. One description,
// read four ways: the parser (app.h, the one place that knows CLI11), the help, the man page and
// the completions (manual.h), so that they cannot drift apart.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "host/terminal.h"

namespace wood::cli {

// What the process ends with; the words are those of the man page.
enum Exit : int { fine = 0, finding = 1, usage = 2, environment = 3, stopped = 130 };
// The exit that an error stands for.
int exit_of(Errc code);

struct Option {
  enum class Kind { flag, integer, text, file, folder, choice, scenario, mind };
  std::string name;  // "--turns"; without dashes a position: "FILE"
  Kind kind = Kind::flag;
  std::string value = {};  // what the help calls its value: "N"
  std::string about = {};
  std::vector<std::string> choices = {};
  bool required = false;
  bool many = false;  // may be given more than once; a position: takes all the words that are left
  bool words = false;  // with many: takes all words up to the next option, "--fit a.wood b.wood"

  [[nodiscard]] bool position() const { return name.front() != '-'; }
};

struct Example {
  std::string line;
  std::string about;
};

// What was given, checked against the options: integers are integers, choices are among the
// choices.
class Args {
 public:
  [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }
  [[nodiscard]] std::string text(const std::string& name, std::string otherwise = "") const;
  [[nodiscard]] std::optional<std::int64_t> integer(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> all(const std::string& name) const;
  void add(const std::string& name, std::string value) {
    values_[name].push_back(std::move(value));
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

// Where a verb writes: results to out (stdout), progress and complaints to err (stderr).
struct Console {
  Terminal out;
  Terminal err;
  std::string version;  // of the program

  void print(std::string_view text) const;  // as it stands
  void complain(std::string_view text) const;
};

struct Verb {
  std::string name;
  std::string about;      // one line
  std::string text = {};  // a paragraph or two, plain
  std::vector<Option> options = {};
  std::vector<Example> examples = {};
  std::function<Result<int>(const Args&, const Console&)> act =
      nullptr;  // null: it only holds verbs
  std::vector<Verb> verbs = {};

  [[nodiscard]] const Verb* find(std::string_view wanted) const;
};

// The run that a verb reads, for open_run (open.h).
Option run_argument();
// Options that several verbs take, for open_registry and model_dirs (open.h).
Option models_option();
Option minds_option();
Option memory_option();

// One a file.
Verb run_verb();
Verb serve_verb();
Verb play_verb();
Verb verify_verb();
Verb replay_verb();
Verb reexecute_verb();
Verb trace_verb();
Verb show_verb();
Verb export_verb();
Verb keys_verb();
Verb minds_check_verb();  // of minds
Verb minds_verb();
Verb pull_verb();  // of minds
Verb compare_verb();
Verb score_verb();
Verb gambit_verb();
Verb fit_verb();
Verb calibrate_verb();
Verb drift_verb();
Verb escalate_verb();
Verb pipeline_verb();
Verb doctor_verb();
// These read all the others.
Verb completion_verb();
Verb man_verb();

// The whole program.
Verb program();

}  // namespace wood::cli
