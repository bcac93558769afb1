// Whether a run is what it says it is: every leaf, both roots, every checkpoint in order, every
// signature, every blob, every `from`, the seal, and the file itself. What the entries mean (that
// the rules give these events, and every turn's state hash) is replay's to say; the CLI joins the
// two.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace wood {

struct VerifyOptions {
  std::optional<VerifierKey> key =
      std::nullopt;               // pins the signer; without it the run's own key is taken
  std::size_t findings_max = 20;  // it stops at so many; the first names the first bad entry
};

struct Verified {
  std::vector<std::string> findings;  // empty: nothing wrong
  std::int64_t entries = 0, margin_entries = 0, blobs = 0, checkpoints = 0;
  std::string origin;
  std::string record_root, margin_root;  // hex; "" if it stopped before the end
  std::string signer;                    // verifier key as text, where it is known
  bool pinned = false;
  bool sealed = false;
  [[nodiscard]] bool good() const { return findings.empty(); }
};

// Never fails: what cannot be read is a finding. Without a pinned key the signatures are checked
// against the one that the run itself names, which proves that nothing was changed since, not who
// signed: a forger can name his own.
Verified verify(Store& store, const VerifyOptions& options);

// SHA-256 over every logical row in order: two files with the same one hold the same run.
Result<Digest> logical_digest(Store& store);

}  // namespace wood
