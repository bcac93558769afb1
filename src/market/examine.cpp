// The controls at work: every rule looks at one order and at the state, and changes neither.
#include <algorithm>

#include "market/exchange.h"

namespace wood {
namespace {

// A resting order as it would come in again.
Incoming again(const Order& order) {
  return {order.owner, order.side,   OrderKind::limit, order.price,
          order.lots,  order.borrow, order.hold,       order.turn};
}

}  // namespace

class Exchange::Examiner {
 public:
  Examiner(const Exchange& exchange, const Inspection& inspection, ControlReport& report)
      : exchange_(exchange), inspection_(inspection), order_(inspection.order), report_(report) {
    report_.count = 0;
    report_.reason = OrderRefusal::none;
    report_.limit_version = exchange.limits_.version;
  }

  Ticket run() {
    basics();
    if (!report_.passed()) return {};
    line_ = &exchange_.line(order_.good);
    account_ = &exchange_.accounts_.at(order_.account);
    lookup();
    standing();
    prices();
    duplicates();
    positions();
    goods();
    money();
    return {incoming_, band_};
  }

 private:
  using Inputs = std::array<std::int64_t, 4>;

  ControlCheck& add(ControlRule rule, OrderRefusal refusal, std::int64_t limit, Inputs inputs) {
    ControlCheck& check = report_.checks[static_cast<std::size_t>(report_.count++)];
    check = {rule, refusal, limit, inputs, -1};
    if (refusal != OrderRefusal::none && report_.passed()) report_.reason = refusal;
    return check;
  }
  static OrderRefusal unless(bool fine, OrderRefusal refusal) {
    return fine ? OrderRefusal::none : refusal;
  }
  // A rule of a limit that the operator can move: the value must not be above it.
  void bound(ControlRule rule, OrderRefusal refusal, std::int64_t value, Inputs inputs) {
    ControlCheck moved;
    const std::int64_t most = exchange_.limit(rule, order_.account, &moved);
    add(rule, unless(value <= most, refusal), most, inputs).override_index = moved.override_index;
  }

  void basics() {
    const bool account = order_.account.some() &&
                         order_.account.value < exchange_.accounts_.size() &&
                         !exchange_.accounts_.at(order_.account).source;
    const bool good = order_.good.some() && order_.good.value < exchange_.goods();
    add(ControlRule::known,
        !account ? OrderRefusal::unknown_account
                 : unless(good, OrderRefusal::unknown_good),
        0, {order_.account.value, order_.good.value, 0, 0});
    if (!report_.passed()) return;
    const Instrument& of = exchange_.line(order_.good).instrument;
    const bool lots = order_.lots.value > 0 && order_.lots <= of.lots_max;
    add(ControlRule::size, unless(lots, OrderRefusal::bad_lots), of.lots_max.value,
        {order_.lots.value, 0, 0, 0});
    const bool price = order_.kind == OrderKind::market ||
                       (order_.price.value >= 1 && order_.price <= of.price_max);
    add(ControlRule::tick, unless(price, OrderRefusal::bad_price), of.price_max.value,
        {order_.price.value, 0, 0, 0});
  }

  // What the later rules share: positions without the order that is replaced, band, book's price.
  void lookup() {
    stock_ = exchange_.accounts_.stock(order_.account, order_.good);
    purse_ = account_->purse;
    const AccountId pool = account(SourceAccount::pool);
    lendable_ = exchange_.accounts_.stock(pool, order_.good).free();
    if (inspection_.replaced != nullptr) {
      const Incoming old = again(*inspection_.replaced);
      shift(stock_, purse_, old, old.lots, -1);
      const Money before = stock_.margin;
      stock_.margin = margin_of(*line_, stock_);
      purse_.margin += stock_.margin - before;
      if (old.side == Side::ask) lendable_ += old.borrow;
    }
    collar_ = exchange_.limit(ControlRule::collar, order_.account, &collar_check_);
    band_ = exchange_.band(order_.good, collar_);
    const bool market = order_.kind == OrderKind::market;
    incoming_ = {order_.account, order_.side, order_.kind, order_.price,
                 order_.lots,    {},          {},          exchange_.turn_};
    // A market order has no price of its own: only the band stops it, and that halts the good.
    if (market) incoming_.price = order_.side == Side::bid ? line_->instrument.price_max : Ticks{1};
    takes_ = market || order_.kind == OrderKind::ioc || order_.kind == OrderKind::fok;
    if (takes_) sweep_ = line_->book.sweep(incoming_, band_);
  }

