#include "ledger/ledger.h"

#include "core/check.h"

namespace wood {

Bytes encode_margin(std::int64_t seq, Seq about, const Json& body) {
  return Json::object({{"about", about.value}, {"body", body}, {"seq", seq}}).dump();
}

Result<Entry> LedgerReader::entry(Seq seq) const {
  TRY(const Bytes raw, bytes(seq));
  auto entry = decode(raw);
  if (!entry) return fail(std::move(entry).error().during("entry " + std::to_string(seq.value)));
  return entry;
}

Status LedgerReader::each(const std::function<Status(const Entry&)>& visit) const {
  return store_->each(Log::record, [&](std::int64_t seq, ByteView raw) -> Status {
    auto entry = decode(raw);
    if (!entry) return fail(std::move(entry).error().during("entry " + std::to_string(seq)));
    return visit(*entry);
  });
}

Status LedgerReader::each_margin(const std::function<Status(Seq, const Json&)>& visit) const {
  return store_->each(Log::margin, [&](std::int64_t seq, ByteView raw) -> Status {
    TRY(const Json json, parse_json(raw));
    const Json* body = json.find("body");
    if (body == nullptr || json.int_or("about", -1) < 0)
      return fail(Errc::parse, "margin entry " + std::to_string(seq) + " lacks about or body");
    return visit(Seq{json.at("about").integer()}, *body);
  });
}

Result<Merkle> LedgerReader::tree(Log log) const {
  Merkle tree;
  TRY_STATUS(store_->each(log, [&](std::int64_t, ByteView raw) -> Status {
    tree.add(raw);
    return {};
  }));
  return tree;
}

Ledger::Ledger(std::unique_ptr<Store> store, LedgerOptions options)
    : store_(std::move(store)), options_(std::move(options)), origin_("wood/" + options_.run) {}

Result<std::unique_ptr<Ledger>> Ledger::create(std::unique_ptr<Store> store, LedgerOptions options) {
  if (store->size(Log::record) != 0) return fail(Errc::exists, "the store holds a run already");
  if (options.run.empty() || options.run.find_first_of("\n\r") != std::string::npos)
    return fail(Errc::usage, "a run's name is one line");
  return std::unique_ptr<Ledger>(new Ledger(std::move(store), std::move(options)));
}

Result<std::unique_ptr<Ledger>> Ledger::reopen(std::unique_ptr<Store> store, LedgerOptions options) {
  TRY(std::vector<StoredCheckpoint> checkpoints, store->checkpoints());
  std::erase_if(checkpoints, [](const StoredCheckpoint& row) { return row.log != Log::record; });
  if (checkpoints.empty()) return fail(Errc::integrity, "the run has no checkpoint to go on from");
  TRY(const Note note, parse_note(checkpoints.back().note));
  TRY(const Checkpoint last, Checkpoint::parse(note.text));
  if (Status good = verify_note(note, options.key.verifier()); !good)
    return fail(std::move(good).error().during("only the key that began a run can go on with it"));
  constexpr std::string_view prefix = "wood/";
  if (!last.origin.starts_with(prefix)) return fail(Errc::parse, "the origin is no run of the Wood");
  options.run = last.origin.substr(prefix.size());
  LedgerReader reader(*store);
  TRY(Merkle record, reader.tree(Log::record));
  TRY(Merkle margin, reader.tree(Log::margin));
  std::unique_ptr<Ledger> out(new Ledger(std::move(store), std::move(options)));
  out->record_ = std::move(record);
  out->margin_ = std::move(margin);
  return out;
}

Seq Ledger::append(Draft draft) {
  const Seq seq{record_.size()};
  Bytes bytes = encode({seq, std::move(draft)});
  record_.add(bytes);
  batch_.record.push_back(std::move(bytes));
  if (options_.commit_every_entry) status_ = commit();
  return seq;
}

std::string Ledger::blob(ByteView bytes) {
  std::string digest = hex(sha256(bytes));
  if (!store_->has_blob(digest) && fresh_.insert(digest).second) batch_.blobs.emplace_back(bytes);
  return digest;
}

void Ledger::margin(Seq about, Json body) {
  CHECK(about.some() && about.value < record_.size());
  Bytes bytes = encode_margin(margin_.size(), about, body);
  margin_.add(bytes);
  batch_.margin.push_back(std::move(bytes));
}

void Ledger::checkpoint(Log log, const Merkle& tree) {
  const std::string origin = log == Log::record ? origin_ : origin_ + "/margin";
  batch_.checkpoints.push_back(
      {log, tree.size(), options_.key.sign_note(Checkpoint{origin, tree.size(), tree.root()}.text())});
}

Status Ledger::commit() {
  if (!status_) return status_;
  if (batch_.record.empty() && batch_.margin.empty() && batch_.blobs.empty()) return {};
  // The run names its signer, so that its signatures can be checked; whether he is to be believed is
  // for whoever pins the key.
  if (margin_.size() == 0 && record_.size() > 0)
    margin(Seq{0}, Json::object({{"kind", "signer"}, {"vkey", options_.key.verifier().text()}}));
  checkpoint(Log::record, record_);
  checkpoint(Log::margin, margin_);
  status_ = store_->commit(batch_);
  batch_ = {};
  fresh_.clear();
  return status_;
}

}  // namespace wood
