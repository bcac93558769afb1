#include "pipeline/cascade.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "pipeline/reply.h"

namespace wood {
namespace {

using Kind = Json::Kind;

const CascadeStep& what_of(const Step& step) { return std::get<CascadeStep>(step.what); }

std::string mind_of(Stage& stage, const Step& step, std::size_t rung) {
  return stage.mind(step, "rung" + std::to_string(rung + 1), what_of(step).rungs[rung].mind);
}

// Who is asked next, from this rung on, and what stands beside him. No mind: nobody is left.
Result<Choice> next_rung(Stage& stage, const Step& step, Cascade& c, std::size_t first) {
  const CascadeStep& what = what_of(step);
  Choice out;
  for (std::size_t i = 0; i < what.rungs.size(); ++i) {
    const std::string who = mind_of(stage, step, i);
    if (who.empty()) continue;  // the cast has nobody there
    std::string passed;
    if (i >= first && out.mind.empty()) {
      const auto& when = what.rungs[i].when;
      Result<bool> yes = when ? when->test(c.frame->scope) : Result<bool>(true);
      if (!yes) return fail(std::move(yes).error().during("rung " + std::to_string(i + 1)));
      passed = !*yes ? "when" : barred(stage, who, what.budget, c.limits, what.question.mark);
      if (passed.empty()) {
        out.mind = who;
        c.rung = i;
        continue;
      }
    }
    add_alternative(out.others, who, passed);
  }
  std::erase_if(out.others, [&](const Alternative& one) { return one.mind == out.mind; });
  return out;
}

// Writes the route to the chosen one and makes the question.
Result<Consult> put(Stage& stage, const Step& step, Cascade& c, const Choice& choice) {
  const CascadeStep& what = what_of(step);
  c.mind = choice.mind;
  c.bar = -1;
  if (const auto& bar = what.rungs[c.rung].bar) {
    Result<Json> value = bar->eval(c.frame->scope);
    if (!value) return fail(std::move(value).error().during("bar_ppm"));
    if (!value->is(Kind::integer) || value->integer() < 0 || value->integer() > 1'000'000)
      return fail(Errc::schema,
                  "bar_ppm: gives " + value->dump() + ", wanted an integer from 0 to 1000000");
    c.bar = value->integer();
  }
  Question question = what.question;
  if (what.rungs[c.rung].scripted) question.scripted = what.rungs[c.rung].scripted;
  TRY(Consult out, stage.question(question, *c.frame, choice.mind));
  const auto causes = c.from.empty() ? c.frame->from : c.from;
  const Seq route = write_route(stage, step, choice, what.budget, c.limits, causes);
  out.from = std::move(out.from) + std::vector<Seq>{route};
  spend(stage, choice.mind, what.budget, c.limits);
  ++c.asked;
  return out;
}

// 0 to 1'000'000: what the answer says of itself, or its logits say, and by the rung's curve how
// often such answers were right.
std::int64_t confidence_of(const CascadeStep& what, const Rung& rung, const Consulted& answer) {
  std::int64_t out = what.unstated_ppm;
  if (what.source == Source::measured) {
    const auto share = answer.answer.confidence.find(what.field);
    if (share != answer.answer.confidence.end()) out = share->second;
  } else if (const Json* said = answer.value.find(what.field);
             said != nullptr && said->is(Kind::integer)) {
    out = std::clamp<std::int64_t>(said->integer(), 0, 100) * 10'000;
  }
  if (rung.curve.empty()) return out;
  std::int64_t right = 0;
  for (const CurvePoint& point : rung.curve)
    if (point.confidence_ppm <= out) right = point.accuracy_ppm;
  return right;
}

// What an answer comes to. `code`: why the next is asked; "": it is enough.
struct Judged {
  std::string code;
  Seq entry;
  const Check* failed = nullptr;
};

Judged judge(Stage& stage, const Step& step, Cascade& c, Consulted& answer, const char* next) {
  c.cost_nano += answer.answer.cost_nano;
  if (answer.failure) return {code_of(*answer.failure), answer.reply};
  if (!answer.conforms) return {"nonconforming", answer.reading};
  const Stage::Examined examined = stage.examine(step, answer.value, {answer.reading}, next);
  if (examined.failed != nullptr) return {examined.failed->code, examined.entry, examined.failed};
  const CascadeStep& what = what_of(step);
  const std::int64_t sure = confidence_of(what, what.rungs[c.rung], answer);
  c.standing = Cascade::Standing{.value = std::move(answer.value),
                                 .entry = examined.entry,
                                 .mind = c.mind,
                                 .rung = c.rung,
                                 .confidence_ppm = sure};
  return {sure < c.bar ? "low_confidence" : "", examined.entry};
}

Json passed_json(const std::vector<Alternative>& passed) {
  Json out = Json::array();
  for (const Alternative& one : passed)
    out.push(Json::object({{"mind", one.mind}, {"passed", one.passed}}));
  return out;
}

void end(Stage& stage, const Step& step, Cascade& c, const Judged& last) {
  Json how = Json::object({{"asked", c.asked}, {"cost_nano", c.cost_nano}, {"why", c.why}});
  if (!c.passed.empty()) how.set("passed", passed_json(c.passed));
  if (!c.standing) {
    how.set("sure", false);
    std::vector<std::string> words;
    for (const Alternative& one : c.passed) words.push_back(one.mind + " " + one.passed);
    if (last.failed != nullptr) stage.obey(step, {last.entry, last.failed});
    else stage.miss(step, last.code, join(words, ", "), {last.entry});
    stage.note(step, std::move(how));
    return;
  }
  Cascade::Standing& s = *c.standing;
  how.set("confidence_ppm", s.confidence_ppm);
  how.set("mind", s.mind);
  how.set("rung", s.rung + 1);
  how.set("sure", last.code.empty());
  Seq entry = s.entry;
  if (s.entry != last.entry || !c.passed.empty()) {  // it stands, though it was not enough
    Json body = Json::object({{"code", last.code},
                              {"mind", s.mind},
                              {"output", value_in(stage.context.sink, s.value, 16'000)},
                              {"rung", s.rung + 1},
                              {"state", name(StepOutcome::State::done)}});
    if (!c.passed.empty()) body.set("passed", passed_json(c.passed));
    entry = stage.write(step, c.frame->by, std::move(body),
                        std::vector<Seq>{s.entry} + std::vector<Seq>{last.entry});
  }
  stage.settle_done(step, std::move(s.value), entry);
  stage.note(step, std::move(how));
}

// The first question, or nothing: then the step's outcome has been set. Errors are expressions'.
Result<std::optional<Consult>> begin(Stage& stage, const Step& step, Cascade& c) {
  TRY(c.limits, limits_of(what_of(step).budget, c.frame->scope));
  TRY(Choice choice, next_rung(stage, step, c, 0));
  if (choice.mind.empty()) {
    miss_all(stage, step, choice.others, c.frame->from);
    return std::optional<Consult>();
  }
  choice.code = "first";
  TRY(Consult question, put(stage, step, c, choice));
  return std::optional<Consult>(std::move(question));
}

// The question to the next rung, for this reason.
Result<Consult> go_on(Stage& stage, const Step& step, Cascade& c, Choice choice, std::size_t rung,
                      const Judged& judged) {
  c.rung = rung;
  c.from = {judged.entry};
  choice.code = judged.code;
  return put(stage, step, c, choice);
}

// Those of the rungs ahead that a limit kept from being asked.
std::vector<Alternative> barred_ones(Choice choice) {
  std::erase_if(choice.others, [](const Alternative& one) { return one.passed.empty(); });
  return std::move(choice.others);
}

}  // namespace

Cascade begin_cascade(Stage& stage, const Step& step, std::vector<Consult>& consults) {
  Cascade c;
  c.frame = stage.frame(step, step.by, Stage::For::asking);
  auto question = begin(stage, step, c);
  if (!question) stage.miss(step, "expression", question.error().what, c.frame->from);
  else if (*question) consults.push_back(std::move(**question));
  return c;
}

Status climb(Stage& stage, const Step& step, Cascade c, Consulted& first) {
  std::vector<Consulted> later;
  Consulted* answer = &first;
  while (true) {
    const std::size_t rung = c.rung;
    auto choice = next_rung(stage, step, c, rung + 1);
    const std::size_t next = std::exchange(c.rung, rung);
    const bool left = !choice || !choice->mind.empty();
    const Judged judged = judge(stage, step, c, *answer, left ? "next" : nullptr);
    if (!judged.code.empty()) c.why.push(judged.code);
    if (judged.code.empty() || !left) {
      if (!judged.code.empty()) c.passed = barred_ones(*choice);
      end(stage, step, c, judged);
      return {};
    }
    Result<Consult> question = choice ? go_on(stage, step, c, std::move(*choice), next, judged)
                                      : Result<Consult>(fail(std::move(choice).error()));
    if (!question) {
      stage.miss(step, "expression", question.error().what, {judged.entry});
      return {};
    }
    TRY(later, consult(stage.context.sink, stage.context.panel, {&*question, 1}));
    answer = &later[0];
  }
}

}  // namespace wood
