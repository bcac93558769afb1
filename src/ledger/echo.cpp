#include "ledger/echo.h"

namespace wood {

Seq Echo::append(Draft draft) {
  const Seq seq{next_++};
  if (state_ == State::diverged || state_ == State::ended) return seq;
  if (seq.value >= length_) {
    if (onward_ == nullptr) {
      state_ = State::ended;
      return seq;
    }
    state_ = State::onward;
    return onward_->append(std::move(draft));
  }
  Bytes now = encode({seq, std::move(draft)});
  const auto recorded = recorded_.bytes(seq);
  if (!recorded || *recorded != now) {
    state_ = State::diverged;
    divergence_ = Divergence{seq, recorded ? *recorded : Bytes(), std::move(now)};
    return seq;
  }
  tree_.add(now);
  return seq;
}

std::string Echo::blob(ByteView bytes) {
  std::string digest = hex(sha256(bytes));
  if (recorded_.has_blob(digest)) return digest;
  // The last entries of a record may have been committed before a later blob: that one goes onward.
  if (onward_ != nullptr) return onward_->blob(bytes);
  if (lost_blob_.empty() && next_ < length_) lost_blob_ = digest;
  return digest;
}

void Echo::margin(Seq about, Json body) {
  if (state_ == State::onward && about.value >= length_) onward_->margin(about, std::move(body));
}

Status Echo::status() const {
  if (divergence_)
    return fail(Errc::diverged, "entry " + std::to_string(divergence_->seq.value) +
                                    " is not what the record says");
  if (!lost_blob_.empty()) return fail(Errc::integrity, "blob " + lost_blob_ + " is not in the record");
  if (state_ == State::ended) return fail(Errc::limit, "the record ends here");
  return onward_ != nullptr ? onward_->status() : Status();
}

Status Echo::commit() {
  if (Status now = status(); !now) return now;
  return state_ == State::onward ? onward_->commit() : Status();
}

}  // namespace wood
