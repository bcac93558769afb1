// What orchestration costs: one step of an agent, from the prompt to the value read, with a mind
// that answers at once. All that is measured is ours: three entries with their digests, the schema,
// the reading of the answer, the ledger.
//
//   bench_step [--steps N] [--together K]
//
// Asks N times, K asks in a call, with the ledger in memory and in a file, and prints the median of
// nine rounds in microseconds of processor time a step, which a busy machine leaves as it is;
// beside it the wall's, and what hashing the entries' bytes alone takes, the limit that no ledger
// beats.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "core/schema.h"
#include "core/sha256.h"
#include "host/clock.h"
#include "ledger/ledger.h"
#include "pipeline/consult.h"

namespace wood {
namespace {

constexpr const char* kAnswer =
    R"({"reason":"the honey is dear and the winter near","act":"bid","good":"acorns",)"
    R"("lots":3,"limit_ticks":412})";

class InstantPanel : public Panel {
 public:
  std::vector<Reply> ask(std::span<const Ask> asks) override {
    Answer answer;
    answer.text = kAnswer;
    return {asks.size(), Reply(answer)};
  }
  [[nodiscard]] std::map<std::string, Json> cards() const override { return {}; }
  [[nodiscard]] bool remote(const std::string&) const override { return false; }
};

Result<Json> decision_schema() {
  return parse_json(R"({"type":"object","additionalProperties":false,
    "required":["reason","act","good","lots","limit_ticks"],"properties":{
      "reason":{"type":"string","maxLength":120},
      "act":{"type":"string","enum":["bid","ask","wait"]},
      "good":{"type":"string","enum":["acorns","berries","mushrooms","honey","firewood"]},
      "lots":{"type":"integer","minimum":0,"maximum":50},
      "limit_ticks":{"type":"integer","minimum":0,"maximum":100000}}})");
}

Consult consult_of(const Json& schema, std::int64_t n) {
  Consult c;
  c.by = "creature" + std::to_string(n % 5);
  c.mind = "instant";
  c.task = "creature.act";
  c.turn = n;
  c.from = {Seq{0}};
  c.messages = {{"system", "You trade in the wood. " + std::string(480, 'r')},
                {"user", "Turn " + std::to_string(n) + ". " + std::string(700, 'u')}};
  c.schema = schema;
  return c;
}

struct Round {
  std::int64_t cpu_us = 0;
  std::int64_t wall_us = 0;
  std::int64_t entries = 0;
  std::int64_t bytes = 0;
};

Result<Round> round(std::unique_ptr<Store> store, const SigningKey& key, std::int64_t steps,
                    std::int64_t together) {
  InstantPanel panel;
  TRY(const Json schema, decision_schema());
  TRY(auto ledger, Ledger::create(std::move(store), {"bench", key}));
  ledger->append({.kind = EntryKind::genesis, .by = "bench", .from = {}, .body = Json::object()});
  const std::int64_t start = now_us(), cpu = process_cpu_us();
  std::vector<Consult> consults;
  for (std::int64_t n = 0; n < steps; n += together) {
    consults.clear();
    for (std::int64_t k = n; k < std::min(steps, n + together); ++k)
      consults.push_back(consult_of(schema, k));
    TRY(const auto done, consult(*ledger, panel, consults));
    for (const Consulted& one : done)
      if (!one.conforms) return fail(Errc::integrity, "an answer was not read");
    TRY_STATUS(ledger->commit_soon());
  }
  TRY_STATUS(ledger->commit());
  Round out{process_cpu_us() - cpu, now_us() - start, ledger->size(), 0};
  const LedgerReader reader(ledger->store());
  for (std::int64_t i = 0; i < out.entries; ++i) {
    TRY(const Bytes bytes, reader.bytes({i}));
    out.bytes += static_cast<std::int64_t>(bytes.size());
  }
  return out;
}

// Microseconds to digest as many bytes as the entries have, in pieces of their mean size.
std::int64_t hashing_us(const Round& r) {
  const std::string piece(static_cast<std::size_t>(r.bytes / std::max<std::int64_t>(r.entries, 1)),
                          'x');
  const std::int64_t start = process_cpu_us();
  int sum = 0;
  for (std::int64_t i = 0; i < r.entries; ++i) sum += static_cast<int>(sha256(piece)[0]);
  const std::int64_t took = process_cpu_us() - start;
  return sum == 0 ? took + 1 : took;  // the sum is used, so that the loop is not left out
}

std::int64_t median(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Status bench(std::int64_t steps, std::int64_t together) {
  TRY(const SigningKey key, SigningKey::generate("bench"));
  const std::string file = std::filesystem::temp_directory_path() / "wood-bench-step.wood";
  std::printf("%lld steps, %lld asks in a call\n", static_cast<long long>(steps),
              static_cast<long long>(together));
  for (const bool on_disk : {false, true}) {
    std::vector<std::int64_t> cpus, walls;
    Round last;
    for (int i = 0; i < 9; ++i) {
      std::filesystem::remove(file);
      std::unique_ptr<Store> store = memory_store();
      if (on_disk) {
        TRY(store, sqlite_store(file, Open::create));
      }
      TRY(last, round(std::move(store), key, steps, together));
      cpus.push_back(last.cpu_us);
      walls.push_back(last.wall_us);
    }
    std::filesystem::remove(file);
    const auto each = [&](std::int64_t us) {
      return static_cast<double>(us) / static_cast<double>(steps);
    };
    std::printf(
        "%-10s %6.2f us a step, median (wall %.2f); %lld bytes of entries, whose digests "
        "alone take %.2f us\n",
        on_disk ? "in a file" : "in memory", each(median(cpus)), each(median(walls)),
        static_cast<long long>(last.bytes / steps), each(hashing_us(last)));
  }
  return {};
}

}  // namespace
}  // namespace wood

int main(int argc, char** argv) {
  std::int64_t steps = 20'000, together = 5;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--steps") == 0) steps = std::atoll(argv[i + 1]);
    if (std::strcmp(argv[i], "--together") == 0) together = std::atoll(argv[i + 1]);
  }
  if (steps < 1 || together < 1) {
    std::fprintf(stderr, "usage: bench_step [--steps N] [--together K]\n");
    return 2;
  }
  const wood::Status done = wood::bench(steps, together);
  if (!done) std::fprintf(stderr, "bench_step: %s\n", done.error().what.c_str());
  return done ? 0 : 1;
}
