// wood replay: the run again, from its recorded answers; it must come out the same to the byte.
#include "cli/describe.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "cli/reenact.h"
#include "cli/table.h"
#include "cli/verb.h"

namespace wood::cli {
namespace {

std::string version_of(const Bytes& bytes) {
  if (bytes.empty()) return "nothing";
  const auto entry = decode(bytes);
  return entry ? std::string(name(entry->draft.kind)) + " by " + printable(entry->draft.by) + ": " +
                     described(*entry)
               : "unreadable";
}

// Both versions, from a little before the first byte that differs.
std::string divergence_text(const Divergence& divergence, const Terminal& terminal) {
  const std::size_t common = std::min(divergence.recorded.size(), divergence.now.size());
  std::size_t at = 0;
  while (at < common && divergence.recorded[at] == divergence.now[at]) ++at;
  const auto excerpt = [at](const Bytes& bytes) {
    const std::size_t first = at < 60 ? 0 : at - 60;
    if (first >= bytes.size()) return std::string();
    return (first > 0 ? "…" : "") + printable(bytes.substr(first, 200)) +
           (bytes.size() > first + 200 ? "…" : "");
  };
  std::string out =
      toned(terminal, Tone::bad,
            "Entry " + std::to_string(divergence.seq.value) + " is the first that differs") +
      ", at byte " + std::to_string(at) + ":\n";
  out += "  recorded  " + version_of(divergence.recorded) + "\n  replayed  " +
         version_of(divergence.now) + "\n";
  out += "  recorded  " + excerpt(divergence.recorded) + "\n  replayed  " +
         excerpt(divergence.now) + "\n";
  return out;
}

Json json_of(const Reenacted& result) {
  Json out = Json::object({{"entries", result.entries},
                           {"failure", result.failure},
                           {"finished", result.finished},
                           {"root_recorded", result.root_then},
                           {"root_replayed", result.root_now},
                           {"same", result.same},
                           {"turns", result.turns}});
  if (result.divergence)
    out.set("divergence", Json::object({{"recorded", to_utf8(result.divergence->recorded)},
                                        {"replayed", to_utf8(result.divergence->now)},
                                        {"seq", result.divergence->seq.value}}));
  return out;
}

Result<int> act(const Args& args, const Console& console) {
  TRY(const OpenRun run, open_run(args.text("FILE")));
  Progress progress(console, args.has("--quiet") || args.has("--json") || !console.err.person
                                 ? Loudness::quiet
                                 : Loudness::lines);
  auto result = reenact(
      *run.ledger,
      {.on_turn = [&](const TurnReport& report) { progress.turn(report); }, .on_ask = nullptr});
  progress.finish();
  if (!result) return fail(result.error().during(args.text("FILE")));
  if (args.has("--json")) {
    console.print(json_of(*result).dump() + "\n");
    return result->same ? Exit::fine : Exit::finding;
  }
  std::string out;
  if (result->divergence) out += divergence_text(*result->divergence, console.out);
  if (!result->failure.empty())
    out += toned(console.out, Tone::bad, "The replay failed: ") + printable(result->failure) + "\n";
  out += "recorded root  " + result->root_then + "\nreplayed root  " + result->root_now + "\n";
  if (result->same)
    out += toned(console.out, Tone::good, "Identical: ") + grouped(result->entries) + " entries, " +
           std::to_string(result->turns) + " turns" +
           (result->finished ? "" : "; the run is not finished, it was followed to its end") + "\n";
  console.print(out);
  return result->same ? Exit::fine : Exit::finding;
}

}  // namespace

Verb replay_verb() {
  return {
      .name = "replay",
      .about = "plays a run again from its record; it must come out the same to the byte",
      .text =
          "The minds are not asked: their recorded answers are. Everything else, from the order "
          "book to the "
          "magistrate, is computed again and compared entry by entry.",
      .options = {run_argument(),
                  {.name = "--json", .about = "the result as one JSON object"},
                  {.name = "--quiet", .about = "no progress"}},
      .examples = {{"wood replay runs/five-labs-7.wood",
                    "both roots, or the first entry that differs"}},
      .act = act};
}

}  // namespace wood::cli
