// wood play: the Patron's game at a terminal. Everything that is shown and done goes through the
// API's own routes (serve/teller.h), so that who plays here sees and may do what who plays in a
// browser does.
#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <utility>

#include "cli/live.h"
#include "cli/patron.h"
#include "cli/table.h"
#include "core/text.h"
#include "host/line.h"

namespace wood::cli {
namespace {

using serve::Pace;

constexpr std::int64_t kDaysMax = 1'000;
constexpr int kTextColumns = 44;  // of what somebody thought, in a table

// What was asked of the API could not be had: its own words.
Error refusal(const Json& problem) {
  std::string what = problem.str_or("detail", "refused");
  if (const std::string mend = problem.str_or("mend", ""); !mend.empty()) what += "; " + mend;
  return {Errc::usage, what};
}

// Whether the run rests, told by the world's thread and waited for by the player's.
class Rest {
 public:
  void set(bool rests) {
    const std::lock_guard lock(mutex_);
    rests_ = rests;
    changed_.notify_all();
  }
  void over() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  // Waits until it does, or is over.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return rests_ || over_; });
  }
  [[nodiscard]] bool is_over() {
    const std::lock_guard lock(mutex_);
    return over_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rests_ = false, over_ = false;
};

class Game {
 public:
  Game(Live& live, Rest& rest, const Console& console)
      : live_(live), rest_(rest), console_(console) {}

  Status begin();
  // Until the run is over, the player leaves, or the input ends.
  Status run();
  [[nodiscard]] bool left() const { return left_; }
  Status farewell();

 private:
  Result<Json> ask(const std::string& method, const std::string& path, std::string body = "");
  Result<Json> get(const std::string& path) { return ask("GET", path); }
  Result<Json> me();
  Result<std::string> prompt();
  Status obey(const Phrase& phrase);
  Status next(const std::string& days);
  Status day();
  Status outcomes();
  Status act(const Phrase& phrase);
  Status market();
  Status book(const std::string& good);
  Status creatures();
  Status self();
  Status story(const std::string& day);
  Status law();
  Status trace(const std::string& entry);
  void help(const std::string& verb);
  void say(const std::string& text) { console_.print(text); }
  [[nodiscard]] std::string strong(std::string_view text) const {
    return toned(console_.out, Tone::strong, text);
  }
  [[nodiscard]] std::string dim(std::string_view text) const {
    return toned(console_.out, Tone::dim, text);
  }
  [[nodiscard]] Cell score(std::int64_t mp) const {
    return {pebbles(mp, Sign::both), mp > 0 ? Tone::good : mp < 0 ? Tone::bad : Tone::plain};
  }
  [[nodiscard]] std::string price(std::int64_t ticks) const {
    return pebbles(ticks * names_.tick_mp);
  }
  void lines(const Json& minutes, bool all);

