#include "cli/inputs.h"

#include <algorithm>

#include "core/text.h"
#include "core/toml.h"

namespace wood::cli {
namespace {

const std::vector<std::string>& acts() {
  static const std::vector<std::string> names = {
      "kill",  "enable", "override", "swap",  "halt", "resume",  "stop",  "lend",   "tip",
      "bribe", "broker", "short",    "order", "say",  "whisper", "shock", "legend", "decree"};
  return names;
}

// Whether the act can be done at all is the drama's to say, on record; what is misspelt is said
// here.
Status add(Json command, std::int64_t turns, Inputs& out) {
  if (!command.is(Json::Kind::object))
    return fail(Errc::schema,
                "a command is an object: {\"turn\":5,\"act\":\"kill\",\"who\":\"fenn\"}");
  const std::int64_t turn = command.int_or("turn", 0);
  const std::string by = command.str_or("by", "operator"), act = command.str_or("act", "");
  if (turn < 1 || turn > turns)
    return fail(Errc::schema,
                "turn must be 1 to " + std::to_string(turns) + ", the last turn of the run");
  if (by != "operator" && by != "patron")
    return fail(Errc::schema, "by must be operator or patron, not \"" + by + "\"");
  if (std::find(acts().begin(), acts().end(), act) == acts().end()) {
    const std::string nearest = nearest_name(act, acts());
    return fail(Errc::schema, "there is no act \"" + act + "\"; " +
                                  (nearest.empty() ? "there are " + join(acts(), ", ")
                                                   : "did you mean \"" + nearest + "\"?"));
  }
  if (act == "swap") out.minds.push_back(command.str_or("mind", ""));
  command.erase("turn");
  command.erase("by");
  out.inbox.add(turn, {by, std::move(command)});
  return {};
}

Result<Inputs> from_toml(std::string_view text, std::int64_t turns) {
  TRY(const Toml document, parse_toml(text));
  const Json* list = document.value.find("input");
  if (list == nullptr || !list->is(Json::Kind::array) || document.value.members().size() != 1)
    return fail(Errc::schema, "commands stand under [[input]], and nothing else");
  Inputs out;
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    const Status added = add(list->items()[i], turns, out);
    if (!added)
      return fail(added.error().during(document.place("input[" + std::to_string(i) + "]")));
  }
  return out;
}

}  // namespace

Result<Inputs> parse_inputs(std::string_view text, std::int64_t turns) {
  const std::string_view begin = trim(text);
  if (begin.starts_with('[') || begin.starts_with('#')) return from_toml(text, turns);
  Inputs out;
  const std::vector<std::string> lines = split(text, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (trim(lines[i]).empty()) continue;
    const std::string place = "line " + std::to_string(i + 1);
    auto command = parse_json(trim(lines[i]));
    if (!command) return fail(command.error().during(place));
    const Status added = add(std::move(*command), turns, out);
    if (!added) return fail(added.error().during(place));
  }
  return out;
}

}  // namespace wood::cli
