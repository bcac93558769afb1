// A run in one SQLite file. While it is written it is in WAL mode with synchronous=FULL: one fsync
// a commit, about a third of the rollback journal's price, and what a killed process leaves is a
// file and a log beside it that are good together, where a rollback journal leaves a file that is
// wrong alone. A clean close folds the log into the file; after kill -9 the next one to open it
// does. Locking is exclusive: one writer, and no shared memory file.
//
// Nothing is retried: after a failed commit the file is left as the last good one made it, log
// unfolded, because a second fsync may succeed without having written what the first one lost.
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>

#include "core/check.h"
#include "host/file.h"
#include "ledger/digest_index.h"
#include "ledger/store.h"

namespace wood {
namespace {

constexpr int kApplication = 0x574F4F44;  // "WOOD"
constexpr int kFormat = 1;
struct Table {
  const char* name;
  const char* sql;  // as sqlite_schema has it, to the byte
};
constexpr Table kTables[] = {
    {"record", "CREATE TABLE record(seq INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT"},
    {"margin", "CREATE TABLE margin(seq INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT"},
    {"blob",
     "CREATE TABLE blob(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL, data BLOB NOT NULL) STRICT"},
    {"checkpoint",
     "CREATE TABLE checkpoint(id INTEGER PRIMARY KEY, log TEXT NOT NULL, size INTEGER NOT NULL, "
     "note TEXT NOT NULL) STRICT"},
};
constexpr std::int64_t kTableCount = std::size(kTables);
constexpr std::int64_t kBlobMax = DigestIndex::kRowMax / 2;

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
  [[nodiscard]] bool failed() const { return last_ != SQLITE_DONE && last_ != SQLITE_ROW; }
  void reset() { sqlite3_reset(statement_); }
  [[nodiscard]] std::int64_t integer(int i) const { return sqlite3_column_int64(statement_, i); }
  [[nodiscard]] ByteView bytes(int i) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, i));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, i))};
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
  int last_ = SQLITE_MISUSE;
};

