#include "ledger/entry.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/check.h"
#include "ledger/sink.h"

namespace wood {
namespace {

constexpr std::array<const char*, kEntryKinds> kNames = {
    "genesis", "fact",  "view", "prompt", "answer",  "reading", "tool",    "step", "input",
    "check",   "vote",  "route", "command", "event", "verdict", "turn",    "seal"};

void put(Bytes& out, std::int64_t value) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

}  // namespace

const char* name(EntryKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<EntryKind> entry_kind(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<EntryKind>(i);
  return std::nullopt;
}

Bytes encode(const Entry& entry) {
  const Draft& draft = entry.draft;
  CHECK(draft.body.is(Json::Kind::object));
  Bytes out;
  out.reserve(256);
  out += "{\"body\":";
  draft.body.dump_to(out);
  out += ",\"by\":";
  Json(draft.by).dump_to(out);
  out += ",\"from\":[";
  std::vector<Seq> from = draft.from;
  std::sort(from.begin(), from.end());
  from.erase(std::unique(from.begin(), from.end()), from.end());
  for (std::size_t i = 0; i < from.size(); ++i) {
    CHECK(from[i].some() && from[i] < entry.seq);
    if (i > 0) out += ',';
    put(out, from[i].value);
  }
  out += "],\"kind\":\"";
  out += name(draft.kind);
  out += "\",\"seq\":";
  put(out, entry.seq.value);
  out += ",\"turn\":";
  put(out, draft.turn);
  out += '}';
  CHECK(out.size() <= kEntryBytesMax);
  return out;
}

Result<Entry> decode(std::string_view bytes) {
  if (bytes.size() > kEntryBytesMax) return fail(Errc::parse, "entry longer than 65,535 bytes");
  TRY(Json json, parse_json(bytes));
  const auto is = [&](const char* key, Json::Kind kind) {
    const Json* member = json.find(key);
    return member != nullptr && member->is(kind);
  };
  if (!json.is(Json::Kind::object) || json.members().size() != 6 || !is("body", Json::Kind::object) ||
      !is("by", Json::Kind::string) || !is("from", Json::Kind::array) || !is("kind", Json::Kind::string) ||
      !is("seq", Json::Kind::integer) || !is("turn", Json::Kind::integer))
    return fail(Errc::parse, "an entry has body, by, from, kind, seq and turn, and nothing else");
  Entry entry;
  const auto kind = entry_kind(json.at("kind").string());
  if (!kind) return fail(Errc::parse, "unknown kind \"" + json.at("kind").string() + "\"");
  entry.seq = Seq{json.at("seq").integer()};
  entry.draft.kind = *kind;
  entry.draft.by = json.at("by").string();
  entry.draft.turn = json.at("turn").integer();
  for (const Json& parent : json.at("from").items()) {
    if (!parent.is(Json::Kind::integer)) return fail(Errc::parse, "from holds something that is no number");
    const Seq seq{parent.integer()};
    if (!seq.some() || seq >= entry.seq)
      return fail(Errc::parse, "from names " + std::to_string(seq.value) + ", which is not before it");
    entry.draft.from.push_back(seq);
  }
  entry.draft.body = std::move(json["body"]);
  if (encode(entry) != bytes) return fail(Errc::parse, "entry is not in canonical form");
  return entry;
}

Json text_in(Sink& sink, std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max && is_utf8(text)) return Json(text);
  std::string clipped = to_utf8(text);
  if (clipped.size() > bytes_max) {
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(clipped[end]) & 0xC0) == 0x80) --end;
    clipped.resize(end);
  }
  return Json::object({{"bytes", static_cast<std::int64_t>(text.size())}, {"sha256", sink.blob(text)},
                       {"text", std::move(clipped)}});
}

}  // namespace wood
