// POST /v1/commands: steering the run, and acting in it. A body is held to the schema of its
// control or act in docs/openapi.json, so that what is documented is what is checked; then to the
// names of this run. Whether the rules allow it is the drama's to say, on record, a turn later.
#include <algorithm>
#include <array>

#include "core/schema.h"
#include "core/text.h"
#include "serve/acts.h"
#include "serve/telling.h"

namespace wood::serve {
namespace {

Response conflict(const std::string& what, const std::string& mend) {
  return response(Problem{409, what, "", mend});
}

// Does a control at once.
Status steer(Gate& gate, const Json& body) {
  const std::string word = body.str_or("control", "");
  if (word == "start") return gate.start();
  if (word == "pause") return gate.pause();
  if (word == "resume") return gate.resume();
  if (word == "step") return gate.step(body.int_or("turns", 1));
  gate.speed(body.int_or("turns_per_minute", 0));
  return {};
}

// Every name that an act gives must be one of this run.
std::optional<Problem> check_names(const Telling& telling, const Json& body) {
  const Story& story = telling.story;
  std::vector<std::string> creatures(
      story.beings.begin(),
      story.beings.begin() + static_cast<std::ptrdiff_t>(story.scenario.creatures.size()));
  std::vector<std::string> everyone = story.beings, goods, minds;
  everyone.emplace_back("all");
  for (const GoodSpec& good : story.scenario.goods) goods.push_back(good.name);
  for (const Json& mind : story.cast_minds.items()) minds.push_back(mind.string());
  const bool swap = body.str_or("act", "") == "swap";
  const std::array<std::pair<const char*, const std::vector<std::string>*>, 6> members = {
      {{"to", &creatures},
       {"a", &creatures},
       {"b", &creatures},
       {"who", swap ? &creatures : &everyone},
       {"good", &goods},
       {"mind", &minds}}};
  for (const auto& [key, names] : members) {
    const std::string given = body.str_or(key, "");
    if (given.empty() || std::find(names->begin(), names->end(), given) != names->end()) continue;
    const std::string nearest = nearest_name(given, *names);
    return Problem{
        422, "there is no \"" + given + "\" in this run", key,
        nearest.empty() ? "there are " + join(*names, ", ") : "did you mean " + nearest + "?"};
  }
  if (swap && (body.find("who") == nullptr) == (body.find("step") == nullptr))
    return Problem{422, "a swap is of a creature or of a step of the desk", "who",
                   "give `who` or `step`, and not both"};
  return std::nullopt;
}

// Takes an act into the queue of the next turn.
Response act(Telling& telling, const Act& known, Json body) {
  if (telling.eyes.ended() || telling.stand == Stand::failed)
    return conflict("the run is over", "start another one");
  std::string by = body.str_or("by", known.by);
  if (by == "patron" && !telling.story.scenario.patron)
    return conflict("this scenario has no Patron", "set [patron] enabled in the scenario");
  body.erase("by");
  Json given = body;
  if (known.name == "reopen") body.set("act", "resume");
  const auto id = static_cast<std::int64_t>(telling.receipts.size()) + 1;
  if (const Status queued = telling.gate->queue(id, {by, std::move(body)}); !queued)
    return response(Problem{429, queued.error().what, "", "let the run go on first"});
  Receipt receipt;
  receipt.id = id;
  receipt.name = known.name;
  receipt.by = by;
  receipt.state = "queued";
  receipt.command = std::move(given);
  telling.receipts.push_back(receipt);
  return json_response(receipt_json(receipt), 202);
}

Response control(Telling& telling, const Act& known, const Json& body) {
  if (telling.eyes.ended() || telling.stand == Stand::failed)
    return conflict("the run is over", "start another one");
  if (const Status done = steer(*telling.gate, body); !done)
    return conflict(done.error().what, "see `state` in /v1/run");
  Receipt receipt;
  receipt.id = static_cast<std::int64_t>(telling.receipts.size()) + 1;
  receipt.name = known.name;
  receipt.by = "control";
  receipt.state = "done";
  receipt.command = body;
  telling.receipts.push_back(receipt);
  return json_response(receipt_json(receipt), 202);
}

Response post_command(Telling& telling, Asked& asked) {
  if (auto problem = asked.problem()) return response(*problem);
  auto body = parse_command(asked.request().body);
  if (!body) return response(body.error());
  if (telling.gate == nullptr)
    return conflict("this server only looks at a ledger", "serve a scenario to play");
  if (body->act->by.empty()) return control(telling, *body->act, body->body);
  if (auto problem = check_names(telling, body->body)) return response(*problem);
  return act(telling, *body->act, std::move(body->body));
}

Response get_commands(Telling& telling, Asked& asked) {
  if (auto problem = asked.problem()) return response(*problem);
  Json rows = Json::array();
  for (const Receipt& receipt : telling.receipts) rows.push(receipt_json(receipt));
  return json_response(Json::object(
      {{"commands", std::move(rows)},
       {"queued", telling.gate == nullptr ? 0 : std::int64_t(telling.gate->queued())}}));
}

}  // namespace

Json receipt_json(const Receipt& receipt) {
  return Json::object({{"by", receipt.by},
                       {"command", receipt.command},
                       {"entry", receipt.entry.some() ? Json(receipt.entry.value) : Json()},
                       {"id", receipt.id},
                       {"name", receipt.name},
                       {"outcome", receipt.outcome},
                       {"state", receipt.state},
                       {"turn", receipt.turn == 0 ? Json() : Json(receipt.turn)}});
}

std::vector<Routed> command_routes() {
  return {{"GET", "/v1/commands", get_commands}, {"POST", "/v1/commands", post_command}};
}

}  // namespace wood::serve
