#include "minds/llama_mind.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "core/bytes.h"
#include "core/check.h"
#include "core/sha256.h"
#include "core/text.h"
#include "host/clock.h"
#include "host/digest.h"
#include "minds/card.h"
#include "minds/confidence.h"
#include "minds/engine.h"
#include "minds/rules.h"
#include "minds/sampler.h"
#include "minds/vocab.h"

namespace wood {
namespace {

static_assert(std::endian::native == std::endian::little, "the digest of logits is of their bytes");

using Token = Engine::Token;
using State = Grammar::State;

constexpr int kTurnedDownMax = 16;  // choices that the budget may refuse before it ends the answer
constexpr std::size_t kMasksMax = 8'192;
constexpr std::size_t kRulesBytes = std::size_t{32} << 20;

// A sequence of the engine between asks: what it has read whole pieces of, cut as `piece` cuts
// them, a later ask with the same beginning need not read again.
struct Slot {
  std::vector<Token> read;  // prompts are read from their start in full pieces, then a rest
  bool busy = false;
  std::int64_t used = 0;  // when, as a count of asks begun
};

// Of two token lists, the beginning they share, in full pieces. Not all of `next`: the logits
// behind its last token are wanted.
int shared(const std::vector<Token>& read, const std::vector<Token>& next) {
  const auto end = std::mismatch(read.begin(), read.end(), next.begin(), next.end()).first;
  const auto same = std::min<std::ptrdiff_t>(end - read.begin(), std::ssize(next) - 1);
  return static_cast<int>(same / Engine::kPieceMax * Engine::kPieceMax);
}

// One ask in work.
struct Work {
  const Ask* ask = nullptr;
  std::size_t place = 0;  // among the replies
  int sequence = -1;
  std::shared_ptr<Rules> rules;  // none: free text
  State at = 0;
  bool bounded = false;    // the budget holds a conforming end from here
  std::vector<Token> all;  // prompt and answer
  int position = 0;        // so many of them are decoded
  bool cuts = true;        // the engine's
  bool over = false;
  std::optional<Error> error;
  Answer answer;
  Confidence confidence;
  std::int64_t began_us = 0;

  [[nodiscard]] std::int64_t left() const {
    return ask->sampling.tokens_max - static_cast<std::int64_t>(answer.tokens.size());
  }
  // The next piece, as positions from and to: cut by what is in `all` alone, so that no companion
  // changes where. What is more than one token is made a multiple of kColumns by decoding the last
  // ones before it again; so pieces of different asks are more often equally long, too. Where
  // nothing can be decoded again it is made one by leaving the last ones for later.
  [[nodiscard]] std::pair<int, int> piece() const {
    const int left = static_cast<int>(all.size()) - position;
    const int length = std::min(Engine::kPieceMax, left);
    const int again = (Engine::kColumns - length % Engine::kColumns) % Engine::kColumns;
    if (length < 2) return {position, position + 1};
    if (again > position || (again > 0 && !cuts)) {
      const int whole = length - length % Engine::kColumns;
      return {position, position + std::max(whole, 1)};
    }
    return {position - again, position + length};
  }
};

class LlamaMind : public Mind {
 public:
  LlamaMind(MindSpec spec, LlamaOptions options, GgufInfo info, Json card)
      : spec_(std::move(spec)),
        options_(std::move(options)),
        info_(std::move(info)),
        card_(std::move(card)),
        context_(card_.int_or("context", spec_.context)) {}

  std::vector<Reply> ask(std::span<const Ask> asks) override;
  [[nodiscard]] Json card() const override { return card_; }
  [[nodiscard]] bool remote() const override { return false; }
  [[nodiscard]] std::int64_t footprint() const override {
    return wood::footprint(info_, engine_options());
  }
  [[nodiscard]] bool loaded() const override { return engine_ != nullptr; }
  void rest() override;

