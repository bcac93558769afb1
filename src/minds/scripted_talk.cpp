// What a creature says, offers and accepts.
#include <algorithm>

#include "core/text.h"
#include "minds/scripted_table.h"

namespace wood::scripted {
namespace {

constexpr const char* kBegs = "lends me";     // what the poor say, and lenders listen for
constexpr const char* kSpares = " to spare";  // what sellers say, and swappers listen for

std::string num(std::int64_t value) { return std::to_string(value); }

const Json& terms_of(const Json& deal) {
  static const Json none = Json::object();
  const Json* terms = deal.find("terms");
  return terms != nullptr && terms->is(Json::Kind::object) ? *terms : none;
}

std::int64_t worth_mp(const Table& t, const std::string& good, std::int64_t lots) {
  const Good* g = t.good(good);
  return g != nullptr ? t.cost_mp(*g) * lots : 0;
}

struct Verdict {
  bool accept = false;
  std::string why;
};

Verdict judge_loan(const Table& t, const Json& terms) {
  const std::int64_t rate = terms.int_or("rate_bps", 0);
  const bool poor = t.free_mp < 2 * t.reserve_mp();
  const Good* pledge = t.good(terms.str_or("good", ""));
  const std::int64_t lots = terms.int_or("lots", 0);
  if (pledge != nullptr && pledge->free() < lots)
    return {false, "I cannot pledge so much " + pledge->name};
  const std::int64_t most = poor ? 1'500 : t.temper == Temper::speculates ? 900 : 250;
  if (rate > most) return {false, decimal(rate, 2, 1) + " % is more than a loan is worth to me"};
  return {true, poor ? "my purse is thin and " + decimal(rate, 2, 1) + " % is fair"
                     : "money at " + decimal(rate, 2, 1) + " % works for me"};
}

Verdict judge_swap(const Table& t, const Json& terms) {
  const std::string get = terms.str_or("give_good", "");
  const std::string pay = terms.str_or("take_good", "");
  const Good* mine = t.good(pay);
  if (mine == nullptr || mine->free() < terms.int_or("take_lots", 0))
    return {false, "I have not so much " + pay + " to give"};
  const std::int64_t in = worth_mp(t, get, terms.int_or("give_lots", 0));
  const std::int64_t out =
      std::max<std::int64_t>(1, worth_mp(t, pay, terms.int_or("take_lots", 0)));
  const std::int64_t gain = (in - out) * 100 / out;
  const Good* wanted = t.good(get);
  // What is missing at home is worth more than its mark.
  const std::int64_t least =
      (wanted != nullptr && wanted->have == 0 ? -8 : 0) + (t.temper == Temper::steady ? 4 : 0);
  if (gain < least)
    return {false, "by the marks I would lose " + num(-std::min<std::int64_t>(gain, 0)) +
                       " % on this swap"};
  return {true, gain >= 0 ? "by the marks I gain " + num(gain) + " % on this swap"
                          : "I have no " + get + " and can spare " + pay};
}

Verdict judge_alliance(const Table& t, const std::string& from, const Json& terms) {
  const std::string promise = terms.str_or("promise", "");
  if (t.temper == Temper::speculates && promise == "no_short")
    return {t.trust(from) > 10, t.trust(from) > 10
                                    ? "I trust " + from + " enough to leave his goods alone"
                                    : "I will not promise away my shorts"};
  if (t.temper == Temper::distrusts && t.trust(from) < 5)
    return {false, from + " has not earned a promise yet"};
  if (t.temper == Temper::steady && promise == "no_undercut")
    return {true, "prices that nobody cuts suit me"};
  return {t.trust(from) >= 0, t.trust(from) >= 0 ? "I think well of " + from + ", let us be allies"
                                                 : from + " has let me down before"};
}

Verdict judge(const Table& t, const Json& deal) {
  const std::string kind = deal.str_or("kind", "");
  const std::string from = deal.str_or("from", "");
  if (kind == "gift") return {true, t.pick({"a gift from ", "how kind of "}, 71) + from};
  if (t.trust(from) < -20) return {false, "after what happened I do no deals with " + from};
  if (kind == "loan") return judge_loan(t, terms_of(deal));
  if (kind == "swap") return judge_swap(t, terms_of(deal));
  return judge_alliance(t, from, terms_of(deal));
}

// Who said something with these words lately, and is not me; "" if nobody.
std::string who_said(const Table& t, const std::string& words) {
  for (auto it = t.list("talk").rbegin(); it != t.list("talk").rend(); ++it)
    if (it->str_or("from", "") != t.me && t.turn - it->int_or("turn", 0) <= 2 &&
        it->str_or("text", "").find(words) != std::string::npos &&
        std::find(t.others.begin(), t.others.end(), it->str_or("from", "")) != t.others.end())
      return it->str_or("from", "");
  return "";
}

bool said_already(const Table& t, const std::string& text) {
  const auto& talk = t.list("talk");
  return std::any_of(talk.begin(), talk.end(), [&](const Json& said) {
    return said.str_or("from", "") == t.me && said.str_or("text", "") == text;
  });
}

std::int64_t offers_open(const Table& t, const std::string& to) {
  const auto& deals = t.list("deal");
  return std::count_if(deals.begin(), deals.end(), [&](const Json& deal) {
    return deal.str_or("from", "") == t.me &&
           (to.empty() ? deal.str_or("state", "") == "offered" : deal.str_or("to", "") == to);
  });
}

Idea lend(const Table& t) {
  if (t.temper == Temper::speculates || t.temper == Temper::gossips || t.spare_mp() < 12'000)
    return {};
  const std::string beggar = who_said(t, kBegs);
  if (!t.chance.ppm(beggar.empty() ? 60'000 : 700'000, 72)) return {};
  const std::string to = beggar.empty() ? t.anyone(73) : beggar;
  const Json* memory = t.ask.facts.find("memory");
  const Json* owed = memory != nullptr ? memory->find("owed") : nullptr;
  if (t.trust(to) < -5 || offers_open(t, to) > 0 || (owed != nullptr && owed->find(to) != nullptr))
    return {};
  const std::int64_t rate = t.temper == Temper::steady   ? 900
                            : t.temper == Temper::hoards ? 600
                                                         : 400;
  const std::int64_t principal = std::min<std::int64_t>(t.spare_mp() / 2, 10'000) / 1'000 * 1'000;
  return act(beggar.empty()
                 ? "idle pebbles earn nothing, at " + decimal(rate, 2, 1) + " % they do"
                 : beggar + " asked for pebbles, I lend at " + decimal(rate, 2, 1) + " %",
             "lend",
             {{"to", to},
              {"principal_mp", principal},
              {"rate_bps", rate},
              {"turns", 4},
              {"good", "none"},
              {"lots", 0}});
}

Idea swap(const Table& t) {
  const Good* mine = t.good(t.makes);
  if (mine == nullptr || mine->free() < 4) return {};
  for (const Good& g : t.goods) {
    if (g.name == t.makes || g.have > 0 || g.bidding) continue;
    const std::string seller = who_said(t, g.name + kSpares);
    if (!t.chance.ppm(seller.empty() ? 50'000 : 500'000, 74)) continue;
    const std::string to = seller.empty() ? t.anyone(75) : seller;
    if (t.trust(to) < -10 || offers_open(t, to) > 0) continue;
    // A hard bargainer rounds in his own favour.
    const std::int64_t up = t.temper == Temper::steady ? 0 : mine->mark - 1;
    const std::int64_t lots = std::clamp<std::int64_t>(
        (2 * g.mark + up) / mine->mark, 1, std::min<std::int64_t>(mine->free() - 1, t.lots_max));
    return act("I have " + num(mine->free()) + " " + mine->name + " and no " + g.name +
                   t.pick({", let us swap", ", we could trade"}, 76),
               "swap",
               {{"to", to},
                {"give_good", mine->name},
                {"give_lots", lots},
                {"take_good", g.name},
                {"take_lots", 2}});
  }
  return {};
}

Idea ally(const Table& t) {
  if (!t.chance.ppm(40'000, 77)) return {};
  const std::string& to = t.anyone(78);
  if (t.trust(to) < 0 || offers_open(t, to) > 0) return {};
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
  const auto& tips = t.list("tip");
  if (tips.empty() || t.others.empty()) return {};
  const Json& tip = tips.back();
  const std::string text(clip(tip.str_or("text", ""), 120));
  if (text.empty() || t.turn - tip.int_or("turn", 0) > 2 || said_already(t, text)) return {};
  const bool sworn = t.promised("share_tips");
  if (!t.chance.ppm(t.temper == Temper::gossips ? 700'000 : sworn ? 800'000 : 0, 80)) return {};
  if (t.temper == Temper::gossips && t.chance.ppm(300'000, 81))
    return act("this is too good to keep to myself", "say", {{"text", text}});
  return act(sworn ? "we promised each other our tips"
                   : t.pick({"just between us two", "somebody has to know this",
                             "I cannot hold my tongue"},
                            82),
             "whisper", {{"to", t.anyone(83)}, {"text", text}});
}

struct Line {
  std::string why, text;
};

Line need_line(const Table& t) {
  if (t.free_mp < t.reserve_mp() / 2)
    return {
        "I am nearly out of pebbles",
        t.pick({"Who ", "Is there a friend who ", "Honest trader asks: who "}, 84) + kBegs +
            t.pick({" a few pebbles?", " pebbles till spring?", " something? I pay it back."}, 85)};
  const Good* mine = t.good(t.makes);
  if (mine != nullptr && mine->free() > 5)
    return {"my store is full and buyers should know",
            t.pick({"I have ", "Good harvest! I have ", "Come by, I have "}, 86) + mine->name +
                kSpares + "."};
  return {};
}

// A word about a good: by what it holds or owes, else by where the price went.
Line market_line(const Table& t) {
  const auto count = static_cast<std::int64_t>(t.goods.size());
  const Good& g = t.goods[static_cast<std::size_t>(t.chance.below(count, 87))];
  if (t.temper == Temper::distrusts)
    return {"somebody should say what " + g.name + " used to cost",
            g.name + t.pick({" at ", " for ", ": "}, 88) + num(g.mean) +
                t.pick({", as ever. All else is talk.", " is what I would pay, no more.",
                        ", that is the price I know."},
                       89)};
  if (t.temper == Temper::steady && g.name == t.makes)
    return {
        "let nobody think that I will sell cheaper",
        t.pick({"There is but one maker of ", "You will all want my ", "Look at the sky and buy "},
               88) +
            g.name + t.pick({". Pay now or pay more.", ".", " before night falls."}, 89)};
  const bool up = g.owed == 0 && (g.have > 3 || g.mark >= g.first);
  const std::string why =
      g.owed > 0   ? "I sold " + g.name + " short and want it to fall"
      : g.have > 3 ? "I hold " + num(g.have) + " " + g.name + " and want a good price"
      : up         ? "up from " + num(g.first) + " to " + num(g.mark) + ", that is news"
                   : "down from " + num(g.first) + " to " + num(g.mark) + ", that is news";
  const std::string start = t.pick(
      {"Mark my words, ", "I say ", "Have you heard? ", "They tell me ", "My nose says "}, 90);
  return {why, start + g.name +
                   (up ? t.pick({" will go up and up.", " will be dear.", " will run out soon.",
                                 " can only rise."},
                                91)
                       : t.pick({" will get cheaper by the day.", " will find no buyer.",
                                 " can only fall.", " will drop."},
                                92))};
}

}  // namespace

Idea answer_offers(const Table& t) {
  for (const Json& deal : t.list("deal")) {
    if (deal.str_or("state", "") != "offered" || deal.str_or("to", "") != t.me) continue;
    const Verdict verdict = judge(t, deal);
    return act(verdict.why, verdict.accept ? "accept" : "refuse",
               {{"deal", deal.int_or("deal", 0)}});
  }
  return {};
}

Idea make_deal(const Table& t) {
  if (t.others.empty() || offers_open(t, "") >= 2) return {};
  for (const auto idea : {lend, swap, ally})
    if (Idea found = idea(t)) return found;
  return {};
}

Idea talk(const Table& t) {
  if (t.goods.empty()) return {};
  if (Idea idea = pass_on(t)) return idea;
  const std::int64_t mouth = t.temper == Temper::gossips      ? 220'000
                             : t.temper == Temper::speculates ? 100'000
                             : t.temper == Temper::steady     ? 80'000
                                                              : 50'000;
  Line line = need_line(t);
  if (line.text.empty() || !t.chance.ppm(300'000, 93)) {
    if (!t.chance.ppm(mouth, 94)) return {};
    line = market_line(t);
  }
  line.text.front() = static_cast<char>(line.text.front() >= 'a' && line.text.front() <= 'z'
                                            ? line.text.front() - 32
                                            : line.text.front());
  if (said_already(t, line.text)) return {};
  if (!t.others.empty() && t.temper == Temper::gossips && t.chance.ppm(350'000, 95))
    return act(line.why, "whisper", {{"to", t.anyone(96)}, {"text", line.text}});
  return act(line.why, "say", {{"text", line.text}});
}

}  // namespace wood::scripted
