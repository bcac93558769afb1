// Plays: stories of the Wood in its own words, told again under test. Grammar and an example:
// plays/README.md.
//
//   trial_play [--write] FILE...
//
// A play whose claims do not hold, or whose minutes read otherwise than written, fails with the
// line. --write puts in the minutes as they read now.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>

#include "cli/inputs.h"
#include "cli/minutes.h"
#include "core/text.h"
#include "drama/testing.h"
#include "ledger/ledger.h"

namespace wood {
namespace {

struct Line {
  std::size_t number = 0;  // from 1
  std::vector<std::string> words;
  std::string text;
};

struct Told {  // "tell N": the minutes of turn N
  std::int64_t turn = 0;
  std::size_t first = 0, end = 0;  // the lines of the file that hold them
};

struct Play {
  Json document;
  std::string cast = "rules";
  std::int64_t first = 1, last = 1, turns = 30;
  std::vector<Json> inputs;
  std::vector<Line> claims;
  std::vector<Told> told;
};

// The trades of one turn, as its fills say them.
struct Trades {
  std::int64_t all = 0;                    // villagers among themselves included
  std::int64_t cast = 0;                   // with a creature of the cast on a side
  std::map<std::string, std::int64_t> of;  // by who had a side
};

// What one seed brought.
struct Seen {
  std::uint64_t seed = 0;
  std::int64_t turns = 0;  // asked for
  std::string stopped;
  std::vector<Entry> entries;
  std::vector<Trades> trades;  // by turn, from 1 at index 0
  std::map<std::string, std::string> cast;
  std::map<std::int64_t, std::string> minutes;
};

// ---- reading

std::string unquoted(const std::string& text) {
  return text.size() >= 2 && text.front() == '"' && text.back() == '"'
             ? text.substr(1, text.size() - 2)
             : text;
}

Json value_of(const std::string& text) {
  auto parsed = parse_json(text);
  return parsed ? std::move(*parsed) : Json(text);
}

// Sets a member by its dotted path: scarcity.enabled; of a list's element by number: good.0.food.
Status set_path(Json& document, const std::string& path, Json value) {
  Json* at = &document;
  const std::vector<std::string> names = split(path, '.');
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    if (at->is(Json::Kind::array)) {
      const auto index = static_cast<std::size_t>(std::atoll(names[i].c_str()));
      if (index >= at->items().size()) return fail(Errc::schema, "no element " + path);
      at = &at->edit_items()[index];
    } else {
      at = &(*at)[names[i]];
    }
  }
  at->set(names.back(), std::move(value));
  return {};
}

Status directive(Play& play, const Line& line) {
  const auto number = [&](std::size_t i) {
    return i < line.words.size() ? std::atoll(line.words[i].c_str()) : 0;
  };
  const std::string& word = line.words.front();
  if (word == "scenario" && line.words.size() == 2) {
    TRY(play.document, testing::scenario_document(line.words[1]));
  } else if (word == "set" && line.words.size() >= 3) {
    const std::string& path = line.words[1];
    const std::string value = line.text.substr(line.text.find(path) + path.size());
    return set_path(play.document, path, value_of(std::string(trim(value))));
  } else if (word == "cast" && line.words.size() == 2) {
    play.cast = line.words[1];
  } else if (word == "turns" && number(1) > 0) {
    play.turns = number(1);
  } else if (word == "seeds" && number(1) > 0) {
    play.first = number(1);
    play.last = line.words.size() == 4 && line.words[2] == "to" ? number(3) : play.first;
  } else if (word == "input") {
    TRY(Json input, parse_json(line.text.substr(std::strlen("input"))));
    play.inputs.push_back(std::move(input));
  } else if (word == "claim") {
    play.claims.push_back(line);
  } else {
    return fail(Errc::parse, "\"" + line.text + "\" is no line of a play (plays/README.md)");
  }
  return {};
}

Result<Play> read_play(const std::vector<std::string>& lines) {
  Play play;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string text(trim(lines[i]));
    if (text.empty() || text.front() == '#') continue;
    Line line{i + 1, {}, text};
    for (const std::string& word : split(text, ' '))
      if (!word.empty()) line.words.push_back(word);
    if (line.words.front() == "tell") {
      Told told{std::atoll(line.words.back().c_str()), i + 1, i + 1};
      while (told.end < lines.size() && lines[told.end].starts_with("  |")) ++told.end;
      i = told.end - 1;
      play.told.push_back(told);
      continue;
    }
    if (const Status done = directive(play, line); !done)
      return fail(done.error().during("line " + std::to_string(i + 1)));
  }
  if (play.last < play.first) return fail(Errc::parse, "seeds count upwards");
  for (const Told& told : play.told)
    if (told.turn < 1 || told.turn > play.turns)
      return fail(Errc::parse, "line " + std::to_string(told.first) + ": there is no such turn");
  return play;
}

