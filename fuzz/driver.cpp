// Runs a fuzz target on its seeds, on files, and on mutations of both, the same ones every time:
// what the suite does where there is no libFuzzer.
//
//   fuzz_NAME [--runs N] [FILE...]
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/rng.h"
#include "fuzz/fuzz.h"
#include "host/file.h"

namespace {

using wood::Bytes;
using wood::Chance;

// One change: a byte flipped, set, put in or taken out, or a stretch of it doubled, cut or moved.
void mutate(Bytes& text, const Chance& chance, std::uint32_t draw) {
  static constexpr std::string_view telling = "{}[]\",:\\0919-+.eE \n\t'`<>|&=#_ax\x80\xff";
  const auto size = static_cast<std::int64_t>(text.size());
  const auto at = [&](std::uint32_t n) {
    return static_cast<std::size_t>(chance.below(std::max<std::int64_t>(1, size), draw + n));
  };
  const char byte = telling[static_cast<std::size_t>(
      chance.below(static_cast<std::int64_t>(telling.size()), draw + 1))];
  const std::size_t where = at(2), length = 1 + at(3) % 40;
  switch (size == 0 ? 1 : chance.below(6, draw)) {
    case 0: text[where] = static_cast<char>(text[where] ^ (1 << chance.below(8, draw + 4))); break;
    case 1: text.insert(size == 0 ? 0 : where, 1, byte); break;
    case 2: text[where] = byte; break;
    case 3: text.erase(where, length); break;
    case 4: text.insert(where, text.substr(at(4), length)); break;
    default: text.insert(where, std::string(1 + at(5) % 200, byte)); break;
  }
}

void feed(const Bytes& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t runs = 2'000;
  std::vector<Bytes> seeds;
  for (const std::string_view seed : fuzz_seeds()) seeds.emplace_back(seed);
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--runs") == 0 && i + 1 < argc) {
      runs = std::atoll(argv[++i]);
      continue;
    }
    auto text = wood::read_file(argv[i]);
    if (!text) {
      std::fprintf(stderr, "%s\n", text.error().what.c_str());
      return 2;
    }
    seeds.push_back(std::move(*text));
  }
  feed("");
  for (const Bytes& seed : seeds) feed(seed);
  for (std::int64_t run = 0; run < runs && !seeds.empty(); ++run) {
    const Chance chance(1, "fuzz", 0, run);
    Bytes text = seeds[static_cast<std::size_t>(run) % seeds.size()];
    const std::int64_t changes = chance.between(1, 6, 0);
    for (std::int64_t i = 0; i < changes; ++i)
      mutate(text, chance, static_cast<std::uint32_t>(1 + 8 * i));
    feed(text);
  }
  std::printf("%lld runs over %zu seeds\n", static_cast<long long>(runs), seeds.size());
  return 0;
}
