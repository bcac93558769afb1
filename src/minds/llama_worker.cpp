#include "minds/llama_worker.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/bytes.h"
#include "core/check.h"
#include "core/sha256.h"
#include "core/text.h"
#include "host/clock.h"
#include "minds/confidence.h"
#include "minds/sampler.h"

namespace wood {
namespace {

static_assert(std::endian::native == std::endian::little, "the digest of logits is of their bytes");

using Token = Engine::Token;
using State = Grammar::State;

constexpr int kTurnedDownMax = 16;  // choices that the budget may refuse before it ends the answer
constexpr std::size_t kMasksMax = 8'192;

// How pieces are cut. Bits depend on it but with invariant attention, where they are cut as is best
// and what was read serves up to its last token.
enum class Cuts { free, fused, plain };

Cuts cuts_of(const Engine& engine) {
  if (engine.attention() == Attention::plain) return Cuts::plain;
  return engine.attention() == Attention::invariant && engine.cuts() ? Cuts::free : Cuts::fused;
}

// Where the pieces of a prompt end that another ask can have read: all but the last, behind which
// the logits are wanted. With fused attention also behind what stands before the last message
// (`bound` tokens; 0: that is not known), which asks have in common that differ in that message;
// the pieces before it and before the end are 64 long, and the last of them 64 to 127.
std::vector<int> plan_of(int tokens, int bound, Cuts cuts) {
  std::vector<int> ends;
  if (cuts == Cuts::free) return ends;
  const bool flash = cuts == Cuts::fused;
  int at = 0;
  const int longest = flash ? Engine::kPieceMax : Engine::kPiece;
  const auto pieces_to = [&](int end) {
    for (; end - at > longest; ends.push_back(at)) at += Engine::kPiece;
  };
  if (flash && bound > 0) {
    pieces_to(bound);
    ends.push_back(at = bound);
  }
  pieces_to(tokens);
  return ends;
}

// Of a prompt that was cut so, how many tokens another one need not read again: where both were cut
// alike and say the same. The last one must be read, for its logits.
int shared(const std::vector<Token>& read, const std::vector<int>& ends,
           const std::vector<Token>& next, const std::vector<int>& plan, Cuts cuts) {
  if (cuts == Cuts::free) {
    const auto same = std::mismatch(read.begin(), read.end(), next.begin(), next.end() - 1);
    return static_cast<int>(same.first - read.begin());
  }
  int known = 0;
  for (std::size_t i = 0; i < std::min(ends.size(), plan.size()) && ends[i] == plan[i]; ++i) {
    if (!std::equal(read.begin() + known, read.begin() + ends[i], next.begin() + known)) break;
    known = ends[i];
  }
  return known;
}

}  // namespace

std::optional<AskQueue::Taken> AskQueue::take(std::size_t holds, std::size_t slots) {
  const std::lock_guard lock(mutex_);
  const std::size_t left = asks_.size() - next_;
  if (left == 0) return std::nullopt;
  const std::size_t share = (asks_.size() + lanes_ - 1) / std::max<std::size_t>(lanes_, 1);
  const std::size_t most = left >= lanes_ * slots ? 2 * slots : slots;
  if (holds >= most || (lanes_ > 1 && holds >= share)) return std::nullopt;
  return Taken{&asks_[next_], next_++};
}

std::size_t AskQueue::left() {
  const std::lock_guard lock(mutex_);
  return asks_.size() - next_;
}

void AskQueue::join() {
  const std::lock_guard lock(mutex_);
  ++lanes_;
}

// A sequence of the engine between asks: what it has read, where bits depend on cuts as far as it
// was cut by plan, a later ask with the same beginning need not read again.
struct LlamaWorker::Slot {
  std::vector<Token> read;
  std::vector<int> ends;  // of its pieces
  bool busy = false;
  std::int64_t used = 0;  // when, as a count of asks begun
};

// One ask in work.
struct LlamaWorker::Work {
  const Ask* ask = nullptr;
  std::size_t place = 0;  // among the replies
  int sequence = -1;
  std::shared_ptr<Rules> rules;  // none: free text
  State at = 0;
  bool bounded = false;    // the budget holds a conforming end from here
  std::vector<Token> all;  // prompt and answer
  std::vector<int> plan;   // ends of pieces
  int bound = 0;
  int position = 0;  // so many of `all` are decoded
  const Engine* engine = nullptr;
  Cuts cuts = Cuts::free;
  bool over = false;
  std::optional<Error> error;
  Answer answer;
  Confidence confidence;
  std::int64_t began_us = 0;