// ---- playing

// Counts the trades of an order, and those of the villagers' orders with somebody who has a name.
Status add_trades(const LedgerReader& reader, const Entry& entry, Seen& seen) {
  const std::string what = entry.draft.body.str_or("what", "");
  if (entry.draft.kind != EntryKind::event || (what != "order" && what != "villagers")) return {};
  Json fills = entry.draft.body.at("fills");
  if (const Json* sha256 = fills.find("sha256")) {
    TRY(const Bytes text, reader.blob(sha256->string()));
    TRY(fills, parse_json(text));
  }
  Trades& trades = seen.trades[static_cast<std::size_t>(entry.draft.turn - 1)];
  for (const Json& fill : fills.items()) {
    const std::string one = fill.str_or("who", entry.draft.body.str_or("who", ""));
    const std::string other = fill.str_or("with", "villager");
    ++trades.of[one];
    if (other != one) ++trades.of[other];
    trades.cast += seen.cast.contains(one) || seen.cast.contains(other);
  }
  return {};
}

Result<Seen> play_seed(const Play& play, std::uint64_t seed, const SigningKey& key) {
  Seen seen;
  seen.seed = seed;
  seen.turns = play.turns;
  TRY(Setup setup, testing::setup_of(play.document, play.cast, play.turns));
  setup.seed = seed;
  std::string text;
  for (const Json& input : play.inputs) text += input.dump() + "\n";
  cli::Inputs inputs;
  if (!text.empty()) {
    TRY(inputs, cli::parse_inputs(text, play.turns));
  }
  TRY(const auto ledger, Ledger::create(memory_store(), {"play", key}));
  testing::RulesPanel panel;
  PlayOptions options;
  options.on_turn = [&](const TurnReport& turn) { seen.trades.push_back({turn.trades, 0, {}}); };
  seen.cast = setup.cast;
  TRY(const Played played, wood::play(setup, *ledger, panel, inputs.inbox, options));
  seen.stopped = played.stopped;
  const LedgerReader reader(ledger->store());
  cli::Minutes minutes(reader, setup.scenario.tick_mp, Terminal{});
  for (std::int64_t i = 0; i < reader.size(); ++i) {
    TRY(Entry entry, reader.entry({i}));
    const bool wanted = std::any_of(play.told.begin(), play.told.end(), [&](const Told& told) {
      return told.turn == entry.draft.turn;
    });
    if (wanted) minutes.add(entry);
    if (wanted && entry.draft.kind == EntryKind::turn)
      seen.minutes[entry.draft.turn] = minutes.finish();
    TRY_STATUS(add_trades(reader, entry, seen));
    seen.entries.push_back(std::move(entry));
  }
  return seen;
}

// ---- claims

using Words = std::span<const std::string>;

// "MEMBER=VALUE", and with !=, > or <.
struct Condition {
  std::vector<std::string> path;
  std::string compared, value;
};

// "event what=deal state=settled from command who=oona": an entry of this kind whose body holds
// these members, and among whose causes is such a one.
struct Pattern {
  EntryKind kind = EntryKind::event;
  std::vector<Condition> members;
  std::vector<Pattern> causes;
};

