#include "serve/follower.h"

#include <algorithm>
#include <optional>

namespace wood::serve {
namespace {

std::string what_of(const Draft& draft) {
  return draft.kind == EntryKind::event ? draft.body.str_or("what", "") : "";
}

std::string filled_text(std::int64_t filled, std::int64_t lots, const std::string& state) {
  return "filled " + std::to_string(filled) + " of " + std::to_string(lots) + ", " + state;
}

std::string deal_text(const Json& body) {
  return body.str_or("kind", "") + " " + body.str_or("state", "");
}

// What an entry that a command caused says of it; "" if nothing yet.
std::string outcome_of(const Draft& draft) {
  const Json& body = draft.body;
  if (draft.kind == EntryKind::command) return "";
  if (draft.kind == EntryKind::check)
    return body.bool_or("pass", true) ? "" : "refused: " + body.str_or("reason", "");
  const std::string what = what_of(draft);
  if (what == "refused") return "refused: " + body.str_or("reason", "");
  if (what == "order")
    return filled_text(body.int_or("filled", 0), body.int_or("lots", 0), body.str_or("state", ""));
  return what == "deal" ? deal_text(body) : what;
}

}  // namespace

void Follower::expect(const std::vector<std::int64_t>& ids) {
  expected_.insert(expected_.end(), ids.begin(), ids.end());
}

std::vector<std::size_t> Follower::take(const Entry& entry, const Story& story,
                                        std::vector<Receipt>& receipts) {
  const Draft& draft = entry.draft;
  if (draft.kind == EntryKind::turn) causes_.clear();
  if (draft.kind == EntryKind::input && draft.body.find("act") != nullptr) {
    if (expected_.empty()) return {};
    const std::int64_t id = expected_.front();
    expected_.erase(expected_.begin());
    if (id < 1 || id > static_cast<std::int64_t>(receipts.size())) return {};
    const auto index = static_cast<std::size_t>(id - 1);
    Receipt& receipt = receipts[index];
    receipt.state = "recorded", receipt.turn = draft.turn, receipt.entry = entry.seq;
    causes_[entry.seq.value] = index;
    return {index};
  }
  if (draft.kind != EntryKind::command && draft.kind != EntryKind::check &&
      draft.kind != EntryKind::event)
    return {};
  for (const Seq cause : draft.from)
    if (const auto it = causes_.find(cause.value); it != causes_.end()) {
      // An order is judged before it is done: what came of it hangs on the check.
      if (draft.kind != EntryKind::event) causes_[entry.seq.value] = it->second;
      auto changed = done(entry, story, it->second, receipts[it->second]);
      if (!changed.empty()) return changed;
      break;  // what meets an order that rests names its command, too
    }
  return later(entry, story, receipts);
}

std::vector<std::size_t> Follower::done(const Entry& entry, const Story& story, std::size_t index,
                                        Receipt& receipt) {
  const Json& body = entry.draft.body;
  const std::string outcome = outcome_of(entry.draft);
  if (outcome.empty() || !receipt.outcome.empty()) return {};
  receipt.outcome = outcome;
  const std::string what = what_of(entry.draft);
  if (what == "deal") deals_[body.int_or("deal", -1)] = index;
  if (what == "order" && body.str_or("state", "") == "rests")
    resting_.push_back({index, body.int_or("order", -1), body.int_or("price", 0),
                        body.int_or("lots", 0), body.int_or("filled", 0), body.str_or("who", ""),
                        story.scenario.good(body.str_or("good", "")),
                        body.str_or("side", "") == "buy"});
  return {index};
}

// Of an entry that is no command's first outcome.
std::vector<std::size_t> Follower::later(const Entry& entry, const Story& story,
                                         std::vector<Receipt>& receipts) {
  const Json& body = entry.draft.body;
  const std::string what = what_of(entry.draft);
  if (what == "deal") {
    const auto it = deals_.find(body.int_or("deal", -1));
    if (it == deals_.end()) return {};
    receipts[it->second].outcome = deal_text(body);
    return {it->second};
  }
  std::vector<std::size_t> out;
  if (what == "cancelled") {
    for (const Resting& order : resting_)
      if (order.order == body.int_or("order", -1) && order.who == body.str_or("who", "")) {
        receipts[order.receipt].outcome = filled_text(order.filled, order.lots, "cancelled");
        out.push_back(order.receipt);
      }
    std::erase_if(resting_, [&](const Resting& order) {
      return std::find(out.begin(), out.end(), order.receipt) != out.end();
    });
  }
  // What rests is met at its own price, the oldest of a price first.
  for (auto trade = story.trades.rbegin();
       trade != story.trades.rend() && trade->entry == entry.seq; ++trade) {
    std::int64_t lots = trade->lots;
    for (Resting& order : resting_) {
      const bool his = trade->good == order.good && trade->price == order.price &&
                       trade->buyer_took != order.buys &&
                       (order.buys ? trade->buyer : trade->seller) == order.who;
      const std::int64_t taken = his ? std::min(lots, order.lots - order.filled) : 0;
      if (taken == 0) continue;
      lots -= taken, order.filled += taken;
      receipts[order.receipt].outcome =
          filled_text(order.filled, order.lots, order.filled < order.lots ? "rests" : "filled");
      if (std::find(out.begin(), out.end(), order.receipt) == out.end())
        out.push_back(order.receipt);
    }
  }
  std::erase_if(resting_, [](const Resting& order) { return order.filled >= order.lots; });
  return out;
}

}  // namespace wood::serve