  [[nodiscard]] std::int64_t left() const {
    return ask->sampling.tokens_max - static_cast<std::int64_t>(answer.tokens.size());
  }
  // Fewer tokens are read sooner than waited for or copied.
  [[nodiscard]] int worth() const { return cuts == Cuts::free ? Engine::kPiece / 4 : 0; }
  // The next piece, as positions from and to. Where bits depend on cuts it is cut by what is in
  // `all` alone.
  [[nodiscard]] std::pair<int, int> piece() const {
    const int end = position < bound ? bound : static_cast<int>(all.size());
    const int left = end - position;
    return cuts == Cuts::plain ? plain_piece(left) : fused_piece(left);
  }
  // Fused attention reads 64 tokens or more faster: the last piece of a prompt is one of 64 to 127.
  // What is written stands: it takes another way through more tokens than through fewer.
  [[nodiscard]] std::pair<int, int> fused_piece(int left) const {
    const int columns = engine->columns();
    const int longest = Engine::kPieceMax - Engine::kPieceMax % columns;
    int length = left;
    if (left > Engine::kPieceMax) length = cuts == Cuts::free ? longest : Engine::kPiece;
    const int padded = (length + columns - 1) / columns * columns;
    const bool pads = engine->cuts() && position + padded <= engine->capacity();
    if (!pads && columns > 2 && length > 1) length = std::max(length - length % columns, 1);
    return {position, position + length};
  }
  // What is more than one token is made a multiple of kColumns by decoding the last ones before it
  // again, which gives other bits where those were decoded one by one. Where nothing can be decoded
  // again it is made one by leaving the last ones for later.
  [[nodiscard]] std::pair<int, int> plain_piece(int left) const {
    const int length = std::min(Engine::kPiece, left);
    const int again = (Engine::kColumns - length % Engine::kColumns) % Engine::kColumns;
    if (length < 2) return {position, position + 1};
    if (again > position || (again > 0 && !engine->cuts())) {
      const int whole = length - length % Engine::kColumns;
      return {position, position + std::max(whole, 1)};
    }
    return {position - again, position + length};
  }
};

LlamaWorker::LlamaWorker(const LlamaModel& model, std::unique_ptr<Engine> engine, std::size_t slots,
                         std::size_t rules_bytes_max)
    : model_(model), engine_(std::move(engine)), rules_(rules_bytes_max), slots_(slots) {}
LlamaWorker::~LlamaWorker() = default;

Result<std::string> LlamaWorker::prompt_of(const Ask& ask) const {
  std::vector<Message> messages;
  for (const Message& m : ask.messages) {
    const bool lead = model_.spec.no_system_role && m.role == "system";
    const bool joins = model_.spec.no_system_role && m.role == "user" && messages.size() == 1 &&
                       ask.messages[0].role == "system";
    std::string content = model_.vocab->defuse(to_utf8(m.content));
    if (joins) messages[0].content += "\n\n" + content;
    else messages.push_back({lead ? "user" : m.role, std::move(content)});
  }
  std::string plain;
  for (const Message& m : messages) plain += m.content + "\n\n";
  const bool automatic = model_.spec.chat == "auto";
  if (model_.spec.chat == "plain" || (automatic && model_.info.chat_template.empty())) return plain;
  auto text = engine_->render(automatic ? model_.info.chat_template : model_.spec.chat, messages);
  if (text) return std::move(*text);
  return fail(Errc::model, "mind " + model_.spec.name +
                               ": llama.cpp does not know the chat template " +
                               (automatic ? "of the file" : model_.spec.chat) +
                               "; set chat to one it knows or to \"plain\"");
}

Result<LlamaWorker::Work> LlamaWorker::begin(const Ask& ask) {
  Work work;
  work.ask = &ask;
  work.began_us = now_us();
  TRY(const std::string prompt, prompt_of(ask));
  work.answer.prompt_tokens = engine_->prompt_tokens(prompt);
  work.answer.prompt_count = static_cast<std::int64_t>(work.answer.prompt_tokens.size());
  if (work.answer.prompt_count + ask.sampling.tokens_max > model_.context)
    return fail(Errc::limit, "the prompt has " + std::to_string(work.answer.prompt_count) +
                                 " tokens, the answer may have " +
                                 std::to_string(ask.sampling.tokens_max) + ", and the context of " +
                                 model_.spec.name + " holds " + std::to_string(model_.context));
  if (work.answer.prompt_tokens.empty()) return fail(Errc::model, "the prompt is empty");
  work.all = work.answer.prompt_tokens;
  work.engine = engine_.get();
  work.cuts = cuts_of(*engine_);
  if (!ask.schema.is(Json::Kind::null)) {
    TRY(work.rules, rules_.of(ask.schema));
    work.at = work.rules->grammar.start();
    work.bounded = fits(work, work.at, work.left());
  }
  TRY_STATUS(settle(work));
  if (work.cuts == Cuts::fused) work.bound = bound_of(ask, prompt, work.all);
  work.plan = plan_of(static_cast<int>(work.all.size()), work.bound, work.cuts);
  return work;
}

// How many tokens stand before the text of the last message, if there is one more before it; 0
// where that text is not found or too few stand there. `prompt` is as rendered, `all` its tokens.
int LlamaWorker::bound_of(const Ask& ask, const std::string& prompt,
                          const std::vector<Token>& all) const {
  if (ask.messages.size() < 2) return 0;
  const std::string content = model_.vocab->defuse(to_utf8(ask.messages.back().content));
  const std::string last(trim(content));
  const std::size_t at = last.empty() ? std::string::npos : prompt.rfind(last);
  if (at == std::string::npos) return 0;
  const std::vector<Token> before = engine_->prompt_tokens(prompt.substr(0, at));
  const auto end = std::mismatch(before.begin(), before.end(), all.begin(), all.end()).first;
  const auto count = static_cast<int>(end - before.begin());
  return count < Engine::kPiece || count >= std::ssize(all) ? 0 : count;
}

// Whether that many tokens are enough for what is forced from here and then the shortest end.
bool LlamaWorker::fits(Work& work, State at, std::int64_t left) {
  Grammar& grammar = work.rules->grammar;
  if (grammar.shortest(at) <= left) return true;  // a token is a byte at least
  const std::string run = grammar.forced(at);
  const auto first = model_.vocab->spell(run);
  const auto rest = model_.vocab->spell(grammar.ending(grammar.next(at, run)));
  return first && rest && static_cast<std::int64_t>(first->size() + rest->size()) <= left;
}

// Puts in what the model is not asked about.
Status LlamaWorker::append(Work& work, std::string_view text) {
  auto tokens = model_.vocab->spell(text);
  if (!tokens)
    return fail(Errc::model, model_.spec.name + " has no tokens for \"" + std::string(text) + "\"");
  if (static_cast<std::int64_t>(tokens->size()) > work.left()) {  // only where nothing fits
    CHECK(!work.bounded);
    tokens->resize(static_cast<std::size_t>(work.left()));
    work.over = true;
    work.answer.finish = Finish::length;
  }
  for (const Token token : *tokens) {
    work.answer.tokens.push_back(token);
    work.answer.forced.push_back(true);
    work.answer.text += model_.vocab->bytes(token);
    work.all.push_back(token);
  }
  return {};
}

// After a token: what must follow is put in; sees whether the answer is over.
Status LlamaWorker::settle(Work& work) {
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
Status LlamaWorker::close(Work& work) {
  TRY_STATUS(append(work, work.rules->grammar.ending(work.at)));
  work.over = true;
  work.answer.finish = Finish::length;
  return {};
}

std::vector<bool> LlamaWorker::allowed(Work& work) {
  if (work.rules == nullptr) return model_.vocab->all();
  auto& masks = work.rules->masks;
  if (const auto it = masks.find(work.at); it != masks.end()) return it->second;
  if (masks.size() >= kMasksMax) masks.clear();
  return masks[work.at] = model_.vocab->allowed(work.rules->grammar, work.at);
}

// How likely each token was where a closed field is being written.
void LlamaWorker::weigh(Work& work, const std::vector<bool>& mask, std::span<const float> logits) {
  if (work.rules == nullptr || work.rules->closed.empty()) return;
  const auto members = members_at(work.answer.text);
  if (members.empty() || !members.back().open || !work.rules->closed.contains(members.back().key))
    return;
  const Token top = choose(logits, mask, Sampling(), {});
  if (top < 0 || !std::isfinite(logits[top])) return;
  std::vector<Confidence::Choice> choices;
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask[i] && !std::isnan(logits[i]))
      choices.push_back({model_.vocab->bytes(static_cast<Token>(i)),
                         exponential(static_cast<double>(logits[i]) - logits[top])});
  work.confidence.chose(work.answer.text.size(), std::move(choices));
}

// One free token, from the logits after everything before it.
Status LlamaWorker::pick(Work& work, std::span<const float> logits) {
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
      next = work.rules->grammar.next(work.at, model_.vocab->bytes(token));
    if (!ends && work.bounded && !fits(work, next, work.left() - 1)) {
      mask[token] = false;
      continue;
    }
    answer.logits.push_back(
        hex(sha256(ByteView(reinterpret_cast<const char*>(logits.data()), logits.size_bytes()))));
    answer.tokens.push_back(token);
    answer.forced.push_back(false);
    answer.text += model_.vocab->bytes(token);
    work.all.push_back(token);
    work.at = next;
    if (!ends) return settle(work);
    work.over = true;
    return {};
  }
  if (work.bounded) return close(work);
  return fail(Errc::model, model_.spec.name + " has no token that the schema allows after \"" +
                               std::string(clip(answer.text, 80)) + "\"");
}

