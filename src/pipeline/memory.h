// What a pipeline carries from one run to the next: the windows of its transforms, how its voters
// have agreed, and where the truth became known how they have erred. It decides what later runs do,
// so it belongs to the state that a replay must reach; json() is all of it. Each remembered record
// names the entry it came from: a feature computed from the last fifty payments was caused by them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipeline/errors.h"
#include "pipeline/vote.h"

namespace wood {

class Memory {
 public:
  struct Record {
    Seq entry;
    Json value;
    friend bool operator==(const Record&, const Record&) = default;
  };

  // Keys of one window beyond which the one longest untouched is forgotten.
  static constexpr std::size_t kKeysMax = 20'000;

  // The records under the key, oldest first. `window` is "step.window".
  [[nodiscard]] std::vector<Record> window(const std::string& window, const std::string& key) const;
  void remember(const std::string& window, const std::string& key, Record record,
                std::int64_t keep);

  struct Votes {
    Seq last;  // the entry of the last vote of the step: the cause of the next one's correlation
    Agreement agreement;
    Docket waiting;  // votes whose truth is not known yet
    Errors errors;
    Seq judged;  // the entry of the last outcome step that judged one
  };
  Votes& votes(const std::string& step) { return votes_[step]; }

  [[nodiscard]] Json json() const;
  static Result<Memory> from(const Json& json);

 private:
  struct Slot {
    std::int64_t touched = 0;
    std::vector<Record> records;
  };
  struct Keys {
    std::int64_t touches = 0;
    std::map<std::string, Slot> slots;
    std::map<std::int64_t, std::string> order;  // by touch
  };
  std::map<std::string, Keys> windows_;
  std::map<std::string, Votes> votes_;
};

}  // namespace wood