  Live& live_;
  Rest& rest_;
  const Console& console_;
  Names names_;
  std::int64_t day_ = 0;           // that was told last
  std::vector<std::string> told_;  // of each receipt, the outcome that was shown last
  bool left_ = false;
};

Result<Json> Game::ask(const std::string& method, const std::string& path, std::string body) {
  TRY(serve::Target target, serve::parse_target(path));
  serve::Teller& teller = live_.teller();
  std::promise<serve::Response> promise;
  auto answer = promise.get_future();
  teller.post([&] {
    const serve::Request request{method, path, {}, std::move(body)};
    promise.set_value(teller.answer(request, target));
  });
  const serve::Response response = answer.get();
  TRY(Json out, parse_json(response.content(), Floats::refuse, kDepthInside));
  if (response.status >= 400) return fail(refusal(out));
  return out;
}

Result<Json> Game::me() {
  TRY(const Json all, get("/v1/creatures"));
  for (const Json& one : all.at("creatures").items())
    if (one.str_or("kind", "") == "patron") return one;
  return fail(Errc::usage, "this scenario has no Patron; set [patron] enabled in it");
}

Status Game::begin() {
  TRY(const Json run, get("/v1/run"));
  for (const Json& name : run.at("creatures").items()) names_.creatures.push_back(name.string());
  for (const Json& name : run.at("goods").items()) names_.goods.push_back(name.string());
  names_.tick_mp = run.int_or("tick_mp", 1);
  TRY(const Json patron, me());
  day_ = run.int_or("turn", 0);
  const Json& law = run.at("magistrate");
  say(strong(printable(run.str_or("title", ""))) + ", " + std::to_string(run.int_or("turns", 0)) +
      " days, cast " + printable(run.str_or("cast", "")) + ", seed " + run.str_or("seed", "") +
      "\n");
  say("You are the Patron, with " + pebbles(patron.int_or("worth_mp", 0)) +
      " pebbles. Leave the Wood richer than you came, and richer than those who live in it.\n"
      "The magistrate watches: at a heat of " +
      std::to_string(law.int_or("investigate", 0)) + " he looks into it, at " +
      std::to_string(law.int_or("fine", 0)) + " he fines, at " +
      std::to_string(law.int_or("freeze", 0)) + " he freezes, at " +
      std::to_string(law.int_or("exile", 0)) +
      " he sends away.\nWhat you do is recorded at the next dawn and cannot be undone. `help` "
      "lists what you can say; an empty line plays a day.\n");
  if (!live_.launch().path().empty())
    say(dim("The ledger is " + live_.launch().path() + ".") + "\n");
  return {};
}

Result<std::string> Game::prompt() {
  TRY(const Json run, get("/v1/run"));
  TRY(const Json all, get("/v1/creatures"));
  TRY(const Json commands, get("/v1/commands"));
  std::int64_t own = 0, place = 1, heat = 0;
  for (const Json& one : all.at("creatures").items())
    if (one.str_or("kind", "") == "patron")
      own = one.int_or("pnl_mp", 0), heat = one.int_or("heat", 0);
  for (const Json& one : all.at("creatures").items())
    if (one.str_or("kind", "") == "creature" && one.int_or("pnl_mp", 0) > own) ++place;
  const std::int64_t queued = commands.int_or("queued", 0);
  return "day " + std::to_string(run.int_or("turn", 0)) + "/" +
         std::to_string(run.int_or("turns", 0)) + "  score " + pebbles(own, Sign::both) +
         "  place " + std::to_string(place) + "  heat " + std::to_string(heat) +
         (queued > 0 ? "  " + std::to_string(queued) + " for the dawn" : "") + " > ";
}

Status Game::run() {
  LineReader reader([this](std::string_view before, std::string_view word) {
    return completions(before, word, names_);
  });
  while (!rest_.is_over() && !left_) {
    std::string shown;
    if (reader.person()) {
      TRY(shown, prompt());
    }
    const auto line = reader.read(shown);
    if (!line) {
      left_ = true;
      break;
    }
    if (line->starts_with('#')) continue;  // in a file of lines
    const Result<Phrase> phrase = understand(*line, names_);
    const Status done = phrase ? obey(*phrase) : Status(fail(phrase.error()));
    if (done) continue;
    std::string said;  // how a verb is used stands in a line of its own
    for (const std::string& part : split(done.error().what, '\n')) said += printable(part) + "\n";
    console_.complain("wood: " + said);
  }
  return {};
}

Status Game::obey(const Phrase& phrase) {
  if (!phrase.act.is(Json::Kind::null)) return act(phrase);
  if (phrase.verb == "next") return next(phrase.text);
  if (phrase.verb == "market") return market();
  if (phrase.verb == "book") return book(phrase.text);
  if (phrase.verb == "creatures") return creatures();
  if (phrase.verb == "me") return self();
  if (phrase.verb == "story") return story(phrase.text);
  if (phrase.verb == "law") return law();
  if (phrase.verb == "trace") return trace(phrase.text);
  if (phrase.verb == "quit") left_ = true;
  else help(phrase.text);
  return {};
}

Status Game::act(const Phrase& phrase) {
  if (phrase.act.find("control") != nullptr)
    return fail(Errc::usage, "here `next` plays, and nothing goes on by itself");
  TRY(const Json receipt, ask("POST", "/v1/commands", phrase.act.dump()));
  say(dim(receipt.str_or("name", "") + ": recorded at the next dawn") + "\n");
  return {};
}

Status Game::next(const std::string& text) {
  const auto days = text.empty() ? std::optional<std::int64_t>(1) : to_int(text);
  if (!days || *days < 1 || *days > kDaysMax)
    return fail(Errc::parse, "next [DAYS]: a whole number from 1 to " + std::to_string(kDaysMax));
  for (std::int64_t i = 0; i < *days && !rest_.is_over(); ++i) {
    rest_.set(false);
    TRY_STATUS(live_.gate().step(1));
    rest_.wait();
    TRY_STATUS(day());
  }
  return {};
}

// What a player wants to read of a day; all of it with `all`.
void Game::lines(const Json& minutes, bool all) {
  std::string section, headed;
  const auto& rows = minutes.at("lines").items();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string now = rows[i].str_or("section", "");
    const bool first = now != section;
    const bool last = i + 1 == rows.size() || rows[i + 1].str_or("section", "") != now;
    const bool own = rows[i].str_or("text", "").starts_with("patron ");
    const bool told = all || (now == "The desk" ? last
                              : now == "Dusk"   ? first
                              : now == "Dawn"   ? own
                                                : true);
    section = now;
    if (!told) continue;
    if (now != headed) say(strong(now) + "\n");
    headed = now;
    const std::int64_t entry = rows[i].int_or("entry", -1);
    std::string number = entry < 0 ? "" : std::to_string(entry);
    number.insert(0, number.size() < 6 ? 6 - number.size() : 0, ' ');
    say(dim(number) + "  " + rows[i].str_or("text", "") + "\n");
  }
}

Status Game::day() {
  TRY(const Json run, get("/v1/run"));
  if (run.int_or("turn", 0) == day_) return {};  // it could not be played
  day_ = run.int_or("turn", 0);
  const std::string turn = std::to_string(day_);
  TRY(const Json minutes, get("/v1/turns/" + turn + "/minutes"));
  say("\n" + strong("── Day " + turn + ", " + minutes.str_or("season", "") + " ──") + "\n");
  lines(minutes, false);
  return outcomes();
}

// What became of what the player did, as far as he has not been told.
Status Game::outcomes() {
  TRY(const Json all, get("/v1/commands"));
  const auto& rows = all.at("commands").items();
  told_.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json& row = rows[i];
    const std::string state = row.str_or("state", "");
    if (row.str_or("by", "") == "control" || state == "queued") continue;
    const std::string outcome = row.str_or("outcome", "");
    const std::string& now = outcome.empty() ? state : outcome;
    if (std::exchange(told_[i], now) != now)
      say(strong("you") + "  " + row.str_or("name", "") + ": " + now + "\n");
  }
  return {};
}

