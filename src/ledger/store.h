// Where the logs of one run lie. Two implementations behind one test suite: memory, and SQLite, one
// file a run. A store keeps bytes; what they mean and whether they are true is ledger.h and
// verify.h.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/sha256.h"

namespace wood {

enum class Log { record, margin };
const char* name(Log log);

struct StoredCheckpoint {
  Log log = Log::record;
  std::int64_t size = 0;
  std::string note;  // signed
  friend bool operator==(const StoredCheckpoint&, const StoredCheckpoint&) = default;
};

// What one commit adds. Entries follow those that are there, without a gap.
struct Batch {
  std::vector<Bytes> record, margin;
  std::vector<Bytes> blobs;
  std::vector<StoredCheckpoint> checkpoints;
};

class Store {
 public:
  virtual ~Store() = default;
  // All or nothing, durable on return. After a failure (Errc::io) the store takes nothing more.
  virtual Status commit(const Batch& batch) = 0;
  [[nodiscard]] virtual std::int64_t size(Log log) const = 0;
  virtual Result<Bytes> entry(Log log, std::int64_t seq) = 0;  // Errc::not_found
  // In order; stops at the first failure of `visit`.
  virtual Status each(Log log, const std::function<Status(std::int64_t, ByteView)>& visit) = 0;
  virtual Result<Bytes> blob(const std::string& sha256) = 0;  // hex
  [[nodiscard]] virtual bool has_blob(const std::string& sha256) const = 0;
  virtual Status each_blob(const std::function<Status(const std::string&, ByteView)>& visit) = 0;
  virtual Result<std::vector<StoredCheckpoint>> checkpoints() = 0;  // in the order committed
  // Ok if the medium itself is as this program writes it: nothing more, nothing less.
  virtual Status check_medium() = 0;
};

std::unique_ptr<Store> memory_store();

enum class Open { create, append, read };
// One file a run, one writer at a time (a second one is Errc::io). create: Errc::exists if it is
// there; append, read: Errc::not_found if it is not. A file that is no run, or of another format,
// is Errc::parse; one whose rows cannot be counted is Errc::integrity. Opening what a killed
// process left completes its last commit or takes it back, which writes the file.
Result<std::unique_ptr<Store>> sqlite_store(const std::string& path, Open how);
// The same from the bytes of such a file, for reading.
Result<std::unique_ptr<Store>> sqlite_store_of(ByteView bytes);

}  // namespace wood
