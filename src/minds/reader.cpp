#include "minds/reader.h"

#include <algorithm>

#include "core/bytes.h"
#include "core/schema.h"
#include "core/text.h"
#include "minds/fit.h"
#include "minds/loose.h"

namespace wood {
namespace {

using Kind = Json::Kind;

constexpr std::size_t kBytesMax = std::size_t{1} << 20;
constexpr std::size_t kPlacesMax = 64;  // at each end of the text
constexpr std::size_t kReasonsMax = 8;

// What the model says to itself is cut away: a draft in it is not the answer.
void drop_thinking(std::string& text, std::vector<Repair>& repairs) {
  for (const std::string name : {"think", "thinking", "reasoning", "thought"}) {
    const std::string open = "<" + name + ">", close = "</" + name + ">";
    // The opening may stand in the prompt: then only the end of the block is in the answer.
    const std::size_t end = text.rfind(close);
    if (end != std::string::npos && text.find(open) > end) {
      repairs.push_back({"think", std::to_string(end) + " bytes up to " + close});
      text.erase(0, end + close.size());
    }
    for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
      const std::size_t stop = text.find(close, at);
      const std::size_t length =
          stop == std::string::npos ? std::string::npos : stop + close.size() - at;
      repairs.push_back(
          {"think", std::to_string(std::min(length, text.size() - at)) + " bytes in " + open});
      text.erase(at, length);
    }
  }
}

// Of a Harmony answer the last final channel; without one, nothing of it is meant for us.
void choose_channel(std::string& text, std::vector<Repair>& repairs) {
  static constexpr std::string_view channel = "<|channel|>", message = "<|message|>";
  if (text.find(channel) == std::string::npos) return;
  std::string chosen;
  for (std::size_t at = text.find(channel); at != std::string::npos;
       at = text.find(channel, at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at + channel.size());
    if (!trim(rest.substr(0, 16)).starts_with("final")) continue;
    const std::size_t body = rest.find(message);
    if (body == std::string_view::npos) break;
    const std::string_view said = rest.substr(body + message.size());
    chosen = said.substr(0, said.find("<|"));
  }
  repairs.push_back({"harmony", chosen.empty() ? "no final channel" : "the final channel"});
  text = chosen;
}

// Where a value may begin: every bracket, at both ends of the text.
std::vector<std::size_t> places_in(std::string_view text) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '{' || text[i] == '[') all.push_back(i);
  if (all.size() > 2 * kPlacesMax) all.erase(all.begin() + kPlacesMax, all.end() - kPlacesMax);
  return all;
}

struct Candidate {
  Json value;
  std::vector<Repair> repairs;
  bool exact = false;  // conformed without a repair of its meaning
  std::size_t begin = 0, end = 0;
};

// The value itself, or the one inside a wrapper with a single member: {"answer": {…}}.
std::optional<Candidate> fitted(Loose loose, const Json& schema,
                                std::vector<std::string>& reasons) {
  const Guess guess = loose.truncated ? Guess::refused : Guess::allowed;
  Fitting fitting = fit(loose.value, schema, guess);
  if (!fitting.value && loose.value.is(Kind::object) && loose.value.members().size() == 1) {
    const auto& [key, inside] = loose.value.members()[0];
    Fitting inner = fit(inside, schema, guess);
    if (inner.value && (inside.is(Kind::object) || inside.is(Kind::array))) {
      inner.repairs.insert(inner.repairs.begin(), Repair{"unwrapped", key});
      fitting = std::move(inner);
    }
  }
  if (!fitting.value) {
    for (std::string& reason : fitting.reasons)
      if (reasons.size() < kReasonsMax) reasons.push_back(std::move(reason));
    return std::nullopt;
  }
  Candidate out;
  out.value = std::move(*fitting.value);
  out.repairs = std::move(loose.repairs);
  out.exact = fitting.repairs.empty() && !loose.truncated;
  out.repairs.insert(out.repairs.end(), fitting.repairs.begin(), fitting.repairs.end());
  return out;
}

std::optional<Candidate> best_of(std::string_view text, const Json& schema,
                                 std::vector<std::string>& reasons) {
  std::optional<Candidate> best;
  std::size_t behind = 0;  // inside a value that fits there is nothing else to find
  for (const std::size_t at : places_in(text)) {
    if (at < behind) continue;
    auto loose = parse_loose(text, at);
    if (!loose) continue;
    const std::size_t end = loose->end;
    std::vector<std::string> why;
    auto one = fitted(std::move(*loose), schema, why);
    if (!one) {
      reasons = std::move(why);  // of the last: likely the answer
      continue;
    }
    behind = end;
    one->begin = at;
    one->end = end;
    if (!best || one->exact || !best->exact) best = std::move(one);
  }
  return best;
}

// An answer that is no object or list: a number, a word, a text.
std::optional<Candidate> scalar_of(std::string_view text, const Json& schema,
                                   std::vector<std::string>& reasons) {
  std::string_view body = trim(text);
  if (body.starts_with("```")) {  // the fence and the word behind it
    body.remove_prefix(std::min(body.find('\n'), body.size()));
    body = trim(body.substr(0, body.rfind("```")));
  }
  if (body.empty()) return std::nullopt;
  Loose loose;
  if (auto parsed = parse_loose(body); parsed && parsed->end == body.size())
    loose = std::move(*parsed);
  else loose.value = Json(body);
  auto one = fitted(std::move(loose), schema, reasons);
  if (!one) return std::nullopt;
  one->end = text.size();
  return one;
}

}  // namespace

Reading read_answer(std::string_view given, const Json& schema) {
  Reading reading;
  if (auto strict = parse_json(given); strict && validate(*strict, schema).empty()) {
    reading.value = std::move(*strict);  // nearly always
    return reading;
  }
  std::string text = to_utf8(given.substr(0, kBytesMax));
  if (given.size() > kBytesMax)
    reading.repairs.push_back({"too_long", std::to_string(given.size())});
  if (!is_utf8(given.substr(0, kBytesMax)))
    reading.repairs.push_back({"utf8", "bytes that are no text"});
  drop_thinking(text, reading.repairs);
  choose_channel(text, reading.repairs);
  std::vector<std::string> reasons;
  auto best = best_of(text, schema, reasons);
  if (!best) best = scalar_of(text, schema, reasons);
  if (!best) {
    if (reasons.empty())
      reasons.push_back(trim(text).empty() ? "there is no answer" : "there is no JSON in it");
    reading.reasons = std::move(reasons);
    return reading;
  }
  const std::string_view around[] = {trim(std::string_view(text).substr(0, best->begin)),
                                     trim(std::string_view(text).substr(best->end))};
  for (const std::string_view part : around)
    if (!part.empty())
      reading.repairs.push_back({part.find("```") != std::string_view::npos ? "fence" : "prose",
                                 std::string(clip(part, 60))});
  reading.repairs.insert(reading.repairs.end(), best->repairs.begin(), best->repairs.end());
  reading.value = std::move(best->value);
  return reading;
}

}  // namespace wood