Status Game::market() {
  TRY(const Json goods, get("/v1/goods"));
  Grid grid({{"good"},
             {"mark", Align::right},
             {"lots", Align::right},
             {"bid", Align::right},
             {"ask", Align::right},
             {"made by"},
             {"day by day"}});
  for (const Json& one : goods.at("goods").items()) {
    const std::string name = one.str_or("good", "");
    TRY(const Json book, get("/v1/books/" + name));
    const auto best = [&](const char* side) -> Cell {
      const auto& levels = book.at(side).items();
      return levels.empty() ? Cell("-") : Cell(price(levels.front().int_or("price", 0)));
    };
    std::vector<std::int64_t> marks;
    for (const Json& mark : one.at("marks").items()) marks.push_back(mark.integer());
    grid.row({name, price(one.int_or("mark", 0)), one.int_or("volume", 0), best("bids"),
              best("asks"), one.str_or("maker", ""), sparkline(marks, console_.out)});
  }
  say(grid.text(console_.out));
  return {};
}

Status Game::book(const std::string& good) {
  const auto phrase = understand("buy " + good + " 1", names_);
  if (!phrase) return fail(Errc::parse, "book GOOD: one of " + join(names_.goods, ", "));
  TRY(const Json book, get("/v1/books/" + phrase->act.str_or("good", "")));
  const auto& bids = book.at("bids").items();
  const auto& asks = book.at("asks").items();
  if (bids.empty() && asks.empty()) {
    say(book.bool_or("depth", true) ? "Nobody offers anything.\n"
                                    : "Not known before the first day.\n");
    return {};
  }
  Grid grid({{"they buy", Align::right},
             {"at", Align::right},
             {"at", Align::right},
             {"they sell", Align::right}});
  for (std::size_t i = 0; i < std::max(bids.size(), asks.size()); ++i) {
    const bool bid = i < bids.size(), ask = i < asks.size();
    grid.row({bid ? Cell(bids[i].int_or("lots", 0)) : Cell(""),
              bid ? Cell(price(bids[i].int_or("price", 0))) : Cell(""),
              ask ? Cell(price(asks[i].int_or("price", 0))) : Cell(""),
              ask ? Cell(asks[i].int_or("lots", 0)) : Cell("")});
  }
  say(grid.text(console_.out));
  return {};
}