std::optional<Pattern> read_pattern(Words words) {
  const auto kind = words.empty() ? std::nullopt : entry_kind(words.front());
  if (!kind) return {};
  Pattern out{*kind, {}, {}};
  const auto cause = std::find(words.begin(), words.end(), "from");
  for (auto word = words.begin() + 1; word < cause; ++word) {
    const std::size_t at = word->find_first_of("=!<>");
    if (at == 0 || at == std::string::npos) return {};
    const std::size_t length = (*word)[at] == '!' ? 2 : 1;
    if (length == 2 && word->substr(at, 2) != "!=") return {};
    out.members.push_back(
        {split(word->substr(0, at), '.'), word->substr(at, length), word->substr(at + length)});
  }
  for (auto at = cause; at != words.end();) {
    const auto next = std::find(at + 1, words.end(), "from");
    const auto one = read_pattern({at + 1, next});
    if (!one) return {};
    out.causes.push_back(*one);
    at = next;
  }
  return out;
}

bool holds(const Entry& entry, const Condition& condition) {
  Json own;  // `turn` and `by` are the entry's own
  if (condition.path.front() == "turn") own = Json(entry.draft.turn);
  if (condition.path.front() == "by") own = Json(entry.draft.by);
  const Json* member = own.is(Json::Kind::null) ? &entry.draft.body : &own;
  if (member != &own)
    for (const std::string& name : condition.path)
      if (member != nullptr) member = member->is(Json::Kind::object) ? member->find(name) : nullptr;
  if (member == nullptr) return false;
  if (condition.compared == ">" || condition.compared == "<") {
    const std::int64_t limit = std::atoll(condition.value.c_str());
    return member->is_integer() &&
           (condition.compared == ">" ? member->integer() > limit : member->integer() < limit);
  }
  return (unquoted(member->dump()) == condition.value) == (condition.compared == "=");
}

bool matches(const Seen& seen, const Entry& entry, const Pattern& pattern) {
  const auto caused = [&](const Pattern& cause) {
    return std::any_of(entry.draft.from.begin(), entry.draft.from.end(), [&](Seq seq) {
      return matches(seen, seen.entries[static_cast<std::size_t>(seq.value)], cause);
    });
  };
  return entry.draft.kind == pattern.kind &&
         std::all_of(pattern.members.begin(), pattern.members.end(),
                     [&](const Condition& member) { return holds(entry, member); }) &&
         std::all_of(pattern.causes.begin(), pattern.causes.end(), caused);
}

// The first such entry behind another, by number; -1: there is none.
std::int64_t find(const Seen& seen, const Pattern& pattern, std::int64_t behind = -1) {
  for (auto at = static_cast<std::size_t>(behind + 1); at < seen.entries.size(); ++at)
    if (matches(seen, seen.entries[at], pattern)) return static_cast<std::int64_t>(at);
  return -1;
}

// "every turn trades of fenn from 3 to 5".
struct TradeClaim {
  enum class Kind { every, none, trades, turns } kind = Kind::every;
  std::int64_t over = 0, from = 1, to = 1'000'000;
  std::string who;  // "": any creature of the cast
};

std::optional<TradeClaim> read_trades(Words words) {
  TradeClaim out;
  const std::string start = join({words.begin(), std::min(words.begin() + 3, words.end())}, " ");
  const auto number = [](const std::string& word, std::int64_t& into) {
    into = std::atoll(word.c_str());
    return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
  };
  std::size_t at = 3;
  if (start == "every turn trades") {
    out.kind = TradeClaim::Kind::every;
  } else if (start == "no turn trades") {
    out.kind = TradeClaim::Kind::none;
  } else if (start == "trading turns over" && words.size() > 3) {
    out.kind = TradeClaim::Kind::turns;
    if (!number(words[at++], out.over)) return {};
  } else if (words.size() > 2 && words[0] == "trades" && words[1] == "over") {
    out.kind = TradeClaim::Kind::trades;
    if (!number(words[2], out.over)) return {};
  } else {
    return {};
  }
  for (; at + 1 < words.size(); at += 2) {
    if (words[at] == "of") out.who = words[at + 1];
    else if (words[at] != "from" && words[at] != "to") return {};
    else if (!number(words[at + 1], words[at] == "from" ? out.from : out.to)) return {};
  }
  if (at != words.size() || out.from < 1 || out.to < out.from) return {};
  return out;
}

