#include "minds/scripted_table.h"

#include <algorithm>

#include "core/text.h"

namespace wood::scripted {
namespace {

constexpr std::size_t kReasonBytes = 118;  // an answer may hold 120 characters

Temper temper_of(const std::string& word) {
  if (word == "hoards") return Temper::hoards;
  if (word == "speculates") return Temper::speculates;
  if (word == "gossips") return Temper::gossips;
  if (word == "distrusts") return Temper::distrusts;
  return Temper::steady;
}

}  // namespace

Table::Table(const Ask& from)
    : ask(from),
      chance(from.sampling.seed, "scripted", 0, 0),
      d(digest(from.facts)),
      temper(temper_of(d.temper)),
      step(from.facts.int_or("step", 1)) {}

std::int64_t Table::inside(const Good& g, std::int64_t price) const {
  const std::int64_t width = std::max<std::int64_t>(0, g.mark * d.collar_bps / 10'000 - 1);
  return std::clamp<std::int64_t>(price, std::max<std::int64_t>(1, g.mark - width), g.mark + width);
}

std::string Table::pick(std::initializer_list<const char*> words, std::uint32_t n) const {
  return *(words.begin() + chance.below(static_cast<std::int64_t>(words.size()), n));
}

Json act(const std::string& why, const char* what, std::initializer_list<Json::Member> fields) {
  Json out = Json::object(fields);
  out.set("reason", std::string(clip(why, kReasonBytes)));
  out.set("act", what);
  return out;
}

Idea buy(const Table& t, const Good& g, std::int64_t lots, std::int64_t price, Way way,
         const std::string& why) {
  price = t.inside(g, price);
  lots = std::min({lots, g.can, t.d.lots_max});
  // Against an order of one's own nothing trades: one side of a good at a time.
  if (lots < 1 || g.halted || g.buying || g.selling || g.name == t.d.makes) return {};
  if (way == Way::rest)
    return act(why, "buy", {{"good", g.name}, {"lots", lots}, {"price", price}});
  return act(why, "order",
             {{"side", "buy"},
              {"kind", way == Way::now ? "ioc" : "post"},
              {"good", g.name},
              {"lots", lots},
              {"price", price}});
}

Idea sell(const Table& t, const Good& g, std::int64_t lots, std::int64_t price,
          const std::string& why) {
  lots = std::min(lots, g.spare);
  if (lots < 1 || g.halted || g.buying) return {};
  // An ally who was promised not to be undercut is not undercut.
  if (g.ask > 0 && t.d.vowed("no_undercut")) price = std::max(price, g.ask);
  price = t.inside(g, price);
  // The exchange takes the same twice for a mistake.
  const auto stands = [&](const CreatureDigest::Order& open) {
    return open.good == g.name && !open.buy && open.lots == lots && open.price == price;
  };
  while (std::any_of(t.d.orders.begin(), t.d.orders.end(), stands))
    if (--lots < 1) return {};
  return act(why, "sell", {{"good", g.name}, {"lots", lots}, {"price", price}});
}

Idea sell_short(const Table& t, const Good& g, std::int64_t lots, const std::string& why) {
  if (t.temper != Temper::speculates || !t.rich() || g.halted || g.name == t.d.makes || g.own > 0 ||
      g.owed > 0 || g.selling || g.buying || t.d.vowed("no_short"))
    return {};
  // The margin's own part is half the value; a whole value free leaves room for a rise.
  lots = std::min(lots, t.d.free_mp / (2 * g.mark * t.d.tick_mp + 1));
  if (lots < 1) return {};
  return act(why, "short", {{"good", g.name}, {"lots", lots}, {"price", t.inside(g, g.hit())}});
}

}  // namespace wood::scripted
