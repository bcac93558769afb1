#include "ledger/verify.h"

#include <map>
#include <set>

#include "ledger/parents.h"

namespace wood {
namespace {

class Verifier {
 public:
  Verifier(Store& store, const VerifyOptions& options) : store_(store), options_(options) {}

  Verified run() {
    out_.pinned = options_.key.has_value();
    take(store_.check_medium());
    if (!full()) read_record();
    if (!full()) read_margin();
    if (!full()) read_blobs();
    if (!full()) read_checkpoints();
    if (full()) return std::move(out_);
    out_.record_root = hex(record_.root());
    out_.margin_root = hex(margin_.root());
    return std::move(out_);
  }

 private:
  // An entry that names a blob.
  struct Named {
    std::int64_t entry = 0;
    std::int64_t bytes = -1;
    bool there = false;
  };

  [[nodiscard]] bool full() const { return out_.findings.size() >= options_.findings_max; }
  void finding(std::string what) {
    if (!full()) out_.findings.push_back(std::move(what));
  }
  void take(const Status& status) {
    if (!status && !full()) finding(status.error().what);
  }
  // What a visit returns: reading on is of no use when no finding can be added.
  [[nodiscard]] Status going_on() const {
    return full() ? Status(fail(Errc::limit, "enough found")) : Status();
  }

  void read_record() {
    take(store_.each(Log::record, [&](std::int64_t seq, ByteView raw) -> Status {
      read_entry(seq, raw);
      return going_on();
    }));
    out_.entries = record_.size();
    out_.sealed = judge_.sealed();
    if (record_.size() == 0) finding("the record is empty");
  }

  void read_entry(std::int64_t seq, ByteView raw) {
    const bool contiguous = seq == record_.size();
    record_.add(raw);
    const auto entry = decode(raw);
    const std::string where = "entry " + std::to_string(seq) + ": ";
    if (!entry) finding(where + entry.error().what);
    else if (!contiguous || entry->seq.value != seq) finding(where + "is out of its place");
    if (!entry || !contiguous || entry->seq.value != seq) {
      judging_ = false;
      return;
    }
    if (judging_)
      if (const Status status = judge_.next(*entry); !status) {
        finding(status.error().what);
        judging_ = false;  // later entries would be blamed for this one
      }
    for (const BlobRef& ref : blob_refs(entry->draft.body)) {
      const auto [it, first] = named_.try_emplace(ref.sha256, Named{seq, ref.bytes});
      if (it->second.bytes < 0) it->second.bytes = ref.bytes;
      if (ref.bytes >= 0 && it->second.bytes != ref.bytes)
        finding(where + "gives blob " + ref.sha256 + " another length than entry " +
                std::to_string(it->second.entry));
    }
  }

  void read_margin() {
    take(store_.each(Log::margin, [&](std::int64_t seq, ByteView raw) -> Status {
      const bool contiguous = seq == margin_.size();
      margin_.add(raw);
      if (!contiguous || !read_margin_entry(seq, raw))
        finding("margin entry " + std::to_string(seq) +
                ": not {about, body, seq} about an entry that is there");
      return going_on();
    }));
    out_.margin_entries = margin_.size();
  }

  bool read_margin_entry(std::int64_t seq, ByteView raw) {
    if (raw.size() > kEntryBytesMax) return false;
    const auto json = parse_json(raw, Floats::refuse, kDepthInside);
    if (!json || json->dump() != raw || json->int_or("seq", -1) != seq) return false;
    const std::int64_t about = json->int_or("about", -1);
    const Json* body = json->find("body");
    if (json->members().size() != 3 || about < 0 || about >= out_.entries) return false;
    if (body == nullptr || !body->is(Json::Kind::object)) return false;
    if (seq == 0 && body->str_or("kind", "") == "signer")
      if (auto key = VerifierKey::parse(body->str_or("vkey", ""))) named_signer_ = *key;
    return true;
  }

