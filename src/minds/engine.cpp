#include "minds/engine.h"

#ifdef WOOD_HAS_LLAMA

#include <ggml-backend.h>
#include <gguf.h>
#include <llama.h>

#include <algorithm>

#include "core/check.h"
#include "core/text.h"
#include "minds/attend.h"
#include "minds/attend_backend.h"
#include "minds/kernels.h"

namespace wood {
namespace {

std::string text_of(const gguf_context* file, const std::string& key) {
  const std::int64_t at = gguf_find_key(file, key.c_str());
  return at >= 0 && gguf_get_kv_type(file, at) == GGUF_TYPE_STRING ? gguf_get_val_str(file, at)
                                                                   : "";
}

// Of a list that has a number for each layer; 0 if it holds something else.
std::int64_t largest_of(const gguf_context* file, std::int64_t at) {
  const gguf_type type = gguf_get_arr_type(file, at);
  if (type != GGUF_TYPE_UINT32 && type != GGUF_TYPE_INT32) return 0;
  const auto* values = static_cast<const std::int32_t*>(gguf_get_arr_data(file, at));
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < gguf_get_arr_n(file, at); ++i)
    largest = std::max<std::int64_t>(largest, values[i]);
  return largest;
}

std::int64_t number_of(const gguf_context* file, const std::string& key) {
  const std::int64_t at = gguf_find_key(file, key.c_str());
  if (at < 0) return 0;
  switch (gguf_get_kv_type(file, at)) {
    case GGUF_TYPE_UINT32: return gguf_get_val_u32(file, at);
    case GGUF_TYPE_INT32: return gguf_get_val_i32(file, at);
    case GGUF_TYPE_UINT64: return static_cast<std::int64_t>(gguf_get_val_u64(file, at));
    case GGUF_TYPE_INT64: return gguf_get_val_i64(file, at);
    case GGUF_TYPE_ARRAY: return largest_of(file, at);
    default: return 0;
  }
}

}  // namespace

std::string engine_version() { return llama_version(); }

namespace {

void read_shape(const gguf_context* file, GgufInfo& info) {
  const auto number = [&](const char* key) { return number_of(file, info.architecture + key); };
  const std::int64_t embedding = number(".embedding_length");
  info.heads = number(".attention.head_count");
  info.width = std::max(embedding, number(".feed_forward_length"));
  const std::int64_t head = info.heads > 0 ? embedding / info.heads : 0;
  const std::int64_t pairs = number(".attention.head_count_kv");
  const std::int64_t key = number(".attention.key_length");
  const std::int64_t value = number(".attention.value_length");
  info.cached = number(".block_count") * (pairs > 0 ? pairs : info.heads) *
                ((key > 0 ? key : head) + (value > 0 ? value : head));
}

}  // namespace

std::int64_t footprint(const GgufInfo& info, const EngineOptions& options) {
  const std::int64_t context = (options.context + 255) / 256 * 256;  // as llama.cpp rounds it
  const std::int64_t sequences =
      (options.sequences + info.columns - 1) / info.columns * info.columns;
  const bool plain = options.attention == Attention::plain;
  const std::int64_t columns = (plain ? Engine::kPiece : Engine::kPieceMax + 1) * sequences;
  const std::int64_t scores = plain ? context * info.heads : context;  // of attention
  const std::int64_t floats = columns * (info.vocabulary + 6 * info.width + scores);
  return info.bytes + 2 * info.cached * context * sequences + 4 * floats;
}

