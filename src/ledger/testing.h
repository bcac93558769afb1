// For tests of the ledger: a fixed key, scratch files, and a small run with every part of one.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "host/file.h"
#include "ledger/ledger.h"

namespace wood {

// One for all tests of a process.
inline SigningKey test_key() {
  static const SigningKey key = *SigningKey::generate("test");
  return key;
}

// A path of this process that is free at the start and is cleared away, with what SQLite lays
// beside it, at the end.
class Scratch {
 public:
  explicit Scratch(const std::string& name)
      : path_(::testing::TempDir() + "wood-" + std::to_string(::getpid()) + "-" + name) {
    clear();
  }
  ~Scratch() { clear(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  void clear() const {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) (void)remove_file(path_ + end);
  }

 private:
  std::string path_;
};

struct Small {
  std::string word = "hello";  // what the mind answers
  int turns = 1;
  bool sealed = true;
};

// One turn: what was seen, asked, answered, read, ordered, checked, done. 9 entries, one margin
// entry.
inline Seq write_turn(Sink& sink, std::int64_t turn, Seq last, const std::string& word) {
  const auto add = [&](EntryKind kind, std::vector<Seq> from, Json body) {
    return sink.append({kind, "world", std::move(from), turn, std::move(body)});
  };
  const Json text = text_in(sink, std::string(9'000, 'x') + std::to_string(turn));
  const Seq fact = add(EntryKind::fact, {last}, Json::object({{"text", text}}));
  const Seq view = add(EntryKind::view, {fact}, Json::object({{"facts", Json::array()}}));
  const Seq prompt = add(EntryKind::prompt, {view}, Json::object());
  (void)sink.commit();
  const Seq answer = add(EntryKind::answer, {prompt}, Json::object({{"text", word}}));
  sink.margin(answer, Json::object({{"wall_us", 12}}));
  const Seq reading = add(EntryKind::reading, {answer}, Json::object());
  const Seq command = add(EntryKind::command, {reading}, Json::object());
  const Seq check = add(EntryKind::check, {command}, Json::object());
  const Seq event = add(EntryKind::event, {check}, Json::object());
  const Seq end = add(EntryKind::turn, {last, event}, Json::object());
  (void)sink.commit();
  return end;
}

// With one turn: 11 entries, 2 of the margin, 1 blob, 6 checkpoints.
inline void write_small(Sink& sink, const Small& small = {}) {
  Seq last = sink.append({EntryKind::genesis, "world", {}, 0, Json::object({{"seed", "1"}})});
  for (int turn = 1; turn <= small.turns; ++turn) last = write_turn(sink, turn, last, small.word);
  if (!small.sealed) return;
  sink.append({EntryKind::seal, "world", {last}, small.turns, Json::object()});
  (void)sink.commit();
}

inline std::unique_ptr<Ledger> small_ledger(std::unique_ptr<Store> store, const Small& small = {}) {
  auto ledger = Ledger::create(std::move(store), {"small", test_key()});
  EXPECT_TRUE(ledger);
  write_small(**ledger, small);
  EXPECT_TRUE((*ledger)->status());
  return std::move(*ledger);
}

inline std::vector<Draft> drafts_of(Store& store) {
  std::vector<Draft> out;
  EXPECT_TRUE(LedgerReader(store).each([&](const Entry& entry) -> Status {
    out.push_back(entry.draft);
    return {};
  }));
  return out;
}

}  // namespace wood
