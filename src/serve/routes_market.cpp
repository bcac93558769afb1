// Routes that tell of goods, books, trades and facts.
#include <algorithm>

#include "core/text.h"
#include "pipeline/reply.h"
#include "serve/rows.h"
#include "serve/telling.h"

namespace wood::serve {
namespace {

Response get_goods(Telling& telling, Asked& asked) {
  if (auto problem = asked.problem()) return response(*problem);
  Json rows = Json::array();
  for (std::size_t good = 0; good < telling.story.scenario.goods.size(); ++good)
    rows.push(good_json(telling.story, static_cast<int>(good)));
  return json_response(Json::object({{"goods", std::move(rows)}, {"turn", telling.last_turn()}}));
}

// The index of a good by name, or -1 with the problem kept in `asked`.
int good_of(const Telling& telling, Asked& asked, const std::string& name, const char* place) {
  const int good = telling.story.scenario.good(name);
  if (good >= 0) return good;
  std::vector<std::string> names;
  for (const GoodSpec& spec : telling.story.scenario.goods) names.push_back(spec.name);
  const std::string nearest = nearest_name(name, names);
  asked.refuse(
      {404, "there is no good \"" + name + "\"", place,
       nearest.empty() ? "there are " + join(names, ", ") : "did you mean " + nearest + "?"});
  return -1;
}

Response get_book(Telling& telling, Asked& asked) {
  const std::int64_t last = telling.last_turn();
  const std::int64_t turn =
      asked.integer("turn", {.low = 1, .high = std::max<std::int64_t>(1, last), .otherwise = last});
  const int good = good_of(telling, asked, asked.segment_text(2), "good");
  if (auto problem = asked.problem()) return response(*problem);
  const Story& story = telling.story;
  const auto index = static_cast<std::size_t>(good);
  Json candles = Json::array(), latent;
  for (std::int64_t day = 1; day <= std::min(turn, story.played()); ++day)
    candles.push(candle_json(story.candle(day, index)));
  if (telling.eyes.ended()) {
    latent = Json::array();
    for (std::size_t i = 0; i < story.latents(); ++i)
      latent.push(
          Json::object({{"turn", story.latent_turn(i)}, {"value_mp", story.latent_mp(i, index)}}));
  }
  const auto look = telling.look(turn);
  return json_response(Json::object({{"asks", look ? depth_json(look->asks[index]) : Json::array()},
                                     {"bids", look ? depth_json(look->bids[index]) : Json::array()},
                                     {"candles", std::move(candles)},
                                     {"depth", look.has_value()},
                                     {"good", story.scenario.goods[index].name},
                                     {"latent", std::move(latent)},
                                     {"turn", turn}}));
}

Response get_trades(Telling& telling, Asked& asked) {
  const std::string wanted = asked.text("good"), who = asked.text("who");
  const std::int64_t turn = asked.integer("turn", {.low = 1});
  const std::int64_t before = asked.integer("before", {.otherwise = telling.size()});
  const std::int64_t limit = asked.integer("limit", {.low = 1, .high = 500, .otherwise = 100});
  const int good = wanted.empty() ? -1 : good_of(telling, asked, wanted, "good");
  if (auto problem = asked.problem()) return response(*problem);
  Json rows = Json::array();
  const Story& story = telling.story;
  // Both are ascending, by entry and so by turn.
  std::size_t i = story.trades.partition_point([&](const TradeRow& row) {
    return row.entry.value < before && (turn == 0 || row.turn <= turn);
  });
  Seq last;
  while (i-- > 0) {
    const TradeRow row = story.trades[i];
    if (turn > 0 && row.turn < turn) break;
    if ((good >= 0 && row.good != good) ||
        (!who.empty() && story.names[row.buyer] != who && story.names[row.seller] != who))
      continue;
    // An entry's trades stay together: a page ends between two entries.
    if (static_cast<std::int64_t>(rows.items().size()) >= limit && row.entry != last)
      return page_response("trades", std::move(rows), last.value);
    rows.push(trade_json(story, row));
    last = row.entry;
  }
  return page_response("trades", std::move(rows), std::nullopt);
}

Json audience_json(const Json& body) {
  const Json* audience = body.find("audience");
  if (audience == nullptr) return Json::array();
  if (audience->is(Json::Kind::array)) return *audience;
  Json out = Json::array();
  out.push(*audience);
  return out;
}

Response get_facts(Telling& telling, Asked& asked) {
  const std::string kind = asked.text("kind");
  const std::int64_t turn = asked.integer("turn", {.otherwise = -1});
  const std::int64_t from = asked.integer("from", {});
  const std::int64_t limit = asked.integer("limit", {.low = 1, .high = 500, .otherwise = 100});
  if (auto problem = asked.problem()) return response(*problem);
  Json rows = Json::array();
  const Story& story = telling.story;
  const auto fetch = [&](const std::string& digest) { return telling.reader->blob(digest); };
  for (std::size_t i = story.facts.partition_point([&](Seq fact) {
         return fact.value < std::max(from, turn < 0 ? 0 : story.span(turn).first);
       });
       i < story.facts.size(); ++i) {
    const Seq fact = story.facts[i];
    if (!fact.some()) break;  // it cannot be read
    const EntryRow row = story.entries[static_cast<std::size_t>(fact.value)];
    if (turn >= 0 && row.turn > turn) break;
    if ((turn >= 0 && row.turn != turn) || telling.eyes.hidden(fact)) continue;
    const auto entry = telling.reader->entry(fact);
    if (!entry) return response(problem_of(entry.error()));
    const Json& body = entry->draft.body;
    if (!kind.empty() && body.str_or("kind", "") != kind) continue;
    if (static_cast<std::int64_t>(rows.items().size()) == limit)
      return page_response("facts", std::move(rows), fact.value);
    const auto data =
        read_json(body.find("data") == nullptr ? Json::object() : body.at("data"), fetch);
    rows.push(Json::object({{"audience", audience_json(body)},
                            {"by", entry->draft.by},
                            {"data", data ? *data : Json::object()},
                            {"entry", fact.value},
                            {"kind", body.str_or("kind", "")},
                            {"turn", entry->draft.turn}}));
  }
  return page_response("facts", std::move(rows), std::nullopt);
}

}  // namespace

std::vector<Routed> market_routes() {
  return {{"GET", "/v1/goods", get_goods},
          {"GET", "/v1/books/{good}", get_book},
          {"GET", "/v1/trades", get_trades},
          {"GET", "/v1/facts", get_facts}};
}

}  // namespace wood::serve
