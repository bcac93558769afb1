// A run's two logs over a store: the record, which replay must reproduce to the byte, and the
// margin, which tells what that cost (docs/formats/ledger.md). Each commit adds a signed checkpoint
// of both.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>

#include "host/clock.h"
#include "ledger/key.h"
#include "ledger/merkle.h"
#include "ledger/sink.h"
#include "ledger/store.h"

namespace wood {

// A look into a run that is there. Borrows the store.
class LedgerReader {
 public:
  explicit LedgerReader(Store& store) : store_(&store) {}
  [[nodiscard]] std::int64_t size() const { return store_->size(Log::record); }
  [[nodiscard]] std::int64_t margin_size() const { return store_->size(Log::margin); }
  [[nodiscard]] Result<Entry> entry(Seq seq) const;
  [[nodiscard]] Result<Bytes> bytes(Seq seq) const { return store_->entry(Log::record, seq.value); }
  [[nodiscard]] Result<Bytes> blob(const std::string& sha256) const { return store_->blob(sha256); }
  [[nodiscard]] bool has_blob(const std::string& sha256) const { return store_->has_blob(sha256); }
  // Every record entry in order, or every one whose kind is none of `without`; stops at the first
  // failure.
  Status each(const std::function<Status(const Entry&)>& visit,
              std::span<const EntryKind> without = {}) const;
  // Every margin entry: the record entry it is about, and its body.
  Status each_margin(const std::function<Status(Seq, const Json&)>& visit) const;
  [[nodiscard]] Result<Merkle> tree(Log log) const;
  // Its root alone, to be gone on with.
  [[nodiscard]] Result<MerkleFrontier> frontier(Log log) const;
  // The last checkpoint, its signature unchecked. Errc::not_found before the first commit.
  [[nodiscard]] Result<Checkpoint> latest(Log log) const;
  // Whether the last entry is the seal: the run is finished.
  [[nodiscard]] Result<bool> sealed() const;
  [[nodiscard]] Store& store() const { return *store_; }

 private:
  Store* store_;
};

struct LedgerOptions {
  std::string run;  // its name: checkpoints have the origin "wood/<run>"
  SigningKey key;
  bool commit_every_entry = false;
  // commit_late() commits what is older: what slow minds have answered does not wait for dusk.
  std::int64_t commit_after_us = 2'000'000;
  // commit_soon() makes one commit of what comes within this time: a turn of rule-based minds is
  // over sooner than a disk has written it.
  std::int64_t commit_gap_us = 50'000;
};

class Ledger : public Sink {
 public:
  // A new run in an empty store. Errc::usage if the name is not one printable line.
  static Result<std::unique_ptr<Ledger>> create(std::unique_ptr<Store> store,
                                                LedgerOptions options);
  // Goes on behind what the store holds. The run's name is that of its checkpoints; the key must be
  // the one that signed them, the logs must be those that were signed (else Errc::integrity), and
  // the run must not be sealed (Errc::usage).
  static Result<std::unique_ptr<Ledger>> reopen(std::unique_ptr<Store> store,
                                                LedgerOptions options);

  Seq append(Draft draft) override;
  std::string blob(ByteView bytes) override;
  void margin(Seq about, Json body) override;
  Status commit() override;
  Status commit_soon() override;
  Status commit_late() override;
  [[nodiscard]] bool durable() const override {
    return batch_.record.empty() && batch_.margin.empty();
  }
  [[nodiscard]] Status status() const override { return status_; }

  [[nodiscard]] std::int64_t size() const { return record_.size(); }
  [[nodiscard]] Digest record_root() const { return record_.root(); }
  [[nodiscard]] Digest margin_root() const { return margin_.root(); }
  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] const std::string& origin() const { return origin_; }

 private:
  Ledger(std::unique_ptr<Store> store, LedgerOptions options);
  void keep_named(const Json& body);
  void checkpoint(Log log, const MerkleFrontier& tree);

  std::unique_ptr<Store> store_;
  LedgerOptions options_;
  std::string origin_;
  MerkleFrontier record_, margin_;
  Batch batch_;
  std::map<std::string, Bytes> waiting_;  // blobs that no entry has named yet
  std::set<std::string> fresh_;           // blobs of this batch
  std::int64_t lost_ = 0;                 // entries given after the failure
  std::int64_t committed_us_ = now_us();
  Status status_;
};

// {"about":seq,"body":{…},"seq":n}, canonical.
Bytes encode_margin(std::int64_t seq, Seq about, const Json& body);

}  // namespace wood
