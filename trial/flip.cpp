// Flips every byte of a run file, one at a time and in memory, and demands of each: the file is not
// opened, or verify finds something, or every logical row is the same as before (a byte that SQLite
// does not use). Each byte is tried inverted whole and with one bit flipped, which one depending on
// its place: an inverted byte is often nonsense where a single bit is still a number.
//
//   trial_flip FILE [--stride N] [--offset K]    tries bytes K, K+N, K+2N, …: to share the work
//
// Exit: 0 if nothing slipped through, 1 if something did, 2 if the file itself is wrong.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/text.h"
#include "host/clock.h"
#include "host/file.h"
#include "ledger/verify.h"

namespace {

using namespace wood;

struct Counts {
  std::int64_t tried = 0, unopened = 0, found = 0, harmless = 0, missed = 0;
};

struct Range {
  std::size_t offset = 0, stride = 1;
};

void judge(const Bytes& bytes, std::size_t at, const Digest& original, Counts& counts) {
  ++counts.tried;
  const auto store = sqlite_store_of(bytes);
  if (!store) {
    ++counts.unopened;
    return;
  }
  if (!verify(**store, {.findings_max = 1}).good()) {
    ++counts.found;
    return;
  }
  const auto now = logical_digest(**store);
  if (now && *now == original) {
    ++counts.harmless;
    return;
  }
  ++counts.missed;
  std::printf("MISSED byte %zu, now %02x\n", at, static_cast<unsigned char>(bytes[at]));
}

Counts flip(Bytes bytes, const Digest& original, Range range) {
  Counts counts;
  for (std::size_t at = range.offset; at < bytes.size(); at += range.stride)
    for (const int mask : {0xFF, 1 << (at % 8)}) {
      bytes[at] = static_cast<char>(bytes[at] ^ mask);
      judge(bytes, at, original, counts);
      bytes[at] = static_cast<char>(bytes[at] ^ mask);
    }
  return counts;
}

int usage() {
  std::fprintf(stderr, "usage: trial_flip FILE [--stride N] [--offset K]\n");
  return 2;
}

int report(const Counts& counts, std::int64_t wall_us) {
  std::printf("%lld flips in %.1f s: %lld not opened, %lld found, %lld harmless, %lld missed\n",
              static_cast<long long>(counts.tried), static_cast<double>(wall_us) / 1e6,
              static_cast<long long>(counts.unopened), static_cast<long long>(counts.found),
              static_cast<long long>(counts.harmless), static_cast<long long>(counts.missed));
  return counts.missed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc % 2 != 0) return usage();
  Range range;
  for (int i = 2; i < argc; i += 2) {
    const auto value = to_int(argv[i + 1]);
    const std::string option = argv[i];
    if (!value || *value < (option == "--stride" ? 1 : 0)) return usage();
    if (option == "--stride") range.stride = static_cast<std::size_t>(*value);
    else if (option == "--offset") range.offset = static_cast<std::size_t>(*value);
    else return usage();
  }
  auto bytes = read_file(argv[1]);
  if (!bytes) return std::fprintf(stderr, "%s\n", bytes.error().what.c_str()), 2;
  const auto store = sqlite_store_of(*bytes);
  if (!store) return std::fprintf(stderr, "%s\n", store.error().what.c_str()), 2;
  const Verified whole = verify(**store, {});
  if (!whole.good()) return std::fprintf(stderr, "%s\n", whole.findings.front().c_str()), 2;
  const auto original = logical_digest(**store);
  if (!original) return std::fprintf(stderr, "%s\n", original.error().what.c_str()), 2;
  const std::int64_t begin = now_us();
  const Counts counts = flip(std::move(*bytes), *original, range);
  return report(counts, now_us() - begin);
}
