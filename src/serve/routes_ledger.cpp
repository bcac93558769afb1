// Routes that open the ledger: its entries, what they hold, where they came from, their proofs.
#include <algorithm>
#include <set>

#include "core/text.h"
#include "ledger/proof.h"
#include "pipeline/consult.h"
#include "serve/telling.h"

namespace wood::serve {
namespace {

using Kind = Json::Kind;

constexpr std::int64_t kScanned = 20'000;  // entries that one search looks at
constexpr std::size_t kTextMax = 65'536;   // of a payload that is shown
constexpr std::size_t kEffectsMax = 200;
constexpr std::size_t kRepairsMax = 64;

Json seqs(const std::vector<Seq>& list) {
  Json out = Json::array();
  for (const Seq seq : list) out.push(seq.value);
  return out;
}

Json row_json(const Telling& telling, const Entry& entry) {
  return Json::object({{"by", entry.draft.by},
                       {"entry", entry.seq.value},
                       {"from", seqs(entry.draft.from)},
                       {"hidden", telling.hides(entry)},
                       {"kind", name(entry.draft.kind)},
                       {"text", telling.line(entry)},
                       {"turn", entry.draft.turn}});
}

// Whether `text` holds `part` (lower case), A to Z in any case.
bool holds(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         }) != text.end();
}

struct Wanted {
  std::optional<EntryKind> kind;
  std::string by, text;
  std::int64_t turn = -1;
};

bool fits(const Telling& telling, const Wanted& wanted, std::int64_t seq) {
  const EntryRow row = telling.story.entries[static_cast<std::size_t>(seq)];
  return (!wanted.kind || row.kind == *wanted.kind) &&
         (wanted.turn < 0 || row.turn == wanted.turn) &&
         (wanted.by.empty() || telling.story.names[row.by] == wanted.by);
}

Response get_handoffs(Telling& telling, Asked& asked) {
  Wanted wanted;
  const std::string kind = asked.text("kind");
  wanted.by = asked.text("by");
  wanted.text = lower(asked.text("text"));
  wanted.turn = asked.integer("turn", {.otherwise = -1});
  std::int64_t seq = asked.integer("from", {});
  const std::int64_t limit = asked.integer("limit", {.low = 1, .high = 500, .otherwise = 100});
  if (!kind.empty()) wanted.kind = entry_kind(kind);
  if (!kind.empty() && !wanted.kind)
    asked.refuse({400, "there is no kind \"" + kind + "\"", "kind", "see docs/formats/ledger.md"});
  if (auto problem = asked.problem()) return response(*problem);
  if (wanted.turn >= 0) seq = std::max(seq, telling.story.span(wanted.turn).first);
  Json rows = Json::array();
  std::int64_t scanned = 0;
  for (; seq < telling.size(); ++seq) {
    if (wanted.turn >= 0 && telling.story.entries[static_cast<std::size_t>(seq)].turn > wanted.turn)
      return page_response("handoffs", std::move(rows), std::nullopt);
    if (!fits(telling, wanted, seq)) continue;
    if (static_cast<std::int64_t>(rows.items().size()) == limit || ++scanned > kScanned)
      return page_response("handoffs", std::move(rows), seq);
    const auto bytes = telling.reader->bytes(Seq{seq});
    if (!bytes) return response(problem_of(bytes.error()));
    if (!wanted.text.empty() && !holds(*bytes, wanted.text)) continue;
    const auto entry = decode(*bytes);
    if (!entry) return response(problem_of(entry.error()));
    // What is hidden is not found by what it says.
    if (!wanted.text.empty() && telling.hides(*entry)) continue;
    rows.push(row_json(telling, *entry));
  }
  return page_response("handoffs", std::move(rows), std::nullopt);
}