// "3 acorns, 1 honey"
std::string lots(const Json& list) {
  std::vector<std::string> parts;
  for (const Json& one : list.items())
    parts.push_back(std::to_string(one.int_or("lots", 0)) + " " + one.str_or("good", ""));
  return join(parts, ", ");
}

Status Game::creatures() {
  TRY(const Json all, get("/v1/creatures"));
  Grid grid({{"who"},
             {"mind"},
             {"score", Align::right},
             {"purse", Align::right},
             {"mood", Align::right},
             {"heat", Align::right},
             {"stores"},
             {"to themselves"}});
  for (const Json& one : all.at("creatures").items()) {
    const Json* purse = one.find("purse_mp");
    const Json* mood = one.find("mood");
    const Json* thought = one.find("thought");
    const bool knows = purse != nullptr && purse->is(Json::Kind::integer);
    const bool feels = mood != nullptr && mood->is(Json::Kind::integer);
    const bool thinks = thought != nullptr && thought->is(Json::Kind::object);
    grid.row({one.str_or("name", ""), printable(one.str_or("mind", "")),
              score(one.int_or("pnl_mp", 0)), knows ? pebbles(purse->integer()) : "-",
              feels ? Cell(mood->integer()) : Cell("-"), one.int_or("heat", 0),
              lots(one.at("stores")),
              thinks ? fitted(printable(thought->str_or("text", "")), kTextColumns) : ""});
  }
  say(grid.text(console_.out));
  return {};
}

Status Game::self() {
  TRY(const Json patron, me());
  const Json* purse = patron.find("purse_mp");
  const bool known = purse != nullptr && purse->is(Json::Kind::integer);
  say("score  " + pebbles(patron.int_or("pnl_mp", 0), Sign::both) + "\n");
  say("worth  " + pebbles(patron.int_or("worth_mp", 0)) + "\n");
  if (known)
    say("purse  " + pebbles(purse->integer()) + ", of which free " +
        pebbles(patron.int_or("free_mp", 0)) + "\n");
  say("heat   " + std::to_string(patron.int_or("heat", 0)) + "\n");
  if (const std::string held = lots(patron.at("stores")); !held.empty())
    say("holds  " + held + "\n");
  if (const std::string owed = lots(patron.at("short")); !owed.empty())
    say("owes   " + owed + "\n");
  for (const Json& order : patron.at("orders").items())
    say("order  " + order.str_or("side", "") + " " + std::to_string(order.int_or("lots", 0)) + " " +
        order.str_or("good", "") + " at " + price(order.int_or("price", 0)) + "\n");
  if (patron.bool_or("exiled", false)) say("You are exiled.\n");
  if (const std::int64_t until = patron.int_or("frozen_until", 0); until > 0)
    say("frozen until day " + std::to_string(until) + "\n");
  return {};
}

