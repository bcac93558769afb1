// What a creature says, offers and accepts.
#include <algorithm>

#include "core/text.h"
#include "minds/scripted_table.h"

namespace wood::scripted {
namespace {

using Trust = CreatureDigest::Trust;

constexpr std::int64_t kPrincipal = 5'000;  // millipebbles lent at a time
constexpr std::int64_t kWanted = 2;         // lots asked for in a swap

std::string num(std::int64_t value) { return std::to_string(value); }

struct Verdict {
  bool accept = false;
  std::string why;
};

Verdict judge_loan(const Table& t, const CreatureDigest::Offer& offer) {
  if (!offer.can) return {false, "I cannot pledge so much"};
  const std::string at = " at a " + offer.terms + " rate";
  if (t.d.purse <= Purse::tight && offer.terms != "dear")
    return {true, "my purse is thin, I borrow" + at};
  if (offer.terms == "low" || (offer.terms == "fair" && t.temper == Temper::speculates))
    return {true, "money" + at + " works for me"};
  return {false, "no loan" + at + " for me"};
}

Verdict judge_swap(const Table& t, const CreatureDigest::Offer& offer) {
  if (!offer.can) return {false, "I have not so much to give"};
  const bool enough =
      offer.terms == "good" || (offer.terms == "even" && t.temper != Temper::steady);
  return {enough, enough ? "by the marks I gain on this swap" : "by the marks this swap loses"};
}

Verdict judge_alliance(const Table& t, const CreatureDigest::Offer& offer) {
  if (t.temper == Temper::speculates && offer.promise == "no_short")
    return {offer.trust >= Trust::friendly, offer.trust >= Trust::friendly
                                                ? "I leave the goods of a friend alone"
                                                : "I will not promise away my shorts"};
  if (t.temper == Temper::distrusts && offer.trust < Trust::good)
    return {false, offer.from + " has not earned a promise yet"};
  if (t.temper == Temper::steady && offer.promise == "no_undercut")
    return {true, "prices that nobody cuts suit me"};
  return {offer.trust >= Trust::known, offer.trust >= Trust::known
                                           ? "I think well of " + offer.from
                                           : offer.from + " has let me down before"};
}

Verdict judge(const Table& t, const CreatureDigest::Offer& offer) {
  if (offer.kind == "gift")
    return {true, t.pick({"a gift from ", "how kind of "}, 71) + offer.from};
  if (offer.trust == Trust::foe) return {false, "I do no deals with " + offer.from};
  if (offer.kind == "loan") return judge_loan(t, offer);
  if (offer.kind == "swap") return judge_swap(t, offer);
  return judge_alliance(t, offer);
}

Idea lend(const Table& t) {
  const std::string& to = t.d.openings.lend;
  if (to.empty() || !t.rich() || t.temper == Temper::speculates || t.temper == Temper::gossips)
    return {};
  const std::int64_t rate = t.temper == Temper::steady   ? 900
                            : t.temper == Temper::hoards ? 600
                                                         : 400;
  return act(t.d.openings.beggar.empty() ? "idle pebbles earn nothing, lent to " + to + " they do"
                                         : to + " asked for pebbles and I have some",
             "lend",
             {{"to", to},
              {"principal_mp", kPrincipal},
              {"rate_bps", rate},
              {"turns", 4},
              {"good", "none"},
              {"lots", 0}});
}

Idea swap(const Table& t) {
  const CreatureDigest::Openings& o = t.d.openings;
  if (o.swap_with.empty()) return {};
  const std::string& good = t.d.goods[o.swap_good].name;
  return act(
      "I have " + t.d.makes + " and no " + good + t.pick({", let us swap", ", we could trade"}, 76),
      "swap",
      {{"to", o.swap_with},
       {"give_good", t.d.makes},
       {"give_lots", o.swap_lots},
       {"take_good", good},
       {"take_lots", kWanted}});
}

Idea ally(const Table& t) {
  const std::string& to = t.d.openings.ally;
  if (to.empty()) return {};
  const bool talker = t.temper == Temper::gossips || t.temper == Temper::speculates;
  const char* promise = talker                       ? "share_tips"
                        : t.temper == Temper::steady ? "no_undercut"
                                                     : "no_short";
  return act(talker                       ? "two pairs of ears hear more"
             : t.temper == Temper::steady ? "nobody gains when we undercut each other"
                                          : "what " + to + " does not short, I need not defend",
             "ally", {{"to", to}, {"promise", promise}, {"turns", 5}});
}

// ---- speech

// Rumours: a gossip, or who promised it, hands on what he was told, word for word.
Idea pass_on(const Table& t) {
  if (t.d.tell.empty()) return {};
  const bool sworn = t.d.vowed("share_tips");
  if (t.temper != Temper::gossips && !sworn) return {};
  if (t.d.whim_to == "all")
    return act("this is too good to keep to myself", "say", {{"text", t.d.tell}});
  return act(sworn ? "we promised each other our tips" : "I cannot hold my tongue", "whisper",
             {{"to", t.d.whim_to}, {"text", t.d.tell}});
}

struct Line {
  std::string why, text;
};

Line need_line(const Table& t, std::uint32_t n) {
  if (t.d.purse == Purse::broke)
    return {"I am nearly out of pebbles",
            t.pick({"Who lends me a few pebbles?", "Is there a friend who lends me pebbles?",
                    "Honest trader asks: who lends me something?"},
                   n)};
  const Good* mine = t.d.good(t.d.makes);
  if (mine != nullptr && mine->spare > 5)
    return {"my store is full and buyers should know",
            t.pick({"I have ", "Good harvest! I have ", "Come by, I have "}, n) + mine->name +
                " to spare."};
  return {};
}

// A word about the good that came to mind: by what it holds or owes, else by where the price went.
Line market_line(const Table& t, const Good& g, std::uint32_t n) {
  if (t.temper == Temper::distrusts)
    return {"somebody should say what " + g.name + " is worth",
            num(g.mark) + " for " + g.name +
                t.pick({"? I know what it used to cost.", ", and all else is talk."}, n)};
  if (t.temper == Temper::steady && g.name == t.d.makes)
    return {"let nobody think that I will sell cheaper",
            t.pick({"There is but one maker of ", "You will all want my "}, n) + g.name + "."};
  const bool up = g.owed == 0 && (g.own > 3 || g.grade >= Grade::firm);
  const std::string why = g.owed > 0  ? "I sold " + g.name + " short and want it to fall"
                          : g.own > 3 ? "I hold " + g.name + " and want a good price"
                          : up        ? g.name + " is " + word(g.grade) + ", that is news"
                                      : g.name + " is nothing I want dear";
  const std::string start = t.pick({"Mark my words, ", "I say ", "They tell me "}, n);
  return {why,
          start + g.name +
              (up ? t.pick({" will go up.", " will be dear.", " will run out soon."}, n + 1)
                  : t.pick({" will get cheaper.", " will find no buyer.", " will drop."}, n + 1))};
}

bool said_already(const Table& t, const std::string& text) {
  const Json* talk = t.ask.facts.find("talk");
  if (talk == nullptr || !talk->is(Json::Kind::array)) return false;
  return std::any_of(talk->items().begin(), talk->items().end(), [&](const Json& said) {
    return said.str_or("from", "") == t.d.me && said.str_or("text", "") == text;
  });
}

}  // namespace

Idea answer_offers(const Table& t) {
  if (t.d.offers.empty()) return {};
  const CreatureDigest::Offer& offer = t.d.offers.front();
  const Verdict verdict = judge(t, offer);
  return act(verdict.why, verdict.accept ? "accept" : "refuse", {{"deal", offer.deal}});
}

Idea make_deal(const Table& t) {
  for (const auto idea : {lend, swap, ally})
    if (Idea found = idea(t)) return found;
  return {};
}

Idea talk(const Table& t) {
  const Good* g = t.d.good(t.d.whim_good);
  if (!t.feels("talk") || g == nullptr) return {};
  if (Idea idea = pass_on(t)) return idea;
  Line line;
  // Other words for what was said before, while there are any.
  for (std::uint32_t draw = 0; draw < 12 && (draw == 0 || said_already(t, line.text)); draw += 2) {
    line = need_line(t, 84 + draw);
    if (line.text.empty()) line = market_line(t, *g, 84 + draw);
    char& first = line.text.front();
    if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 32);
  }
  if (t.temper == Temper::gossips && t.d.whim_to != "all")
    return act(line.why, "whisper", {{"to", t.d.whim_to}, {"text", line.text}});
  return act(line.why, "say", {{"text", line.text}});
}

}  // namespace wood::scripted
