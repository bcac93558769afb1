// A run in one SQLite file. While it is written it is in WAL mode with synchronous=FULL: one fsync a
// commit, about a third of the rollback journal's price. On a clean close it goes back to the rollback
// journal, so that the finished run is one self-contained file. After kill -9 the -wal beside it is read
// back by the next one who opens it.
#include <sqlite3.h>

#include <map>

#include "core/check.h"
#include "host/file.h"
#include "ledger/store.h"

namespace wood {
namespace {

constexpr int kApplication = 0x574F4F44;  // "WOOD"
constexpr int kFormat = 1;
constexpr const char* kTables[][2] = {
    {"record", "CREATE TABLE record(seq INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT"},
    {"margin", "CREATE TABLE margin(seq INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT"},
    {"blob", "CREATE TABLE blob(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL, data BLOB NOT NULL) STRICT"},
    {"checkpoint",
     "CREATE TABLE checkpoint(id INTEGER PRIMARY KEY, log TEXT NOT NULL, size INTEGER NOT NULL, "
     "note TEXT NOT NULL) STRICT"},
};

class Statement {
 public:
  Statement(sqlite3* db, const std::string& sql) {
    sqlite3_prepare_v3(db, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  void bind(int i, std::int64_t value) { sqlite3_bind_int64(statement_, i, value); }
  void blob(int i, ByteView value) {
    sqlite3_bind_blob64(statement_, i, value.data(), value.size(), SQLITE_STATIC);
  }
  void text(int i, ByteView value) {
    sqlite3_bind_text64(statement_, i, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  bool row() { return statement_ != nullptr && (last_ = sqlite3_step(statement_)) == SQLITE_ROW; }
  bool done() { return statement_ != nullptr && (last_ = sqlite3_step(statement_)) == SQLITE_DONE; }
  [[nodiscard]] bool ended() const { return last_ == SQLITE_DONE; }
  void reset() { sqlite3_reset(statement_); }
  [[nodiscard]] std::int64_t integer(int i) const { return sqlite3_column_int64(statement_, i); }
  [[nodiscard]] ByteView bytes(int i) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, i));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, i))};
  }
  [[nodiscard]] int type(int i) const { return sqlite3_column_type(statement_, i); }

 private:
  sqlite3_stmt* statement_ = nullptr;
  int last_ = SQLITE_MISUSE;
};

class SqliteStore : public Store {
 public:
  SqliteStore(sqlite3* db, std::string path, Open how) : db_(db), path_(std::move(path)), how_(how) {}
  ~SqliteStore() override {
    one_[0].reset();
    one_[1].reset();
    if (how_ != Open::read) run("PRAGMA journal_mode=DELETE");
    sqlite3_close(db_);
  }

  Status create() {
    run("PRAGMA application_id=" + std::to_string(kApplication));
    run("PRAGMA user_version=" + std::to_string(kFormat));
    run("BEGIN");
    for (const auto& table : kTables)
      if (!run(table[1])) return error("create its tables");
    if (!run("COMMIT")) return error("create its tables");
    return begin_writing();
  }

  Status begin_writing() {
    if (!run("PRAGMA locking_mode=EXCLUSIVE") || !run("PRAGMA journal_mode=WAL") ||
        !run("PRAGMA synchronous=FULL"))
      return error("prepare for writing");
    return {};
  }

  Status load() {
    if (pragma("application_id") != kApplication) return fail(Errc::parse, path_ + ": not a run of the Wood");
    if (pragma("user_version") != kFormat)
      return fail(Errc::parse, path_ + ": a run of format " + std::to_string(pragma("user_version")) +
                                   "; this program reads " + std::to_string(kFormat));
    for (const Log log : {Log::record, Log::margin}) {
      Statement count(db_, std::string("SELECT count(*), coalesce(max(seq), -1) FROM ") + name(log));
      if (!count.row()) return error("be read");
      if (count.integer(0) != count.integer(1) + 1)
        return fail(Errc::integrity, path_ + ": the " + name(log) + " has gaps");
      sizes_[static_cast<int>(log)] = count.integer(0);
    }
    Statement blobs(db_, "SELECT id, sha256 FROM blob ORDER BY id");
    while (blobs.row()) blobs_.emplace(hex(blobs.bytes(1)), blobs.integer(0));
    if (!blobs.ended()) return error("be read");
    return {};
  }

