// The echo of a recorded run: a sink that compares what is written with what was recorded under that
// number, byte by byte. That is replay. With a ledger behind it, it goes on writing where the record
// ends: that is resumption.
#pragma once

#include <optional>

#include "ledger/ledger.h"

namespace wood {

struct Divergence {
  Seq seq;
  Bytes recorded;  // empty: the record has no such entry
  Bytes now;
};

class Echo : public Sink {
 public:
  enum class State {
    following,  // inside the record
    onward,     // behind its end, writing to the ledger
    ended,      // behind its end, and there is no ledger: an unfinished run has been followed to its end
    diverged,
  };

  // Both must outlive this. `onward` may be null; else it has been reopened on the record's own store.
  Echo(const LedgerReader& recorded, Ledger* onward) : recorded_(recorded), onward_(onward),
                                                       length_(recorded.size()) {}

  Seq append(Draft draft) override;
  std::string blob(ByteView bytes) override;
  void margin(Seq about, Json body) override;
  Status commit() override;
  [[nodiscard]] Status status() const override;

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::optional<Divergence>& divergence() const { return divergence_; }
  [[nodiscard]] Digest root() const { return tree_.root(); }  // of what was re-enacted
  [[nodiscard]] std::int64_t size() const { return next_; }

 private:
  const LedgerReader& recorded_;
  Ledger* onward_;
  std::int64_t length_;
  std::int64_t next_ = 0;
  State state_ = State::following;
  std::optional<Divergence> divergence_;
  std::string lost_blob_;
  Merkle tree_;
};

}  // namespace wood
