// A live run as its readers see it: what has been committed, and nothing else. The run's own store
// belongs to the world's thread (and a run file to one process), so each commit is handed over as a
// copy: the relay passes a batch on once it is durable, the archive files it.
//
// The archive keeps an index in memory (24 bytes an entry) and the bytes in a file without a name,
// read by pread(): a reader needs no lock, and memory does not grow with what was said.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

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

// Everything a store holds, as one batch: what a resumed run begins with.
Result<Batch> everything(Store& store);

// Not for two threads at once; copy() gives another thread its own.
class Archive : public Store {
 public:
  // The file lies in `folder` and has no name there. Errc::io.
  static Result<std::unique_ptr<Archive>> create(const std::string& folder);

  // Files a batch. Errc::io if the folder is full.
  Status commit(const Batch& batch) override;
  std::int64_t size(Log log) const override {
    return static_cast<std::int64_t>(logs_[static_cast<std::size_t>(log)].size());
  }
  Result<Bytes> entry(Log log, std::int64_t seq) override;
  Status each(Log log, const std::function<Status(std::int64_t, ByteView)>& visit) override;
  Result<Bytes> blob(const std::string& sha256) override;
  bool has_blob(const std::string& sha256) const override { return blobs_.contains(sha256); }
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
  struct Point {
    Log log;
    std::int64_t size;
    Place place;
  };
  class File;
  explicit Archive(std::shared_ptr<File> file) : file_(std::move(file)) {}
  [[nodiscard]] Result<Bytes> read(Place place) const;

  std::shared_ptr<File> file_;
  std::int64_t end_ = 0;
  std::vector<Place> logs_[2];
  std::vector<std::string> order_;  // blobs as they came
  std::map<std::string, Place> blobs_;
  std::vector<Point> points_;
};

}  // namespace wood::serve