class SqliteStore : public Store {
 public:
  SqliteStore(sqlite3* db, std::string path, Open how)
      : db_(db), path_(std::move(path)), how_(how) {
    sqlite3_busy_timeout(db_, 2'000);
    // What the file says is data, never code: no views or triggers that reach further.
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    run("PRAGMA cell_size_check=ON");
  }
  ~SqliteStore() override {
    for (auto* one : {&one_[0], &one_[1], &digest_of_, &data_of_}) one->reset();
    if (broken_) sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    else if (how_ != Open::read) run("PRAGMA journal_mode=DELETE");
    sqlite3_close(db_);
  }

  Status create() {
    // Large pages: entries and blobs are written once, in order, and are some hundred bytes to some
    // kilobytes long (bench_drama: a file costs 20 % over memory with these, 26 % with 4 KB).
    if (!run("PRAGMA page_size=16384")) return error("be begun");
    TRY_STATUS(begin_writing());
    const bool made = run("BEGIN") &&
                      run("PRAGMA application_id=" + std::to_string(kApplication)) &&
                      run("PRAGMA user_version=" + std::to_string(kFormat)) &&
                      std::all_of(std::begin(kTables), std::end(kTables),
                                  [this](const Table& table) { return run(table.sql); }) &&
                      run("COMMIT");
    return made ? Status() : error("be begun");
  }

  Status begin_writing() {
    if (!run("PRAGMA locking_mode=EXCLUSIVE") || !run("PRAGMA synchronous=FULL"))
      return error("be written");
    return journal("wal");
  }

  // What a killed run committed last is in the log beside the file: it goes into the file.
  Status fold() { return journal("delete"); }

  [[nodiscard]] bool unfolded() {
    Statement mode(db_, "PRAGMA journal_mode");
    return !mode.row() || mode.bytes(0) == "wal";
  }

  Status identify() {
    TRY(const std::int64_t application, number("PRAGMA application_id"));
    if (application != kApplication) return fail(Errc::parse, path_ + ": not a run of the Wood");
    TRY(const std::int64_t format, number("PRAGMA user_version"));
    if (format != kFormat)
      return fail(Errc::parse, path_ + ": a run of format " + std::to_string(format) +
                                   "; this program reads " + std::to_string(kFormat));
    return {};
  }

  Status load() {
    TRY_STATUS(identify());
    TRY(const std::int64_t tables, known_tables());
    if (tables < kTableCount)
      return fail(Errc::integrity, path_ + ": its tables are not those of a run");
    for (const Log log : {Log::record, Log::margin}) {
      const std::string from = std::string(" FROM ") + name(log);
      TRY(const std::int64_t count, number("SELECT count(*)" + from));
      TRY(const std::int64_t whole,
          number("SELECT coalesce(min(seq), 0) = 0 AND coalesce(max(seq), -1) + 1 = count(*)" +
                 from));
      if (whole != 1) return fail(Errc::integrity, path_ + ": the " + name(log) + " has gaps");
      sizes_[static_cast<int>(log)] = count;
    }
    Statement blobs(db_, "SELECT id, sha256 FROM blob ORDER BY id");
    while (blobs.row()) {
      const std::int64_t id = blobs.integer(0);
      if (id < 0 || id > kBlobMax)  // those that are yet to come have room behind it
        return fail(Errc::integrity, path_ + ": a blob has the number " + std::to_string(id));
      const auto digest = digest_in(blobs.bytes(1));
      if (digest && !find(*digest)) blobs_.add(*digest, static_cast<std::uint32_t>(id));
    }
    return blobs.ended() ? Status() : error("be read");
  }

  Status commit(const Batch& batch) override {
    if (broken_)
      return fail(Errc::io, path_ + ": an earlier commit failed; nothing more is written");
    broken_ = true;
    std::map<Digest, std::int64_t> fresh;
    if (!run("BEGIN IMMEDIATE") || !insert(Log::record, batch.record) ||
        !insert(Log::margin, batch.margin) || !insert(batch.blobs, fresh) ||
        !insert(batch.checkpoints) || !run("COMMIT")) {
      Status status = error("be written");
      run("ROLLBACK");
      return status;
    }
    broken_ = false;
    sizes_[0] += static_cast<std::int64_t>(batch.record.size());
    sizes_[1] += static_cast<std::int64_t>(batch.margin.size());
    for (const auto& [digest, id] : fresh) blobs_.add(digest, static_cast<std::uint32_t>(id));
    return {};
  }

  std::int64_t size(Log log) const override { return sizes_[static_cast<int>(log)]; }

  Result<Bytes> entry(Log log, std::int64_t seq) override {
    Statement& one = kept(one_[static_cast<int>(log)],
                          std::string("SELECT entry FROM ") + name(log) + " WHERE seq=?1");
    one.bind(1, seq);
    Result<Bytes> out = fail(Errc::not_found, std::string(name(log)) + " entry " +
                                                  std::to_string(seq) + " is not there");
    if (one.row()) out = Bytes(one.bytes(0));
    else if (!one.ended()) out = fail(error("be read").error());
    one.reset();
    return out;
  }

  Status each(Log log, const std::function<Status(std::int64_t, ByteView)>& visit) override {
    Statement rows(db_, std::string("SELECT seq, entry FROM ") + name(log) + " ORDER BY seq");
    while (rows.row()) TRY_STATUS(visit(rows.integer(0), rows.bytes(1)));
    return rows.ended() ? Status() : error("be read");
  }

  Result<Bytes> blob(const std::string& digest) override {
    const auto id = find(digest);
    if (!id) return fail(Errc::not_found, "blob " + digest + " is not there");
    Statement& row = kept(data_of_, "SELECT data FROM blob WHERE id=?1");
    row.bind(1, *id);
    Result<Bytes> out =
        row.row() ? Result<Bytes>(Bytes(row.bytes(0))) : fail(error("be read").error());
    row.reset();
    return out;
  }
  bool has_blob(const std::string& digest) const override { return find(digest).has_value(); }

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
      out.push_back({log == "record" ? Log::record : Log::margin, rows.integer(1),
                     std::string(rows.bytes(2))});
    }
    if (!rows.ended()) return fail(error("be read").error());
    return out;
  }

  Status check_medium() override {
    TRY(const std::int64_t known, known_tables());
    TRY(const std::int64_t all, number("SELECT count(*) FROM sqlite_schema"));
    if (known != kTableCount || all != kTableCount)
      return fail(Errc::integrity, path_ + ": holds tables that this program did not write");
    // Also that every column of the STRICT tables has its type.
    Statement check(db_, "PRAGMA integrity_check(1)");
    if (!check.row()) return error("be read");
    if (check.bytes(0) != "ok")
      return fail(Errc::integrity, path_ + ": SQLite finds damage: " + std::string(check.bytes(0)));
    for (const char* table : {"blob", "checkpoint"}) {
      TRY(const std::int64_t whole,
          number(std::string("SELECT coalesce(min(id), 1) = 1 AND coalesce(max(id), 0) = count(*) "
                             "FROM ") +
                 table));
      if (whole != 1) return fail(Errc::integrity, path_ + ": a " + table + " was taken out");
    }
    TRY(const std::int64_t unused, number("PRAGMA freelist_count"));
    if (unused != 0) return fail(Errc::integrity, path_ + ": holds pages that belong to nothing");
    return check_length();
  }

  void expect_bytes(std::int64_t bytes) { file_bytes_ = bytes; }

 private:
  bool run(const std::string& sql) {
    return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  }

  // A statement that is asked again and again.
  Statement& kept(std::unique_ptr<Statement>& one, const std::string& sql) const {
    if (!one) one = std::make_unique<Statement>(db_, sql);
    return *one;
  }

  static std::optional<Digest> digest_in(ByteView bytes) {
    Digest out{};
    if (bytes.size() != out.size()) return std::nullopt;
    std::memcpy(out.data(), bytes.data(), out.size());
    return out;
  }

  // The row of a blob. One that cannot be read just now counts as the one that its piece says.
  [[nodiscard]] std::optional<std::uint32_t> find(const Digest& digest) const {
    return blobs_.find(digest, [&](std::uint32_t id) {
      Statement& row = kept(digest_of_, "SELECT sha256 FROM blob WHERE id=?1");
      row.bind(1, id);
      const bool same = row.row() ? row.bytes(0) == view(digest) : row.failed();
      row.reset();
      return same;
    });
  }
  [[nodiscard]] std::optional<std::uint32_t> find(const std::string& hex) const {
    const auto digest = DigestIndex::named(hex);
    return digest ? find(*digest) : std::nullopt;
  }

  // The one number that a query gives.
  Result<std::int64_t> number(const std::string& sql) {
    Statement statement(db_, sql);
    if (!statement.row()) return fail(error("be read").error());
    return statement.integer(0);
  }

  Status journal(const std::string& mode) {
    Statement statement(db_, "PRAGMA journal_mode=" + mode);
    if (!statement.row()) return error(mode == "wal" ? "be written" : "be recovered");
    if (statement.bytes(0) != mode)
      return fail(Errc::io, path_ + ": cannot change to journal mode " + mode);
    return {};
  }

  // How many of the tables are there, each as this program makes it and in its place.
  Result<std::int64_t> known_tables() {
    Statement schema(db_, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rootpage");
    std::int64_t count = 0;
    while (count < kTableCount && schema.row() && schema.bytes(0) == "table" &&
           schema.bytes(1) == kTables[count].name && schema.bytes(2) == kTables[count].name &&
           schema.bytes(3) == kTables[count].sql)
      ++count;
    if (count < kTableCount && schema.failed()) return fail(error("be read").error());
    return count;
  }

  // Bytes behind the last page would be seen by nobody.
  Status check_length() {
    if (file_bytes_ < 0) return {};
    TRY(const std::int64_t pages, number("PRAGMA page_count"));
    TRY(const std::int64_t page, number("PRAGMA page_size"));
    if (pages * page == file_bytes_) return {};
    return fail(Errc::integrity, path_ + ": has " + std::to_string(file_bytes_) +
                                     " bytes, its pages " + std::to_string(pages * page));
  }

  Status error(const char* what) const {
    const int code = sqlite3_errcode(db_) & 0xff;
    if (code == SQLITE_NOTADB) return fail(Errc::parse, path_ + ": not a run of the Wood");
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
      return fail(Errc::io, path_ + ": cannot " + what + " while another process writes it");
    // CANTOPEN at this point: the file needs the log that should lie beside it.
    const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_CANTOPEN || code == SQLITE_ERROR;
    return fail(damaged ? Errc::integrity : Errc::io,
                path_ + ": cannot " + what + ": " + sqlite3_errmsg(db_));
  }

  bool insert(Log log, const std::vector<Bytes>& rows) {
    Statement statement(db_, std::string("INSERT INTO ") + name(log) + " VALUES(?1, ?2)");
    std::int64_t seq = sizes_[static_cast<int>(log)];
    for (const Bytes& row : rows) {
      statement.bind(1, seq++);
      statement.blob(2, row);
      if (!statement.done()) return false;
      statement.reset();
    }
    return true;
  }

  bool insert(const std::vector<Bytes>& blobs, std::map<Digest, std::int64_t>& fresh) {
    Statement statement(db_, "INSERT INTO blob(sha256, data) VALUES(?1, ?2)");
    for (const Bytes& data : blobs) {
      const Digest digest = sha256(data);
      if (fresh.contains(digest) || find(digest)) continue;
      statement.blob(1, view(digest));
      statement.blob(2, data);
      if (!statement.done()) return false;
      statement.reset();
      fresh.emplace(digest, sqlite3_last_insert_rowid(db_));
    }
    return true;
  }

  bool insert(const std::vector<StoredCheckpoint>& rows) {
    Statement statement(db_, "INSERT INTO checkpoint(log, size, note) VALUES(?1, ?2, ?3)");
    for (const StoredCheckpoint& row : rows) {
      statement.text(1, name(row.log));
      statement.bind(2, row.size);
      statement.text(3, row.note);
      if (!statement.done()) return false;
      statement.reset();
    }
    return true;
  }

  sqlite3* db_;
  std::string path_;
  Open how_;
  bool broken_ = false;
  std::int64_t file_bytes_ = -1;  // -1: it is being written, and has no settled length
  std::int64_t sizes_[2] = {0, 0};
  DigestIndex blobs_;
  std::unique_ptr<Statement> one_[2], data_of_;
  mutable std::unique_ptr<Statement> digest_of_;
};