  void read_blobs() {
    std::set<std::string> there;
    take(store_.each_blob([&](const std::string& digest, ByteView raw) -> Status {
      const std::string where = "blob " + digest + ": ";
      if (hex(sha256(raw)) != digest) finding(where + "its bytes have another digest");
      if (!there.insert(digest).second) finding(where + "is there twice");
      const auto named = named_.find(digest);
      if (named == named_.end()) {
        finding(where + "no entry names it");
        return going_on();
      }
      named->second.there = true;
      if (named->second.bytes >= 0 && named->second.bytes != static_cast<std::int64_t>(raw.size()))
        finding(where + "is not as long as entry " + std::to_string(named->second.entry) + " says");
      return going_on();
    }));
    out_.blobs = static_cast<std::int64_t>(there.size());
    for (const auto& [digest, named] : named_)
      if (!named.there)
        finding("entry " + std::to_string(named.entry) + ": blob " + digest + " is not there");
  }

  void read_checkpoints() {
    const auto rows = store_.checkpoints();
    if (!rows) return finding(rows.error().what);
    out_.checkpoints = static_cast<std::int64_t>(rows->size());
    std::int64_t last[2] = {0, 0};
    for (const StoredCheckpoint& row : *rows) {
      if (full()) return;
      const Status status = read_checkpoint(row, last[static_cast<int>(row.log)]);
      if (!status)
        finding("checkpoint of the " + std::string(name(row.log)) + " at " +
                std::to_string(row.size) + ": " + status.error().what);
    }
    for (const Log log : {Log::record, Log::margin})
      if (last[static_cast<int>(log)] != store_.size(log))
        finding("the last checkpoint of the " + std::string(name(log)) + " covers " +
                std::to_string(last[static_cast<int>(log)]) + " of " +
                std::to_string(store_.size(log)) + " entries");
  }

  // Every root is that of the log's beginning, so every checkpoint is consistent with the next.
  Status read_checkpoint(const StoredCheckpoint& row, std::int64_t& last) {
    TRY(const Note note, parse_note(row.note));
    TRY(const Checkpoint point, Checkpoint::parse(note.text));
    const Merkle& tree = row.log == Log::record ? record_ : margin_;
    if (point.size != row.size) return fail(Errc::integrity, "says another size");
    if (point.size < last || point.size > tree.size())
      return fail(Errc::integrity, "is out of order");
    if (point.root != tree.root(point.size))
      return fail(Errc::integrity, "the root is not that of the log");
    last = point.size;
    TRY_STATUS(read_origin(row.log, point.origin));
    const std::optional<VerifierKey>& key = options_.key ? options_.key : named_signer_;
    if (!key) return fail(Errc::integrity, "cannot be checked: the run does not name its signer");
    out_.signer = key->text();
    if (note.signatures.size() != 1)
      return fail(Errc::integrity,
                  "has not one signature but " + std::to_string(note.signatures.size()));
    return verify_note(note, *key);
  }

  Status read_origin(Log log, std::string origin) {
    constexpr std::string_view end = "/margin";
    if (log == Log::margin) {
      if (!origin.ends_with(end)) return fail(Errc::integrity, "has the origin of another log");
      origin.resize(origin.size() - end.size());
    }
    if (!origin.starts_with("wood/")) return fail(Errc::integrity, "has the origin of no run");
    if (out_.origin.empty()) out_.origin = origin;
    if (origin != out_.origin) return fail(Errc::integrity, "has the origin of another run");
    return {};
  }

  Store& store_;
  const VerifyOptions& options_;
  Verified out_;
  Merkle record_, margin_;
  ParentJudge judge_;
  bool judging_ = true;
  std::map<std::string, Named> named_;
  std::optional<VerifierKey> named_signer_;  // by the run itself: proves nothing about who that is
};

}  // namespace

Verified verify(Store& store, const VerifyOptions& options) {
  return Verifier(store, options).run();
}

Result<Digest> logical_digest(Store& store) {
  Hasher hasher;
  const auto put = [&](ByteView part) {
    Bytes length;
    put_u64le(length, part.size());
    hasher.add(length);
    hasher.add(part);
  };
  for (const Log log : {Log::record, Log::margin})
    TRY_STATUS(store.each(log, [&](std::int64_t seq, ByteView raw) -> Status {
      put(std::string(name(log)) + std::to_string(seq));
      put(raw);
      return {};
    }));
  TRY_STATUS(store.each_blob([&](const std::string& digest, ByteView raw) -> Status {
    put(digest);
    put(raw);
    return {};
  }));
  TRY(const auto checkpoints, store.checkpoints());
  for (const StoredCheckpoint& row : checkpoints) {
    put(name(row.log));
    put(std::to_string(row.size));
    put(row.note);
  }
  return hasher.finish();
}

}  // namespace wood
