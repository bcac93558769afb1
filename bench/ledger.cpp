// What writing and judging a ledger costs: entries a second into memory and into SQLite, with a
// commit every 100 entries (about a round) and with one an entry; encoding, decoding, verifying.
//
//   bench_ledger [ENTRIES]      default 100,000
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>

#include "core/text.h"
#include "host/clock.h"
#include "host/file.h"
#include "ledger/echo.h"
#include "ledger/verify.h"

namespace {

using namespace wood;

constexpr const char* kFile = "bench_ledger.wood";

struct Load {
  std::int64_t entries = 0;
  std::int64_t commit_every = 100;
};

// An order's check: the commonest entry, about 250 bytes.
Draft check(std::int64_t i) {
  return {EntryKind::fact,
          "exchange",
          {Seq{0}},
          i / 1'000,
          Json::object({{"good", "honey"},
                        {"lots", i % 50},
                        {"price", 1'000 + i % 97},
                        {"reason", "within the limit"},
                        {"result", "pass"},
                        {"rules", Json::list(std::vector<std::string>{"collar", "purse", "size"})},
                        {"side", "bid"},
                        {"version", 3},
                        {"who", "fenn"}})};
}

void write(Sink& sink, const Load& load) {
  sink.append({EntryKind::genesis, "world", {}, 0, Json::object()});
  for (std::int64_t i = 1; i < load.entries; ++i) {
    sink.append(check(i));
    if (i % load.commit_every == 0) (void)sink.commit();
  }
  (void)sink.commit();
}

void line(const char* what, std::int64_t count, const std::function<void()>& work) {
  const std::int64_t begin = now_us();
  work();
  const double us = static_cast<double>(now_us() - begin);
  std::printf("%-34s %10.0f a second   %7.2f us each\n", what,
              static_cast<double>(count) / us * 1e6, us / static_cast<double>(count));
}

std::unique_ptr<Ledger> ledger(std::unique_ptr<Store> store) {
  return *Ledger::create(std::move(store), {"bench", *SigningKey::generate("bench")});
}

void bench_codec(std::int64_t count) {
  const Entry entry{Seq{count}, check(1)};
  const Bytes bytes = encode(entry);
  std::printf("an entry of %zu bytes\n", bytes.size());
  line("encode", count, [&] {
    for (std::int64_t i = 0; i < count; ++i) (void)encode(entry);
  });
  line("decode", count, [&] {
    for (std::int64_t i = 0; i < count; ++i) (void)decode(bytes);
  });
  line("leaf and tree", count, [&] {
    Merkle tree;
    for (std::int64_t i = 0; i < count; ++i) tree.add(bytes);
    (void)tree.root();
  });
}

void bench_stores(std::int64_t count) {
  std::unique_ptr<Ledger> run;
  line("memory, a commit every 100", count, [&] {
    run = ledger(memory_store());
    write(*run, {count});
  });
  line("verify, memory", count, [&] { (void)verify(run->store(), {}); });
  line("echo, memory", count, [&] {
    const LedgerReader reader(run->store());
    Echo echo(reader, nullptr);
    write(echo, {count});
  });
  line("SQLite, a commit every 100", count, [&] {
    run = ledger(*sqlite_store(kFile, Open::create));
    write(*run, {count});
  });
  run.reset();
  const auto store = *sqlite_store(kFile, Open::read);
  line("verify, SQLite", count, [&] { (void)verify(*store, {}); });
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t count = argc > 1 ? to_int(argv[1]).value_or(100'000) : 100'000;
  (void)remove_file(kFile);
  bench_codec(count);
  bench_stores(count);
  const auto size = file_size(kFile);
  std::printf("file: %.1f bytes an entry\n",
              static_cast<double>(size.value_or(0)) / static_cast<double>(count));
  (void)remove_file(kFile);
  const std::int64_t few = std::min<std::int64_t>(count, 2'000);
  line("SQLite, a commit an entry", few, [&] {
    const auto run = ledger(*sqlite_store(kFile, Open::create));
    write(*run, {few, 1});
  });
  (void)remove_file(kFile);
  return 0;
}
