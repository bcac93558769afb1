#include "minds/llama_mind.h"

#include <atomic>
#include <thread>

#include "core/text.h"
#include "host/cores.h"
#include "host/digest.h"
#include "minds/attend_backend.h"
#include "minds/card.h"
#include "minds/kernels.h"
#include "minds/llama_worker.h"

namespace wood {
namespace {

// From so many weights on a lone ask is computed with several threads. A model of 1 B gains by a
// second one 1.9 times, one of 1 to 2 M a third on an idle machine; but threads wait by spinning,
// and on a busy one small models lose more than that.
constexpr std::int64_t kThreadsPay = 100'000'000;
// From so many on the time goes into multiplying weights, which is what wide kernels do faster.
constexpr std::int64_t kWidePays = 100'000'000;
constexpr std::size_t kRulesBytes = std::size_t{32} << 20;  // of all lanes together

// Threads of this process that compute in some model. Each call computes on its own thread
// whatever the others do; a lane beside it is opened only while a core is free.
class Cores {
 public:
  static int count() {
    static const int cores = core_count();
    return cores;
  }
  static void enter(int threads) { busy().fetch_add(threads); }
  static bool try_enter() {
    int now = busy().load();
    while (now < count())
      if (busy().compare_exchange_weak(now, now + 1)) return true;
    return false;
  }
  static void leave(int threads) { busy().fetch_sub(threads); }
  static bool crowded() { return busy().load() > count(); }

 private:
  static std::atomic<int>& busy() {
    static std::atomic<int> count{0};
    return count;
  }
};

class LlamaMind : public Mind {
 public:
  LlamaMind(LlamaOptions options, LlamaModel model, Json card)
      : options_(std::move(options)), model_(std::move(model)), card_(std::move(card)) {}

  std::vector<Reply> ask(std::span<const Ask> asks) override;
  [[nodiscard]] Json card() const override { return card_; }
  [[nodiscard]] bool remote() const override { return false; }
  [[nodiscard]] std::int64_t footprint() const override;
  [[nodiscard]] bool loaded() const override { return !workers_.empty(); }
  void rest() override;

 private:
  // Of a lane. What is in work at once is shared out: the memory is about that of a single one.
  [[nodiscard]] EngineOptions shape() const;
  Result<LlamaWorker*> worker(std::size_t lane);

