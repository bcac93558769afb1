#include "minds/rules.h"

#include <algorithm>

#include "minds/confidence.h"

namespace wood {
namespace {

constexpr std::size_t kNodeBytes = 64;  // of a map, beside what it holds

}  // namespace

std::size_t Rules::bytes() const {
  std::size_t out = grammar.bytes();
  for (const auto& [state, mask] : masks) out += kNodeBytes + mask.size() / 8;
  return out;
}

std::size_t RulesCache::bytes() const {
  std::size_t out = 0;
  for (const auto& [text, kept] : kept_) out += kNodeBytes + text.size() + kept.rules->bytes();
  return out;
}

Result<std::shared_ptr<Rules>> RulesCache::of(const Json& schema) {
  std::string text = schema.dump();
  const auto it = kept_.find(text);
  if (it != kept_.end()) {
    it->second.used = ++calls_;
    return it->second.rules;
  }
  TRY(Grammar grammar, Grammar::compile(schema));
  auto made = std::make_shared<Rules>(std::move(grammar), closed_fields(schema));
  for (std::size_t held = bytes(); held + made->bytes() > bytes_max_ && !kept_.empty();) {
    const auto oldest = std::min_element(
        kept_.begin(), kept_.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    const std::size_t gone = kNodeBytes + oldest->first.size() + oldest->second.rules->bytes();
    held -= std::min(held, gone);
    kept_.erase(oldest);
  }
  kept_[std::move(text)] = {made, ++calls_};
  return made;
}

}  // namespace wood
