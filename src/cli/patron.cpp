#include "cli/patron.h"

#include <algorithm>
#include <map>

#include "core/text.h"

namespace wood::cli {
namespace {

// Millipebbles of "20", "5.21", "0.005"; nothing if it is no such number, or of more than twelve
// digits.
std::optional<std::int64_t> millipebbles(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string digits(whole);
  std::string part = point == std::string_view::npos ? "" : std::string(text.substr(point + 1));
  if (part.size() > 3 || digits.empty() || digits.size() > 9) return std::nullopt;
  if (point != std::string_view::npos && part.empty()) return std::nullopt;
  part.resize(3, '0');
  digits += part;
  for (const char c : digits)
    if (c < '0' || c > '9') return std::nullopt;
  return to_int(digits);
}

// The one of `names` that is the word or, alone, begins with it; else "".
std::string known(std::string_view word, const std::vector<std::string>& names) {
  const std::string wanted = lower(word);
  std::string found;
  for (const std::string& name : names) {
    const std::string plain = lower(name);
    if (plain == wanted) return name;
    if (wanted.empty() || !plain.starts_with(wanted)) continue;
    if (!found.empty()) return "";
    found = name;
  }
  return found;
}

// The words of a line, taken one after the other; what is wrong is kept, and ends it.
class Words {
 public:
  Words(std::string_view line, const Names& names) : rest_(trim(line)), names_(names) {}

  std::string_view next() {
    rest_ = trim(rest_);
    std::size_t end = rest_.find_first_of(" \t");
    end = end == std::string_view::npos ? rest_.size() : end;
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return word;
  }
  std::string one_of(const char* what, const std::vector<std::string>& choices) {
    const std::string word(next());
    const std::string name = known(word, choices);
    if (!name.empty()) return name;
    const std::string nearest = nearest_name(lower(word), choices);
    wrong(word.empty()
              ? std::string("which ") + what + "? " + join(choices, ", ")
              : "\"" + word + "\" is no " + what + ": " +
                    (nearest.empty() ? join(choices, ", ") : "did you mean " + nearest + "?"));
    return "";
  }
  std::string creature() { return one_of("creature", names_.creatures); }
  std::string good() { return one_of("good", names_.goods); }
  std::int64_t count(const char* what, std::int64_t max) {
    const std::string_view word = next();
    const auto value = to_int(word);
    if (value && *value >= 1 && *value <= max) return *value;
    wrong(std::string(what) + ": a whole number from 1 to " + std::to_string(max) + shown(word));
    return 0;
  }
  std::int64_t pebbles(const char* what) {
    const std::string_view word = next();
    const auto value = millipebbles(word);
    if (value && *value > 0) return *value;
    wrong(std::string(what) + ": pebbles, such as 20 or 4.50" + shown(word));
    return 0;
  }
  // In ticks.
  std::int64_t price() {
    const std::int64_t value = pebbles("the price");
    if (value % names_.tick_mp == 0) return value / names_.tick_mp;
    wrong("prices go in steps of " + decimal(names_.tick_mp, 3, 2));
    return 0;
  }
  // Hundredths of a percent: "8%", "8", "7.5%".
  std::int64_t rate() {
    std::string_view word = next();
    const std::string_view given = word;
    if (word.ends_with('%')) word.remove_suffix(1);
    const auto value = millipebbles(word);
    if (value && *value % 10 == 0 && *value <= 1'000'000) return *value / 10;
    wrong("the rate: a percentage, such as 8%" + shown(given));
    return 0;
  }
  // The next word, if it is this one.
  bool skip(std::string_view word) {
    const std::string_view before = rest_;
    if (lower(next()) == word) return true;
    rest_ = before;
    return false;
  }
  void must(std::string_view word) {
    if (!skip(word)) wrong("\"" + std::string(word) + "\" is expected" + shown(next()));
  }
  std::string text(const char* what) {
    std::string_view said = trim(rest_);
    rest_ = {};
    if (said.size() > 1 && said.find('"', 1) == said.size() - 1 && said.front() == '"')
      said = said.substr(1, said.size() - 2);
    if (said.empty()) wrong(what);
    return std::string(said);
  }
  [[nodiscard]] std::string_view rest() { return rest_ = trim(rest_); }
  void end() {
    if (!rest().empty()) wrong("too much: \"" + std::string(clip(rest_, 60)) + "\"");
  }
  void wrong(std::string what) {
    if (wrong_.empty()) wrong_ = std::move(what);
  }
  [[nodiscard]] const std::string& fault() const { return wrong_; }

