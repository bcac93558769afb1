// wood export: one decision as a file that proves itself, or all asks as examples to train from.
#include "cli/open.h"
#include "cli/sft.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "host/file.h"
#include "ledger/proof.h"

namespace wood::cli {
namespace {

Status free_place(const std::string& out) {
  if (file_exists(out))
    return fail(Errc::exists,
                out + " is there already; give another name with --out, or remove it");
  return {};
}

Result<int> write_proof(const OpenRun& run, const Args& args, const Console& console) {
  TRY(const Seq entry, entry_number(args.text("--proof"), *run.ledger));
  const std::string out = args.text("--out", std::to_string(entry.value) + ".tlog-proof");
  TRY_STATUS(free_place(out));
  TRY(const Proof proof, prove(*run.ledger, entry));
  TRY_STATUS(write_file(out, proof.text()));
  console.print(
      "The proof of entry " + std::to_string(entry.value) + " is in " + out +
      ". To check it, anywhere:\n  wood verify --proof " + out +
      " --key VKEY\nThe key is the one `wood keys show` prints for who signed the run.\n");
  return Exit::fine;
}

Result<int> write_examples(const OpenRun& run, const Args& args, const Console& console) {
  const std::string out = args.text("--out");
  if (!out.empty()) TRY_STATUS(free_place(out));
  std::string lines;
  std::int64_t count = 0;
  const VisitAsk visit = [&](const Json& example) -> Status {
    const std::string line = example.dump() + "\n";
    ++count;
    // What the teacher says is held back until the run has come out as recorded.
    if (out.empty() && !args.has("--teacher")) console.print(line);
    else lines += line;
    return {};
  };
  TRY_STATUS(args.has("--teacher") ? each_lesson(*run.ledger, visit)
                                   : each_ask(*run.ledger, args.has("--all"), visit));
  if (out.empty()) {
    console.print(lines);
    return Exit::fine;
  }
  TRY_STATUS(write_file(out, lines));
  console.print(grouped(count) + " asks with their answers are in " + out + ".\n");
  return Exit::fine;
}

Result<int> act(const Args& args, const Console& console) {
  if (args.has("--proof") == args.has("--sft"))
    return fail(Errc::usage, "give either --proof ENTRY or --sft");
  for (const char* with : {"--all", "--teacher"})
    if (args.has(with) && !args.has("--sft"))
      return fail(Errc::usage, std::string(with) + " goes with --sft");
  if (args.has("--all") && args.has("--teacher"))
    return fail(Errc::usage, "--teacher gives every ask: leave --all out");
  TRY(const OpenRun run, open_run(args.text("FILE")));
  return args.has("--sft") ? write_examples(run, args, console) : write_proof(run, args, console);
}

}  // namespace

Verb export_verb() {
  using K = Option::Kind;
  return {
      .name = "export",
      .about = "writes the proof of one entry, or all asks as training data",
      .text =
          "With --proof: a C2SP tlog-proof, checkable offline and without the run: the entry, its "
          "Merkle path and the signed checkpoint. It proves that the entry stands in the log that "
          "was signed and was not changed since; it does not prove that what it says was true. "
          "With --sft: a line of JSON for every ask, with its task, its messages, the digest of "
          "its schema and the answer as it was written; without --all, only answers that were "
          "understood without a repair. With --teacher the run is played again, and each ask comes "
          "with what the rules would have answered to the same view.",
      .options = {run_argument(),
                  {.name = "--proof",
                   .kind = K::integer,
                   .value = "ENTRY",
                   .about = "the proof of the entry of that number"},
                  {.name = "--sft", .about = "asks and answers, one JSON object a line"},
                  {.name = "--all", .about = "with --sft: also answers that do not conform"},
                  {.name = "--teacher",
                   .about = "with --sft: what the rules would have answered, beside what was"},
                  {.name = "--out",
                   .kind = K::file,
                   .value = "FILE",
                   .about = "where to (ENTRY.tlog-proof; of --sft: the screen)"}},
      .examples = {{"wood export runs/five-labs-7.wood --proof 512 --out why.tlog-proof",
                    "proves one decision"},
                   {"wood export runs/five-labs-7.wood --sft --out asks.jsonl",
                    "what the minds were asked and what they answered"},
                   {"wood export runs/five-labs-7.wood --sft --teacher --out lessons.jsonl",
                    "and what the rules would have answered to the same"}},
      .act = act};
}

}  // namespace wood::cli
