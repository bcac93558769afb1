// One run of a pipeline while it goes on: what has come out so far, what each step may see, and how
// a step's end is judged and written. The kinds of steps are in perform.h and council.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/consult.h"
#include "pipeline/runner.h"

namespace wood {

// What one seat sees in one step. The scope borrows from the frame and the stage.
struct Frame {
  const Step& step;
  std::string seat;
  std::string by;
  Json seat_value;
  Json turn_value;
  Json options;
  Json input;  // only if it is shown another than the run's
  Json draft;
  Json how;               // if the step names it
  std::vector<Seq> from;  // causes of what is done with it
  Scope scope;
};

class Stage {
 public:
  Stage(const Pipeline& pipeline_in, const Json& input_in, Context& context_in)
      : pipeline(pipeline_in), input(input_in), context(context_in) {}

  const Pipeline& pipeline;
  const Json& input;
  Context& context;
  Outcome outcome;
  bool keeps_local = false;  // what the pipeline marks local must stay here, in this run
  [[nodiscard]] bool holds(Mark mark) const {
    return mark == Mark::always || (mark == Mark::run && keeps_local);
  }

  // `asking`: a mind will be shown it, so the context's show() is consulted, and the input is a
  // cause.
  enum class For { asking, computing };
  // `sees`: of the step's needs, those shown to this seat; null: all.
  std::unique_ptr<Frame> frame(const Step& step, const std::string& seat, For purpose,
                               const std::set<std::string>* sees = nullptr);

  // The mind behind "name", "@seat" or "route:step"; empty if there is none.
  [[nodiscard]] std::string mind(const Step& step, const std::string& seat,
                                 const std::string& text) const;
  [[nodiscard]] std::string by(const std::string& seat) const;

  // What to ask. Errors are an expression's.
  Result<Consult> question(const Question& q, const Frame& frame, const std::string& mind_name);

  // Sets keeps_local. A condition that cannot be judged holds: what might be local is.
  void mark_local();

  // Whether the step is to be performed. If not, its outcome has been set.
  bool admits(const Step& step);

  // Holds an output to the step's checks. `failed`: the first that does not pass; null: all do.
  // With checks it writes the check entry, in which `next` stands for what the step itself says
  // shall happen.
  struct Examined {
    Seq entry;
    const Check* failed = nullptr;
  };
  Examined examine(const Step& step, const Json& output, std::vector<Seq> from,
                   const char* next = nullptr);
  // What a failed check says shall happen, happens.
  void obey(const Step& step, const Examined& examined);

  // The step has an output, by the entries `from`: schema, checks, and its outcome.
  void conclude(const Step& step, Json output, std::vector<Seq> from);
  // The same for one that has been held to its checks.
  void settle_done(const Step& step, Json output, Seq entry) {
    settle(step, StepOutcome::State::done, std::move(output), "", entry);
  }
  // It has none, for a reason: its default stands in, or it is refused.
  void miss(const Step& step, const std::string& code, const std::string& what,
            std::vector<Seq> from);

  // What `how` says of the step, which has ended.
  void note(const Step& step, Json how) { outcome.steps.at(step.name).how = std::move(how); }

  // Writes a step entry: {kind, pipeline, step, …body}.
  Seq write(const Step& step, const std::string& by_name, Json body, std::vector<Seq> from);

 private:
  void settle(const Step& step, StepOutcome::State state, Json output, std::string code, Seq entry);
  std::vector<Seq> causes(const Step& step, const std::set<std::string>* sees = nullptr) const;
};

// Both, ascending and each once.
std::vector<Seq> operator+(std::vector<Seq> a, const std::vector<Seq>& b);

}  // namespace wood
