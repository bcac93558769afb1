#include "cli/describe.h"

#include <algorithm>

#include "cli/table.h"
#include "core/text.h"

namespace wood::cli {
namespace {

using Kind = Json::Kind;

std::string value_text(const Json* value) {
  if (value == nullptr || value->is(Kind::null)) return "nothing";
  if (value->is(Kind::object) && value->find("sha256") != nullptr && value->members().size() == 2)
    return "blob of " + std::to_string(value->int_or("bytes", 0)) + " bytes";
  if (value->is(Kind::object)) return members_text(*value);
  return value->is(Kind::string) ? value->string() : value->dump();
}

std::string fact_text(const Json& body) {
  std::string audience = "everyone";
  if (const Json* given = body.find("audience"))
    audience = given->is(Kind::string) ? given->string() : members_text(*given);
  return body.str_or("kind", "?") + " (for " + audience + "): " + value_text(body.find("data"));
}

std::string check_text(const Json& body) {
  const std::string result = body.str_or("result", body.bool_or("pass", true) ? "pass" : "refuse");
  std::string out = body.find("who") != nullptr
                        ? body.str_or("who", "") + " " + body.str_or("side", "") + " " +
                              std::to_string(body.int_or("lots", 0)) + " " +
                              body.str_or("good", "") + " at " +
                              std::to_string(body.int_or("price", 0))
                        : body.str_or("step", "");
  const std::string reason = body.str_or("reason", "");
  return out + ": " + result + (reason.empty() || reason == "none" ? "" : ", " + reason);
}

std::string reading_text(const Json& body) {
  if (!body.bool_or("conforms", false)) return "no value: " + value_text(body.find("faults"));
  const Json* repairs = body.find("repairs");
  const std::size_t count =
      repairs != nullptr && repairs->is(Kind::array) ? repairs->items().size() : 0;
  return value_text(body.find("value")) +
         (count == 0 ? "" : " (" + std::to_string(count) + " repairs)");
}

std::string body_text(const Draft& draft) {
  const Json& body = draft.body;
  switch (draft.kind) {
    case EntryKind::genesis:
      return body.find("scenario") == nullptr
                 ? members_text(body)
                 : "cast " + body.str_or("cast_name", "") + ", seed " + body.str_or("seed", "") +
                       ", " + std::to_string(body.int_or("turns", 0)) + " turns";
    case EntryKind::fact: return fact_text(body);
    case EntryKind::view: {
      const Json* facts = body.find("facts");
      const std::size_t count =
          facts != nullptr && facts->is(Kind::array) ? facts->items().size() : 0;
      return body.str_or("reader", "") + " is shown " + std::to_string(count) + " facts";
    }
    case EntryKind::prompt: return body.str_or("mind", "") + " is asked " + body.str_or("task", "");
    case EntryKind::answer: return body.str_or("mind", "") + ": " + text_of(body.find("text"));
    case EntryKind::reading: return reading_text(body);
    case EntryKind::check: return check_text(body);
    case EntryKind::step:
      return body.str_or("pipeline", "") + "/" + body.str_or("step", "") + " " +
             body.str_or("state", "") + ": " +
             (body.find("output") != nullptr ? value_text(body.find("output"))
                                             : body.str_or("code", ""));
    case EntryKind::vote:
      return outcome_text(body) + ", " + body.str_or("why", "") + "; " +
             value_text(body.find("counts")) + "; worth " +
             decimal(body.int_or("n_eff_milli", 0), 3, 1) + " votes" +
             (body.str_or("n_eff_by", "") == "errors" ? " by their errors" : "");
    case EntryKind::input:
      return body.find("act") != nullptr
                 ? body.str_or("act", "") + ": " + members_text(body, {"act"})
                 : "no answer: " + members_text(body, {"kind"});
    case EntryKind::command:
      return body.str_or("act", "") + ": " + members_text(body, {"act", "blob"});
    case EntryKind::event:
      return body.str_or("what", "") + ": " +
             members_text(body, {"what", "fills", "events", "blob"});
    case EntryKind::verdict:
      return body.str_or("who", "") + ", " + body.str_or("sentence", "") + " for " +
             body.str_or("reason", "") + " (heat " + std::to_string(body.int_or("heat", 0)) + ")";
    case EntryKind::turn:
      return "state " + body.str_or("state", "").substr(0, 16) + "…, " +
             value_text(body.find("counts"));
    default: return members_text(body);
  }
}

}  // namespace

std::string outcome_text(const Json& vote) {
  const Json* outcome = vote.find("outcome");
  return outcome == nullptr || outcome->is(Kind::null) ? "no outcome" : value_text(outcome);
}

std::string members_text(const Json& object, const std::vector<std::string>& without) {
  std::vector<std::string> parts;
  if (object.is(Kind::array)) {
    for (const Json& item : object.items())
      parts.push_back(item.is(Kind::string) ? item.string() : item.dump());
  } else if (object.is(Kind::object)) {
    for (const auto& [key, value] : object.members()) {
      if (std::find(without.begin(), without.end(), key) != without.end()) continue;
      const std::string text = value.is(Kind::string) ? value.string() : value.dump();
      if (!text.empty()) parts.push_back(key + " " + text);
    }
  }
  return printable(join(parts, ", "));
}

std::string text_of(const Json* value) {
  if (value == nullptr) return "";
  if (value->is(Kind::string)) return value->string();
  return value->is(Kind::object) ? value->str_or("text", "") + "…" : "";
}

std::string described(const Entry& entry) { return printable(clip(body_text(entry.draft), 4'096)); }

}  // namespace wood::cli
