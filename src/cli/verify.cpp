// wood verify: the ledger's own verification and the drama's replay, together. Or the proof of one
// entry.
#include "cli/verify.h"

#include "cli/describe.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "host/file.h"
#include "ledger/proof.h"

namespace wood::cli {
namespace {

Result<std::optional<VerifierKey>> pinned_key(const Args& args) {
  if (!args.has("--key")) return std::optional<VerifierKey>();
  const std::string given = args.text("--key");
  // A key, or the file that holds one.
  std::string text = given;
  if (given.find('+') == std::string::npos && file_exists(given)) {
    TRY(text, read_file(given));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  }
  auto key = VerifierKey::parse(text);
  if (!key)
    return fail(Errc::usage,
                "--key: " + key.error().what + "; it is the line that `wood keys show` prints");
  return std::optional<VerifierKey>(*key);
}

std::string line(const Console& console, bool good, const std::string& text) {
  return toned(console.out, good ? Tone::good : Tone::bad, good ? "ok    " : "WRONG ") + text +
         "\n";
}

Result<int> verify_proof(const Args& args, const Console& console) {
  const std::string path = args.text("--proof");
  if (args.has("FILE"))
    return fail(Errc::usage, "a proof is verified without its run: give --proof alone");
  TRY(std::optional<VerifierKey> key, pinned_key(args));
  if (!key)
    return fail(Errc::usage,
                "a proof needs --key VKEY: a proof that names its own signer would prove nothing");
  TRY(const Bytes text, read_file(path));
  auto proof = Proof::parse(text);
  if (!proof) return fail(proof.error().during(path));
  const auto proved = check_proof(*proof, *key);
  if (args.has("--json")) {
    Json out = Json::object({{"good", proved.has_value()}, {"index", proof->index}});
    out.set(proved ? "entry" : "finding", proved ? Json(proof->entry) : Json(proved.error().what));
    console.print(out.dump() + "\n");
  } else if (proved) {
    console.print(
        line(console, true,
             "entry " + std::to_string(proved->index) + " stands in " + printable(proved->origin) +
                 ", a log of " + grouped(proved->size) + " entries signed by " + key->text()) +
        "      " + name(proved->entry.draft.kind) + " by " + printable(proved->entry.draft.by) +
        ", turn " + std::to_string(proved->entry.draft.turn) + ": " + described(proved->entry) +
        "\n");
  } else {
    console.print(line(console, false, printable(proved.error().what)));
  }
  return proved ? Exit::fine : Exit::finding;
}

Second look_again(const Args& args, const Console& console, const OpenRun& run) {
  if (args.has("--no-replay")) return no_second_look();
  Progress progress(console,
                    args.has("--json") || !console.err.person ? Loudness::quiet : Loudness::lines);
  Second out = second_look(*run.ledger,
                           {.on_turn = [&](const TurnReport& report) { progress.turn(report); }});
  progress.finish();
  return out;
}

Result<int> act(const Args& args, const Console& console) {
  if (args.has("--proof")) return verify_proof(args, console);
  if (!args.has("FILE"))
    return fail(Errc::usage,
                "wood verify: FILE is missing: the run to verify, or --proof FILE for one entry");
  TRY(const std::optional<VerifierKey> key, pinned_key(args));
  auto opened = open_run(args.text("FILE"));
  // A run file that cannot even be opened any more is what verify is there to find.
  const bool damaged =
      !opened && (opened.error().code == Errc::parse || opened.error().code == Errc::integrity);
  if (damaged && !args.has("--json")) {
    console.print(line(console, false, printable(opened.error().what)));
    return Exit::finding;
  }
  TRY(const OpenRun run, std::move(opened));
  const Verified first = verify(*run.store, {key});
  const Second second = look_again(args, console, run);
  const bool good = first.good() && second.good;
  if (args.has("--json")) {
    console.print(json_of(first, second).dump() + "\n");
    return good ? Exit::fine : Exit::finding;
  }
  std::string out = printable(args.text("FILE")) + ", " + printable(first.origin) + ": " +
                    grouped(first.entries) + " entries, " + grouped(first.margin_entries) +
                    " in the margin, " + grouped(first.blobs) + " blobs, " +
                    grouped(first.checkpoints) + " checkpoints\n";
  constexpr std::size_t shown_max = 5;
  for (std::size_t i = 0; i < std::min(first.findings.size(), shown_max); ++i)
    out += line(console, false, printable(first.findings[i]));
  if (first.findings.size() > shown_max)
    out += line(console, false,
                "and " + std::to_string(first.findings.size() - shown_max) + " more (--json)");
  if (first.good()) out += line(console, true, "every entry, blob, cause, root and signature");
  out += second.tried ? line(console, second.good, second.text)
                      : toned(console.out, Tone::warn, "note  ") + second.text + "\n";
  if (!first.sealed && first.good())
    out += toned(console.out, Tone::warn, "note  ") +
           "the run has no seal: it is not finished (`wood run --resume`)\n";
  out += first.pinned ? line(console, first.good(), "signer " + first.signer + ", as pinned")
                      : toned(console.out, Tone::warn, "note  ") + "key not pinned: signed by " +
                            printable(first.signer) +
                            ", and a forger can sign his own log; give --key VKEY\n";
  if (!first.record_root.empty())
    out += "record root  " + first.record_root + "\nmargin root  " + first.margin_root + "\n";
  console.print(out);
  return good ? Exit::fine : Exit::finding;
}

}  // namespace

Second no_second_look() {
  return {false, true, "replay was left out: state hashes are not checked"};
}

Second second_look(const LedgerReader& ledger, const Watch& watch) {
  const auto genesis = ledger.entry(Seq{0});
  if (genesis && genesis->draft.body.find("scenario") == nullptr)
    return {false, true, "this is the ledger of a pipeline: there is no world to play again"};
  const auto again = reenact(ledger, watch);
  if (!again) return {true, false, "replay: " + printable(again.error().what)};
  if (again->same)
    return {true, true,
            "replay: " + std::to_string(again->turns) +
                " turns come out the same to the byte, state hashes included"};
  if (again->divergence)
    return {true, false,
            "replay: entry " + std::to_string(again->divergence->seq.value) +
                " is not what the rules give (`wood replay` shows both versions)"};
  return {true, false, "replay: " + printable(again->failure)};
}

Json json_of(const Verified& first, const Second& second) {
  return Json::object(
      {{"blobs", first.blobs},
       {"checkpoints", first.checkpoints},
       {"entries", first.entries},
       {"findings", Json::list(first.findings)},
       {"good", first.good() && second.good},
       {"margin_entries", first.margin_entries},
       {"margin_root", first.margin_root},
       {"origin", first.origin},
       {"pinned", first.pinned},
       {"record_root", first.record_root},
       {"replay",
        Json::object({{"good", second.good}, {"tried", second.tried}, {"what", second.text}})},
       {"sealed", first.sealed},
       {"signer", first.signer}});
}

Verb verify_verb() {
  using K = Option::Kind;
  return {
      .name = "verify",
      .about = "checks that nothing in a run was changed, and that the rules give what it says",
      .text =
          "Every entry, blob, cause, root, checkpoint and signature is checked; then the run is "
          "played again "
          "from its recorded answers, and every turn's state hash must be the recorded one. A log "
          "proves "
          "that nothing was changed after it was written, not that it was truthful when written.",
      .options = {{.name = "FILE", .kind = K::file, .value = "FILE", .about = "the run"},
                  {.name = "--no-replay",
                   .about = "only the ledger: quicker, and state hashes go unchecked"},
                  {.name = "--key",
                   .kind = K::text,
                   .value = "VKEY",
                   .about = "the key that must have signed it, or a file that holds that key"},
                  {.name = "--proof",
                   .kind = K::file,
                   .value = "FILE",
                   .about = "instead of a run, the proof of one entry (`wood export`)"},
                  {.name = "--json", .about = "the result as one JSON object"}},
      .examples = {{"wood verify runs/five-labs-7.wood --key \"$(wood keys show)\"",
                    "a run of one's own"},
                   {"wood verify --proof why.tlog-proof --key alice.vkey",
                    "one decision, without the run"}},
      .act = act};
}

}  // namespace wood::cli