// Why it does not hold for this seed; "" if it does.
std::string fault(const Seen& seen, const TradeClaim& claim) {
  if (!claim.who.empty() && !seen.cast.contains(claim.who)) return "nobody is called that";
  if (static_cast<std::int64_t>(seen.trades.size()) != seen.turns)
    return "the run ended behind turn " + std::to_string(seen.trades.size());
  if (claim.from > seen.turns) return "there is no such turn";
  std::int64_t sum = 0;
  for (std::int64_t turn = claim.from; turn <= std::min(claim.to, seen.turns); ++turn) {
    const Trades& trades = seen.trades[static_cast<std::size_t>(turn - 1)];
    const auto his = trades.of.find(claim.who);
    const bool none = claim.kind == TradeClaim::Kind::none;
    const std::int64_t count = !claim.who.empty() ? (his == trades.of.end() ? 0 : his->second)
                               : none             ? trades.all
                                                  : trades.cast;
    if (claim.kind == TradeClaim::Kind::every && count == 0)
      return "turn " + std::to_string(turn) + " has no trade";
    if (none && count != 0)
      return "turn " + std::to_string(turn) + " has " + std::to_string(count) + " trades";
    sum += claim.kind == TradeClaim::Kind::turns ? count > 0 : count;
  }
  if (claim.kind == TradeClaim::Kind::every || claim.kind == TradeClaim::Kind::none) return "";
  return sum > claim.over ? "" : "there are " + std::to_string(sum);
}

using Runs = std::vector<Seen>;
constexpr const char* kNoClaim = "it is no claim that a play can make (plays/README.md)";

// "where PATTERN also PATTERN", or "never": what every seed holds that has the first.
std::vector<std::string> faults_where(Words words, const Runs& runs) {
  const auto cut = std::find_if(words.begin(), words.end(), [](const std::string& word) {
    return word == "also" || word == "never";
  });
  const auto first = read_pattern({words.begin(), cut});
  const auto then = cut == words.end() ? std::nullopt : read_pattern({cut + 1, words.end()});
  if (!first || !then) return {kNoClaim};
  std::vector<std::string> out;
  std::size_t without = 0;
  for (const Seen& seen : runs) {
    const std::int64_t at = find(seen, *first);
    without += at < 0;
    if (at < 0 || (find(seen, *then, at) >= 0) == (*cut == "also")) continue;
    out.push_back("seed " + std::to_string(seen.seed) + ": behind entry " + std::to_string(at) +
                  (*cut == "also" ? " there is none" : " there is one"));
  }
  if (without == runs.size()) out.push_back("no seed has the first");
  return out;
}

// Why a claim does not hold, seed by seed.
std::vector<std::string> faults(const Line& claim, const Runs& runs) {
  if (claim.words.size() < 3) return {kNoClaim};
  const Words words = Words(claim.words).subspan(1);
  const std::string& what = words.front();
  if (what == "where") return faults_where(words.subspan(1), runs);
  std::vector<std::string> out;
  if (what == "somewhere" || what == "sometimes" || what == "nowhere") {
    const auto pattern = read_pattern(words.subspan(1));
    if (!pattern) return {kNoClaim};
    std::size_t with = 0;
    for (const Seen& seen : runs) {
      const bool there = find(seen, *pattern) >= 0;
      with += there;
      if (what != "sometimes" && there != (what == "somewhere"))
        out.push_back("seed " + std::to_string(seen.seed) +
                      (there ? ": there is one" : ": there is none"));
    }
    if (what == "sometimes" && with == 0) out.emplace_back("there is none in any seed");
    return out;
  }
  const auto trades = read_trades(words);
  if (!trades) return {kNoClaim};
  for (const Seen& seen : runs)
    if (const std::string why = fault(seen, *trades); !why.empty())
      out.push_back("seed " + std::to_string(seen.seed) + ": " + why);
  return out;
}

