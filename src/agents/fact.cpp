#include "agents/fact.h"

#include <algorithm>
#include <array>

namespace wood {
namespace {

// Kinds of which a reader may hold several at once (docs/formats/facts.md).
bool is_list(const std::string& kind) {
  static constexpr std::array<std::string_view, 5> lists = {"market", "talk", "deal", "tip",
                                                            "news"};
  return std::find(lists.begin(), lists.end(), kind) != lists.end();
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
  return out;
}

}  // namespace wood
