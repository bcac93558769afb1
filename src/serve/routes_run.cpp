// Routes that tell of the run as a whole and of its days.
#include <algorithm>

#include "core/text.h"
#include "serve/rows.h"
#include "serve/telling.h"

namespace wood::serve {
namespace {

Response get_run(Telling& telling, Asked& asked) {
  if (auto problem = asked.problem()) return response(*problem);
  return json_response(run_json(telling));
}

Response get_turns(Telling& telling, Asked& asked) {
  const std::int64_t from = asked.integer("from", {.low = 1, .otherwise = 1});
  const std::int64_t limit = asked.integer("limit", {.low = 1, .high = 500, .otherwise = 100});
  if (auto problem = asked.problem()) return response(*problem);
  Json rows = Json::array();
  const std::int64_t last = telling.last_turn();
  std::int64_t turn = from;
  for (; turn <= last && turn - from < limit; ++turn) {
    const auto whole = recall(*telling.story.turn(turn), *telling.reader);
    if (!whole) return response(problem_of(whole.error()));
    rows.push(turn_json(telling.story, *whole));
  }
  return page_response("turns", std::move(rows), turn <= last ? std::optional(turn) : std::nullopt);
}

Response no_turn(const Telling& telling, std::int64_t turn) {
  return missing("there is no turn " + std::to_string(turn), "turn",
                 "the run has 1 to " + std::to_string(telling.last_turn()) + " so far");
}

Response get_turn(Telling& telling, Asked& asked) {
  const std::int64_t turn = asked.segment(2, "turn");
  if (auto problem = asked.problem()) return response(*problem);
  const auto row = telling.story.turn(turn);
  if (!row) return no_turn(telling, turn);
  const auto whole = recall(*row, *telling.reader);
  if (!whole) return response(problem_of(whole.error()));
  return json_response(turn_json(telling.story, *whole));
}

// The sections in the order of the day.
int rank(std::string_view section) {
  static constexpr std::string_view order[] = {"From outside", "Dawn",           "News",
                                               "Talk",         "The desk",       "Orders and fills",
                                               "Deals",        "The magistrate", "Dusk"};
  return static_cast<int>(std::find(std::begin(order), std::end(order), section) - order);
}

Response get_minutes(Telling& telling, Asked& asked) {
  const std::int64_t turn = asked.segment(2, "turn");
  if (auto problem = asked.problem()) return response(*problem);
  const auto [first, end] = telling.story.span(turn);
  if (turn < 1 || first == end) return no_turn(telling, turn);
  std::vector<Line> lines;
  for (std::int64_t seq = first; seq < end; ++seq) {
    const auto entry = telling.reader->entry(Seq{seq});
    if (!entry) return response(problem_of(entry.error()));
    for (Line& line : telling.minutes(*entry)) lines.push_back(std::move(line));
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return rank(a.section) < rank(b.section); });
  Json rows = Json::array();
  for (const Line& line : lines) rows.push(line_json(line));
  const auto row = telling.story.turn(turn);
  return json_response(
      Json::object({{"lines", std::move(rows)},
                    {"season", row ? telling.story.names[row->season] : telling.story.season},
                    {"turn", turn}}));
}

Response get_creatures(Telling& telling, Asked& asked) {
  const std::int64_t last = telling.last_turn();
  const std::int64_t turn =
      asked.integer("turn", {.low = 1, .high = std::max<std::int64_t>(1, last), .otherwise = last});
  if (auto problem = asked.problem()) return response(*problem);
  Json rows = Json::array();
  const Story& story = telling.story;
  const std::size_t shown = std::min<std::size_t>(story.beings.size(), kLookedAt);
  const auto look = telling.look(turn);
  // Of the last turn there is also what was thought since.
  const auto until = turn == last ? std::nullopt : std::optional(turn);
  for (std::size_t being = 0; being < shown; ++being) {
    std::optional<Thought> thought;
    if (const auto row = story.thought_of(story.beings[being], until)) {
      auto whole = recall(*row, *telling.reader);
      if (!whole) return response(problem_of(whole.error()));
      thought = std::move(*whole);
    }
    rows.push(creature_json(
        story, telling.eyes,
        {static_cast<int>(being), thought ? &*thought : nullptr, turn, look ? &*look : nullptr}));
  }
  return json_response(Json::object({{"creatures", std::move(rows)}, {"turn", turn}}));
}

Response get_thoughts(Telling& telling, Asked& asked) {
  const std::string who = asked.text("who");
  const std::int64_t turn = asked.integer("turn", {.low = 1});
  const std::int64_t before = asked.integer("before", {.otherwise = telling.size()});
  const std::int64_t limit = asked.integer("limit", {.low = 1, .high = 500, .otherwise = 100});
  if (auto problem = asked.problem()) return response(*problem);
  Json rows = Json::array();
  std::int64_t last = 0;
  const Story& story = telling.story;
  // Both are ascending, by entry and so by turn.
  std::size_t i = story.thoughts.partition_point([&](const ThoughtRow& row) {
    return row.entry.value < before && (turn == 0 || row.turn <= turn);
  });
  while (i-- > 0) {
    const ThoughtRow row = story.thoughts[i];
    if (turn > 0 && row.turn < turn) break;
    if (!who.empty() && story.names[row.who] != who) continue;
    if (static_cast<std::int64_t>(rows.items().size()) == limit)
      return page_response("thoughts", std::move(rows), last);
    const auto whole = recall(row, *telling.reader);
    if (!whole) return response(problem_of(whole.error()));
    rows.push(thought_json(story, *whole, telling.eyes));
    last = row.entry.value;
  }
  return page_response("thoughts", std::move(rows), std::nullopt);
}

Response get_desk(Telling& telling, Asked& asked) {
  const std::int64_t turn = asked.integer("turn", {.low = 1});
  const std::int64_t from = asked.integer("from", {});
  const std::int64_t limit = asked.integer("limit", {.low = 1, .high = 500, .otherwise = 100});
  if (auto problem = asked.problem()) return response(*problem);
  const Story& story = telling.story;
  Json rows = Json::array();
  for (std::size_t i = story.decisions.partition_point(
           [&](const DecisionRow& row) { return row.entry.value < from || row.turn < turn; });
       i < story.decisions.size(); ++i) {
    const DecisionRow row = story.decisions[i];
    if (turn > 0 && row.turn > turn) break;
    if (static_cast<std::int64_t>(rows.items().size()) == limit)
      return page_response("decisions", std::move(rows), row.entry.value);
    const auto whole = recall(story, row, *telling.reader);
    if (!whole) return response(problem_of(whole.error()));
    rows.push(decision_json(*whole, telling.eyes));
  }
  return page_response("decisions", std::move(rows), std::nullopt);
}

Response get_verdicts(Telling& telling, Asked& asked) {
  if (auto problem = asked.problem()) return response(*problem);
  Json rows = Json::array();
  for (std::size_t i = 0; i < telling.story.verdicts.size(); ++i) {
    const auto whole = recall(telling.story.verdicts[i], *telling.reader);
    if (!whole) return response(problem_of(whole.error()));
    rows.push(verdict_json(*whole));
  }
  return json_response(Json::object({{"verdicts", std::move(rows)}}));
}

Response get_report(Telling& telling, Asked& asked) {
  if (auto problem = asked.problem()) return response(*problem);
  auto report = telling.readings.report(*telling.reader);
  if (!report) return response(problem_of(report.error()));
  return json_response(telling.eyes.ended() ? *report : scrubbed(*report, telling.eyes));
}

Response get_compare(Telling& telling, Asked& asked) {
  if (auto problem = asked.problem()) return response(*problem);
  if (telling.compare) return json_response(*telling.compare);
  return missing("this server was started without a comparison", "/v1/compare",
                 "start it with --compare FILE, what `wood compare --json` wrote");
}

}  // namespace