  Status commit(const Batch& batch) override {
    if (broken_) return fail(Errc::io, path_ + ": an earlier commit failed; nothing more is written");
    broken_ = true;
    if (!run("BEGIN")) return error("be written");
    if (!insert(Log::record, batch.record) || !insert(Log::margin, batch.margin) || !insert_rest(batch) ||
        !run("COMMIT")) {
      Status status = error("be written");
      run("ROLLBACK");
      return status;
    }
    broken_ = false;
    return {};
  }

  std::int64_t size(Log log) const override { return sizes_[static_cast<int>(log)]; }

  Result<Bytes> entry(Log log, std::int64_t seq) override {
    auto& one = one_[static_cast<int>(log)];
    if (!one)
      one = std::make_unique<Statement>(db_, std::string("SELECT entry FROM ") + name(log) + " WHERE seq=?1");
    one->bind(1, seq);
    Result<Bytes> out = fail(Errc::not_found, std::string(name(log)) + " entry " + std::to_string(seq) +
                                                  " is not there");
    if (one->row()) out = Bytes(one->bytes(0));
    one->reset();
    return out;
  }

  Status each(Log log, const std::function<Status(std::int64_t, ByteView)>& visit) override {
    Statement rows(db_, std::string("SELECT seq, entry FROM ") + name(log) + " ORDER BY seq");
    while (rows.row()) TRY_STATUS(visit(rows.integer(0), rows.bytes(1)));
    return rows.ended() ? Status() : error("be read");
  }

  Result<Bytes> blob(const std::string& digest) override {
    const auto it = blobs_.find(digest);
    if (it == blobs_.end()) return fail(Errc::not_found, "blob " + digest + " is not there");
    Statement row(db_, "SELECT data FROM blob WHERE id=?1");
    row.bind(1, it->second);
    if (!row.row()) return fail(Errc::not_found, "blob " + digest + " is not there");
    return Bytes(row.bytes(0));
  }
  bool has_blob(const std::string& digest) const override { return blobs_.contains(digest); }

  Status each_blob(const std::function<Status(const std::string&, ByteView)>& visit) override {
    Statement rows(db_, "SELECT sha256, data FROM blob ORDER BY id");
    while (rows.row()) TRY_STATUS(visit(hex(rows.bytes(0)), rows.bytes(1)));
    return rows.ended() ? Status() : error("be read");
  }

  Result<std::vector<StoredCheckpoint>> checkpoints() override {
    std::vector<StoredCheckpoint> out;
    Statement rows(db_, "SELECT log, size, note FROM checkpoint ORDER BY id");
    while (rows.row()) {
      const ByteView log = rows.bytes(0);
      if (log != "record" && log != "margin")
        return fail(Errc::integrity, path_ + ": a checkpoint of an unknown log");
      out.push_back({log == "record" ? Log::record : Log::margin, rows.integer(1), std::string(rows.bytes(2))});
    }
    if (!rows.ended()) return fail(Errc::io, path_ + ": cannot be read: " + sqlite3_errmsg(db_));
    return out;
  }

  Status check_medium() override {
    Statement schema(db_, "SELECT name, sql FROM sqlite_schema ORDER BY rootpage");
    int tables = 0;
    while (schema.row()) {
      if (tables == 4 || schema.bytes(0) != kTables[tables][0] || schema.bytes(1) != kTables[tables][1])
        return fail(Errc::integrity, path_ + ": holds \"" + std::string(schema.bytes(0)) +
                                         "\", which this program did not write");
      ++tables;
    }
    if (!schema.ended() || tables != 4) return fail(Errc::integrity, path_ + ": its tables are damaged");
    Statement check(db_, "PRAGMA integrity_check(1)");
    if (!check.row() || check.bytes(0) != "ok")
      return fail(Errc::integrity, path_ + ": SQLite finds damage: " + std::string(check.bytes(0)));
    Statement ids(db_, "SELECT (SELECT count(*) = coalesce(max(id), 0) FROM blob) AND "
                       "(SELECT count(*) = coalesce(max(id), 0) FROM checkpoint)");
    if (!ids.row() || ids.integer(0) != 1) return fail(Errc::integrity, path_ + ": a row was taken out");
    return {};
  }