Result<GgufInfo> read_gguf(const std::string& path) {
  listen_to_llama();
  gguf_context* file = gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = nullptr});
  if (file == nullptr)
    return fail(Errc::model, path + " is not a readable GGUF file" + llama_complaint());
  const std::unique_ptr<gguf_context, void (*)(gguf_context*)> owner(file, gguf_free);
  GgufInfo info;
  info.architecture = text_of(file, "general.architecture");
  info.name = text_of(file, "general.name");
  info.licence = text_of(file, "general.license");
  info.tokenizer = text_of(file, "tokenizer.ggml.model");
  info.tokenizer_split = text_of(file, "tokenizer.ggml.pre");
  info.chat_template = text_of(file, "tokenizer.chat_template");
  info.context = number_of(file, info.architecture + ".context_length");
  const std::int64_t tokens = gguf_find_key(file, "tokenizer.ggml.tokens");
  if (tokens >= 0) info.vocabulary = static_cast<std::int64_t>(gguf_get_arr_n(file, tokens));
  for (std::int64_t i = 0; i < gguf_get_n_tensors(file); ++i) {
    std::int64_t count = 1;
    for (int d = 0; d < GGML_MAX_DIMS; ++d) count *= gguf_get_tensor_ne(file, i)[d];
    info.parameters += count;
    info.bytes += static_cast<std::int64_t>(gguf_get_tensor_size(file, i));
    const ggml_type type = gguf_get_tensor_type(file, i);
    if (type != GGML_TYPE_F32 && type != GGML_TYPE_F16 && type != GGML_TYPE_BF16 &&
        type != GGML_TYPE_Q8_0)
      info.columns = Engine::kColumns;
    if (type == GGML_TYPE_Q4_K) info.four_bits += count;
    if (type == GGML_TYPE_Q2_K) info.two_bits = true;
  }
  read_shape(file, info);
  if (info.architecture.empty())
    return fail(Errc::model, path + " names no architecture; is it a model?");
  return info;
}

// In 4 bits by AVX2 or AVX-512. llama_mind_test holds with each of these kernels (WOOD_KERNELS) for
// weights in Q4_K; those in Q2_K are repacked by AVX-512 alone and were not tried.
bool repacks(const GgufInfo& model, const std::string& kernels) {
  if (kernels == "haswell") return model.columns == Engine::kColumns;
  static constexpr std::string_view wide[] = {"skylakex", "icelake", "zen4"};
  return std::find(std::begin(wide), std::end(wide), kernels) != std::end(wide) &&
         model.four_bits > 0 && !model.two_bits;
}

Attention chosen(Attention wanted, const GgufInfo& model) {
  if (wanted != Attention::automatic) return wanted;
  // What llama.cpp computes of these without its operator for attention, or gathers cells for.
  static constexpr std::string_view others[] = {"grok", "t5", "minimax-m3"};
  const bool other =
      std::find(std::begin(others), std::end(others), model.architecture) != std::end(others);
  const bool ours = attend_available() && attends_fast() && !other;
  return ours ? Attention::invariant : Attention::flash;
}

struct Engine::State {
  std::shared_ptr<llama_model> model;
  llama_context* context = nullptr;
  EngineOptions options;
  const llama_vocab* vocab = nullptr;
  llama_batch batch{};
  int sequences = 0;
  int columns = 2;        // a decode has at least so many, and where it is 4 a multiple of them
  int capacity = 0;       // tokens a sequence
  std::vector<int> held;  // tokens, by sequence
  std::vector<int> last;  // of each piece of the last decode, its last token in the batch

  Status open(const EngineOptions& wanted, const std::string& what);
  [[nodiscard]] int piece_max() const {
    return options.attention == Attention::plain ? kPiece : kPieceMax;
  }
  void put(Token token, int position, int sequence, bool logits);
  // How many sequences more than these `count` a decode of single tokens must have.
  [[nodiscard]] int lacking(int count) const {
    return columns == 2 ? std::max(2 - count, 0) : (columns - count % columns) % columns;
  }

  ~State() {
    if (batch.token != nullptr) llama_batch_free(batch);
    if (context != nullptr) llama_free(context);
  }
};

namespace {
std::shared_ptr<llama_model> weights(const std::string& path, const llama_model_params& params) {
  llama_model* model = llama_model_load_from_file(path.c_str(), params);
  if (model == nullptr) return nullptr;
  return {model, llama_model_free};
}
}  // namespace

Engine::Engine() : state_(std::make_unique<State>()) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::load(const std::string& path,
                                             const EngineOptions& options) {
  llama_model_params model_params = llama_model_default_params();
  model_params.n_gpu_layers = 0;
  static ggml_backend_dev_t no_devices[] = {nullptr};
  model_params.devices = no_devices;
  std::unique_ptr<Engine> engine(new Engine());
  State& s = *engine->state_;
  TRY(const std::string kernels, load_kernels(""));
  TRY(const GgufInfo info, read_gguf(path));
  model_params.use_extra_bufts = options.repack && repacks(info, kernels);
  if (model_params.use_extra_bufts) s.columns = kColumns;
  s.model = weights(path, model_params);
  if (s.model == nullptr)
    return fail(Errc::model, "llama.cpp cannot load " + path + llama_complaint());
  TRY_STATUS(s.open(options, path));
  return engine;
}