// One piece of the longest kind that is due, for all asks where one is due; then the choices that
// its logits decide.
void LlamaWorker::decode(std::vector<Work>& works) {
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
  const std::int64_t computed = thread_cpu_us() - cpu;
  for (std::size_t i = 0; i < whose.size(); ++i) {
    Work& work = *whose[i];
    if (!decoded) {
      work.error = decoded.error();
      continue;
    }
    auto& slot = slots_[work.sequence];
    work.position = pieces[i].position + length;
    if (pieces[i].position == std::ssize(slot.read) &&
        (work.cuts == Cuts::free ||
         std::binary_search(work.plan.begin(), work.plan.end(), work.position))) {
      slot.read.insert(slot.read.end(), pieces[i].tokens.begin(), pieces[i].tokens.end());
      slot.ends.push_back(work.position);
    }
    if (work.position < std::ssize(work.all)) continue;
    if (Status picked = pick(work, engine_->logits(i)); !picked) work.error = picked.error();
  }
  // The other threads of a decode work as long as this one.
  const std::int64_t spent = thread_cpu_us() - cpu + computed * (engine_->threads() - 1);
  for (Work* work : whose)
    work->answer.usage.cpu_us += spent / static_cast<std::int64_t>(whose.size());
}

// The reply of an ask that is over, one way or another; none while it is in work.
std::optional<Reply> LlamaWorker::conclude(Work& work) const {
  Answer& answer = work.answer;
  answer.usage.wall_us = now_us() - work.began_us;
  if (work.error) return failed(std::move(*work.error), answer.usage);
  if (work.over) {
    answer.answer_count = static_cast<std::int64_t>(answer.tokens.size());
    answer.cost_nano = cost_nano(model_.spec, answer);
    if (work.rules != nullptr)
      answer.confidence = work.confidence.of(answer.text, work.rules->closed);
    return std::move(answer);
  }
  if (cancelled(*work.ask)) return cancelled_ask(answer.usage);
  if (answer.usage.wall_us <= work.ask->wait_ms_max * 1'000) return std::nullopt;
  return Failure{Errc::timeout, "no answer within " + std::to_string(work.ask->wait_ms_max) + " ms",
                 answer.usage};
}

// Finds the ask a sequence, with as much of its beginning read already as any sequence has. False
// if it does better to wait: another ask is just reading more of the same beginning, or none is
// free.
bool LlamaWorker::seat(Work& work, const std::vector<Work>& works) {
  int from = -1, known = 0, to = -1;
  const auto here = [&](int s) {
    const Slot& slot = slots_[s];
    const int count = shared(slot.read, slot.ends, work.all, work.plan, work.cuts);
    return count <= engine_->held(s) ? count : 0;  // padding may have taken the room
  };
  for (int s = 0; s < std::ssize(slots_); ++s) {
    const Slot& slot = slots_[s];
    if (const int count = here(s); count > known) from = s, known = count;
    if (!slot.busy && (to < 0 || slot.used < slots_[to].used)) to = s;
  }
  for (const Work& other : works) {
    const int common = shared(other.all, other.plan, work.all, work.plan, work.cuts);
    const std::int64_t until =
        work.cuts == Cuts::free ? common : std::ssize(other.answer.prompt_tokens);
    if (other.position < until && common > known + work.worth()) return false;
  }
  if (to < 0) return false;
  if (from >= 0 && from != to && known < here(to) + work.worth()) from = to, known = here(to);
  else if (from >= 0 && !slots_[from].busy) to = from;
  if (from >= 0 && to != from) engine_->copy(from, to, known);
  engine_->keep(to, known);
  known = engine_->held(to);
  work.sequence = to;
  work.position = known;
  work.answer.usage.reused = known;
  Slot& slot = slots_[to];
  slot = {{work.all.begin(), work.all.begin() + known}, work.plan, true, ++begun_};
  std::erase_if(slot.ends, [&](int end) { return end > known; });
  return true;
}

void LlamaWorker::free(Work& work) {
  slots_[work.sequence].busy = false;
  if (work.error) engine_->keep(work.sequence, 0);
}

void LlamaWorker::run(AskQueue& queue, const std::function<void()>& between) {
  std::vector<Work> works, waiting;
  for (;;) {
    while (const auto taken = queue.take(works.size() + waiting.size(), slots_.size())) {
      if (cancelled(*taken->ask)) {
        queue.put(taken->place, cancelled_ask());
        continue;
      }
      auto work = begin(*taken->ask);
      if (!work) {
        queue.put(taken->place, failed(work.error(), {}));
        continue;
      }
      work->place = taken->place;
      waiting.push_back(std::move(*work));
    }
    std::erase_if(waiting, [&](Work& work) {
      if (cancelled(*work.ask)) {
        queue.put(work.place, cancelled_ask());
        return true;
      }
      if (!seat(work, works)) return false;
      works.push_back(std::move(work));
      return true;
    });
    std::erase_if(works, [&](Work& work) {
      auto reply = conclude(work);
      if (!reply) return false;
      queue.put(work.place, std::move(*reply));
      free(work);
      return true;
    });
    if (works.empty() && waiting.empty() && queue.left() == 0) return;
    between();
    if (!works.empty()) decode(works);
  }
}

Reply failed(Error error, Usage usage) {
  const bool told = error.code == Errc::limit || error.code == Errc::timeout;
  return Failure{told ? error.code : Errc::model, std::move(error.what), std::move(usage)};
}

}  // namespace wood