Result<std::unique_ptr<SqliteStore>> open_file(const std::string& path, Open how, int flags) {
  // SQLite gives some names a meaning of their own (":memory:", "file:…"): a path has none.
  const std::string plain = path.starts_with('/') ? path : "./" + path;
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(plain.c_str(), &db, flags, nullptr) != SQLITE_OK) {
    const std::string why = sqlite3_errmsg(db);
    sqlite3_close(db);
    return fail(Errc::io, path + ": cannot open: " + why);
  }
  return std::make_unique<SqliteStore>(db, path, how);
}

Result<std::unique_ptr<SqliteStore>> create_run(const std::string& path) {
  const Status made = create_file(path);
  if (!made && made.error().code == Errc::exists)
    return fail(Errc::exists, path +
                                  " is there already; a run is never overwritten: name another "
                                  "file or remove it");
  TRY_STATUS(made);
  TRY(auto store, open_file(path, Open::create, SQLITE_OPEN_READWRITE));
  TRY_STATUS(store->create());
  return store;
}

Result<std::unique_ptr<SqliteStore>> append_run(const std::string& path) {
  TRY(auto store, open_file(path, Open::append, SQLITE_OPEN_READWRITE));
  TRY_STATUS(store->identify());
  TRY_STATUS(store->begin_writing());
  TRY_STATUS(store->load());
  return store;
}