Result<std::unique_ptr<Engine>> Engine::beside() const {
  std::unique_ptr<Engine> engine(new Engine());
  engine->state_->model = state_->model;
  engine->state_->columns = state_->columns;
  EngineOptions options = state_->options;
  options.threads = 1;
  TRY_STATUS(engine->state_->open(options, "a second lane"));
  return engine;
}

// A context on the weights; `what` is for the message.
Status Engine::State::open(const EngineOptions& wanted, const std::string& what) {
  State& s = *this;
  s.options = wanted;
  s.vocab = llama_model_get_vocab(s.model.get());
  llama_context_params params = llama_context_default_params();
  // Single tokens need neighbours, see decode.
  s.sequences = (wanted.sequences + s.columns - 1) / s.columns * s.columns;
  const int tokens = (piece_max() + piece_max() % 2) * s.sequences;
  // No more than is wanted: models with several sets of rotation factors choose one by it.
  params.n_ctx = static_cast<std::uint32_t>(wanted.context * s.sequences);
  params.n_batch = params.n_ubatch = static_cast<std::uint32_t>(tokens);
  params.n_seq_max = static_cast<std::uint32_t>(s.sequences);
  params.n_threads = params.n_threads_batch = wanted.threads;
  // Measured: a unified cache makes a sequence's logits depend on its companions.
  params.kv_unified = false;
  params.flash_attn_type = wanted.attention == Attention::plain ? LLAMA_FLASH_ATTN_TYPE_DISABLED
                                                                : LLAMA_FLASH_ATTN_TYPE_ENABLED;
  params.no_perf = true;
  const bool ours = wanted.attention == Attention::invariant;
  AttendScope scope(ours);
  s.context = llama_init_from_model(s.model.get(), params);
  if (s.context == nullptr)
    return fail(Errc::model, "no context of " + std::to_string(s.sequences) + " x " +
                                 std::to_string(wanted.context) + " tokens for " + what +
                                 llama_complaint());
  const bool attends = !llama_model_is_recurrent(s.model.get());
  if (ours && attends && (scope.taken() == 0 || scope.refused() > 0))
    return fail(Errc::model, "attention of " + what +
                                 " is of a kind that cannot be computed in the invariant way; set "
                                 "attention = \"flash\" or \"plain\" in its entry");
  s.batch = llama_batch_init(tokens, 0, 1);
  s.capacity = wanted.context;
  s.held.assign(static_cast<std::size_t>(s.sequences), 0);
  return {};
}

Result<std::unique_ptr<Engine>> Engine::load_tokens(const std::string& path) {
  listen_to_llama();
  llama_model_params params = llama_model_default_params();
  params.vocab_only = true;
  std::unique_ptr<Engine> engine(new Engine());
  State& s = *engine->state_;
  s.model = weights(path, params);
  if (s.model == nullptr)
    return fail(Errc::model, "llama.cpp cannot load the tokens of " + path + llama_complaint());
  s.vocab = llama_model_get_vocab(s.model.get());
  return engine;
}

int Engine::vocabulary() const { return llama_vocab_n_tokens(state_->vocab); }

std::string Engine::control(Token token) const {
  return llama_vocab_is_control(state_->vocab, token) ? llama_vocab_get_text(state_->vocab, token)
                                                      : "";
}

bool Engine::ends(Token token) const { return llama_vocab_is_eog(state_->vocab, token); }

std::string Engine::bytes(Token token) const {
  std::string text(64, '\0');
  int count = llama_token_to_piece(state_->vocab, token, text.data(), static_cast<int>(text.size()),
                                   0, false);
  if (count < 0) {
    text.resize(static_cast<std::size_t>(-count));
    count = llama_token_to_piece(state_->vocab, token, text.data(), static_cast<int>(text.size()),
                                 0, false);
  }
  text.resize(static_cast<std::size_t>(std::max(count, 0)));
  return text;
}

namespace {
std::vector<Engine::Token> tokens_of(const llama_vocab* vocab, const std::string& text,
                                     bool prompt) {
  std::vector<Engine::Token> tokens(text.size() + 8);
  const auto run = [&] {
    return llama_tokenize(vocab, text.data(), static_cast<int>(text.size()), tokens.data(),
                          static_cast<int>(tokens.size()), prompt, prompt);
  };
  int count = run();
  if (count < 0) {
    tokens.resize(static_cast<std::size_t>(-count));
    count = run();
  }
  CHECK(count >= 0);
  tokens.resize(static_cast<std::size_t>(count));
  return tokens;
}
}  // namespace

