#include "ledger/echo.h"

namespace wood {

Seq Echo::append(Draft draft) {
  const Seq seq{next_++};
  if (state_ == State::diverged || state_ == State::ended) return seq;
  if (seq.value >= length_) return beyond(seq, std::move(draft));
  const std::vector<BlobRef> named =
      missing_.empty() ? std::vector<BlobRef>() : blob_refs(draft.body);
  Bytes now = encode({seq, std::move(draft)});
  auto recorded = recorded_.bytes(seq);
  if (!recorded || *recorded != now) {
    diverge(seq, recorded ? std::move(*recorded) : Bytes(), std::move(now));
    return seq;
  }
  for (const BlobRef& ref : named)
    if (lost_.empty() && missing_.contains(ref.sha256)) lost_ = ref.sha256;
  tree_.add(now);
  return seq;
}

Seq Echo::beyond(Seq seq, Draft draft) {
  if (state_ == State::onward) return onward_->append(std::move(draft));
  const Result<bool> sealed = recorded_.sealed();
  if (!sealed || *sealed) {
    diverge(seq, {}, encode({seq, std::move(draft)}));
    return seq;
  }
  if (onward_ == nullptr) {
    state_ = State::ended;
    return seq;
  }
  state_ = State::onward;
  return onward_->append(std::move(draft));
}

void Echo::diverge(Seq seq, Bytes recorded, Bytes now) {
  state_ = State::diverged;
  divergence_ = Divergence{seq, std::move(recorded), std::move(now)};
}

// One that the record has not may belong to an entry behind its end: then it goes onward. If an
// entry of the record names it, the record is damaged (append).
std::string Echo::blob(ByteView bytes) {
  if (onward_ != nullptr) (void)onward_->blob(bytes);
  std::string digest = hex(sha256(bytes));
  if (state_ == State::following && next_ < length_ && !recorded_.has_blob(digest))
    missing_.insert(digest);
  return digest;
}

void Echo::margin(Seq about, Json body) {
  if (state_ == State::onward && about.value >= length_) onward_->margin(about, std::move(body));
}

Digest Echo::root() const {
  return state_ == State::onward ? onward_->record_root() : tree_.root();
}

Status Echo::status() const {
  if (divergence_)
    return fail(Errc::diverged,
                "entry " + std::to_string(divergence_->seq.value) + " is not what the record says");
  if (!lost_.empty()) return fail(Errc::integrity, "blob " + lost_ + " is not in the record");
  if (state_ == State::ended) return fail(Errc::limit, "the record ends here");
  return onward_ != nullptr ? onward_->status() : Status();
}

Status Echo::commit_soon() {
  if (Status now = status(); !now) return now;
  return state_ == State::onward ? onward_->commit_soon() : Status();
}

Status Echo::commit_late() {
  if (Status now = status(); !now) return now;
  return state_ == State::onward ? onward_->commit_late() : Status();
}

Status Echo::commit() {
  if (Status now = status(); !now) return now;
  return state_ == State::onward ? onward_->commit() : Status();
}

}  // namespace wood
