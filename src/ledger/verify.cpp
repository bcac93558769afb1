#include "ledger/verify.h"

#include <set>

#include "ledger/parents.h"

namespace wood {
namespace {

constexpr std::size_t kFindingsMax = 20;

class Verifier {
 public:
  Verifier(Store& store, const VerifyOptions& options) : store_(store), options_(options) {}

  Verified run() {
    out_.pinned = options_.key.has_value();
    take(store_.check_medium());
    read_record();
    read_margin();
    read_blobs();
    read_checkpoints();
    out_.record_root = hex(record_.root());
    out_.margin_root = hex(margin_.root());
    return std::move(out_);
  }

 private:
  void finding(std::string what) {
    if (out_.findings.size() < kFindingsMax) out_.findings.push_back(std::move(what));
  }
  void take(const Status& status) {
    if (!status) finding(status.error().what);
  }

  // Every {"sha256":…} in a body names a blob that must be there.
  void collect(const Json& value) {
    if (value.is(Json::Kind::array))
      for (const Json& item : value.items()) collect(item);
    if (!value.is(Json::Kind::object)) return;
    for (const auto& [key, member] : value.members()) {
      if ((key == "sha256" || key == "blob") && member.is(Json::Kind::string)) named_.insert(member.string());
      else collect(member);
    }
  }

  void read_record() {
    ParentJudge judge;
    bool judging = true;
    take(store_.each(Log::record, [&](std::int64_t seq, ByteView raw) -> Status {
      record_.add(raw);
      auto entry = decode(raw);
      if (!entry || entry->seq.value != seq) {
        finding("entry " + std::to_string(seq) + ": " + (entry ? "has another number" : entry.error().what));
        judging = false;
        return {};
      }
      if (judging)
        if (const Status status = judge.next(*entry); !status) {
          finding(status.error().what);
          judging = false;
        }
      collect(entry->draft.body);
      return {};
    }));
    out_.entries = record_.size();
    out_.sealed = judge.sealed();
    if (record_.size() == 0) finding("the record is empty");
  }

  void read_margin() {
    take(store_.each(Log::margin, [&](std::int64_t seq, ByteView raw) -> Status {
      margin_.add(raw);
      const auto json = parse_json(raw);
      const bool good = json && json->dump() == raw && json->is(Json::Kind::object) &&
                        json->members().size() == 3 && json->int_or("seq", -1) == seq &&
                        json->find("body") != nullptr && json->int_or("about", -1) >= 0 &&
                        json->int_or("about", -1) < out_.entries;
      if (!good) finding("margin entry " + std::to_string(seq) + ": not {about, body, seq} about an entry that is there");
      if (good && seq == 0 && json->at("body").str_or("kind", "") == "signer") {
        auto key = VerifierKey::parse(json->at("body").str_or("vkey", ""));
        if (key) named_signer_ = *key;
      }
      return {};
    }));
    out_.margin_entries = margin_.size();
  }

  void read_blobs() {
    std::set<std::string> there;
    take(store_.each_blob([&](const std::string& digest, ByteView raw) -> Status {
      if (hex(sha256(raw)) != digest) finding("blob " + digest + ": its bytes have another digest");
      if (!there.insert(digest).second) finding("blob " + digest + ": is there twice");
      if (!named_.contains(digest)) finding("blob " + digest + ": no entry names it");
      return {};
    }));
    out_.blobs = static_cast<std::int64_t>(there.size());
  }

  void read_checkpoints() {
    auto rows = store_.checkpoints();
    if (!rows) return finding(rows.error().what);
    out_.checkpoints = static_cast<std::int64_t>(rows->size());
    std::int64_t last[2] = {0, 0};
    for (const StoredCheckpoint& row : *rows) {
      const Status status = read_checkpoint(row, last[static_cast<int>(row.log)]);
      if (!status) finding("checkpoint of the " + std::string(name(row.log)) + " at " +
                           std::to_string(row.size) + ": " + status.error().what);
    }
    for (const Log log : {Log::record, Log::margin})
      if (last[static_cast<int>(log)] != store_.size(log))
        finding("the last checkpoint of the " + std::string(name(log)) + " covers " +
                std::to_string(last[static_cast<int>(log)]) + " of " + std::to_string(store_.size(log)) + " entries");
  }

  Status read_checkpoint(const StoredCheckpoint& row, std::int64_t& last) {
    TRY(const Note note, parse_note(row.note));
    TRY(const Checkpoint point, Checkpoint::parse(note.text));
    const Merkle& tree = row.log == Log::record ? record_ : margin_;
    if (point.size != row.size) return fail(Errc::integrity, "says another size");
    if (point.size < last || point.size > tree.size()) return fail(Errc::integrity, "is out of order");
    if (point.root != tree.root(point.size)) return fail(Errc::integrity, "the root is not that of the log");
    last = point.size;
    const std::string origin = row.log == Log::record ? point.origin
                               : point.origin.ends_with("/margin") ? point.origin.substr(0, point.origin.size() - 7)
                                                                   : "";
    if (out_.origin.empty()) out_.origin = origin;
    if (origin != out_.origin || origin.empty()) return fail(Errc::integrity, "has another origin");
    if (note.signatures.empty()) return fail(Errc::integrity, "is not signed");
    const std::optional<VerifierKey>& key = options_.key ? options_.key : named_signer_;
    if (!key) return fail(Errc::integrity, "cannot be checked: the run does not name its signer");
    out_.signer = key->text();
    if (note.signatures.size() != 1) return fail(Errc::integrity, "has more than one signature");
    return verify_note(note, *key);
  }

  Store& store_;
  const VerifyOptions& options_;
  Verified out_;
  Merkle record_, margin_;
  std::set<std::string> named_;
  std::optional<VerifierKey> named_signer_;  // by the run itself: proves nothing about who that is
};

}  // namespace

Verified verify(Store& store, const VerifyOptions& options) { return Verifier(store, options).run(); }

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