std::vector<Engine::Token> Engine::prompt_tokens(const std::string& text) const {
  return tokens_of(state_->vocab, text, true);
}
std::vector<Engine::Token> Engine::text_tokens(const std::string& text) const {
  return tokens_of(state_->vocab, text, false);
}

std::optional<std::string> Engine::render(const std::string& chat,
                                          std::span<const Message> messages) const {
  std::vector<llama_chat_message> views;
  std::size_t size = 256;
  for (const Message& m : messages) {
    views.push_back({m.role.c_str(), m.content.c_str()});
    size += 2 * m.content.size() + 64;
  }
  std::string text(size, '\0');
  const auto run = [&] {
    return llama_chat_apply_template(chat.c_str(), views.data(), views.size(), true, text.data(),
                                     static_cast<int>(text.size()));
  };
  int count = run();
  if (count > static_cast<int>(text.size())) {
    text.resize(static_cast<std::size_t>(count));
    count = run();
  }
  if (count < 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(count));
  return text;
}

bool Engine::cuts() const {
  return !llama_model_is_recurrent(state_->model.get()) &&
         !llama_model_is_hybrid(state_->model.get());
}

Attention Engine::attention() const { return state_->options.attention; }
int Engine::columns() const { return state_->columns; }
int Engine::capacity() const { return state_->capacity; }
int Engine::threads() const { return state_->options.threads; }

void Engine::set_threads(int count) {
  if (count == threads()) return;
  llama_set_n_threads(state_->context, count, count);
  state_->options.threads = count;
}

void Engine::keep(int sequence, int count) {
  int& held = state_->held[sequence];
  if (count >= held) return;
  const llama_memory_t memory = llama_get_memory(state_->context);
  held = llama_memory_seq_rm(memory, sequence, count, -1) ? count : 0;
  if (held == 0) llama_memory_seq_rm(memory, sequence, -1, -1);
}

// Between streams llama.cpp copies whole ones only.
void Engine::copy(int from, int to, int count) {
  CHECK(from != to && count <= state_->held[from]);
  keep(to, 0);
  llama_memory_seq_cp(llama_get_memory(state_->context), from, to, -1, -1);
  state_->held[to] = state_->held[from];
  keep(to, count);
}

int Engine::held(int sequence) const { return state_->held[sequence]; }

void Engine::State::put(Token token, int position, int sequence, bool logits) {
  const int at = batch.n_tokens++;
  batch.token[at] = token;
  batch.pos[at] = position;
  batch.n_seq_id[at] = 1;
  batch.seq_id[at][0] = sequence;
  batch.logits[at] = logits;
}