 private:
  bool run(const std::string& sql) { return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK; }
  std::int64_t pragma(const std::string& which) {
    Statement statement(db_, "PRAGMA " + which);
    return statement.row() ? statement.integer(0) : -1;
  }
  Status error(const char* what) const {
    const int code = sqlite3_errcode(db_) & 0xff;
    const Errc kind = code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? Errc::integrity : Errc::io;
    return fail(kind, path_ + ": cannot " + what + ": " + sqlite3_errmsg(db_));
  }

  bool insert(Log log, const std::vector<Bytes>& rows) {
    Statement statement(db_, std::string("INSERT INTO ") + name(log) + " VALUES(?1, ?2)");
    for (const Bytes& row : rows) {
      statement.bind(1, sizes_[static_cast<int>(log)]);
      statement.blob(2, row);
      if (!statement.done()) return false;
      statement.reset();
      ++sizes_[static_cast<int>(log)];
    }
    return true;
  }

  bool insert_rest(const Batch& batch) {
    Statement blob(db_, "INSERT INTO blob(sha256, data) VALUES(?1, ?2)");
    for (const Bytes& data : batch.blobs) {
      const Digest digest = sha256(data);
      if (blobs_.contains(hex(digest))) continue;
      blob.blob(1, view(digest));
      blob.blob(2, data);
      if (!blob.done()) return false;
      blob.reset();
      blobs_.emplace(hex(digest), sqlite3_last_insert_rowid(db_));
    }
    Statement checkpoint(db_, "INSERT INTO checkpoint(log, size, note) VALUES(?1, ?2, ?3)");
    for (const StoredCheckpoint& row : batch.checkpoints) {
      checkpoint.text(1, name(row.log));
      checkpoint.bind(2, row.size);
      checkpoint.text(3, row.note);
      if (!checkpoint.done()) return false;
      checkpoint.reset();
    }
    return true;
  }

  sqlite3* db_;
  std::string path_;
  Open how_;
  bool broken_ = false;
  std::int64_t sizes_[2] = {0, 0};
  std::map<std::string, std::int64_t> blobs_;  // digest → row
  std::unique_ptr<Statement> one_[2];
};

}  // namespace

Result<std::unique_ptr<Store>> sqlite_store(const std::string& path, Open how) {
  if (how == Open::create && file_exists(path))
    return fail(Errc::exists, path + " is there already; a run is never overwritten: name another file or remove it");
  if (how != Open::create && !file_exists(path)) return fail(Errc::not_found, path + ": no such file");
  sqlite3* db = nullptr;
  // A run that was killed has a -wal that must be read back, so reading opens for writing where it may.
  int flags = how == Open::create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
  if (how == Open::read && !file_exists(path + "-wal")) flags = SQLITE_OPEN_READONLY;
  if (sqlite3_open_v2(path.c_str(), &db, flags, nullptr) != SQLITE_OK) {
    const std::string why = sqlite3_errmsg(db);
    sqlite3_close(db);
    return fail(Errc::io, path + ": cannot open: " + why);
  }
  sqlite3_busy_timeout(db, 2'000);
  auto store = std::make_unique<SqliteStore>(db, path, how);
  if (how == Open::create) TRY_STATUS(store->create());
  else TRY_STATUS(store->load());
  if (how == Open::append) TRY_STATUS(store->begin_writing());
  return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<Store>> sqlite_store_of(ByteView bytes) {
  sqlite3* db = nullptr;
  CHECK(sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr) == SQLITE_OK);
  auto* copy = static_cast<unsigned char*>(sqlite3_malloc64(bytes.size() + 1));
  CHECK(copy != nullptr);
  std::copy(bytes.begin(), bytes.end(), copy);
  const auto size = static_cast<sqlite3_int64>(bytes.size());
  auto store = std::make_unique<SqliteStore>(db, "run in memory", Open::read);
  if (sqlite3_deserialize(db, "main", copy, size, size,
                          SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
    return fail(Errc::parse, "not a run of the Wood");
  TRY_STATUS(store->load());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace wood
