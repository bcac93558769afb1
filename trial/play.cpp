// Plays: stories of the Wood in its own words, told again under test. Grammar and an example:
// plays/README.md.
//
//   trial_play [--write] FILE...
//
// A play whose claims do not hold, or whose minutes read otherwise than written, fails with the
// line. --write puts in the minutes as they read now.
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

// What one seed brought.
struct Seen {
  std::uint64_t seed = 0;
  std::int64_t turns = 0;  // asked for
  std::string stopped;
  std::vector<Entry> entries;
  std::vector<std::int64_t> trades;  // by turn, from 1 at index 0
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
  options.on_turn = [&](const TurnReport& turn) { seen.trades.push_back(turn.trades); };
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
    seen.entries.push_back(std::move(entry));
  }
  return seen;
}

// ---- claims

// "event what=deal state=settled": an entry of this kind whose body holds these members.
bool matches(const Entry& entry, const std::vector<std::string>& words, std::size_t from) {
  if (words.size() <= from || name(entry.draft.kind) != words[from]) return false;
  for (std::size_t i = from + 1; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals == std::string::npos) return false;
    const Json* member = entry.draft.body.find(words[i].substr(0, equals));
    if (member == nullptr) return false;
    const std::string said = words[i].substr(equals + 1);
    if (unquoted(member->dump()) != said) return false;
  }
  return true;
}

std::int64_t count(const Seen& seen, const Line& claim) {
  return std::count_if(seen.entries.begin(), seen.entries.end(),
                       [&](const Entry& entry) { return matches(entry, claim.words, 2); });
}

// Why a claim about every seed does not hold for this one; "" if it does.
std::string fault(const Seen& seen, const Line& claim) {
  const std::string& what = claim.words[1];
  if (what == "somewhere") return count(seen, claim) > 0 ? "" : "there is none";
  if (what == "nowhere") return count(seen, claim) == 0 ? "" : "there is one";
  const std::string rest = claim.text.substr(claim.text.find(' ') + 1);
  if (static_cast<std::int64_t>(seen.trades.size()) != seen.turns)
    return "the run ended behind turn " + std::to_string(seen.trades.size());
  std::size_t from = 1;
  if (claim.words.size() == 6 && claim.words[4] == "from")
    from = static_cast<std::size_t>(std::max(1LL, std::atoll(claim.words[5].c_str())));
  for (std::size_t turn = from; turn <= seen.trades.size(); ++turn) {
    const std::int64_t trades = seen.trades[turn - 1];
    if (rest.starts_with("every turn trades") && trades == 0)
      return "turn " + std::to_string(turn) + " has no trade";
    if (rest.starts_with("no turn trades") && trades != 0)
      return "turn " + std::to_string(turn) + " has " + std::to_string(trades) + " trades";
  }
  if (rest.starts_with("every turn trades") || rest.starts_with("no turn trades")) return "";
  const bool turns = rest.starts_with("trading turns over ");
  if (turns || rest.starts_with("trades over ")) {
    std::int64_t sum = 0;
    for (const std::int64_t trades : seen.trades) sum += turns ? trades > 0 : trades;
    return sum > std::atoll(claim.words.back().c_str()) ? "" : "there are " + std::to_string(sum);
  }
  return "it is no claim that a play can make (plays/README.md)";
}

std::vector<std::string> faults(const Play& play, const std::vector<Seen>& runs) {
  std::vector<std::string> out;
  for (const Seen& seen : runs)
    if (seen.stopped == "leak") out.push_back("seed " + std::to_string(seen.seed) + ": a leak");
  for (const Line& claim : play.claims) {
    const std::string said = "line " + std::to_string(claim.number) + ": " + claim.text + ": ";
    if (claim.words.size() < 3) {
      out.push_back(said + "it claims nothing");
    } else if (claim.words[1] == "sometimes") {
      if (std::none_of(runs.begin(), runs.end(),
                       [&](const Seen& seen) { return count(seen, claim) > 0; }))
        out.push_back(said + "there is none in any seed");
    } else {
      for (const Seen& seen : runs)
        if (const std::string why = fault(seen, claim); !why.empty())
          out.push_back(said + "seed " + std::to_string(seen.seed) + ": " + why);
    }
  }
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
