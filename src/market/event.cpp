#include "market/event.h"

#include "market/exchange.h"

namespace wood {
namespace {

const char* name(Marked::From from) {
  switch (from) {
    case Marked::From::trades: return "trades";
    case Marked::From::mid: return "mid";
    case Marked::From::unchanged: return "unchanged";
    case Marked::From::decree: return "decree";
  }
  CHECK(false);
}

// Fills in one event; names come from the exchange.
class Writer {
 public:
  explicit Writer(const Exchange& exchange) : exchange_(exchange) {}
  Json out = Json::object();

  void operator()(const OrderRested& e) {
    order(e.order, e.account, e.good, e.side);
    put("price", e.price.value);
    put("lots", e.lots.value);
  }
  void operator()(const OrderCancelled& e) {
    order(e.order, e.account, e.good, e.side);
    put("price", e.price.value);
    put("lots", e.lots.value);
    put("why", wood::name(e.why));
  }
  void operator()(const OrderReplaced& e) {
    order(e.order, e.account, e.good, e.side);
    put("price", e.price.value);
    put("lots", e.lots.value);
    put("kept_priority", e.kept_priority);
  }
  void operator()(const Trade& e) {
    good(e.good);
    put("price", e.price.value);
    put("lots", e.lots.value);
    put("taker", e.taker.value);
    put("maker", e.maker.value);
    put("taker_side", wood::name(e.taker_side));
    put("buyer", who(e.buyer));
    put("seller", who(e.seller));
    put("buyer_fee_mp", e.buyer_fee.value);
    put("seller_fee_mp", e.seller_fee.value);
    put("borrowed", e.borrowed.value);
    put("returned", e.returned.value);
    put("maker_left", e.maker_left.value);
  }
  void operator()(const TradingHalted& e) {
    good(e.good);
    put("price", e.price.value);
    put("low", e.low.value);
    put("high", e.high.value);
    put("until", e.until);
  }
  void operator()(const TradingResumed& e) { good(e.good); }
  void operator()(const AccountThrottled& e) {
    put("account", who(e.account));
    put("fills", e.fills);
  }
  void operator()(const BorrowCharged& e) {
    put("account", who(e.account));
    good(e.good);
    put("lots", e.lots.value);
    put("fee_mp", e.fee.value);
  }
  void operator()(const MarginCalled& e) {
    put("account", who(e.account));
    put("cash_mp", e.cash.value);
    put("short_value_mp", e.short_value.value);
  }
  void operator()(const BoughtIn& e) {
    put("account", who(e.account));
    good(e.good);
    put("lots", e.lots.value);
    put("price", e.price.value);
    put("cost_mp", e.cost.value);
  }
  void operator()(const Guaranteed& e) {
    put("account", who(e.account));
    put("shortfall_mp", e.shortfall.value);
  }
  void operator()(const Marked& e) {
    good(e.good);
    put("mark", e.mark.value);
    put("before", e.before.value);
    put("open", e.open.value);
    put("high", e.high.value);
    put("low", e.low.value);
    put("close", e.close.value);
    put("volume", e.volume.value);
    put("from", name(e.from));
  }

  void put(const char* key, Json value) { out.set(key, std::move(value)); }

 private:
  const std::string& who(AccountId id) const { return exchange_.accounts().name(id); }
  void good(GoodId id) { put("good", exchange_.instrument(id).name); }
  void order(OrderId id, AccountId account, GoodId of, Side side) {
    put("order", id.value);
    put("account", who(account));
    good(of);
    put("side", wood::name(side));
  }
  const Exchange& exchange_;
};

}  // namespace

const char* name(CancelReason why) {
  switch (why) {
    case CancelReason::asked: return "asked";
    case CancelReason::unfilled: return "unfilled";
    case CancelReason::would_take: return "would_take";
    case CancelReason::self_trade: return "self_trade";
    case CancelReason::halted: return "halted";
    case CancelReason::killed: return "killed";
    case CancelReason::throttled: return "throttled";
    case CancelReason::lapsed: return "lapsed";
    case CancelReason::needed: return "needed";
  }
  CHECK(false);
}

const char* name(const MarketEvent& event) {
  static constexpr const char* names[] = {
      "rested",    "cancelled",      "replaced",      "trade",     "halted",     "resumed",
      "throttled", "borrow_charged", "margin_called", "bought_in", "guaranteed", "marked"};
  static_assert(std::variant_size_v<MarketEvent> == std::size(names));
  return names[event.index()];
}

Json json(const MarketEvent& event, const Exchange& exchange) {
  Writer writer(exchange);
  writer.put("event", name(event));
  std::visit(writer, event);
  return std::move(writer.out);
}

}  // namespace wood
