#include "ledger/ledger.h"

#include <algorithm>

#include "core/check.h"
#include "host/clock.h"

namespace wood {
namespace {

constexpr std::string_view kOrigin = "wood/";
constexpr std::string_view kMargin = "/margin";

bool good_name(std::string_view run) {
  if (run.empty() || !is_utf8(run)) return false;
  for (const char c : run)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  return true;
}

// Whether a log is what its last checkpoint says: nothing is written behind a tampered run.
Status same(const MerkleFrontier& tree, const Checkpoint& point, Log log) {
  if (point.size != tree.size() || point.root != tree.root())
    return fail(Errc::integrity, "the " + std::string(name(log)) +
                                     " is not what its last checkpoint signs: `wood verify`");
  return {};
}

template <class Tree>
Result<Tree> grown(Store& store, Log log) {
  Tree tree;
  TRY_STATUS(store.each(log, [&](std::int64_t, ByteView raw) -> Status {
    tree.add(raw);
    return {};
  }));
  return tree;
}

}  // namespace

Bytes encode_margin(std::int64_t seq, Seq about, const Json& body) {
  return Json::object({{"about", about.value}, {"body", body}, {"seq", seq}}).dump();
}

Result<Entry> LedgerReader::entry(Seq seq) const {
  TRY(const Bytes raw, bytes(seq));
  auto entry = decode(raw);
  if (!entry) return fail(std::move(entry).error().during("entry " + std::to_string(seq.value)));
  return entry;
}

Status LedgerReader::each(const std::function<Status(const Entry&)>& visit,
                          std::span<const EntryKind> without) const {
  return store_->each(Log::record, [&](std::int64_t seq, ByteView raw) -> Status {
    if (!without.empty())
      if (const auto kind = kind_of(raw);
          kind && std::find(without.begin(), without.end(), *kind) != without.end())
        return {};
    auto entry = decode(raw);
    if (!entry) return fail(std::move(entry).error().during("entry " + std::to_string(seq)));
    return visit(*entry);
  });
}

Status LedgerReader::each_margin(const std::function<Status(Seq, const Json&)>& visit) const {
  return store_->each(Log::margin, [&](std::int64_t seq, ByteView raw) -> Status {
    TRY(const Json json, parse_json(raw, Floats::refuse, kDepthInside));
    const Json* body = json.find("body");
    if (body == nullptr || json.int_or("about", -1) < 0)
      return fail(Errc::parse, "margin entry " + std::to_string(seq) + " lacks about or body");
    return visit(Seq{json.at("about").integer()}, *body);
  });
}

Result<Merkle> LedgerReader::tree(Log log) const { return grown<Merkle>(*store_, log); }
Result<MerkleFrontier> LedgerReader::frontier(Log log) const {
  return grown<MerkleFrontier>(*store_, log);
}

Result<Checkpoint> LedgerReader::latest(Log log) const {
  TRY(const std::vector<StoredCheckpoint> rows, store_->checkpoints());
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->log != log) continue;
    TRY(const Note note, parse_note(row->note));
    return Checkpoint::parse(note.text);
  }
  return fail(Errc::not_found, "the " + std::string(name(log)) + " has no checkpoint");
}

Result<bool> LedgerReader::sealed() const {
  if (size() == 0) return false;
  TRY(const Entry last, entry(Seq{size() - 1}));
  return last.draft.kind == EntryKind::seal;
}

Ledger::Ledger(std::unique_ptr<Store> store, LedgerOptions options)
    : store_(std::move(store)),
      options_(std::move(options)),
      origin_(std::string(kOrigin) + options_.run) {}

Result<std::unique_ptr<Ledger>> Ledger::create(std::unique_ptr<Store> store,
                                               LedgerOptions options) {
  if (store->size(Log::record) != 0) return fail(Errc::exists, "the store holds a run already");
  if (!good_name(options.run)) return fail(Errc::usage, "a run's name is one printable line");
  return std::unique_ptr<Ledger>(new Ledger(std::move(store), std::move(options)));
}

