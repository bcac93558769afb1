// Pre-trade controls: every order, whoever sends it, passes all of these or rests nowhere. Each
// rule states what it looked at, the limit, that limit's version, and what it decided; a report of
// all of them becomes one ledger entry an order. Leaves out reservations and matching: exchange.h.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/json.h"
#include "market/account.h"
#include "market/instrument.h"

namespace wood {

// The numbers the rules go by, as the scenario's [market] gives them (limits_from).
struct MarketLimits {
  std::int64_t version = 1;
  std::int64_t fee_bps = 10;                 // of the value, from each side of a trade, rounded up
  std::int64_t collar_bps = 3'000;           // round the mark
  std::int64_t dynamic_bps = 0;              // round the last trade of the turn; 0: none
  std::int64_t halt_turns = 0;               // a halt lasts the turn and so many more
  std::int64_t order_value_max_mp = 200'000;
  std::int64_t order_lots_max = 60;
  std::int64_t messages_max = 12;            // a turn
  std::int64_t fills_max = 200;              // a turn; one more disables the account
  std::int64_t position_max = 200;           // lots of a good, long or short, open orders included
  std::int64_t exposure_max_mp = 0;          // all goods at marks, open orders included; 0: none
  std::int64_t credit_max_mp = 0;            // how far cash may be committed below zero
  bool duplicate_check = true;
  std::int64_t margin_initial_bps = 15'000;
  std::int64_t margin_maintenance_bps = 12'000;
  std::int64_t borrow_fee_bps = 50;          // of the mark, a turn
  std::int64_t buy_in_bps = 3'000;           // penalty over the mark where the book has no seller
  std::int64_t shortable_lots = 40;          // of each good, what the lending pool starts with

  friend bool operator==(const MarketLimits&, const MarketLimits&) = default;
};
// From the table of a scenario: every member optional. The error names each faulty one.
Result<MarketLimits> limits_from(const Json& market);
Json json(const MarketLimits& limits);

// In the order they are checked. A name is stable: it stands in ledgers.
enum class ControlRule : std::uint8_t {
  known,        // account and good exist
  size,         // lots > 0, not above the instrument's
  tick,         // price within 1..the instrument's
  kill_switch, throttle, standing, halt,
  messages,     // a turn
  collar,       // of a priced order
  order_value, order_lots,
  duplicate,    // same good, side, kind, price and lots as the account's last order of this turn,
                // or same side, price and lots as one of its open orders of this turn
  self_buy,     // a maker bids for its own good
  position, exposure,
  goods,        // enough free goods, or short selling asked for
  borrow,       // enough in the lending pool
  funds,        // enough free money, credit included
  margin,       // enough free money for the own part of a short's margin
};
inline constexpr int control_rules = 19;
const char* name(ControlRule rule);
std::optional<ControlRule> control_rule(std::string_view name);

enum class OrderRefusal : std::uint8_t {
  none,
  unknown_account, unknown_good, unknown_order, not_yours,
  bad_lots, bad_price,
  killed, throttled, frozen, exiled, halted,
  too_many_messages, outside_collar, value_too_high, too_many_lots, duplicate, self_buy,
  position_limit, exposure_limit,
  insufficient_goods, pool_empty, insufficient_funds, insufficient_margin,
};
const char* name(OrderRefusal reason);  // stable, as written: "outside_collar"

// The operator moves one limit of one account for a while. Rules with a number can be moved:
// collar order_value order_lots messages position exposure funds (credit) throttle (fills).
struct LimitOverride {
  AccountId account;       // none: everybody's
  ControlRule rule = ControlRule::collar;
  std::int64_t limit = 0;
  std::int64_t until = 0;  // the last turn it holds
  std::string who;
};

struct ControlCheck {
  ControlRule rule = ControlRule::known;
  OrderRefusal reason = OrderRefusal::none;  // none: passed
  std::int64_t limit = 0;
  std::array<std::int64_t, 4> inputs{};      // named by rule, see json()
  std::int32_t override_index = -1;          // into Exchange::overrides(); -1: none
  [[nodiscard]] bool passed() const { return reason == OrderRefusal::none; }
};

// All rules evaluated for one message. If one up to `tick` refuses, the later ones are left out.
struct ControlReport {
  std::array<ControlCheck, control_rules> checks;
  int count = 0;
  std::int64_t limit_version = 0;
  OrderRefusal reason = OrderRefusal::none;  // the first refusal
  [[nodiscard]] bool passed() const { return reason == OrderRefusal::none; }
};

class Exchange;
// {"checks":[{"inputs":{…},"limit":3000,"pass":true,"reason":"none","rule":"collar"},…],
// "limit_version":1,"pass":…,"reason":"…"}, a check with "override":{"until":…,"who":…} where one
// was used. To be called before the overrides change.
Json json(const ControlReport& report, const Exchange& exchange);

}  // namespace wood
