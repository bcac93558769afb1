// One lane of a model: a context of its own on weights that all lanes share, some asks in work
// there, and what it has read for earlier ones. Lanes know nothing of each other but the queue they
// take asks from; an answer's bits do not depend on the lane that gave it (llama_mind.h).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "minds/engine.h"
#include "minds/registry.h"
#include "minds/rules.h"
#include "minds/vocab.h"

namespace wood {

// What all lanes of a mind know of its model. Outlives them.
struct LlamaModel {
  MindSpec spec = {};
  GgufInfo info = {};
  std::int64_t context = 0;  // tokens of prompt and answer together
  int threads = 1;           // of a decode, at least
  int cores = 1;             // that it may use
  std::unique_ptr<Vocab> vocab = nullptr;
};

// The asks of one call, each taken once by some lane, in order; replies stand where asked.
class AskQueue {
 public:
  AskQueue(std::span<const Ask> asks, std::vector<Reply>& replies)
      : asks_(asks), replies_(replies) {}

  struct Taken {
    const Ask* ask = nullptr;
    std::size_t place = 0;
  };
  // The next one for a lane that holds so many and could have `slots` in work; none where nothing
  // is left, or where others should have it. An ask that waits for another's reading lets later
  // ones pass, but a lane holds twice its slots at most, and while little is left no more than its
  // slots or its share.
  std::optional<Taken> take(std::size_t holds, std::size_t slots);
  void put(std::size_t place, Reply reply) { replies_[place] = std::move(reply); }
  // How many nobody has taken.
  [[nodiscard]] std::size_t left();
  void join();  // one lane more

 private:
  std::mutex mutex_;
  std::span<const Ask> asks_;
  std::vector<Reply>& replies_;
  std::size_t next_ = 0, lanes_ = 0;
};

class LlamaWorker {
 public:
  // `slots`: asks in work at once. The engine has as many sequences or more.
  LlamaWorker(const LlamaModel& model, std::unique_ptr<Engine> engine, std::size_t slots,
              std::size_t rules_bytes_max);
  ~LlamaWorker();
  LlamaWorker(const LlamaWorker&) = delete;
  LlamaWorker& operator=(const LlamaWorker&) = delete;

  // Works until the queue has nothing more for it; `between` is called before every decode.
  void run(AskQueue& queue, const std::function<void()>& between);
  Engine& engine() { return *engine_; }

 private:
  struct Work;
  struct Slot;
  [[nodiscard]] Result<std::string> prompt_of(const Ask& ask) const;
  Result<Work> begin(const Ask& ask);
  [[nodiscard]] int bound_of(const Ask& ask, const std::string& prompt,
                             const std::vector<Engine::Token>& all) const;
  bool seat(Work& work, const std::vector<Work>& works);
  void free(Work& work);
  void decode(std::vector<Work>& works);
  std::optional<Reply> conclude(Work& work) const;
  Status pick(Work& work, std::span<const float> logits);
  void weigh(Work& work, const std::vector<bool>& mask, std::span<const float> logits);
  std::vector<bool> allowed(Work& work);
  bool fits(Work& work, Grammar::State at, std::int64_t left);
  Status settle(Work& work);
  Status append(Work& work, std::string_view text);
  Status close(Work& work);

  const LlamaModel& model_;
  std::unique_ptr<Engine> engine_;
  RulesCache rules_;
  std::vector<Slot> slots_;
  std::int64_t begun_ = 0;
};

// No answer, for that reason.
Reply failed(Error error, Usage usage);

}  // namespace wood
