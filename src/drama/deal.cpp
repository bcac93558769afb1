#include "drama/deal.h"

#include <algorithm>
#include <array>

#include "core/fields.h"

namespace wood {
namespace {

constexpr std::array<const char*, 3> kPromises = {"no_short", "no_undercut", "share_tips"};

std::string good_name(int good, const std::vector<std::string>& goods) {
  return good < 0 ? "" : goods[static_cast<std::size_t>(good)];
}

}  // namespace

const char* name(DealState state) {
  static constexpr std::array<const char*, 7> names = {"offered", "active",    "settled", "refused",
                                                       "expired", "defaulted", "broken"};
  return names[static_cast<std::size_t>(state)];
}

const char* kind_name(const Terms& terms) {
  static constexpr std::array<const char*, 4> names = {"loan", "swap", "alliance", "gift"};
  return names[terms.index()];
}

const char* name(Promise promise) { return kPromises[static_cast<std::size_t>(promise)]; }

Json terms_json(const Terms& terms, const std::vector<std::string>& goods) {
  if (const auto* loan = std::get_if<Loan>(&terms))
    return Json::object({{"good", good_name(loan->good, goods)},
                         {"lots", loan->lots.value},
                         {"principal_mp", loan->principal.value},
                         {"rate_bps", loan->rate_bps},
                         {"turns", loan->turns}});
  if (const auto* swap = std::get_if<Swap>(&terms))
    return Json::object({{"give_good", good_name(swap->give, goods)},
                         {"give_lots", swap->give_lots.value},
                         {"take_good", good_name(swap->take, goods)},
                         {"take_lots", swap->take_lots.value}});
  if (const auto* alliance = std::get_if<Alliance>(&terms))
    return Json::object({{"promise", name(alliance->promise)}, {"turns", alliance->turns}});
  const auto& gift = std::get<Gift>(terms);
  return Json::object({{"good", good_name(gift.good, goods)},
                       {"lots", gift.lots.value},
                       {"pebbles_mp", gift.pebbles.value}});
}

Result<Terms> read_terms(const std::string& kind, const Json& value,
                         const std::vector<std::string>& goods, std::int64_t amount_max) {
  Fields f(value, "terms");
  const auto amount = [&](const char* key, std::int64_t low = 0) {
    return f.integer(key, {.low = low, .high = amount_max, .otherwise = low});
  };
  const auto good = [&](const char* key) {
    const std::string wanted = f.string(key, "");
    const auto it = std::find(goods.begin(), goods.end(), wanted);
    if (it != goods.end()) return static_cast<int>(it - goods.begin());
    if (!wanted.empty() && wanted != "none") f.fault(key, "names no good: " + wanted);
    return -1;
  };
  const auto turns = [&] { return f.integer("turns", {.low = 1, .high = 100, .otherwise = 5}); };
  Terms out;
  if (kind == "loan") {
    Loan loan{{amount("principal_mp", 1)},
              f.integer("rate_bps", {.low = 0, .high = 10'000, .otherwise = 0}),
              turns(),
              good("good"),
              {amount("lots")}};
    if (loan.good < 0 || loan.lots.value == 0) loan.good = -1, loan.lots = {};
    out = loan;
  } else if (kind == "swap") {
    const Swap swap{
        good("give_good"), {amount("give_lots", 1)}, good("take_good"), {amount("take_lots", 1)}};
    if (swap.give < 0 || swap.take < 0) f.fault("give_good", "and take_good must name goods");
    out = swap;
  } else if (kind == "alliance") {
    const std::vector<std::string> names(kPromises.begin(), kPromises.end());
    out = Alliance{turns(), static_cast<Promise>(f.choice("promise", names, 0))};
  } else if (kind == "gift") {
    Gift gift{good("good"), {amount("lots")}, {amount("pebbles_mp")}};
    if (gift.good < 0 || gift.lots.value == 0) gift.good = -1, gift.lots = {};
    if (gift.good < 0 && gift.pebbles.value == 0) f.fault("pebbles_mp", "or lots must be above 0");
    out = gift;
  } else {
    return fail(Errc::schema, "a deal is a loan, swap, alliance or gift, not \"" + kind + "\"");
  }
  TRY_STATUS(f.done());
  return out;
}

}  // namespace wood