Result<std::unique_ptr<Ledger>> Ledger::reopen(std::unique_ptr<Store> store,
                                               LedgerOptions options) {
  TRY(std::vector<StoredCheckpoint> checkpoints, store->checkpoints());
  std::erase_if(checkpoints, [](const StoredCheckpoint& row) { return row.log != Log::record; });
  if (checkpoints.empty()) return fail(Errc::integrity, "the run has no checkpoint to go on from");
  TRY(const Note note, parse_note(checkpoints.back().note));
  TRY(const Checkpoint last, Checkpoint::parse(note.text));
  if (Status good = verify_note(note, options.key.verifier()); !good)
    return fail(std::move(good).error().during("only the key that began a run can go on with it"));
  if (!last.origin.starts_with(kOrigin))
    return fail(Errc::parse, "the origin is no run of the Wood");
  options.run = last.origin.substr(kOrigin.size());
  const LedgerReader reader(*store);
  TRY(const bool sealed, reader.sealed());
  if (sealed) return fail(Errc::usage, "the run is sealed: there is nothing to go on with");
  TRY(MerkleFrontier record, reader.frontier(Log::record));
  TRY(MerkleFrontier margin, reader.frontier(Log::margin));
  TRY_STATUS(same(record, last, Log::record));
  TRY(const Checkpoint last_margin, reader.latest(Log::margin));
  TRY_STATUS(same(margin, last_margin, Log::margin));
  std::unique_ptr<Ledger> out(new Ledger(std::move(store), std::move(options)));
  out->record_ = std::move(record);
  out->margin_ = std::move(margin);
  return out;
}

Seq Ledger::append(Draft draft) {
  const Seq seq{record_.size() + lost_};
  if (!status_) {
    ++lost_;
    return seq;
  }
  if (!waiting_.empty()) keep_named(draft.body);
  Bytes bytes = encode({seq, std::move(draft)});
  record_.add(bytes);
  batch_.record.push_back(std::move(bytes));
  // The run names its signer, so that its signatures can be checked; whether he is to be believed
  // is for whoever pins the key.
  if (seq.value == 0)
    margin(seq, Json::object({{"kind", "signer"}, {"vkey", options_.key.verifier().text()}}));
  if (options_.commit_every_entry) (void)commit();
  return seq;
}

// A blob is committed with the entry that names it: at no moment does a file hold one that belongs
// to nothing, wherever the process is killed.
void Ledger::keep_named(const Json& body) {
  for (const BlobRef& ref : blob_refs(body)) {
    const auto it = waiting_.find(ref.sha256);
    if (it == waiting_.end()) continue;
    fresh_.insert(it->first);
    batch_.blobs.push_back(std::move(it->second));
    waiting_.erase(it);
  }
}

std::string Ledger::blob(ByteView bytes) {
  std::string digest = hex(sha256(bytes));
  if (status_ && !fresh_.contains(digest) && !store_->has_blob(digest))
    waiting_.try_emplace(digest, bytes);
  return digest;
}

void Ledger::margin(Seq about, Json body) {
  if (!status_) return;
  CHECK(about.some() && about.value < record_.size());
  Bytes bytes = encode_margin(margin_.size(), about, body);
  CHECK(bytes.size() <= kEntryBytesMax);
  margin_.add(bytes);
  batch_.margin.push_back(std::move(bytes));
}

void Ledger::checkpoint(Log log, const MerkleFrontier& tree) {
  const std::string origin = log == Log::record ? origin_ : origin_ + std::string(kMargin);
  const Checkpoint point{origin, tree.size(), tree.root()};
  batch_.checkpoints.push_back({log, tree.size(), options_.key.sign_note(point.text())});
}

Status Ledger::commit_soon() {
  return now_us() - committed_us_ < options_.commit_gap_us ? status_ : commit();
}

Status Ledger::commit_late() {
  return now_us() - committed_us_ < options_.commit_after_us ? status_ : commit();
}

Status Ledger::commit() {
  if (!status_ || (batch_.record.empty() && batch_.margin.empty())) return status_;
  checkpoint(Log::record, record_);
  checkpoint(Log::margin, margin_);
  status_ = store_->commit(batch_);
  batch_ = {};
  fresh_.clear();
  committed_us_ = now_us();
  return status_;
}

}  // namespace wood