 private:
  static std::string shown(std::string_view word) {
    return word.empty() ? "" : ", not \"" + std::string(clip(word, 40)) + "\"";
  }
  std::string_view rest_;
  const Names& names_;
  std::string wrong_;
};

const std::vector<std::string> kPromises = {"no_short", "no_undercut", "share_tips"};
const std::vector<std::string> kLegends = {"acorn_mania", "hollow_log", "run_on_hoard"};
const std::vector<std::string> kWeathers = {"drought", "bumper", "road", "bank_run",
                                            "early_winter"};
constexpr std::int64_t kLotsMax = 1'000'000;
constexpr std::int64_t kDaysMax = 1'000;
constexpr std::int64_t kDays = 3;

std::int64_t days(Words& words, std::int64_t otherwise) {
  const std::string_view rest = words.rest();
  const bool number = !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
  if (!words.skip("for") && !number) return otherwise;
  const std::int64_t count = words.count("days", kDaysMax);
  if (!words.skip("days")) words.skip("day");
  return count;
}

Json trade(Words& words, const char* side) {
  Json out = Json::object({{"act", "order"}, {"side", side}});
  out.set("good", words.good());
  out.set("lots", words.count("lots", kLotsMax));
  out.set("price", words.skip("at") ? words.price() : 0);
  return out;
}

Json lend(Words& words) {
  Json out = Json::object({{"act", "lend"}, {"to", words.creature()}});
  out.set("principal_mp", words.pebbles("how much"));
  words.must("at");
  out.set("rate_bps", words.rate());
  out.set("turns", days(words, 5));
  if (words.skip("against")) {
    out.set("lots", words.count("lots of collateral", kLotsMax));
    out.set("good", words.good());
  }
  return out;
}

Json tip(Words& words) {
  Json out = Json::object({{"act", "tip"}, {"to", words.creature()}});
  out.set("good", words.good());
  out.set("direction", words.one_of("direction", {"up", "down"}));
  out.set("true", words.one_of("kind of tip", {"true", "planted"}) == "true");
  out.set("text", words.text("and the words of it?"));
  return out;
}

Json bribe(Words& words) {
  Json out = Json::object({{"act", "bribe"}, {"to", words.creature()}});
  out.set("pebbles_mp", words.pebbles("how much"));
  if (!words.rest().empty()) out.set("text", words.text(""));
  return out;
}

Json broker(Words& words) {
  Json out = Json::object({{"act", "broker"}, {"a", words.creature()}});
  words.skip("and");
  out.set("b", words.creature());
  out.set("promise", words.one_of("promise", kPromises));
  out.set("turns", days(words, 5));
  return out;
}

Json weather(Words& words, const char* act, const std::vector<std::string>& kinds) {
  Json out = Json::object({{"act", act}, {"kind", words.one_of(act, kinds)}});
  const std::string_view rest = words.rest();
  if (!rest.empty() && (rest.front() < '0' || rest.front() > '9') && !rest.starts_with("for"))
    out.set("good", words.good());
  out.set("turns", days(words, kDays));
  const std::string kind = out.str_or("kind", "");
  if ((kind == "drought" || kind == "bumper" || kind == "road") && out.find("good") == nullptr)
    words.wrong("which good?");
  return out;
}

using Reader = Json (*)(Words&);
const std::map<std::string, Reader>& readers() {
  static const std::map<std::string, Reader> all = {
      {"buy", [](Words& w) { return trade(w, "buy"); }},
      {"sell", [](Words& w) { return trade(w, "sell"); }},
      {"short",
       [](Words& w) {
         Json out = trade(w, "");
         out.erase("side");
         out.set("act", "short");
         return out;
       }},
      {"lend", lend},
      {"tip", tip},
      {"bribe", bribe},
      {"broker", broker},
      {"say",
       [](Words& w) {
         return Json::object({{"act", "say"}, {"text", w.text("say what?")}});
       }},
      {"whisper",
       [](Words& w) {
         Json out = Json::object({{"act", "whisper"}, {"to", w.creature()}});
         out.set("text", w.text("whisper what?"));
         return out;
       }},
      {"legend", [](Words& w) { return weather(w, "legend", kLegends); }},
      {"shock", [](Words& w) { return weather(w, "shock", kWeathers); }}};
  return all;
}

std::vector<std::string> verb_names() {
  std::vector<std::string> out;
  for (const VerbHelp& verb : verb_help()) out.push_back(verb.name);
  return out;
}

}  // namespace

const std::vector<VerbHelp>& verb_help() {
  static const std::vector<VerbHelp> all = {
      {"next", "[DAYS]", "plays a day, or so many; so does an empty line"},
      {"market", "", "the goods: marks, what they did, best bid and ask"},
      {"book", "GOOD", "who offers how much of a good, at which price"},
      {"creatures", "", "everybody: purse, stores, score, mood, what they said to themselves"},
      {"me", "", "your own purse, orders, debts, heat"},
      {"story", "[DAY]", "all that is noted of a day"},
      {"law", "", "what the magistrate found, and what heat brings"},
      {"buy", "GOOD LOTS [at PRICE]", "an order; without a price at the market's", true},
      {"sell", "GOOD LOTS [at PRICE]", "an order; what you do not hold is sold short", true},
      {"short", "GOOD LOTS [at PRICE]", "sells what you have not; it takes margin", true},
      {"lend", "WHO PEBBLES at RATE% [for DAYS days] [against LOTS GOOD]",
       "offers a loan, which they take or refuse", true},
      {"tip", "WHO GOOD up|down true|planted WORDS", "a private tip, true or a lie", true},
      {"whisper", "WHO WORDS", "anything, to one of them", true},
      {"say", "WORDS", "anything, to everybody", true},
      {"bribe", "WHO PEBBLES [WORDS]", "money at once, with a word", true},
      {"broker", "WHO and WHO no_short|no_undercut|share_tips [for DAYS days]",
       "offers two of them an alliance", true},
      {"legend", "acorn_mania|hollow_log|run_on_hoard [for DAYS days]",
       "an old tale comes true, and everybody hears of it", true},
      {"shock", "drought|bumper|road|bank_run|early_winter [GOOD] [for DAYS days]",
       "weather and misfortune", true},
      {"trace", "ENTRY", "what caused an entry, by the number that stands before a line"},
      {"help", "[VERB]", "this, or one verb"},
      {"quit", "", "leaves; the run can be gone on with"}};
  return all;
}

Result<Phrase> understand(std::string_view line, const Names& names) {
  line = trim(line);
  if (line.empty()) return Phrase{"next", {}, ""};
  if (line.front() == '{') {
    TRY(Json act, parse_json(line));
    return Phrase{act.str_or("act", ""), std::move(act), ""};
  }
  Words words(line, names);
  const std::string given(words.next());
  const std::string verb = known(given, verb_names());
  if (verb.empty()) {
    const std::string word = "\"" + std::string(clip(given, 40)) + "\" is ";
    const std::vector<std::string> several = completions("", given, names);
    if (!several.empty())
      return fail(Errc::parse, word + "short for several: " + join(several, ", "));
    const std::string nearest = nearest_name(lower(given), verb_names());
    return fail(Errc::parse, word + "not known" +
                                 (nearest.empty() ? "; `help` lists what is"
                                                  : "; did you mean " + nearest + "?"));
  }
  const auto reader = readers().find(verb);
  if (reader == readers().end()) return Phrase{verb, {}, std::string(words.rest())};
  Json act = reader->second(words);
  words.end();
  if (words.fault().empty()) return Phrase{verb, std::move(act), ""};
  const auto help = std::find_if(verb_help().begin(), verb_help().end(),
                                 [&](const VerbHelp& one) { return one.name == verb; });
  return fail(Errc::parse, words.fault() + "\n  " + verb + " " + help->form);
}

std::vector<std::string> completions(std::string_view before, std::string_view word,
                                     const Names& names) {
  std::vector<std::string> all;
  if (trim(before).empty()) {
    all = verb_names();
  } else {
    all = names.creatures;
    all.insert(all.end(), names.goods.begin(), names.goods.end());
    Words words(before, names);
    const std::string verb = known(words.next(), verb_names());
    const auto also = [&](const std::vector<std::string>& more) {
      all.insert(all.end(), more.begin(), more.end());
    };
    if (verb == "tip") also({"up", "down", "true", "planted"});
    if (verb == "broker") also(kPromises);
    if (verb == "legend") all = kLegends;
    if (verb == "shock") all = kWeathers, also(names.goods);
    if (verb == "help") all = verb_names();
    if (verb == "book" || verb == "buy" || verb == "sell" || verb == "short") all = names.goods;
  }
  const std::string wanted = lower(word);
  std::erase_if(all, [&](const std::string& one) { return !one.starts_with(wanted); });
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace wood::cli