Status Game::story(const std::string& text) {
  TRY(const Json run, get("/v1/run"));
  const auto turn = text.empty() ? std::optional(run.int_or("turn", 0)) : to_int(text);
  if (!turn) return fail(Errc::parse, "story [DAY]: the number of a day");
  if (*turn == 0) return fail(Errc::usage, "no day has been played");
  TRY(const Json minutes, get("/v1/turns/" + std::to_string(*turn) + "/minutes"));
  say(strong("── Day " + std::to_string(*turn) + ", " + minutes.str_or("season", "") + " ──") +
      "\n");
  lines(minutes, true);
  return {};
}

Status Game::law() {
  TRY(const Json run, get("/v1/run"));
  TRY(const Json all, get("/v1/verdicts"));
  const Json& law = run.at("magistrate");
  for (const char* key : {"investigate", "fine", "freeze", "exile"})
    say("heat " + std::to_string(law.int_or(key, 0)) + "  " + key + "\n");
  say("and it fades by " + std::to_string(law.int_or("fade", 0)) + " a day\n");
  for (const Json& one : all.at("verdicts").items())
    say("day " + std::to_string(one.int_or("turn", 0)) + "  " + strong(one.str_or("who", "")) +
        ": " + one.str_or("sentence", "") + ", for " + one.str_or("reason", "") + " (heat " +
        std::to_string(one.int_or("heat", 0)) + ", entry " +
        std::to_string(one.int_or("entry", 0)) + ")\n");
  return {};
}

Status Game::trace(const std::string& text) {
  const auto entry = to_int(text);
  if (!entry || *entry < 0) return fail(Errc::parse, "trace ENTRY: the number before a line");
  TRY(const Json graph, get("/v1/handoffs/" + std::to_string(*entry) + "/trace"));
  for (const Json& node : graph.at("nodes").items()) {
    std::string number = std::to_string(node.int_or("entry", 0));
    number.insert(0, number.size() < 6 ? 6 - number.size() : 0, ' ');
    const bool hidden = node.bool_or("hidden", false);
    say(dim(number) + "  " +
        (hidden ? dim("not yours to see yet") : printable(node.str_or("text", ""))) + "\n");
  }
  return {};
}

void Game::help(const std::string& text) {
  const std::string verb = lower(trim(text));
  std::string head;
  bool any = false;
  for (const VerbHelp& one : verb_help()) {
    if (!verb.empty() && !one.name.starts_with(verb)) continue;
    any = true;
    const std::string now = one.act ? "Acts, recorded at the next dawn" : "";
    if (verb.empty() && one.act && head != now) say(strong(now) + "\n");
    head = now;
    say("  " + strong(one.name) + (one.form.empty() ? "" : " " + one.form) + "\n      " +
        one.about + "\n");
  }
  if (!any) say("There is no verb that begins so; `help` lists them.\n");
  if (verb.empty())
    say("Verbs and names may be shortened. A line that begins with { is a command as the API takes "
        "it\n(docs/serve.md), the operator's too: {\"act\":\"kill\",\"who\":\"all\"}.\n");
}

Status Game::farewell() {
  TRY(const Json run, get("/v1/run"));
  if (run.str_or("state", "") == "failed") return {};  // told by who ends it
  if (const std::string why = run.str_or("why", ""); !why.empty())
    say("\nThe run was ended early: " + printable(why) + ".\n");
  TRY(const Json all, get("/v1/creatures"));
  TRY(const Json patron, me());
  const std::int64_t own = patron.int_or("pnl_mp", 0);
  std::int64_t better = 0, rivals = 0;
  for (const Json& one : all.at("creatures").items())
    if (one.str_or("kind", "") == "creature") ++rivals, better += one.int_or("pnl_mp", 0) > own;
  say("\n" +
      strong(patron.bool_or("exiled", false) ? "The magistrate sent you away."
             : own > 0                       ? "You leave " + pebbles(own) + " pebbles richer."
             : own < 0                       ? "You leave " + pebbles(-own) + " pebbles poorer."
                                             : std::string("You leave as you came.")) +
      " " +
      (better == 0 ? std::string("Nobody in the Wood did better.")
                   : std::to_string(better) + " of " + std::to_string(rivals) + " did better.") +
      "\n");
  return creatures();
}

