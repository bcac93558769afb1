// Where the world, the agents and the pipelines write. Two implementations: the ledger itself,
// which stores what it is given (ledger.h), and the echo, which compares it with a run recorded
// before (echo.h): that comparison is replay, and, where the record ends and a ledger goes on,
// resumption.
//
// Writing never fails at the call: a failed store or a divergence is kept, later calls do nothing,
// and commit() says what happened. Callers stop at the first commit() that fails.
#pragma once

#include "core/sha256.h"
#include "ledger/entry.h"

namespace wood {

class Sink {
 public:
  virtual ~Sink() = default;

  // Appends to the record log; the number of the new entry.
  virtual Seq append(Draft draft) = 0;
  // Keeps a payload under its SHA-256 (hex), from the first entry that names it on (blob_refs
  // below). Keeping it twice is keeping it once; one that no entry names is not kept.
  virtual std::string blob(ByteView bytes) = 0;
  // Appends to the margin log: what may differ between two honest runs (time, latency, host).
  // An echo without a ledger behind it ignores it.
  virtual void margin(Seq about, Json body) = 0;
  // Makes everything appended so far durable. Nothing may leave the process before the commit that
  // holds it.
  virtual Status commit() = 0;
  // The same, but commits that come close upon each other may be made as one: durable() says when.
  virtual Status commit_soon() { return commit(); }
  // commit(), if the last was long ago: after slow minds have answered.
  virtual Status commit_late() { return status(); }
  // Whether everything appended so far is durable.
  [[nodiscard]] virtual bool durable() const { return true; }
  // Ok, or the failure that the next commit() will report: lets a long phase stop early.
  [[nodiscard]] virtual Status status() const = 0;
};

// A text as it stands in a body: the string itself if it is UTF-8 and at most `bytes_max` long,
// else
// {"bytes":n,"sha256":"…","text":"<clipped, ill-formed parts as U+FFFD>"} with the raw bytes kept
// as a blob.
Json text_in(Sink& sink, std::string_view text, std::size_t bytes_max = 8'192);

// A payload that a body names.
struct BlobRef {
  std::string sha256;       // hex
  std::int64_t bytes = -1;  // its length; -1 where the body does not say
};
// Every one in it, at any depth: {"bytes":n,"sha256":"…"}, with "text" (its beginning) or without,
// with "holds" (digests of blobs that are named inside this one) or without, and nothing else in
// the object; or the digest alone as member "blob". What merely looks like one, in a value that
// came from outside, must be kept as a blob itself, or it would be taken for one.
std::vector<BlobRef> blob_refs(const Json& body);
// Of a value that is itself one of the first forms; none otherwise.
std::optional<BlobRef> blob_ref(const Json& value);

}  // namespace wood
