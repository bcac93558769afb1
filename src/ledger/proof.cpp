#include "ledger/proof.h"

#include <algorithm>

#include "core/text.h"

namespace wood {
namespace {

constexpr std::string_view kHead = "c2sp.org/tlog-proof@v1";
constexpr std::size_t kPathMax = 63;  // a tree of 2^63 leaves

tl::unexpected<Error> malformed(const std::string& what) {
  return fail(Errc::parse, "this is no proof (c2sp.org/tlog-proof): " + what);
}

// The value behind "index 12"; nothing if the line is another one.
std::optional<std::string> behind(const std::string& line, std::string_view word) {
  if (!line.starts_with(std::string(word) + " ")) return std::nullopt;
  return line.substr(word.size() + 1);
}

}  // namespace

std::string Proof::text() const {
  std::string out =
      std::string(kHead) + "\nextra " + base64(entry) + "\nindex " + std::to_string(index) + "\n";
  for (const Digest& digest : path) out += base64(view(digest)) + "\n";
  return out + "\n" + checkpoint;
}

Result<Proof> Proof::parse(std::string_view text) {
  const std::size_t blank = text.find("\n\n");
  if (blank == std::string_view::npos)
    return malformed("it has no blank line before its checkpoint");
  const std::vector<std::string> lines = split(text.substr(0, blank), '\n');
  Proof out;
  out.checkpoint = std::string(text.substr(blank + 2));
  if (lines.front() != kHead) return malformed("its first line is not " + std::string(kHead));
  std::size_t at = 1;
  if (at >= lines.size() || !behind(lines[at], "extra"))
    return malformed("it has no line `extra` with the entry: it was not made by `wood export`");
  const auto entry = from_base64(*behind(lines[at++], "extra"));
  if (!entry) return malformed("`extra` is not base64");
  out.entry = *entry;
  const auto index = at < lines.size() ? behind(lines[at++], "index") : std::nullopt;
  const auto number = index ? to_int(*index) : std::nullopt;
  if (!number || *number < 0 || std::to_string(*number) != *index)
    return malformed("`index` is no number");
  out.index = *number;
  for (; at < lines.size(); ++at) {
    const auto raw = from_base64(lines[at]);
    if (!raw || raw->size() != out.path.emplace_back().size() || out.path.size() > kPathMax)
      return malformed("line " + std::to_string(at + 1) + " is no digest");
    std::copy(raw->begin(), raw->end(), out.path.back().begin());
  }
  if (out.text() != text) return malformed("it has lines that do not belong to it");
  return out;
}

Result<Proof> prove(const LedgerReader& ledger, Seq entry) {
  Proof out;
  TRY(out.entry, ledger.bytes(entry));
  out.index = entry.value;
  TRY(const std::vector<StoredCheckpoint> rows, ledger.store().checkpoints());
  const auto last = std::find_if(rows.rbegin(), rows.rend(), [](const StoredCheckpoint& row) {
    return row.log == Log::record;
  });
  if (last == rows.rend()) return fail(Errc::integrity, "the run has no checkpoint");
  TRY(const Note note, parse_note(last->note));
  TRY(const Checkpoint point, Checkpoint::parse(note.text));
  TRY(const Merkle tree, ledger.tree(Log::record));
  if (point.size != tree.size() || point.root != tree.root())
    return fail(Errc::integrity, "the run is not what its last checkpoint signs: `wood verify`");
  out.path = tree.inclusion(entry.value, point.size);
  out.checkpoint = last->note;
  return out;
}

Result<Proved> check_proof(const Proof& proof, const VerifierKey& key) {
  TRY(const Note note, parse_note(proof.checkpoint));
  TRY_STATUS(verify_note(note, key));
  TRY(const Checkpoint point, Checkpoint::parse(note.text));
  if (proof.index >= point.size)
    return fail(Errc::integrity, "the index is not below the size of the log");
  if (!verify_inclusion(leaf_hash(proof.entry), proof.index, point.size, proof.path, point.root))
    return fail(Errc::integrity, "the entry is not in the log that was signed");
  TRY(Entry entry, decode(proof.entry));
  if (!point.origin.starts_with("wood/"))
    return fail(Errc::integrity, "the log that was signed is no run of the Wood");
  if (entry.seq.value != proof.index)
    return fail(Errc::integrity, "the entry has another number than its place in the log");
  return Proved{point.origin, proof.index, point.size, std::move(entry), point.root};
}

}  // namespace wood
