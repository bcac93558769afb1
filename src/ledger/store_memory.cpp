#include <map>

#include "ledger/store.h"

namespace wood {
namespace {

class MemoryStore : public Store {
 public:
  Status commit(const Batch& batch) override {
    record_.insert(record_.end(), batch.record.begin(), batch.record.end());
    margin_.insert(margin_.end(), batch.margin.begin(), batch.margin.end());
    for (const Bytes& blob : batch.blobs) blobs_.emplace(hex(sha256(blob)), blob);
    checkpoints_.insert(checkpoints_.end(), batch.checkpoints.begin(), batch.checkpoints.end());
    return {};
  }
  std::int64_t size(Log log) const override { return static_cast<std::int64_t>(rows(log).size()); }
  Result<Bytes> entry(Log log, std::int64_t seq) override {
    if (seq < 0 || seq >= size(log))
      return fail(Errc::not_found,
                  std::string(name(log)) + " entry " + std::to_string(seq) + " is not there");
    return rows(log)[static_cast<std::size_t>(seq)];
  }
  Status each(Log log, const std::function<Status(std::int64_t, ByteView)>& visit) override {
    for (std::int64_t seq = 0; seq < size(log); ++seq)
      TRY_STATUS(visit(seq, rows(log)[static_cast<std::size_t>(seq)]));
    return {};
  }
  Result<Bytes> blob(const std::string& digest) override {
    const auto it = blobs_.find(digest);
    if (it == blobs_.end()) return fail(Errc::not_found, "blob " + digest + " is not there");
    return it->second;
  }
  bool has_blob(const std::string& digest) const override { return blobs_.contains(digest); }
  Status each_blob(const std::function<Status(const std::string&, ByteView)>& visit) override {
    for (const auto& [digest, bytes] : blobs_) TRY_STATUS(visit(digest, bytes));
    return {};
  }
  Result<std::vector<StoredCheckpoint>> checkpoints() override { return checkpoints_; }
  Status check_medium() override { return {}; }

 private:
  [[nodiscard]] const std::vector<Bytes>& rows(Log log) const {
    return log == Log::record ? record_ : margin_;
  }
  std::vector<Bytes> record_, margin_;
  std::map<std::string, Bytes> blobs_;
  std::vector<StoredCheckpoint> checkpoints_;
};

}  // namespace

const char* name(Log log) { return log == Log::record ? "record" : "margin"; }

std::unique_ptr<Store> memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace wood