std::vector<std::string> faults(const Play& play, const Runs& runs) {
  std::vector<std::string> out;
  for (const Seen& seen : runs)
    if (seen.stopped == "leak") out.push_back("seed " + std::to_string(seen.seed) + ": a leak");
  for (const Line& claim : play.claims)
    for (const std::string& why : faults(claim, runs))
      out.push_back("line " + std::to_string(claim.number) + ": " + claim.text + ": " + why);
  return out;
}

// ---- minutes

// As they stand in a play: no entry numbers and no state hash, a bar in front.
std::vector<std::string> told_lines(const std::string& minutes) {
  std::vector<std::string> out;
  for (const std::string& line : split(minutes, '\n')) {
    if (trim(line).starts_with("state ")) continue;
    const bool noted = line.size() > 8 && line.find_first_not_of(" 0123456789") >= 8;
    const std::string text = noted ? "  " + line.substr(8) : line;
    out.push_back(text.empty() ? "  |" : "  | " + text);
  }
  while (!out.empty() && out.back() == "  |") out.pop_back();
  return out;
}

// The file's lines with the minutes as they read now.
std::vector<std::string> retold(const Play& play, const std::vector<std::string>& lines,
                                const Seen& seen) {
  std::vector<std::string> out;
  std::size_t next = 0;
  for (const Told& told : play.told) {
    out.insert(out.end(), lines.begin() + static_cast<std::ptrdiff_t>(next),
               lines.begin() + static_cast<std::ptrdiff_t>(told.first));
    const auto it = seen.minutes.find(told.turn);
    for (std::string& line : told_lines(it == seen.minutes.end() ? "" : it->second))
      out.push_back(std::move(line));
    next = told.end;
  }
  out.insert(out.end(), lines.begin() + static_cast<std::ptrdiff_t>(next), lines.end());
  return out;
}

// True if the play holds.
bool hold(const std::string& file, bool write, const SigningKey& key) {
  const auto fail_with = [&](const std::string& why) {
    std::printf("%s: %s\n", file.c_str(), why.c_str());
    return false;
  };
  const auto text = read_file(file);
  if (!text) return fail_with(text.error().what);
  const std::vector<std::string> lines = split(*text, '\n');
  const auto play = read_play(lines);
  if (!play) return fail_with(play.error().what);
  std::vector<Seen> runs;
  for (std::int64_t seed = play->first; seed <= play->last; ++seed) {
    auto seen = play_seed(*play, static_cast<std::uint64_t>(seed), key);
    if (!seen) return fail_with("seed " + std::to_string(seed) + ": " + seen.error().what);
    runs.push_back(std::move(*seen));
  }
  bool good = true;
  for (const std::string& why : faults(*play, runs)) good = fail_with(why);
  const std::vector<std::string> now = retold(*play, lines, runs.front());
  if (now == lines) return good;
  if (write) return write_file(file, join(now, "\n")) ? good : fail_with("cannot be written");
  std::size_t at = 0;
  while (at < now.size() && at < lines.size() && now[at] == lines[at]) ++at;
  return fail_with("line " + std::to_string(at + 1) + ": the minutes read otherwise now" +
                   "\n  written  " + (at < lines.size() ? lines[at] : "") + "\n  now      " +
                   (at < now.size() ? now[at] : "") +
                   "\n  if that is as it should be: trial_play --write " + file);
}

}  // namespace
}  // namespace wood

int main(int argc, char** argv) {
  const auto key = wood::SigningKey::generate("play");
  bool write = false;
  int plays = 0, failed = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--write") == 0) {
      write = true;
      continue;
    }
    ++plays;
    failed += !key || !wood::hold(argv[i], write, *key);
  }
  if (plays == 0) {
    std::fprintf(stderr, "usage: trial_play [--write] FILE...\n");
    return 2;
  }
  std::printf("%d plays, %d failed\n", plays, failed);
  return failed == 0 ? 0 : 1;
}