// What keeps the logits of a sequence independent of its companions, each found by measuring:
// - llama.cpp cuts a batch so that each part has equally many tokens of every sequence, and only
//   neighbours share a part. Equal pieces are therefore never cut.
// - The kernels multiply a matrix with one column by another routine than with several, which sums
//   in another order; those for repacked weights take four at once, and the rest one by one. So no
//   multiplication may have a single column, or with repacked weights a number of columns that is
//   no multiple of four: padding follows a piece of several tokens, which asks for the logits of
//   its last ones, as many as that; single tokens always have neighbours, if need be such as carry
//   padding, which also keeps them in one part.
// - llama.cpp's fused attention takes 64 tokens or more of a sequence in tiles, fewer one by one,
// and
//   sums in another order. So what was read stands as it was first read: nothing is decoded again.
//   A token that has no companion would be split among threads; none is without.
// - Invariant attention (attend.h) knows neither companions nor cuts.
Status Engine::decode(std::span<const Piece> pieces) {
  State& s = *state_;
  CHECK(!pieces.empty());
  const std::size_t length = pieces[0].tokens.size();
  CHECK(length >= 1 && length <= static_cast<std::size_t>(s.piece_max()));
  const std::size_t columns = static_cast<std::size_t>(s.columns);
  // Behind each piece; where single tokens are decoded, neighbours are the padding.
  const std::size_t pads = length == 1 || columns == 2 ? 0 : (columns - length % columns) % columns;
  s.batch.n_tokens = 0;
  s.last.clear();
  // The sequences of the part, from the first to behind the last: where there is no room for
  // padding behind the last it stands before the first.
  const int first = pieces.front().sequence, behind = pieces.back().sequence + 1;
  const int lacking = length == 1 ? s.lacking(behind - first) : 0;
  const int end = std::min(behind + lacking, s.sequences);
  int expected = first - (behind + lacking - end);
  CHECK(expected >= 0);
  std::vector<int> padded;
  const auto pad = [&](int sequence) {
    if (s.held[sequence] >= s.capacity) keep(sequence, 0);
    s.put(0, s.held[sequence], sequence, true);
    padded.push_back(sequence);
  };
  for (const Piece& piece : pieces) {
    CHECK(piece.tokens.size() == length && piece.sequence >= expected);
    CHECK(piece.position == s.held[piece.sequence]);
    if (length == 1)
      for (; expected < piece.sequence; ++expected) pad(expected);
    for (std::size_t i = 0; i < length; ++i)
      s.put(piece.tokens[i], piece.position + static_cast<int>(i), piece.sequence,
            i + columns >= length + pads);
    s.last.push_back(s.batch.n_tokens - 1);
    for (std::size_t i = length; i < length + pads; ++i)
      s.put(0, piece.position + static_cast<int>(i), piece.sequence, true);
    expected = piece.sequence + 1;
  }
  if (length == 1)
    for (; expected < end; ++expected) pad(expected);
  const int code = llama_decode(s.context, s.batch);
  for (const int sequence : padded) {
    ++s.held[sequence];
    keep(sequence, s.held[sequence] - 1);
  }
  // Whatever of it came in is taken out again with what stands before it.
  for (const Piece& piece : pieces) {
    s.held[piece.sequence] += static_cast<int>(length + pads);
    if (pads > 0) keep(piece.sequence, s.held[piece.sequence] - static_cast<int>(pads));
  }
  if (code == 0) return {};
  return fail(Errc::model,
              "llama.cpp could not decode (" + std::to_string(code) + ")" + llama_complaint());
}

std::span<const float> Engine::logits(std::size_t piece) const {
  const float* values = llama_get_logits_ith(state_->context, state_->last[piece]);
  CHECK(values != nullptr);
  return {values, static_cast<std::size_t>(vocabulary())};
}

}  // namespace wood

#else  // built with -DWOOD_LLAMA=OFF: every model is refused, with the reason

namespace wood {
namespace {
tl::unexpected<Error> without() {
  return fail(Errc::environment, "this program was built without llama.cpp (WOOD_LLAMA=OFF)");
}
}  // namespace

struct Engine::State {};
Engine::Engine() = default;
Engine::~Engine() = default;
std::string engine_version() { return ""; }
bool repacks(const GgufInfo&, const std::string&) { return false; }
Attention chosen(Attention wanted, const GgufInfo&) { return wanted; }
Result<GgufInfo> read_gguf(const std::string&) { return without(); }
std::int64_t footprint(const GgufInfo&, const EngineOptions&) { return 0; }
Result<std::unique_ptr<Engine>> Engine::load(const std::string&, const EngineOptions&) {
  return without();
}
Result<std::unique_ptr<Engine>> Engine::load_tokens(const std::string&) { return without(); }
Result<std::unique_ptr<Engine>> Engine::beside() const { return without(); }
int Engine::vocabulary() const { return 0; }
std::string Engine::bytes(Token) const { return ""; }
std::string Engine::control(Token) const { return ""; }
bool Engine::ends(Token) const { return false; }
std::vector<Engine::Token> Engine::prompt_tokens(const std::string&) const { return {}; }
std::vector<Engine::Token> Engine::text_tokens(const std::string&) const { return {}; }
std::optional<std::string> Engine::render(const std::string&, std::span<const Message>) const {
  return std::nullopt;
}
bool Engine::cuts() const { return true; }
Attention Engine::attention() const { return Attention::plain; }
int Engine::columns() const { return 2; }
int Engine::capacity() const { return 0; }
int Engine::threads() const { return 1; }
void Engine::set_threads(int) {}
void Engine::keep(int, int) {}
void Engine::copy(int, int, int) {}
int Engine::held(int) const { return 0; }
Status Engine::decode(std::span<const Piece>) { return without(); }
std::span<const float> Engine::logits(std::size_t) const { return {}; }

}  // namespace wood

#endif
