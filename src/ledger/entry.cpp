#include "ledger/entry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "core/check.h"
#include "ledger/sink.h"

namespace wood {
namespace {

constexpr std::array<const char*, kEntryKinds> kNames = {
    "genesis", "fact", "view",  "prompt",  "answer", "reading", "tool", "step", "input",
    "check",   "vote", "route", "command", "event",  "verdict", "turn", "seal"};

constexpr std::int64_t kIntMax = (std::int64_t{1} << 53) - 1;  // what RFC 8785 writes as a number

void put(Bytes& out, std::int64_t value) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

void put(Bytes& out, const std::vector<Seq>& from, Seq seq) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    CHECK(from[i].some() && from[i] < seq);
    if (i > 0) out += ',';
    put(out, from[i].value);
  }
}

bool ascending(const std::vector<Seq>& from) {
  return std::adjacent_find(from.begin(), from.end(), std::greater_equal<>()) == from.end();
}

bool is_digest(const Json& value) {
  return value.is(Json::Kind::string) && value.string().size() == 64 &&
         value.string().find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Adds what an object names if it is a reference; false if it is none.
bool collect_ref(const Json& object, std::vector<BlobRef>& out) {
  const Json* bytes = object.find("bytes");
  const Json* sha256 = object.find("sha256");
  const Json* holds = object.find("holds");
  const std::size_t members = 2U + (object.find("text") != nullptr) + (holds != nullptr);
  if (bytes == nullptr || sha256 == nullptr || object.members().size() != members ||
      !bytes->is(Json::Kind::integer) || bytes->integer() < 0 || !is_digest(*sha256))
    return false;
  if (holds != nullptr && (!holds->is(Json::Kind::array) ||
                           !std::all_of(holds->items().begin(), holds->items().end(), is_digest)))
    return false;
  out.push_back({sha256->string(), bytes->integer()});
  if (holds != nullptr)
    for (const Json& digest : holds->items()) out.push_back({digest.string(), -1});
  return true;
}

void collect(const Json& value, std::vector<BlobRef>& out) {
  if (value.is(Json::Kind::array))
    for (const Json& item : value.items()) collect(item, out);
  if (!value.is(Json::Kind::object)) return;
  if (collect_ref(value, out)) return;
  for (const auto& [key, member] : value.members()) {
    if (key == "blob" && is_digest(member)) out.push_back({member.string(), -1});
    else collect(member, out);
  }
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
  CHECK(entry.seq.some() && entry.seq.value <= kIntMax && draft.turn >= 0 && draft.turn <= kIntMax);
  Bytes out;
  out.reserve(512);
  out += "{\"body\":";
  draft.body.dump_to(out);
  out += ",\"by\":";
  Json(draft.by).dump_to(out);
  out += ",\"from\":[";
  if (ascending(draft.from)) {
    put(out, draft.from, entry.seq);
  } else {
    std::vector<Seq> from = draft.from;
    std::sort(from.begin(), from.end());
    from.erase(std::unique(from.begin(), from.end()), from.end());
    put(out, from, entry.seq);
  }
  out += "],\"kind\":\"";
  out += name(draft.kind);
  out += "\",\"seq\":";
  put(out, entry.seq.value);
  out += ",\"turn\":";
  put(out, draft.turn);
  out += '}';
  CHECK(out.size() <= kEntryBytesMax);
  CHECK(is_utf8(out));  // else nobody could read it back
  return out;
}

std::optional<EntryKind> kind_of(std::string_view bytes) {
  // Only numbers stand behind it, so the last place is the entry's own.
  constexpr std::string_view key = "],\"kind\":\"";
  const std::size_t at = bytes.rfind(key);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = bytes.substr(at + key.size());
  return entry_kind(rest.substr(0, rest.find('"')));
}

Result<Entry> decode(std::string_view bytes) {
  if (bytes.size() > kEntryBytesMax) return fail(Errc::parse, "entry longer than 65,535 bytes");
  TRY(Json json, parse_json(bytes, Floats::refuse, kDepthInside));
  const auto is = [&](const char* key, Json::Kind kind) {
    const Json* member = json.find(key);
    return member != nullptr && member->is(kind);
  };
  if (!json.is(Json::Kind::object) || json.members().size() != 6 ||
      !is("body", Json::Kind::object) || !is("by", Json::Kind::string) ||
      !is("from", Json::Kind::array) || !is("kind", Json::Kind::string) ||
      !is("seq", Json::Kind::integer) || !is("turn", Json::Kind::integer))
    return fail(Errc::parse, "an entry has body, by, from, kind, seq and turn, and nothing else");
  Entry entry;
  const auto kind = entry_kind(json.at("kind").string());
  if (!kind) return fail(Errc::parse, "unknown kind \"" + json.at("kind").string() + "\"");
  entry.seq = Seq{json.at("seq").integer()};
  entry.draft.kind = *kind;
  entry.draft.by = json.at("by").string();
  entry.draft.turn = json.at("turn").integer();
  for (const std::int64_t number : {entry.seq.value, entry.draft.turn})
    if (number < 0 || number > kIntMax)
      return fail(Errc::parse, "seq and turn are between 0 and 2^53 - 1");
  for (const Json& parent : json.at("from").items()) {
    if (!parent.is(Json::Kind::integer)) return fail(Errc::parse, "from holds what is no number");
    const Seq seq{parent.integer()};
    if (!seq.some() || seq >= entry.seq)
      return fail(Errc::parse,
                  "from names " + std::to_string(seq.value) + ", which is not before it");
    entry.draft.from.push_back(seq);
  }
  entry.draft.body = std::move(json["body"]);
  if (encode(entry) != bytes) return fail(Errc::parse, "entry is not in canonical form");
  return entry;
}

std::vector<BlobRef> blob_refs(const Json& body) {
  std::vector<BlobRef> out;
  collect(body, out);
  return out;
}

std::optional<BlobRef> blob_ref(const Json& value) {
  std::vector<BlobRef> out;
  if (!value.is(Json::Kind::object) || !collect_ref(value, out)) return std::nullopt;
  return out.front();
}

Json text_in(Sink& sink, std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max && is_utf8(text)) return Json(text);
  std::string clipped = to_utf8(text);
  if (clipped.size() > bytes_max) {
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(clipped[end]) & 0xC0) == 0x80) --end;
    clipped.resize(end);
  }
  return Json::object({{"bytes", static_cast<std::int64_t>(text.size())},
                       {"sha256", sink.blob(text)},
                       {"text", std::move(clipped)}});
}

}  // namespace wood
