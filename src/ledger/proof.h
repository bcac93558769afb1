// The proof of one entry, to be checked offline by somebody who has neither the run nor this
// program: C2SP tlog-proof. The entry itself stands under `extra` (which the format leaves to the
// application), so that the file says what it proves; what binds it to the signature is its leaf
// hash.
#pragma once

#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace wood {

struct Proof {
  Bytes entry;
  std::int64_t index = 0;
  std::vector<Digest> path;  // RFC 9162 §2.1.3, nearest sibling first
  std::string checkpoint;    // the signed note

  [[nodiscard]] std::string text() const;  // a .tlog-proof file
  // The strict inverse of text(); Errc::parse.
  static Result<Proof> parse(std::string_view text);
};

// Of an entry of the record, against the last checkpoint. Errc::not_found if there is no such
// entry, Errc::integrity if the run is not what that checkpoint signs.
Result<Proof> prove(const LedgerReader& ledger, Seq entry);

struct Proved {
  std::string origin;
  std::int64_t index = 0, size = 0;
  Entry entry;
  Digest root{};
};
// Errc::integrity if it does not hold under that key, Errc::parse if what it proves is no entry.
Result<Proved> check_proof(const Proof& proof, const VerifierKey& key);

}  // namespace wood