 private:
  [[nodiscard]] EngineOptions engine_options() const {
    return {.context = static_cast<int>(context_),
            .sequences = static_cast<int>(spec_.parallel),
            .threads = options_.threads};
  }
  Status load();
  Result<std::string> prompt_of(const Ask& ask) const;
  Result<Work> begin(const Ask& ask);
  bool seat(Work& work, const std::vector<Work>& works);
  void free(Work& work);
  void decode(std::vector<Work>& works);
  std::optional<Reply> conclude(Work& work) const;
  Status pick(Work& work, std::span<const float> logits);
  void weigh(Work& work, const std::vector<bool>& mask, std::span<const float> logits);
  std::vector<bool> allowed(Work& work);
  bool fits(Work& work, State at, std::int64_t left);
  Status settle(Work& work);
  Status append(Work& work, std::string_view text);
  Status close(Work& work);

  MindSpec spec_;
  LlamaOptions options_;
  GgufInfo info_;
  Json card_;
  std::int64_t context_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Vocab> vocab_;
  RulesCache rules_{kRulesBytes};
  std::vector<Slot> slots_;
  std::int64_t begun_ = 0;
};

Status LlamaMind::load() {
  if (engine_ != nullptr) return {};
  TRY(engine_, Engine::load(options_.path, engine_options()));
  vocab_ = std::make_unique<Vocab>(*engine_);
  slots_.assign(static_cast<std::size_t>(spec_.parallel), Slot());
  return {};
}

void LlamaMind::rest() {
  slots_.clear();
  vocab_.reset();
  engine_.reset();
}

Result<std::string> LlamaMind::prompt_of(const Ask& ask) const {
  std::vector<Message> messages;
  for (const Message& m : ask.messages) {
    const bool lead = spec_.no_system_role && m.role == "system";
    const bool joins = spec_.no_system_role && m.role == "user" && messages.size() == 1 &&
                       ask.messages[0].role == "system";
    std::string content = vocab_->defuse(to_utf8(m.content));
    if (joins) messages[0].content += "\n\n" + content;
    else messages.push_back({lead ? "user" : m.role, std::move(content)});
  }
  std::string plain;
  for (const Message& m : messages) plain += m.content + "\n\n";
  const bool automatic = spec_.chat == "auto";
  if (spec_.chat == "plain" || (automatic && info_.chat_template.empty())) return plain;
  auto text = engine_->render(automatic ? info_.chat_template : spec_.chat, messages);
  if (text) return std::move(*text);
  return fail(Errc::model, "mind " + spec_.name + ": llama.cpp does not know the chat template " +
                               (automatic ? "of the file" : spec_.chat) +
                               "; set chat to one it knows or to \"plain\"");
}

Result<Work> LlamaMind::begin(const Ask& ask) {
  Work work;
  work.ask = &ask;
  work.began_us = now_us();
  TRY(const std::string prompt, prompt_of(ask));
  work.answer.prompt_tokens = engine_->prompt_tokens(prompt);
  work.answer.prompt_count = static_cast<std::int64_t>(work.answer.prompt_tokens.size());
  if (work.answer.prompt_count + ask.sampling.tokens_max > context_)
    return fail(Errc::limit, "the prompt has " + std::to_string(work.answer.prompt_count) +
                                 " tokens, the answer may have " +
                                 std::to_string(ask.sampling.tokens_max) + ", and the context of " +
                                 spec_.name + " holds " + std::to_string(context_));
  if (work.answer.prompt_tokens.empty()) return fail(Errc::model, "the prompt is empty");
  work.all = work.answer.prompt_tokens;
  work.cuts = engine_->cuts();
  if (!ask.schema.is(Json::Kind::null)) {
    TRY(work.rules, rules_.of(ask.schema));
    work.at = work.rules->grammar.start();
    work.bounded = fits(work, work.at, work.left());
  }
  TRY_STATUS(settle(work));
  return work;
}

// Whether that many tokens are enough for what is forced from here and then the shortest end.
bool LlamaMind::fits(Work& work, State at, std::int64_t left) {
  Grammar& grammar = work.rules->grammar;
  if (grammar.shortest(at) <= left) return true;  // a token is a byte at least
  const std::string run = grammar.forced(at);
  const auto first = vocab_->spell(run);
  const auto rest = vocab_->spell(grammar.ending(grammar.next(at, run)));
  return first && rest && static_cast<std::int64_t>(first->size() + rest->size()) <= left;
}

// Puts in what the model is not asked about.
Status LlamaMind::append(Work& work, std::string_view text) {
  auto tokens = vocab_->spell(text);
  if (!tokens)
    return fail(Errc::model, spec_.name + " has no tokens for \"" + std::string(text) + "\"");
  if (static_cast<std::int64_t>(tokens->size()) > work.left()) {  // only where nothing fits
    CHECK(!work.bounded);
    tokens->resize(static_cast<std::size_t>(work.left()));
    work.over = true;
    work.answer.finish = Finish::length;
  }
  for (const Token token : *tokens) {
    work.answer.tokens.push_back(token);
    work.answer.forced.push_back(true);
    work.answer.text += vocab_->bytes(token);
    work.all.push_back(token);
  }
  return {};
}

// After a token: what must follow is put in; sees whether the answer is over.
Status LlamaMind::settle(Work& work) {
  if (work.rules != nullptr) {
    Grammar& grammar = work.rules->grammar;
    const std::string run = grammar.forced(work.at);
    TRY_STATUS(append(work, run));
    work.at = grammar.next(work.at, run);
    if (!work.over && grammar.closed(work.at)) work.over = true;
  }
  if (!work.over && work.left() <= 0) {
    work.over = true;
    work.answer.finish = Finish::length;
  }
  return {};
}

// The budget is at its end: the shortest end of the answer is put in.
Status LlamaMind::close(Work& work) {
  TRY_STATUS(append(work, work.rules->grammar.ending(work.at)));
  work.over = true;
  work.answer.finish = Finish::length;
  return {};
}

std::vector<bool> LlamaMind::allowed(Work& work) {
  if (work.rules == nullptr) return vocab_->all();
  auto& masks = work.rules->masks;
  if (const auto it = masks.find(work.at); it != masks.end()) return it->second;
  if (masks.size() >= kMasksMax) masks.clear();
  return masks[work.at] = vocab_->allowed(work.rules->grammar, work.at);
}

// How likely each token was where a closed field is being written.
void LlamaMind::weigh(Work& work, const std::vector<bool>& mask, std::span<const float> logits) {
  if (work.rules == nullptr || work.rules->closed.empty()) return;
  const auto members = members_at(work.answer.text);
  if (members.empty() || !members.back().open || !work.rules->closed.contains(members.back().key))
    return;
  const Token top = choose(logits, mask, Sampling(), {});
  if (top < 0 || !std::isfinite(logits[top])) return;
  std::vector<Confidence::Choice> choices;
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask[i] && !std::isnan(logits[i]))
      choices.push_back({vocab_->bytes(static_cast<Token>(i)),
                         exponential(static_cast<double>(logits[i]) - logits[top])});
  work.confidence.chose(work.answer.text.size(), std::move(choices));
}

// One free token, from the logits after everything before it.
Status LlamaMind::pick(Work& work, std::span<const float> logits) {
  Answer& answer = work.answer;
  std::vector<bool> mask = allowed(work);
  const std::int64_t index = static_cast<std::int64_t>(answer.tokens.size());
  weigh(work, mask, logits);
  for (int attempt = 0; attempt < kTurnedDownMax; ++attempt) {
    const Token token = choose(logits, mask, work.ask->sampling, {index, attempt});
    if (token < 0) break;
    const bool ends = engine_->ends(token);
    State next = work.at;
    if (!ends && work.rules != nullptr)
      next = work.rules->grammar.next(work.at, vocab_->bytes(token));
    if (!ends && work.bounded && !fits(work, next, work.left() - 1)) {
      mask[token] = false;
      continue;
    }
    answer.logits.push_back(
        hex(sha256(ByteView(reinterpret_cast<const char*>(logits.data()), logits.size_bytes()))));
    answer.tokens.push_back(token);
    answer.forced.push_back(false);
    answer.text += vocab_->bytes(token);
    work.all.push_back(token);
    work.at = next;
    if (!ends) return settle(work);
    work.over = true;
    return {};
  }
  if (work.bounded) return close(work);
  return fail(Errc::model, spec_.name + " has no token that the schema allows after \"" +
                               std::string(clip(answer.text, 80)) + "\"");
}

// One piece of the longest kind that is due, for all asks where one is due; then the choices that
// its logits decide.
void LlamaMind::decode(std::vector<Work>& works) {
  std::sort(works.begin(), works.end(),
            [](const Work& a, const Work& b) { return a.sequence < b.sequence; });
  int length = 0;
  for (const Work& work : works)
    length = std::max(length, work.piece().second - work.piece().first);
  std::vector<Engine::Piece> pieces;
  std::vector<Work*> whose;
  for (Work& work : works) {
    const auto [from, to] = work.piece();
    if (to - from != length) continue;
    engine_->keep(work.sequence, from);
    pieces.push_back({work.sequence, from,
                      std::span<const Token>(work.all).subspan(static_cast<std::size_t>(from),
                                                               static_cast<std::size_t>(length))});
    whose.push_back(&work);
  }
  const std::int64_t cpu = thread_cpu_us();
  const Status decoded = engine_->decode(pieces);
  for (std::size_t i = 0; i < whose.size(); ++i) {
    Work& work = *whose[i];
    if (!decoded) {
      work.error = decoded.error();
      continue;
    }
    auto& read = slots_[work.sequence].read;
    if (length == Engine::kPieceMax && pieces[i].position == std::ssize(read))
      read.insert(read.end(), pieces[i].tokens.begin(), pieces[i].tokens.end());
    work.position = pieces[i].position + length;
    if (work.position < std::ssize(work.all)) continue;
    if (Status picked = pick(work, engine_->logits(i)); !picked) work.error = picked.error();
  }
  // The other threads of a decode work as long as this one.
  const std::int64_t spent = (thread_cpu_us() - cpu) * options_.threads;
  for (Work* work : whose)
    work->answer.usage.cpu_us += spent / static_cast<std::int64_t>(whose.size());
}

Failure failure_of(Error error, Usage usage) {
  const bool told = error.code == Errc::limit || error.code == Errc::timeout;
  return {told ? error.code : Errc::model, std::move(error.what), std::move(usage)};
}

// The reply of an ask that is over, one way or another; none while it is in work.
std::optional<Reply> LlamaMind::conclude(Work& work) const {
  Answer& answer = work.answer;
  answer.usage.wall_us = now_us() - work.began_us;
  if (work.error) return failure_of(std::move(*work.error), answer.usage);
  if (work.over) {
    answer.answer_count = static_cast<std::int64_t>(answer.tokens.size());
    answer.cost_nano = cost_nano(spec_, answer);
    if (work.rules != nullptr)
      answer.confidence = work.confidence.of(answer.text, work.rules->closed);
    return std::move(answer);
  }
  if (answer.usage.wall_us <= work.ask->wait_ms_max * 1'000) return std::nullopt;
  return Failure{Errc::timeout, "no answer within " + std::to_string(work.ask->wait_ms_max) + " ms",
                 answer.usage};
}

// Finds the ask a sequence, with as much of its beginning read already as any sequence has. False
// if it does better to wait: another ask is just reading more of the same beginning, or none is
// free.
bool LlamaMind::seat(Work& work, const std::vector<Work>& works) {
  int from = -1, known = 0, to = -1;
  for (int s = 0; s < std::ssize(slots_); ++s) {
    const Slot& slot = slots_[s];
    const int here = std::min(shared(slot.read, work.all), engine_->held(s));
    if (here > known) from = s, known = here;
    if (!slot.busy && (to < 0 || slot.used < slots_[to].used)) to = s;
  }
  for (const Work& other : works)
    if (other.position < std::ssize(other.answer.prompt_tokens) &&
        shared(other.answer.prompt_tokens, work.all) > known)
      return false;
  if (to < 0) return false;
  if (from >= 0 && !slots_[from].busy) to = from;
  if (from >= 0 && to != from) engine_->copy(from, to, known);
  engine_->keep(to, known);
  known = engine_->held(to);
  work.sequence = to;
  work.position = known;
  work.answer.usage.reused = known;
  Slot& slot = slots_[to];
  slot = {{work.all.begin(), work.all.begin() + known}, true, ++begun_};
  return true;
}

void LlamaMind::free(Work& work) {
  slots_[work.sequence].busy = false;
  if (work.error) engine_->keep(work.sequence, 0);
}

// Keeps as many asks in work as there are sequences. An ask that waits for another's reading lets
// later ones pass, but only so many: the prompts of those that wait are kept.
std::vector<Reply> LlamaMind::ask(std::span<const Ask> asks) {
  std::vector<Reply> replies(asks.size(), Failure{});
  if (const Status loaded = load(); !loaded) {
    for (Reply& reply : replies) reply = failure_of(loaded.error(), {});
    return replies;
  }
  std::vector<Work> works, waiting;
  std::size_t next = 0;
  while (next < asks.size() || !works.empty() || !waiting.empty()) {
    for (; next < asks.size() && waiting.size() < 2 * slots_.size(); ++next) {
      auto work = begin(asks[next]);
      if (!work) {
        replies[next] = failure_of(work.error(), {});
        continue;
      }
      work->place = next;
      waiting.push_back(std::move(*work));
    }
    std::erase_if(waiting, [&](Work& work) {
      if (!seat(work, works)) return false;
      works.push_back(std::move(work));
      return true;
    });
    std::erase_if(works, [&](Work& work) {
      auto reply = conclude(work);
      if (!reply) return false;
      replies[work.place] = std::move(*reply);
      free(work);
      return true;
    });
    if (!works.empty()) decode(works);
  }
  return replies;
}

// With as many asks in work at once as the memory holds; the bits of an answer are the same.
Result<MindSpec> fit_memory(MindSpec spec, const GgufInfo& info, std::int64_t context,
                            std::int64_t bytes_max) {
  const auto bytes = [&](std::int64_t parallel) {
    return wood::footprint(info, {.context = static_cast<int>(context),
                                  .sequences = static_cast<int>(parallel),
                                  .threads = 1});
  };
  if (bytes_max <= 0) return spec;
  while (spec.parallel > 1 && bytes(spec.parallel) > bytes_max) --spec.parallel;
  if (bytes(spec.parallel) <= bytes_max) return spec;
  return fail(Errc::limit, "it takes about " + std::to_string((bytes(1) >> 20) + 1) + " MiB with " +
                               std::to_string(context) + " tokens of context, and may have " +
                               std::to_string(bytes_max >> 20) +
                               ": allow more (--memory), lower its `context` in the registry, or "
                               "cast a smaller model");
}

}  // namespace

Result<std::unique_ptr<Mind>> llama_mind(const MindSpec& spec, const LlamaOptions& options) {
  TRY(const Digest digest, file_sha256(options.path));
  TRY_STATUS(check_model_file(spec, options.path, digest));
  TRY(GgufInfo info, read_gguf(options.path));
  TRY(const std::string kernels, load_kernels(options.kernels));
  const std::int64_t context =
      info.context > 0 ? std::min(spec.context, info.context) : spec.context;
  TRY(MindSpec fitted, fit_memory(spec, info, context, options.memory_max));
  Json card = card_of(spec);
  card.set("architecture", info.architecture);
  card.set("chat", spec.chat);
  card.set("chat_template_sha256", hex(sha256(info.chat_template)));
  card.set("context", context);
  card.set("engine", "llama.cpp " + engine_version());
  card.set("file", options.path.substr(options.path.find_last_of('/') + 1));
  card.set("kernels", kernels);
  card.set("parameters", info.parameters);
  card.set("sha256", hex(digest));
  card.set("tokenizer", info.tokenizer + "/" + info.tokenizer_split);
  card.set("vocabulary", info.vocabulary);
  if (spec.licence.empty()) card.set("licence", info.licence);
  return std::unique_ptr<Mind>(
      std::make_unique<LlamaMind>(std::move(fitted), options, std::move(info), std::move(card)));
}

}  // namespace wood
