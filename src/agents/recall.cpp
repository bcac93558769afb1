#include "agents/recall.h"

#include <algorithm>

#include "core/text.h"

namespace wood {

void Recall::trust(const std::string& other, std::int64_t change) {
  std::int64_t& value = trust_[other];
  value = std::clamp<std::int64_t>(value + change, -100, 100);
  if (trust_.size() <= kOthersMax) return;
  const auto weakest =
      std::min_element(trust_.begin(), trust_.end(), [&](const auto& a, const auto& b) {
        // The one just moved stays.
        const auto weight = [&](const auto& item) {
          return item.first == other ? std::int64_t{1'000} : std::max(item.second, -item.second);
        };
        return weight(a) < weight(b);
      });
  trust_.erase(weakest);
}

std::int64_t Recall::trust_in(const std::string& other) const {
  const auto it = trust_.find(other);
  return it == trust_.end() ? 0 : it->second;
}

void Recall::remember(const std::string& line) {
  if (!last_.empty() && last_.back() == line) return;
  last_.emplace_back(clip(line, kLineBytes));
  while (last_.size() > kLinesMax) last_.pop_front();
}

Json Recall::json() const {
  Json trust = Json::object();
  for (const auto& [other, value] : trust_) trust.set(other, value);
  return Json::object({{"last", Json::list(last_)}, {"trust", std::move(trust)}});
}

}  // namespace wood
