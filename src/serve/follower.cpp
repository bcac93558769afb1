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
                                        const LedgerReader& reader,
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
  // What the exchange did to many at once is nobody's outcome. Else what was met in the book stands
  // first among the causes, and what did it last.
  const std::string what = what_of(draft);
  for (auto cause = draft.from.rbegin(); cause != draft.from.rend(); ++cause) {
    if (what == "market" || what == "close") break;
    if (const auto it = causes_.find(cause->value); it != causes_.end()) {
      // An order is judged before it is done: what came of it hangs on the check.
      if (draft.kind != EntryKind::event) causes_[entry.seq.value] = it->second;
      auto changed = done(entry, story, it->second, receipts[it->second]);
      if (!changed.empty()) return changed;
      break;
    }
  }
  return later(entry, story, reader, receipts);
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
                                         const LedgerReader& reader,
                                         std::vector<Receipt>& receipts) {
  const Json& body = entry.draft.body;
  const std::string what = what_of(entry.draft);
  std::vector<std::size_t> out;
  const auto say = [&](std::size_t index, std::string outcome) {
    receipts[index].outcome = std::move(outcome);
    if (std::find(out.begin(), out.end(), index) == out.end()) out.push_back(index);
  };
  const auto fill = [&](Resting& order, std::int64_t lots) {
    order.filled += lots;
    say(order.receipt,
        filled_text(order.filled, order.lots, order.filled < order.lots ? "rests" : "filled"));
  };
  const auto drop = [&](std::int64_t number, const std::string& why) {
    std::erase_if(resting_, [&](const Resting& order) {
      if (order.order != number) return false;
      say(order.receipt, filled_text(order.filled, order.lots, why));
      return true;
    });
  };
  if (what == "deal") {
    if (const auto it = deals_.find(body.int_or("deal", -1)); it != deals_.end())
      say(it->second, deal_text(body));
  } else if (what == "cancelled") {
    drop(body.int_or("order", -1), "cancelled");
  } else if ((what == "market" || what == "close") && !resting_.empty()) {
    const Json list = market_events(body, reader);
    for (const Json& event : list.items()) {
      const std::string name = event.str_or("event", "");
      if (name == "cancelled") drop(event.int_or("order", -1), event.str_or("why", "cancelled"));
      if (name == "trade")
        for (Resting& order : resting_)
          if (order.order == event.int_or("maker", -1)) fill(order, event.int_or("lots", 0));
    }
  } else if (what == "order" || what == "villagers") {
    // What rests is met at its own price, the oldest of a price first.
    for (const TradeRow& trade : story.trades_of(entry.seq)) {
      std::int64_t lots = trade.lots;
      for (Resting& order : resting_) {
        const bool his = trade.good == order.good && trade.price == order.price &&
                         (trade.buyer_took != 0) != order.buys &&
                         story.names[order.buys ? trade.buyer : trade.seller] == order.who;
        const std::int64_t taken = his ? std::min(lots, order.lots - order.filled) : 0;
        if (taken == 0) continue;
        lots -= taken;
        fill(order, taken);
      }
    }
  }
  std::erase_if(resting_, [](const Resting& order) { return order.filled >= order.lots; });
  return out;
}

}  // namespace wood::serve
