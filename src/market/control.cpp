#include "market/control.h"

#include "core/fields.h"
#include "market/exchange.h"

namespace wood {
namespace {

// What the numbers of a check are called in the ledger, rule by rule; null: not used.
struct RuleWords {
  const char* name;
  std::array<const char*, 4> inputs;
};
constexpr RuleWords rule_words[control_rules] = {
    {"known", {"account", "good"}},
    {"size", {"lots"}},
    {"tick", {"price"}},
    {"kill_switch", {"everybody", "account"}},
    {"throttle", {"fills"}},
    {"standing", {"frozen", "exiled"}},
    {"halt", {"turn"}},
    {"messages", {"messages"}},
    {"collar", {"price", "mark", "low", "high"}},
    {"order_value", {"value_mp"}},
    {"order_lots", {"lots"}},
    {"duplicate", {"same"}},
    {"self_buy", {"makes"}},
    {"position", {"net", "open", "after"}},
    {"exposure", {"before_mp", "order_mp"}},
    {"goods", {"lots", "free", "may_short"}},
    {"borrow", {"lots"}},
    {"funds", {"need_mp", "free_mp", "after_mp"}},
    {"margin", {"need_mp", "free_mp", "after_mp"}},
};

struct LimitField {
  const char* key;
  std::int64_t MarketLimits::* value;
  std::int64_t low, high;
};
constexpr std::int64_t most = 1'000'000'000'000;
constexpr LimitField limit_fields[] = {
    {"version", &MarketLimits::version, 1, most},
    {"fee_bps", &MarketLimits::fee_bps, 0, 1'000},
    {"collar_bps", &MarketLimits::collar_bps, 1, 100'000},
    {"dynamic_bps", &MarketLimits::dynamic_bps, 0, 100'000},
    {"halt_turns", &MarketLimits::halt_turns, 0, 1'000'000},
    {"order_value_max_mp", &MarketLimits::order_value_max_mp, 1, most},
    {"order_lots_max", &MarketLimits::order_lots_max, 1, 1'000'000},
    {"messages_max", &MarketLimits::messages_max, 0, most},
    {"fills_max", &MarketLimits::fills_max, 0, most},
    {"position_max", &MarketLimits::position_max, 0, most},
    {"exposure_max_mp", &MarketLimits::exposure_max_mp, 0, most},
    {"credit_max_mp", &MarketLimits::credit_max_mp, 0, most},
    {"margin_initial_bps", &MarketLimits::margin_initial_bps, 10'000, 100'000},
    {"margin_maintenance_bps", &MarketLimits::margin_maintenance_bps, 10'000, 100'000},
    {"borrow_fee_bps", &MarketLimits::borrow_fee_bps, 0, 10'000},
    {"buy_in_bps", &MarketLimits::buy_in_bps, 0, 100'000},
    {"shortable_lots", &MarketLimits::shortable_lots, 0, 1'000'000'000},
};

Json inputs_json(const ControlCheck& check) {
  Json inputs = Json::object();
  const auto& words = rule_words[static_cast<int>(check.rule)];
  for (std::size_t i = 0; i < words.inputs.size(); ++i)
    if (words.inputs[i] != nullptr) inputs.set(words.inputs[i], check.inputs[i]);
  return inputs;
}

}  // namespace

Result<MarketLimits> limits_from(const Json& market) {
  MarketLimits limits;
  Fields fields(market, "market");
  for (const LimitField& field : limit_fields)
    limits.*field.value =
        fields.integer(field.key, {field.low, field.high, limits.*field.value});
  limits.duplicate_check = fields.boolean("duplicate_check", limits.duplicate_check);
  if (limits.margin_maintenance_bps > limits.margin_initial_bps)
    fields.fault("margin_maintenance_bps", "is above margin_initial_bps");
  TRY_STATUS(fields.done());
  return limits;
}

Json json(const MarketLimits& limits) {
  Json out = Json::object();
  for (const LimitField& field : limit_fields) out.set(field.key, limits.*field.value);
  out.set("duplicate_check", limits.duplicate_check);
  return out;
}

const char* name(ControlRule rule) { return rule_words[static_cast<int>(rule)].name; }

std::optional<ControlRule> control_rule(std::string_view name) {
  for (int i = 0; i < control_rules; ++i)
    if (name == rule_words[i].name) return static_cast<ControlRule>(i);
  return std::nullopt;
}

const char* name(OrderRefusal reason) {
  static constexpr const char* names[] = {
      "none",          "unknown_account",    "unknown_good",       "unknown_order",
      "not_yours",     "bad_lots",           "bad_price",          "killed",
      "throttled",     "frozen",             "exiled",             "halted",
      "too_many_messages", "outside_collar", "value_too_high",     "too_many_lots",
      "duplicate",     "self_buy",           "position_limit",     "exposure_limit",
      "insufficient_goods", "pool_empty",    "insufficient_funds", "insufficient_margin"};
  static_assert(std::size(names) == static_cast<int>(OrderRefusal::insufficient_margin) + 1);
  return names[static_cast<int>(reason)];
}

Json json(const ControlReport& report, const Exchange& exchange) {
  Json checks = Json::array();
  for (int i = 0; i < report.count; ++i) {
    const ControlCheck& check = report.checks[static_cast<std::size_t>(i)];
    Json line = Json::object({{"rule", name(check.rule)},
                              {"inputs", inputs_json(check)},
                              {"limit", check.limit},
                              {"pass", check.passed()},
                              {"reason", name(check.reason)}});
    if (check.override_index >= 0) {
      const auto& used = exchange.overrides()[static_cast<std::size_t>(check.override_index)];
      line.set("override", Json::object({{"who", used.who}, {"until", used.until}}));
    }
    checks.push(std::move(line));
  }
  return Json::object({{"checks", std::move(checks)},
                       {"limit_version", report.limit_version},
                       {"pass", report.passed()},
                       {"reason", name(report.reason)}});
}

}  // namespace wood