Result<std::unique_ptr<SqliteStore>> read_run(const std::string& path) {
  if (!file_exists(path + "-wal") && !file_exists(path + "-journal")) {
    TRY(auto store, open_file(path, Open::read, SQLITE_OPEN_READONLY));
    if (!store->unfolded()) {
      TRY_STATUS(store->load());
      TRY(const std::int64_t bytes, file_size(path));
      store->expect_bytes(bytes);
      return store;
    }
  }
  TRY(auto store, open_file(path, Open::read, SQLITE_OPEN_READWRITE));
  TRY_STATUS(store->identify());
  TRY_STATUS(store->fold());
  TRY_STATUS(store->load());
  TRY(const std::int64_t bytes, file_size(path));
  store->expect_bytes(bytes);
  return store;
}

}  // namespace

Result<std::unique_ptr<Store>> sqlite_store(const std::string& path, Open how) {
  if (how != Open::create && !file_exists(path))
    return fail(Errc::not_found, path + ": no such file");
  auto store = how == Open::create   ? create_run(path)
               : how == Open::append ? append_run(path)
                                     : read_run(path);
  if (!store) return fail(std::move(store).error());
  return std::unique_ptr<Store>(std::move(*store));
}

Result<std::unique_ptr<Store>> sqlite_store_of(ByteView bytes) {
  sqlite3* db = nullptr;
  CHECK(sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK);
  auto store = std::make_unique<SqliteStore>(db, "run in memory", Open::read);
  auto* copy = static_cast<unsigned char*>(sqlite3_malloc64(bytes.size() + 1));
  CHECK(copy != nullptr);
  std::copy(bytes.begin(), bytes.end(), copy);
  const auto size = static_cast<sqlite3_int64>(bytes.size());
  CHECK(sqlite3_deserialize(db, "main", copy, size, size,
                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY) ==
        SQLITE_OK);
  TRY_STATUS(store->load());
  store->expect_bytes(size);
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace wood