Json prompt_json(const Entry& entry, const Fetch& fetch) {
  if (entry.draft.kind != EntryKind::prompt) return {};
  const auto ask = read_ask(entry, fetch);
  if (!ask) return {};
  Json messages = Json::array();
  for (const Message& message : ask->messages)
    messages.push(Json::object({{"content", to_utf8(message.content)}, {"role", message.role}}));
  const Json* sampling = entry.draft.body.find("sampling");
  return Json::object({{"messages", std::move(messages)},
                       {"mind", ask->mind},
                       {"sampling", sampling == nullptr ? Json::object() : *sampling},
                       {"schema", ask->schema.is(Kind::object) ? ask->schema : Json::object()},
                       {"task", ask->task}});
}

Json answer_json(const Entry& entry, const Fetch& fetch) {
  if (entry.draft.kind != EntryKind::answer) return {};
  const auto reply = read_reply(entry.draft, fetch);
  if (!reply || !std::holds_alternative<Answer>(*reply)) return {};
  const Answer& answer = std::get<Answer>(*reply);
  Json tokens = Json::array(), confidence = Json::array();
  for (std::size_t i = 0; i < answer.tokens.size(); ++i)
    tokens.push(Json::object(
        {{"forced", i < answer.forced.size() && answer.forced[i]}, {"id", answer.tokens[i]}}));
  for (const auto& [field, share] : answer.confidence)
    confidence.push(Json::object({{"field", field}, {"share_ppm", share}}));
  return Json::object({{"answer_count", answer.answer_count},
                       {"confidence", std::move(confidence)},
                       {"cost_nano", answer.cost_nano},
                       {"finish", name(answer.finish)},
                       {"mind", entry.draft.body.str_or("mind", "")},
                       {"prompt_count", answer.prompt_count},
                       {"reasoning", to_utf8(answer.reasoning)},
                       {"text", to_utf8(answer.text)},
                       {"tokens", std::move(tokens)}});
}

std::string note_text(const Json* value, const Fetch& fetch) {
  if (value == nullptr) return "";
  const auto text = read_text(*value, fetch);
  return text ? to_utf8(*text) : "";
}

Json reading_json(const Entry& entry, const Fetch& fetch) {
  if (entry.draft.kind != EntryKind::reading) return {};
  const Json& body = entry.draft.body;
  const auto part = [&](const char* key) {
    const Json* value = body.find(key);
    auto out = value == nullptr ? Result<Json>(Json()) : read_json(*value, fetch);
    return out ? *out : Json();
  };
  Json repairs = Json::array(), faults = Json::array();
  if (const Json list = part("repairs"); list.is(Kind::array))
    for (const Json& repair : list.items())
      if (repairs.items().size() < kRepairsMax)
        repairs.push(Json::object({{"detail", note_text(repair.find("detail"), fetch)},
                                   {"kind", repair.str_or("kind", "")}}));
  if (const Json list = part("faults"); list.is(Kind::array))
    for (const Json& fault : list.items())
      if (faults.items().size() < kRepairsMax) faults.push(note_text(&fault, fetch));
  return Json::object({{"conforms", body.bool_or("conforms", false)},
                       {"faults", std::move(faults)},
                       {"repairs", std::move(repairs)},
                       {"value", part("value")}});
}

Json usage_json(const Telling& telling, Seq entry) {
  const EntryRow at = telling.story.entries[static_cast<std::size_t>(entry.value)];
  if (at.has != EntryRow::usage) return {};
  const auto bytes = telling.store->entry(Log::margin, at.row);
  const auto row = bytes ? parse_json(*bytes, Floats::refuse, kDepthInside) : Result<Json>(Json());
  const Json* body = row ? row->find("body") : nullptr;
  if (body == nullptr) return {};
  Json out = Json::object();
  for (const char* key : {"wall_us", "cpu_us", "reused", "retries"})
    out.set(key, body->int_or(key, 0));
  return out;
}