Response missing(const std::string& what, const std::string& place, const std::string& mend) {
  return response(Problem{404, what, place, mend});
}

Response page_response(const char* name, Json rows, std::optional<std::int64_t> next) {
  Json out = Json::object({{"next", next ? Json(*next) : Json()}});
  out.set(name, std::move(rows));
  return json_response(out);
}

namespace {

Json law_json(const MagistrateSpec& law) {
  return Json::object({{"exile", law.exile},
                       {"fade", law.fade},
                       {"fine", law.fine},
                       {"freeze", law.freeze},
                       {"investigate", law.investigate}});
}

}  // namespace

Json run_json(const Telling& telling) {
  const Story& story = telling.story;
  Json goods = Json::array(), creatures = Json::array();
  for (const GoodSpec& good : story.scenario.goods) goods.push(good.name);
  for (std::size_t i = 0; i < std::min(story.scenario.creatures.size(), kLookedAt); ++i)
    creatures.push(story.scenario.creatures[i].name);
  return Json::object(
      {{"cast", story.cast_name},
       {"compare", telling.compare.has_value()},
       {"creatures", std::move(creatures)},
       {"ended", telling.eyes.ended()},
       {"entries", telling.size()},
       {"goods", std::move(goods)},
       {"last_event", std::to_string(telling.newest)},
       {"ledger", telling.ledger_name},
       {"live", telling.live()},
       {"magistrate", law_json(story.scenario.magistrate)},
       {"origin", story.origin},
       {"patron", telling.live() && story.scenario.patron},
       {"scenario", story.scenario.name},
       {"season", story.season},
       {"seed", story.seed},
       {"signer", telling.signer},
       {"state", name(telling.stand)},
       {"tick_mp", story.scenario.tick_mp},
       {"title", story.scenario.title},
       {"turn", telling.last_turn()},
       {"turns", story.turns_wanted},
       {"turns_per_minute", telling.gate == nullptr ? 0 : telling.gate->turns_per_minute()},
       {"version", telling.version},
       {"viewer", telling.eyes.ended() ? "everyone" : "patron"},
       {"why", telling.why}});
}

std::vector<Routed> run_routes() {
  return {{"GET", "/v1/run", get_run},
          {"GET", "/v1/turns", get_turns},
          {"GET", "/v1/turns/{turn}", get_turn},
          {"GET", "/v1/turns/{turn}/minutes", get_minutes},
          {"GET", "/v1/creatures", get_creatures},
          {"GET", "/v1/thoughts", get_thoughts},
          {"GET", "/v1/desk", get_desk},
          {"GET", "/v1/verdicts", get_verdicts},
          {"GET", "/v1/report", get_report},
          {"GET", "/v1/compare", get_compare}};
}

}  // namespace wood::serve
