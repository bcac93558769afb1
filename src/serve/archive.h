// A live run as its readers see it: what has been committed, and nothing else. The run's own store
// belongs to the world's thread (and a run file to one process), so each commit is handed over as a
// copy: the relay passes a batch on once it is durable, the archive files it.
//
// The archive keeps the bytes, and where each entry lies, in a file without a name
// (host/scratch.h); in memory, 10 to 20 bytes a blob. A reader needs no lock.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "host/column.h"
#include "ledger/digest_index.h"
#include "ledger/store.h"

namespace wood::serve {

// A store in front of another: tells of each commit, after it, on the committing thread.
class Relay : public Store {
 public:
  Relay(std::unique_ptr<Store> inner, std::function<void(const Batch&)> on_commit)
      : inner_(std::move(inner)), on_commit_(std::move(on_commit)) {}

  Status commit(const Batch& batch) override;
  std::int64_t size(Log log) const override { return inner_->size(log); }
  Result<Bytes> entry(Log log, std::int64_t seq) override { return inner_->entry(log, seq); }
  Status each(Log log, const std::function<Status(std::int64_t, ByteView)>& visit) override {
    return inner_->each(log, visit);
  }
  Result<Bytes> blob(const std::string& sha256) override { return inner_->blob(sha256); }
  bool has_blob(const std::string& sha256) const override { return inner_->has_blob(sha256); }
  Status each_blob(const std::function<Status(const std::string&, ByteView)>& visit) override {
    return inner_->each_blob(visit);
  }
  Result<std::vector<StoredCheckpoint>> checkpoints() override { return inner_->checkpoints(); }
  Status check_medium() override { return inner_->check_medium(); }

 private:
  std::unique_ptr<Store> inner_;
  std::function<void(const Batch&)> on_commit_;
};

// Not for two threads at once; copy() gives another thread its own.
class Archive : public Store {
 public:
  // Others may keep rows in the same file, on the same thread.
  explicit Archive(std::shared_ptr<ScratchFile> scratch);
  // Files a batch. Errc::io if the folder is full.
  Status commit(const Batch& batch) override;
  // Files all that another store holds, some megabytes at a time: what a resumed run begins with.
  Status take(Store& other);
  std::int64_t size(Log log) const override {
    return static_cast<std::int64_t>(logs_[static_cast<std::size_t>(log)].size());
  }
  Result<Bytes> entry(Log log, std::int64_t seq) override;
  Status each(Log log, const std::function<Status(std::int64_t, ByteView)>& visit) override;
  Result<Bytes> blob(const std::string& sha256) override;
  bool has_blob(const std::string& sha256) const override { return find(sha256).has_value(); }
  Status each_blob(const std::function<Status(const std::string&, ByteView)>& visit) override;
  Result<std::vector<StoredCheckpoint>> checkpoints() override;
  Status check_medium() override { return {}; }

  // What is filed so far, for reading on another thread; shares the file.
  [[nodiscard]] std::unique_ptr<Archive> copy() const;

 private:
  struct Place {
    std::int64_t at = 0;
    std::int64_t bytes = 0;
  };
  struct Blob {
    Digest digest{};
    Place place;
  };
  struct Point {
    std::int64_t log = 0, size = 0;
    Place place;
  };
  [[nodiscard]] Result<Bytes> read(Place place) const;
  [[nodiscard]] std::optional<std::uint32_t> find(const std::string& sha256) const;
  [[nodiscard]] std::optional<std::uint32_t> find(const Digest& digest) const;

  std::shared_ptr<ScratchFile> scratch_;
  Column<Place> logs_[2];
  Column<Blob> blobs_;  // as they came
  DigestIndex rows_;    // of them
  Column<Point> points_;
};

}  // namespace wood::serve
