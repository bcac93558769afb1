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
  for (const TurnRow& row : story.turns)
    if (row.turn <= turn) candles.push(candle_json(row.candles[index]));
  if (telling.eyes.ended()) {
    latent = Json::array();
    for (const LatentRow& row : story.latent)
      latent.push(Json::object({{"turn", row.turn}, {"value_mp", row.values_mp[index]}}));
  }
  const Look* look = telling.look(turn);
  return json_response(
      Json::object({{"asks", look == nullptr ? Json::array() : depth_json(look->asks[index])},
                    {"bids", look == nullptr ? Json::array() : depth_json(look->bids[index])},
                    {"candles", std::move(candles)},
                    {"depth", look != nullptr},
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
  const auto& all = telling.story.trades;
  auto it =
      std::lower_bound(all.begin(), all.end(), before,
                       [](const TradeRow& row, std::int64_t seq) { return row.entry.value < seq; });
  Seq last;
  while (it != all.begin()) {
    --it;
    if ((good >= 0 && it->good != good) || (turn > 0 && it->turn != turn) ||
        (!who.empty() && it->buyer != who && it->seller != who))
      continue;
    // An entry's trades stay together: a page ends between two entries.
    if (static_cast<std::int64_t>(rows.items().size()) >= limit && it->entry != last)
      return page_response("trades", std::move(rows), last.value);
    rows.push(trade_json(telling.story, *it));
    last = it->entry;
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
  const auto& all = telling.story.facts;
  const auto fetch = [&](const std::string& digest) { return telling.reader->blob(digest); };
  for (auto it = std::lower_bound(all.begin(), all.end(), Seq{from}); it != all.end(); ++it) {
    const EntryRow& row = telling.story.entries[static_cast<std::size_t>(it->value)];
    if ((turn >= 0 && row.turn != turn) || telling.eyes.hidden(*it)) continue;
    const auto entry = telling.reader->entry(*it);
    if (!entry) return response(problem_of(entry.error()));
    const Json& body = entry->draft.body;
    if (!kind.empty() && body.str_or("kind", "") != kind) continue;
    if (static_cast<std::int64_t>(rows.items().size()) == limit)
      return page_response("facts", std::move(rows), it->value);
    const auto data =
        read_json(body.find("data") == nullptr ? Json::object() : body.at("data"), fetch);
    rows.push(Json::object({{"audience", audience_json(body)},
                            {"by", entry->draft.by},
                            {"data", data ? *data : Json::object()},
                            {"entry", it->value},
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