  LlamaOptions options_;
  LlamaModel model_;
  Json card_;
  std::vector<std::unique_ptr<LlamaWorker>> workers_;
};

// Of a lane, if what is in work at once is shared out among so many.
EngineOptions shape_of(const LlamaModel& model, int lanes) {
  return {.repack = model.spec.repack,
          .context = static_cast<int>(model.context),
          .sequences = static_cast<int>((model.spec.parallel + lanes - 1) / lanes),
          .threads = model.threads,
          .attention = model.spec.attention};
}
std::int64_t bytes_of(const LlamaModel& model, int lanes) {
  const std::int64_t weights = model.info.bytes;
  return weights + lanes * (footprint(model.info, shape_of(model, lanes)) - weights);
}

EngineOptions LlamaMind::shape() const { return shape_of(model_, options_.lanes); }

std::int64_t LlamaMind::footprint() const { return bytes_of(model_, options_.lanes); }

void LlamaMind::rest() {
  model_.vocab.reset();
  workers_.clear();
}

// The first lane's engine holds the weights, the others stand beside it.
Result<LlamaWorker*> LlamaMind::worker(std::size_t lane) {
  if (lane < workers_.size()) return workers_[lane].get();
  std::unique_ptr<Engine> engine;
  if (lane == 0) {
    TRY(engine, Engine::load(options_.path, shape()));
    model_.vocab = std::make_unique<Vocab>(*engine);
  } else {
    TRY(engine, workers_[0]->engine().beside());
  }
  workers_.push_back(std::make_unique<LlamaWorker>(
      model_, std::move(engine), static_cast<std::size_t>(shape().sequences),
      kRulesBytes / static_cast<std::size_t>(options_.lanes)));
  return workers_.back().get();
}

std::vector<Reply> LlamaMind::ask(std::span<const Ask> asks) {
  std::vector<Reply> replies(asks.size(), Failure{});
  Cores::enter(model_.threads);  // while it loads, too
  const auto first = worker(0);
  if (!first) {
    Cores::leave(model_.threads);
    for (Reply& reply : replies) reply = failed(first.error(), {});
    return replies;
  }
  AskQueue queue(asks, replies);
  Engine& engine = (*first)->engine();
  std::vector<std::thread> beside;
  bool closed = false;  // a lane could not be opened
  // One lane more while a core is free and there is something for it to do.
  const auto widen = [&] {
    while (!closed && std::ssize(beside) + 1 < options_.lanes && queue.left() > 0 &&
           Cores::try_enter()) {
      const auto lane = worker(beside.size() + 1);
      if (!lane) {
        closed = true;
        Cores::leave(1);
        break;
      }
      queue.join();
      beside.emplace_back([&queue, worker = *lane] {
        worker->run(queue, [] {});
        Cores::leave(1);
      });
    }
    // Where nothing is left for another lane, a large model has several threads a decode.
    // Threads that are in others' way wait by spinning: they are given back.
    if (model_.info.parameters < kThreadsPay || (queue.left() > 0 && !closed)) return;
    while (engine.threads() > model_.threads && Cores::crowded()) {
      engine.set_threads(engine.threads() - 1);
      Cores::leave(1);
    }
    while (engine.threads() < model_.cores && Cores::try_enter())
      engine.set_threads(engine.threads() + 1);
  };
  queue.join();
  if (asks.size() > 1) widen();
  (*first)->run(queue, widen);
  Cores::leave(engine.threads());
  engine.set_threads(model_.threads);
  for (std::thread& thread : beside) thread.join();
  return replies;
}

// With as many asks in work at once as the memory holds, and in one lane if need be; the bits of an
// answer are the same.
Status fit_memory(LlamaModel& model, LlamaOptions& options) {
  std::int64_t& parallel = model.spec.parallel;
  const auto bytes = [&] { return bytes_of(model, options.lanes); };
  model.cores = options.lanes > 0 ? options.lanes : Cores::count();
  if (options.threads > 1) model.cores = options.threads;
  options.lanes = options.threads > 1
                      ? 1
                      : static_cast<int>(std::min<std::int64_t>(
                            model.cores, (parallel + model.info.columns - 1) / model.info.columns));
  if (options.memory_max <= 0) return {};
  if (bytes() > options.memory_max) options.lanes = 1;
  while (parallel > 1 && bytes() > options.memory_max) --parallel;
  if (bytes() <= options.memory_max) return {};
  return fail(Errc::limit, "it takes about " + std::to_string((bytes() >> 20) + 1) + " MiB with " +
                               std::to_string(model.context) + " tokens of context, and may have " +
                               std::to_string(options.memory_max >> 20) +
                               ": allow more (--memory), lower its `context` in the registry, or "
                               "cast a smaller model");
}

}  // namespace

bool wide_pays(const GgufInfo& model) {
  return model.parameters >= kWidePays && model.four_bits * 2 > model.parameters && !model.two_bits;
}

Result<std::unique_ptr<Mind>> llama_mind(const MindSpec& spec, const LlamaOptions& options) {
  TRY(const Digest digest, file_sha256(options.path));
  TRY_STATUS(check_model_file(spec, options.path, digest));
  LlamaModel model{.spec = spec, .threads = options.threads};
  TRY(model.info, read_gguf(options.path));
  TRY(const std::string kernels, load_kernels(options.kernels));
  model.spec.attention = chosen(spec.attention, model.info);
  if (model.spec.attention == Attention::invariant && !attend_available())
    return fail(Errc::environment,
                "attention was computed in the invariant way, which this program was built without "
                "(llama.cpp's ggml-backend-impl.h was not there)");
  const GgufInfo& info = model.info;
  model.context = info.context > 0 ? std::min(spec.context, info.context) : spec.context;
  LlamaOptions fitted = options;
  TRY_STATUS(fit_memory(model, fitted));
  Json card = card_of(spec);
  card.set("architecture", info.architecture);
  if (model.spec.attention != Attention::plain) card.set("attention", name(model.spec.attention));
  card.set("chat", spec.chat);
  card.set("chat_template_sha256", hex(sha256(info.chat_template)));
  card.set("context", model.context);
  card.set("engine", "llama.cpp " + engine_version());
  card.set("file", options.path.substr(options.path.find_last_of('/') + 1));
  card.set("kernels", kernels);
  card.set("parameters", info.parameters);
  card.set("sha256", hex(digest));
  card.set("tokenizer", info.tokenizer + "/" + info.tokenizer_split);
  card.set("vocabulary", info.vocabulary);
  // With AVX2 they always were.
  if (spec.repack && kernels != "haswell" && repacks(info, kernels))
    card.set("weights", "repacked");
  if (spec.licence.empty()) card.set("licence", info.licence);
  return std::unique_ptr<Mind>(
      std::make_unique<LlamaMind>(std::move(fitted), std::move(model), std::move(card)));
}

}  // namespace wood