  void standing() {
    const Standing& is = account_->standing;
    add(ControlRule::kill_switch,
        unless(!exchange_.killed_all_ && !is.killed, OrderRefusal::killed), 0,
        {exchange_.killed_all_, is.killed, 0, 0});
    ControlCheck moved;
    const std::int64_t fills = exchange_.limit(ControlRule::throttle, order_.account, &moved);
    add(ControlRule::throttle, unless(!is.throttled, OrderRefusal::throttled), fills,
        {account_->fills, 0, 0, 0})
        .override_index = moved.override_index;
    add(ControlRule::standing,
        is.exiled ? OrderRefusal::exiled : unless(!is.frozen, OrderRefusal::frozen), 0,
        {is.frozen, is.exiled, 0, 0});
    add(ControlRule::halt,
        unless(line_->halted_until < exchange_.turn_, OrderRefusal::halted), line_->halted_until,
        {exchange_.turn_, 0, 0, 0});
    bound(ControlRule::messages, OrderRefusal::too_many_messages, inspection_.messages,
          {inspection_.messages, 0, 0, 0});
  }

  void prices() {
    const bool inside = order_.kind == OrderKind::market ||
                        (order_.price >= band_.low && order_.price <= band_.high);
    add(ControlRule::collar, unless(inside, OrderRefusal::outside_collar), collar_,
        {order_.price.value, line_->mark.value, band_.low.value, band_.high.value})
        .override_index = collar_check_.override_index;
    const Ticks price = order_.kind == OrderKind::market ? line_->mark : order_.price;
    value_ = line_->instrument.value(price, order_.lots);
    bound(ControlRule::order_value, OrderRefusal::value_too_high, value_.value,
          {value_.value, 0, 0, 0});
    bound(ControlRule::order_lots, OrderRefusal::too_many_lots, order_.lots.value,
          {order_.lots.value, 0, 0, 0});
  }

  void duplicates() {
    std::int64_t same = 0;
    if (exchange_.limits_.duplicate_check) {
      const std::int64_t turn = exchange_.turn_;
      // Newest first, so the first order of an earlier turn ends the search.
      const Order* found = line_->book.find_own(order_.account, [&](const Order& open) {
        return open.turn != turn ||
               (&open != inspection_.replaced && open.side == order_.side &&
                open.price == order_.price && open.lots == order_.lots);
      });
      same += found != nullptr && found->turn == turn && !takes_;
      const Last last = exchange_.last_of(order_.account, order_.good);
      same += takes_ && inspection_.replaced == nullptr && last.turn == turn &&
              last.side == order_.side && last.kind == order_.kind &&
              last.price == order_.price && last.lots == order_.lots;
    }
    add(ControlRule::duplicate, unless(same == 0, OrderRefusal::duplicate), 0, {same, 0, 0, 0});
    const bool own_good = order_.side == Side::bid && account_->makes == order_.good;
    add(ControlRule::self_buy, unless(!own_good, OrderRefusal::self_buy), 0,
        {account_->makes.value, 0, 0, 0});
  }

  void positions() {
    const bool buys = order_.side == Side::bid;
    const Lots net = buys ? stock_.net() : -stock_.net();
    const Lots open = buys ? stock_.bids : stock_.asks;
    const Lots after = net + open + order_.lots;
    bound(ControlRule::position, OrderRefusal::position_limit, after.value,
          {net.value, open.value, after.value, 0});
    Money before;
    ControlCheck moved;
    const std::int64_t most = exchange_.limit(ControlRule::exposure, order_.account, &moved);
    if (most > 0)
      for (int good = 0; good < exchange_.goods(); ++good) {
        const Stock& stock = good == order_.good.value
                                 ? stock_ : exchange_.accounts_.stock(order_.account, {good});
        const Lots position = std::max(stock.net(), -stock.net()) + stock.bids + stock.asks;
        before += exchange_.value({good}, exchange_.mark({good}), position);
      }
    const bool fine = most == 0 || before + value_ <= Money{most};
    add(ControlRule::exposure, unless(fine, OrderRefusal::exposure_limit), most,
        {before.value, value_.value, 0, 0})
        .override_index = moved.override_index;
  }

  void goods() {
    const bool sells = order_.side == Side::ask;
    const Lots free = std::max(Lots{}, stock_.free());
    if (sells) incoming_.borrow = std::max(Lots{}, order_.lots - free);
    const bool enough = incoming_.borrow.value == 0 || order_.may_short;
    add(ControlRule::goods, unless(enough, OrderRefusal::insufficient_goods), free.value,
        {sells ? order_.lots.value : 0, free.value, order_.may_short, 0});
    const bool lent = incoming_.borrow <= std::max(Lots{}, lendable_);
    add(ControlRule::borrow, unless(lent, OrderRefusal::pool_empty), lendable_.value,
        {incoming_.borrow.value, 0, 0, 0});
  }

