#include "agents/fact.h"

#include <algorithm>
#include <array>
#include <map>

namespace wood {
namespace {

// Kinds of which a reader may hold several at once (docs/formats/facts.md).
bool is_list(const std::string& kind) {
  static constexpr std::array<std::string_view, 5> lists = {"market", "talk", "deal", "tip",
                                                            "news"};
  return std::find(lists.begin(), lists.end(), kind) != lists.end();
}

// Goods keep the place that the rules give them, whichever was traded last: a prompt's beginning,
// an enum and a draw among goods then stay the same from one round to the next.
void put_in_order(Json::Array& market, const Json& rules) {
  const Json* goods = rules.find("goods");
  if (goods == nullptr) return;
  std::map<std::string, std::size_t> place;
  for (const Json& good : goods->items()) place.emplace(good.str_or("good", ""), place.size());
  const auto rank = [&](const Json& item) {
    const auto it = place.find(item.str_or("good", ""));
    return it == place.end() ? place.size() : it->second;
  };
  std::stable_sort(market.begin(), market.end(),
                   [&](const Json& a, const Json& b) { return rank(a) < rank(b); });
}

}  // namespace

bool Audience::admits(const std::string& reader) const {
  if (kind == Kind::everyone) return true;
  return kind == Kind::named && std::find(names.begin(), names.end(), reader) != names.end();
}

Json Audience::json() const {
  if (kind == Kind::everyone) return "everyone";
  if (kind == Kind::world) return "world";
  return Json::list(names);
}

Json View::data() const {
  Json out = Json::object();
  for (const char* kind : {"market", "talk", "deal", "tip", "news"}) out.set(kind, Json::array());
  for (const auto& fact : facts) {
    if (is_list(fact->kind)) out[fact->kind].push(fact->data);
    else out.set(fact->kind, fact->data);
  }
  if (const Json* rules = out.find("rules")) put_in_order(out["market"].edit_items(), *rules);
  return out;
}

}  // namespace wood
