// The echo of a recorded run: a sink that compares what is written with what was recorded under
// that number, byte by byte. That is replay. With a ledger behind it, it goes on writing where the
// record ends: that is resumption.
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
    ended,      // behind the end of an unfinished record, and there is no ledger
    diverged,   // something else than the record, or behind its seal
  };

  // Both must outlive this. `onward` may be null; else it was reopened on the record's own store.
  Echo(const LedgerReader& recorded, Ledger* onward)
      : recorded_(recorded), onward_(onward), length_(recorded.size()) {}

  Seq append(Draft draft) override;
  std::string blob(ByteView bytes) override;
  void margin(Seq about, Json body) override;
  Status commit() override;
  Status commit_soon() override;
  Status commit_late() override;
  [[nodiscard]] bool durable() const override {
    return state_ != State::onward || onward_->durable();
  }
  // Errc::diverged; Errc::integrity if the record lacks a blob that it names; Errc::limit in state
  // `ended`; else the ledger's own.
  [[nodiscard]] Status status() const override;

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::optional<Divergence>& divergence() const { return divergence_; }
  // Whether every entry of the record has been re-enacted.
  [[nodiscard]] bool complete() const { return !divergence_ && next_ >= length_; }
  [[nodiscard]] Digest root() const;  // of what was re-enacted, and written onward
  [[nodiscard]] std::int64_t size() const { return next_; }

 private:
  void diverge(Seq seq, Bytes recorded, Bytes now);
  Seq beyond(Seq seq, Draft draft);

  const LedgerReader& recorded_;
  Ledger* onward_;
  std::int64_t length_;
  std::int64_t next_ = 0;
  State state_ = State::following;
  std::optional<Divergence> divergence_;
  std::set<std::string> missing_;  // blobs that were kept and the record has not
  std::string lost_;               // the first of them that an entry of the record names
  MerkleFrontier tree_;
};

}  // namespace wood