Json blobs_json(const Telling& telling, const Json& body) {
  Json out = Json::array();
  for (const BlobRef& ref : blob_refs(body)) {
    const auto bytes = telling.reader->blob(ref.sha256);
    if (!bytes) continue;
    const bool shown = bytes->size() <= kTextMax && is_utf8(*bytes);
    out.push(Json::object({{"bytes", bytes->size()},
                           {"sha256", ref.sha256},
                           {"text", shown ? Json(*bytes) : Json()}}));
  }
  return out;
}

// The entry that the path names, or the problem in `asked`.
std::optional<Entry> entry_of(Telling& telling, Asked& asked) {
  const std::int64_t seq = asked.segment(2, "entry");
  if (asked.problem()) return std::nullopt;
  if (seq >= telling.size()) {
    asked.refuse({404, "there is no entry " + std::to_string(seq), "entry",
                  "the run has 0 to " + std::to_string(telling.size() - 1) + " so far"});
    return std::nullopt;
  }
  auto entry = telling.reader->entry(Seq{seq});
  if (entry) return std::move(*entry);
  asked.refuse(problem_of(entry.error()));
  return std::nullopt;
}

Response get_handoff(Telling& telling, Asked& asked) {
  const auto entry = entry_of(telling, asked);
  if (auto problem = asked.problem()) return response(*problem);
  Json out = row_json(telling, *entry);
  out.set("effects", seqs(telling.story.effects(entry->seq, kEffectsMax)));
  const bool hidden = telling.hides(*entry);
  const Fetch fetch = [&](const std::string& digest) { return telling.reader->blob(digest); };
  const auto bytes = telling.reader->bytes(entry->seq);
  out.set("body", hidden ? Json() : entry->draft.body);
  out.set("bytes", hidden || !bytes ? Json(0) : Json(bytes->size()));
  out.set("prompt", hidden ? Json() : prompt_json(*entry, fetch));
  out.set("answer", hidden ? Json() : answer_json(*entry, fetch));
  out.set("reading", hidden ? Json() : reading_json(*entry, fetch));
  out.set("usage", hidden ? Json() : usage_json(telling, entry->seq));
  out.set("blobs", hidden ? Json::array() : blobs_json(telling, entry->draft.body));
  return json_response(out);
}

Json node_json(const Telling& telling, const Entry& entry, std::int64_t depth) {
  return Json::object({{"by", entry.draft.by},
                       {"depth", depth},
                       {"entry", entry.seq.value},
                       {"hidden", telling.hides(entry)},
                       {"kind", name(entry.draft.kind)},
                       {"text", telling.line(entry)},
                       {"turn", entry.draft.turn}});
}