// A run in which somebody is the Patron: what he does by the calendar falls away.
Status for_a_player(Setup& setup) {
  if (!setup.scenario.patron)
    return fail(Errc::usage, "scenario " + setup.scenario.name +
                                 " has no Patron to play: set enabled = true in its [patron]");
  if (setup.scenario.creatures.size() + 2 > serve::kLookedAt)
    return fail(Errc::usage, "a crowd has no seat for the Patron: at most " +
                                 std::to_string(serve::kLookedAt - 2) + " creatures");
  TRY(setup.scenario, scenario_from(without_patrons_dates(setup.scenario)));
  return {};
}

// What was said is no entry before the dawn.
std::string lost(std::size_t queued) {
  if (queued == 0) return "";
  return queued == 1 ? "; what waited for the dawn was not recorded"
                     : "; " + std::to_string(queued) +
                           " acts that waited for the dawn were not "
                           "recorded";
}

Result<int> act(const Args& args, const Console& console) {
  const std::string what = args.text("SCENARIO");
  const bool ledger = names_ledger(what);
  Rest rest;
  serve::TellerOptions telling;
  telling.readings = readings();
  telling.version = "wood " + console.version;
  TRY(const std::unique_ptr<Live> live,
      Live::open(ledger ? what : "", args, console, std::move(telling),
                 {.first = ledger ? Pace::paused : Pace::ready,
                  .turns_per_minute = 0,
                  .on_pace = [&rest](Pace now) { rest.set(now != Pace::running); },
                  .on_over = [&rest] { rest.over(); },
                  .amend = for_a_player}));
  if (!live->launch().note().empty()) console.complain("wood: " + live->launch().note() + "\n");
  live->begin();
  Game game(*live, rest, console);
  Status told = game.begin();
  if (told) told = game.run();
  if (told && rest.is_over()) told = game.farewell();
  const std::size_t queued = live->gate().queued();
  const Result<Played> played = live->end();
  if (!played) return fail(live->broken(played.error()));
  TRY_STATUS(std::move(told));
  const std::string path = live->launch().path();
  if (played->stopped == "paused") {
    console.complain("wood: left behind day " + std::to_string(played->turns) + lost(queued) +
                     (path.empty() ? "; it was kept in memory\n"
                                   : "; go on with it:\n  wood play " + path + "\n"));
    return Exit::stopped;
  }
  if (!path.empty())
    console.print("\nEverything is open now:\n  wood show " + path + "\n  wood serve " + path +
                  "\n  wood verify " + path + "\n");
  return Exit::fine;
}

}  // namespace

Verb play_verb() {
  std::vector<Option> options = launch_options();
  options.insert(options.begin(), {.name = "SCENARIO",
                                   .kind = Option::Kind::scenario,
                                   .value = "SCENARIO",
                                   .about = "what is played (five-labs), or the ledger of a game "
                                            "that is to be gone on with"});
  return {
      .name = "play",
      .about = "plays the Patron's game at the terminal",
      .text =
          "You lend, whisper, plant, short, bribe and broker; they live their days; the "
          "magistrate watches. A line is a command: `help` lists them, an empty one plays a "
          "day. You see what the Patron may see, until the run has ended. From a pipe the same "
          "lines are taken without a prompt. `wood serve` is the same game in a browser.",
      .options = std::move(options),
      .examples = {{"wood play", "against five house models"},
                   {"wood play --cast rules --seed 7 <moves.txt", "a game from a file of lines"},
                   {"wood play runs/five-labs-7.wood", "goes on with a game"}},
      .act = act};
}

}  // namespace wood::cli
