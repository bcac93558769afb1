#include "serve/eyes.h"

#include <algorithm>

namespace wood::serve {
namespace {

using Kind = Json::Kind;

constexpr const char* kPatron = "patron";

// Whether a fact of this audience is for him.
bool for_patron(const Json& body) {
  const Json* audience = body.find("audience");
  if (audience == nullptr) return false;
  if (audience->is(Kind::string)) return audience->string() == "everyone";
  if (!audience->is(Kind::array)) return false;
  return std::any_of(audience->items().begin(), audience->items().end(), [](const Json& name) {
    return name.is(Kind::string) && name.string() == kPatron;
  });
}

bool side_of(const Json& body) {
  return body.str_or("from", "") == kPatron || body.str_or("to", "") == kPatron ||
         body.str_or("who", "") == kPatron;
}

// What creatures do with each other and nobody else sees.
bool between_two(std::string_view act) {
  return act == "whisper" || act == "offer" || act == "counter" || act == "accept" ||
         act == "refuse";
}

}  // namespace

void Eyes::secret(const std::string& text) {
  if (text.size() < kSecretBytes) return;
  if (std::find(secrets_.begin(), secrets_.end(), text) != secrets_.end()) return;
  if (secrets_.size() == kSecretsMax) secrets_.erase(secrets_.begin());
  secrets_.push_back(text);
}

bool Eyes::by_patron(const std::vector<Seq>& from) const {
  return std::any_of(from.begin(), from.end(),
                     [this](Seq seq) { return patrons_.contains(seq.value); });
}

bool Eyes::judge_event(const Entry& entry) {
  const Json& body = entry.draft.body;
  const std::string what = body.str_or("what", "");
  if (what == "whispered" || what == "tipped") {
    if (side_of(body)) return false;
    secret(body.str_or("text", ""));
    return true;
  }
  if (what == "deal") {
    const std::int64_t deal = body.int_or("deal", -1);
    if (side_of(body) || by_patron(entry.draft.from)) deals_.insert(deal);
    return !deals_.contains(deal);
  }
  if (what == "said") std::erase(secrets_, body.str_or("text", ""));  // now everybody knows
  if (what == "refused") return between_two(body.str_or("act", "")) && !side_of(body);
  return what == "leak";
}

bool Eyes::judge(const Entry& entry, const Json& value) {
  const Json& body = entry.draft.body;
  switch (entry.draft.kind) {
    case EntryKind::fact: return !for_patron(body);
    case EntryKind::reading:
      if (value.str_or("act", "") == "whisper" && value.str_or("to", "") != kPatron)
        secret(value.str_or("text", ""));
      return true;
    case EntryKind::genesis:  // holds the calendar: what is to come
    case EntryKind::view:
    case EntryKind::prompt:
    case EntryKind::answer:
    case EntryKind::tool: return true;
    case EntryKind::input: return body.find("act") == nullptr;
    case EntryKind::command:
      if (entry.draft.by == kPatron) {
        patrons_.insert(entry.seq.value);
        return false;
      }
      return between_two(body.str_or("act", "")) && body.str_or("to", "") != kPatron;
    case EntryKind::event: return judge_event(entry);
    default: return false;
  }
}

void Eyes::take(const Entry& entry, const Json& value) {
  private_.push_back(judge(entry, value));
  if (entry.draft.kind == EntryKind::seal) ended_ = true;
}

bool Eyes::is_private(Seq entry) const {
  const auto at = static_cast<std::size_t>(entry.value);
  return at >= private_.size() || private_[at];
}

bool Eyes::hidden(Seq entry) const { return !ended_ && is_private(entry); }

bool Eyes::tells(std::string_view text) const {
  if (ended_) return false;
  return std::any_of(secrets_.begin(), secrets_.end(), [&](const std::string& secret) {
    return text.find(secret) != std::string_view::npos;
  });
}

}  // namespace wood::serve