// Breadth first, so that what a limit cuts off is what lies furthest back.
Response get_trace(Telling& telling, Asked& asked) {
  const std::int64_t depth_max = asked.integer("depth", {.high = 100, .otherwise = 6});
  const std::int64_t limit = asked.integer("limit", {.low = 1, .high = 1'000, .otherwise = 200});
  const auto root = entry_of(telling, asked);
  if (auto problem = asked.problem()) return response(*problem);
  Json nodes = Json::array(), edges = Json::array(), cut = Json::array();
  std::set<std::int64_t> known = {root->seq.value};
  std::vector<Seq> layer = {root->seq};
  for (std::int64_t depth = 0; !layer.empty(); ++depth) {
    std::vector<Seq> next;
    for (const Seq seq : layer) {
      const auto entry = telling.reader->entry(seq);
      if (!entry) return response(problem_of(entry.error()));
      nodes.push(node_json(telling, *entry, depth));
      bool whole = true;
      for (const Seq cause : entry->draft.from) {
        const bool there = known.contains(cause.value);
        const bool room = depth < depth_max && static_cast<std::int64_t>(known.size()) < limit;
        whole = whole && (there || room);
        if (!there && !room) continue;
        edges.push(Json::object({{"from", cause.value}, {"to", seq.value}}));
        if (there) continue;
        known.insert(cause.value);
        next.push_back(cause);
      }
      if (!whole) cut.push(seq.value);
    }
    layer = std::move(next);
  }
  return json_response(Json::object({{"cut", std::move(cut)},
                                     {"edges", std::move(edges)},
                                     {"nodes", std::move(nodes)},
                                     {"root", root->seq.value}}));
}

// Against the last checkpoint; most of the tree is at hand, so this costs its depth, not its size.
Result<Proof> proof_of(const Telling& telling, Seq entry) {
  TRY(const Note note, parse_note(telling.checkpoint));
  TRY(const Checkpoint point, Checkpoint::parse(note.text));
  Digest root{};
  const bool there = entry.value < point.size && point.size <= telling.tree.size();
  if (there) {
    TRY(root, telling.tree.root(point.size));
  }
  if (!there || root != point.root)
    return fail(Errc::integrity, "the run is not what its last checkpoint signs: `wood verify`");
  Proof out;
  TRY(out.entry, telling.reader->bytes(entry));
  out.index = entry.value;
  TRY(out.path, telling.tree.inclusion(entry.value, point.size));
  out.checkpoint = telling.checkpoint;
  return out;
}

// The proof that the path names; a refusal in `asked` otherwise.
std::optional<Proof> asked_proof(Telling& telling, Asked& asked) {
  const auto entry = entry_of(telling, asked);
  if (!entry || asked.problem()) return std::nullopt;
  if (telling.hides(*entry)) {
    asked.refuse({403, "the Patron may not see this entry while the run goes on", "entry",
                  "come back when the run has ended"});
    return std::nullopt;
  }
  auto proof = proof_of(telling, entry->seq);
  if (proof) return std::move(*proof);
  asked.refuse(problem_of(proof.error()));
  return std::nullopt;
}

Response get_proof(Telling& telling, Asked& asked) {
  const auto proof = asked_proof(telling, asked);
  if (auto problem = asked.problem()) return response(*problem);
  const auto note = parse_note(proof->checkpoint);
  const auto point = note ? Checkpoint::parse(note->text) : Result<Checkpoint>(Checkpoint{});
  const auto key = VerifierKey::parse(telling.signer);
  if (!note || !point || !key || note->signatures.empty())
    return response(problem_of({Errc::integrity, "the last checkpoint cannot be read"}));
  Json path = Json::array();
  for (const Digest& digest : proof->path) path.push(base64(view(digest)));
  const std::string raw(key->key.begin(), key->key.end());
  return json_response(Json::object({{"checkpoint", proof->checkpoint},
                                     {"entry", proof->index},
                                     {"index", proof->index},
                                     {"leaf", base64(proof->entry)},
                                     {"origin", point->origin},
                                     {"path", std::move(path)},
                                     {"public_key", base64(raw)},
                                     {"root", base64(view(point->root))},
                                     {"signature", base64(note->signatures.front().signature)},
                                     {"signed", note->text},
                                     {"signer", telling.signer},
                                     {"size", point->size},
                                     {"tlog_proof", proof->text()}}));
}

Response get_tlog_proof(Telling& telling, Asked& asked) {
  const auto proof = asked_proof(telling, asked);
  if (auto problem = asked.problem()) return response(*problem);
  Response out = text_response(proof->text(), "text/plain; charset=utf-8");
  out.headers.emplace_back(
      "Content-Disposition",
      "attachment; filename=\"" + std::to_string(proof->index) + ".tlog-proof\"");
  return out;
}

}  // namespace

std::vector<Routed> ledger_routes() {
  return {{"GET", "/v1/handoffs", get_handoffs},
          {"GET", "/v1/handoffs/{entry}", get_handoff},
          {"GET", "/v1/handoffs/{entry}/trace", get_trace},
          {"GET", "/v1/handoffs/{entry}/proof", get_proof},
          {"GET", "/v1/handoffs/{entry}/tlog-proof", get_tlog_proof}};
}

}  // namespace wood::serve
