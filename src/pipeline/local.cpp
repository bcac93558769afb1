#include "pipeline/local.h"

#include <algorithm>

#include "pipeline/parse.h"

namespace wood {
namespace {

class Trace {
 public:
  explicit Trace(Pipeline& pipeline) : p_(pipeline), local_(*pipeline.local) {}

  // A mark only rises, so going through the steps ends.
  void steps() {
    for (bool moved = true; moved;) {
      moved = false;
      for (Step& step : p_.steps) {
        const Mark mark = step.releases.empty() ? mark_of(step) : Mark::none;
        moved = moved || mark != step.mark;
        step.mark = mark;
      }
    }
  }

  void questions(Step& step) {
    const auto mark = [&](Question& q) { q.mark = highest(sent_by(q)); };
    if (auto* ask = std::get_if<AskStep>(&step.what)) mark(ask->question);
    if (auto* cascade = std::get_if<CascadeStep>(&step.what)) mark(cascade->question);
    if (auto* vote = std::get_if<VoteStep>(&step.what)) {
      mark(vote->question);
      for (BallotBox& box : vote->ballots) mark(box.question);
    }
    if (auto* versions = std::get_if<VersionsStep>(&step.what))
      for (BallotBox& box : versions->boxes) mark(box.question);
    if (auto* effect = std::get_if<EffectStep>(&step.what))
      effect->mark = highest(args_of(*effect));
  }

  // Who is asked what is local must not be sought outside by the route that chooses him.
  void routes(const Step& step) {
    const auto follow = [&](const std::string& mind, const Question& q) {
      if (!mind.starts_with("route:")) return;
      for (Step& route : p_.steps)
        if (route.name == mind.substr(6)) {
          Mark& mark = std::get<RouteStep>(route.what).mark;
          mark = std::max(mark, q.mark);
        }
    };
    if (const auto* ask = std::get_if<AskStep>(&step.what)) follow(ask->mind, ask->question);
    if (const auto* vote = std::get_if<VoteStep>(&step.what)) {
      follow(vote->escalate_mind, vote->question);
      for (const BallotBox& box : vote->ballots) follow(box.mind, box.question);
    }
    if (const auto* versions = std::get_if<VersionsStep>(&step.what))
      for (const BallotBox& box : versions->boxes) follow(box.mind, box.question);
  }

 private:
  [[nodiscard]] Mark mark_of(const Step& step) const {
    Mark out = highest(uses(step));
    if (const auto* transform = std::get_if<TransformStep>(&step.what))
      for (const Window& window : transform->windows)
        if (highest(kept_by(window)) != Mark::none || records_output(window, out))
          out = Mark::always;
    if (const auto* outcome = std::get_if<OutcomeStep>(&step.what))
      if (p_.find(outcome->of)->mark != Mark::none) out = Mark::always;
    return out;
  }
  // A window may remember what the step makes of a marked input.
  static bool records_output(const Window& window, Mark step) {
    return step != Mark::none && window.record.names().contains("output");
  }

  [[nodiscard]] Mark highest(const std::vector<Use>& all) const {
    Mark out = Mark::none;
    for (const Use& use : all) out = std::max(out, mark_of(use));
    return out;
  }
  [[nodiscard]] Mark mark_of(const Use& use) const {
    if (use.name == "input") return of_input(use.member);
    if (const auto let = p_.lets.find(use.name); let != p_.lets.end()) {
      Mark out = Mark::none;
      for (const std::string& member : let->second.members_of("input"))
        out = std::max(out, of_input(member));
      return out;
    }
    const Step* step = p_.find(use.name == "how" ? use.member : use.name);
    return step != nullptr ? step->mark : Mark::none;
  }
  [[nodiscard]] Mark of_input(const std::string& member) const {
    const bool marked = member.empty() || local_.members.empty() || local_.members.contains(member);
    return marked ? Mark::run : Mark::none;
  }

  Pipeline& p_;
  const Local& local_;
};

}  // namespace

void trace_local(Pipeline& pipeline) {
  if (!pipeline.local) return;
  Trace trace(pipeline);
  trace.steps();
  for (Step& step : pipeline.steps) trace.questions(step);
  for (const Step& step : pipeline.steps) trace.routes(step);
}

}  // namespace wood
