// The panel that really asks. Every mind is asked on a thread of its own; replies stand in the
// order asked, whichever came first. A mind sees only its own asks, in the order asked. Models that
// do not fit into memory together are asked one after the other (budget.h).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "minds/budget.h"
#include "minds/faulty.h"
#include "minds/panel.h"
#include "minds/registry.h"

namespace wood {

struct LiveOptions {
  std::vector<std::string> model_dirs = {
      "models"};                // where a relative `file` is looked for (hub_cache.h), in order
  int threads = 1;              // of each in-process model; the bits do not depend on it
  std::int64_t memory_max = 0;  // bytes of all models together (budget.h); 0: no limit
  std::string kernels;          // "" chooses (llama_mind.h, wide_pays); else e.g. "haswell"
  const std::atomic<bool>* cancel = nullptr;  // of every ask that has none of its own (mind.h)
  std::optional<Faults> faults;  // trials: every mind is wrapped in a faulty one (faulty.h)
};

struct Silence {  // asks that got no answer
  std::int64_t count = 0;
  std::string last;  // why the last of them did not
};

class LivePanel : public Panel {
 public:
  // Opens the minds named (once each). A mind the registry lacks, a model file that is not there or
  // is not the one whose SHA-256 the registry gives, an endpoint where nobody answers: an error.
  // Weights are loaded at the first ask.
  static Result<std::unique_ptr<LivePanel>> open(const Registry& registry,
                                                 const std::vector<std::string>& names,
                                                 const LiveOptions& options = {});

  std::vector<Reply> ask(std::span<const Ask> asks) override;
  [[nodiscard]] std::map<std::string, Json> cards() const override;
  [[nodiscard]] bool remote(const std::string& mind) const override;

  // Of all minds' memory together, from the next ask on; 0: no limit.
  void limit_memory(std::int64_t bytes_max) { memory_max_ = bytes_max; }
  [[nodiscard]] const Silence& silence() const { return silence_; }

  // Adds a mind made elsewhere; replaces one of that name.
  void add(const std::string& name, std::unique_ptr<Mind> mind);

 private:
  using Places = std::map<std::string, std::vector<std::size_t>>;  // of each mind's asks
  [[nodiscard]] std::vector<Wave> waves(const Places& places) const;

  std::map<std::string, std::unique_ptr<Mind>> minds_;
  std::map<std::string, Json> known_;          // what the registry says of each, for its card
  std::map<std::string, std::int64_t> waits_;  // of minds whose entry gives a wait_ms_max
  std::map<std::string, std::int64_t> used_;   // when each was asked last
  std::int64_t memory_max_ = 0;
  int threads_ = 1;  // of each model
  const std::atomic<bool>* cancel_ = nullptr;
  std::int64_t calls_ = 0;
  Silence silence_;
};

}  // namespace wood
