#include "pipeline/hearing.h"

#include "core/text.h"
#include "pipeline/reply.h"

namespace wood {
namespace {

// Why one of them gives nothing, or what was computed.
Seq write_one(Stage& stage, const Step& step, const BallotBox& box, const Frame& frame,
              const char* state, const Result<Json>& value) {
  Json body = Json::object({{"seat", box.by}, {"state", state}});
  if (value) body.set("output", value_in(stage.context.sink, *value));
  else body.set("what", text_in(stage.context.sink, value.error().what, 512));
  return stage.write(step, frame.by, std::move(body), frame.from);
}

}  // namespace

Hearing hear(Stage& stage, const Step& step, const std::vector<BallotBox>& boxes, const char* state,
             std::vector<Consult>& consults) {
  Hearing out;
  int next = 0;
  for (const BallotBox& box : boxes) {
    int asked = -1;
    std::string mind;
    Seq entry;
    if (!box.rule) {
      const auto frame = stage.frame(step, box.by, Stage::For::asking, &box.sees);
      mind = stage.mind(step, box.by, box.mind);
      Result<Consult> question =
          mind.empty() ? Result<Consult>(fail(Errc::not_found, "nobody sits at " + box.mind))
                       : stage.question(box.question, *frame, mind);
      if (question) {
        consults.push_back(std::move(*question));
        asked = next++;
      } else {
        entry = write_one(stage, step, box, *frame, state, fail(std::move(question).error()));
      }
    }
    out.asked.push_back(asked);
    out.minds.push_back(mind);
    out.entries.push_back(entry);
  }
  return out;
}

std::vector<Heard> gather(Stage& stage, const Step& step, const std::vector<BallotBox>& boxes,
                          const char* state, const Hearing& hearing, std::span<Consulted> answers,
                          const std::string& measured) {
  std::vector<Heard> out;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    Heard one{.value = std::nullopt, .entry = hearing.entries[i]};
    if (boxes[i].rule) {
      const auto frame = stage.frame(step, boxes[i].by, Stage::For::computing, &boxes[i].sees);
      Result<Json> value = boxes[i].rule->eval(frame->scope);
      one.entry = write_one(stage, step, boxes[i], *frame, state, value);
      if (value) one.value = std::move(*value);
    } else if (hearing.asked[i] >= 0) {
      Consulted& answer = answers[static_cast<std::size_t>(hearing.asked[i])];
      one.entry = answer.last();
      if (answer.conforms) one.value = std::move(answer.value);
      const auto share = answer.answer.confidence.find(measured);
      if (share != answer.answer.confidence.end()) one.measured_ppm = share->second;
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace wood
