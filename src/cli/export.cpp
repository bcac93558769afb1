// wood export: one decision as a file that proves itself.
#include "cli/open.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "host/file.h"
#include "ledger/proof.h"

namespace wood::cli {
namespace {

Result<int> act(const Args& args, const Console& console) {
  TRY(const OpenRun run, open_run(args.text("FILE")));
  TRY(const Seq entry, entry_number(args.text("--proof"), *run.ledger));
  const std::string out = args.text("--out", std::to_string(entry.value) + ".tlog-proof");
  if (file_exists(out))
    return fail(Errc::exists,
                out + " is there already; give another name with --out, or remove it");
  TRY(const Proof proof, prove(*run.ledger, entry));
  TRY_STATUS(write_file(out, proof.text()));
  console.print(
      "The proof of entry " + std::to_string(entry.value) + " is in " + out +
      ". To check it, anywhere:\n  wood verify --proof " + out +
      " --key VKEY\nThe key is the one `wood keys show` prints for who signed the run.\n");
  return Exit::fine;
}

}  // namespace

Verb export_verb() {
  using K = Option::Kind;
  return {
      .name = "export",
      .about = "writes the proof of one entry: checkable offline, without the run",
      .text =
          "The file is a C2SP tlog-proof: the entry, its Merkle path and the signed checkpoint. It "
          "proves "
          "that the entry stands in the log that was signed and was not changed since; it does not "
          "prove "
          "that what it says was true.",
      .options =
          {{.name = "FILE", .kind = K::file, .value = "FILE", .about = "the run", .required = true},
           {.name = "--proof",
            .kind = K::integer,
            .value = "ENTRY",
            .about = "the number of the entry",
            .required = true},
           {.name = "--out",
            .kind = K::file,
            .value = "FILE",
            .about = "where to (ENTRY.tlog-proof)"}},
      .examples = {{"wood export runs/five-labs-7.wood --proof 512 --out why.tlog-proof",
                    "proves one decision"}},
      .act = act};
}

}  // namespace wood::cli