  // A bid must find its cost, an ask the own part of the margin for what it borrows. A bid that
  // closes a short is helped by the margin it will free: see margin_of().
  void money() {
    const Instrument& of = line_->instrument;
    Money need, own;
    Stock after = stock_;
    if (order_.side == Side::bid) {
      const Money price = of.value(incoming_.price, {1});
      incoming_.hold = price + exchange_.fee(price);
      need = {mul(incoming_.hold.value, order_.lots.value)};
      if (takes_) {
        const Money worst = exchange_.fee(of.value(sweep_.worst, {1}));
        need = Money{mul(sweep_.price_lots, of.tick_mp) + mul(worst.value, sweep_.lots.value)};
      }
      after.bids += takes_ ? sweep_.lots : order_.lots;
      after.bid_hold += need;
    } else if (incoming_.borrow.value > 0) {
      const Money price = of.value(takes_ ? sweep_.worst : incoming_.price, {1});
      incoming_.hold = std::max(Money{}, line_->margin_lot - price + exchange_.fee(price));
      const Lots most = takes_ ? std::min(sweep_.lots, incoming_.borrow) : incoming_.borrow;
      own = {mul(incoming_.hold.value, most.value)};
    }
    const Money free = purse_.free();
    const Money left = free - need - own + stock_.margin - margin_of(*line_, after);
    ControlCheck moved;
    const std::int64_t credit = exchange_.limit(ControlRule::funds, order_.account, &moved);
    // Closing a short may be paid from the very money that secures it.
    const bool closes = after.bids <= after.borrowed;
    const Money cash = purse_.cash - purse_.reserved - need;
    const bool paid = need.value == 0 || left.value >= -credit || (closes && cash.value >= -credit);
    add(ControlRule::funds, unless(paid, OrderRefusal::insufficient_funds), credit,
        {need.value, free.value, left.value, 0})
        .override_index = moved.override_index;
    const bool secured = incoming_.borrow.value == 0 || left.value >= 0;
    add(ControlRule::margin, unless(secured, OrderRefusal::insufficient_margin),
        exchange_.limits_.margin_initial_bps, {own.value, free.value, left.value, 0});
  }

  const Exchange& exchange_;
  const Inspection& inspection_;
  const NewOrder& order_;
  ControlReport& report_;
  const Line* line_ = nullptr;
  const Account* account_ = nullptr;
  Stock stock_;
  Purse purse_;
  Lots lendable_;
  std::int64_t collar_ = 0;
  ControlCheck collar_check_;
  Band band_;
  Incoming incoming_;
  bool takes_ = false;  // rests nothing: pays what the book asks now
  Sweep sweep_;
  Money value_;
};

Exchange::Ticket Exchange::examine(const Inspection& inspection, ControlReport& report) const {
  return Examiner(*this, inspection, report).run();
}

Exchange::Admission Exchange::admission(const NewOrder& order) const {
  const bool known = order.account.some() && order.account.value < accounts_.size();
  Admission out;
  const Ticket ticket =
      examine({order, nullptr, known ? accounts_.at(order.account).messages + 1 : 0}, out.report);
  out.incoming = ticket.incoming;
  out.band = ticket.band;
  return out;
}

std::int64_t Exchange::limit(ControlRule rule, AccountId account, ControlCheck* check) const {
  std::int64_t limit = 0;
  switch (rule) {
    case ControlRule::throttle: limit = limits_.fills_max; break;
    case ControlRule::messages: limit = limits_.messages_max; break;
    case ControlRule::collar: limit = limits_.collar_bps; break;
    case ControlRule::order_value: limit = limits_.order_value_max_mp; break;
    case ControlRule::order_lots: limit = limits_.order_lots_max; break;
    case ControlRule::position: limit = limits_.position_max; break;
    case ControlRule::exposure: limit = limits_.exposure_max_mp; break;
    case ControlRule::funds: limit = limits_.credit_max_mp; break;
    default: CHECK(false);
  }
  for (std::size_t i = 0; i < overrides_.size(); ++i) {
    const LimitOverride& change = overrides_[i];
    if (change.rule != rule || (change.account.some() && change.account != account)) continue;
    limit = change.limit;  // the last one given holds
    if (check != nullptr) check->override_index = static_cast<std::int32_t>(i);
  }
  return limit;
}

}  // namespace wood
