// The minds and the outside world as an earlier run recorded them: what replay and resumption ask.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "drama/inbox.h"
#include "ledger/entry.h"
#include "minds/panel.h"
#include "pipeline/reply.h"

namespace wood {

// A record that can be read: entries by number, payloads by digest.
struct RecordView {
  std::int64_t size = 0;
  std::function<Result<Entry>(Seq)> entry;
  Fetch fetch;
};

// What a run's record holds of the outside: its answers and failures by prompt, its inputs by turn.
class Recording {
 public:
  // Reads the whole record once; `record` is asked again for replies later and must stay valid.
  static Result<Recording> from(RecordView record);

  [[nodiscard]] bool answered(Seq prompt) const { return replies_.contains(prompt); }
  // The reply as it was recorded; Usage is empty (it is in the margin and moves nothing).
  [[nodiscard]] Result<Reply> reply(Seq prompt) const;
  [[nodiscard]] std::vector<Input> inputs(std::int64_t turn) const;
  // The last turn whose inputs are known to be complete: one whose dawn was recorded.
  [[nodiscard]] std::int64_t turns_begun() const { return turns_begun_; }
  [[nodiscard]] const Json& genesis() const { return genesis_; }
  [[nodiscard]] bool sealed() const { return sealed_; }

 private:
  RecordView record_;
  std::map<Seq, Seq> replies_;  // prompt → its answer or failure
  std::map<std::int64_t, std::vector<Input>> inputs_;
  std::int64_t turns_begun_ = 0;
  Json genesis_;
  bool sealed_ = false;
};

// Answers from the recording; what it does not hold goes to `live`, if there is one.
class RecordedPanel : public Panel {
 public:
  RecordedPanel(const Recording& recording, Panel* live) : recording_(recording), live_(live) {}
  std::vector<Reply> ask(std::span<const Ask> asks) override;
  [[nodiscard]] std::map<std::string, Json> cards() const override;
  [[nodiscard]] bool remote(const std::string& mind) const override {
    return live_ != nullptr && live_->remote(mind);
  }

 private:
  const Recording& recording_;
  Panel* live_;
};

// The inputs of the turns that the recording has begun; later ones from `live`, if there is one.
class RecordedInbox : public Inbox {
 public:
  RecordedInbox(const Recording& recording, Inbox* live) : recording_(recording), live_(live) {}
  std::vector<Input> take(std::int64_t turn) override;

 private:
  const Recording& recording_;
  Inbox* live_;
};

}  // namespace wood
