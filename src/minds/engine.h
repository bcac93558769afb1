// llama.cpp, as much of it as the llama mind needs: with kernels.h and attend_backend.h the one
// place that includes its headers. A model, a context of several sequences, each with a KV stream
// of its own, and logits. No sampling, no grammar, no chat: those are ours (llama_mind.h), where
// they can be the same everywhere.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "minds/mind.h"
#include "minds/registry.h"

namespace wood {

// What a GGUF says of itself, without its weights.
struct GgufInfo {
  std::string architecture;
  std::string name;
  std::string licence;
  std::string tokenizer;        // "gpt2", "llama", …
  std::string tokenizer_split;  // how text is cut before merging ("qwen2", "default", …)
  std::string chat_template;    // Jinja; "" if it has none
  std::int64_t vocabulary = 0;
  std::int64_t parameters = 0;
  std::int64_t context = 0;  // tokens it was trained for
  std::int64_t bytes = 0;    // of its weights
  std::int64_t cached = 0;   // values that the cache keeps of a token, over all layers
  std::int64_t heads = 0;    // of attention, the most a layer has
  int columns = 2;  // a decode's sequences are a multiple of so many, were its weights repacked
  std::int64_t four_bits = 0;  // weights in Q4_K
  bool two_bits = false;       // has some in Q2_K
  std::int64_t width = 0;      // of the widest layer: of a token, or of the inner one
};
Result<GgufInfo> read_gguf(const std::string& path);

// Whether these kernels read weights of this model repacked, which is faster: where that is known
// to round alike for one sequence and for several.
bool repacks(const GgufInfo& model, const std::string& kernels);

struct EngineOptions {
  bool repack = true;   // where repacks() says so
  int context = 4'096;  // tokens a sequence
  int sequences = 8;    // at once
  int threads = 1;
  Attention attention = Attention::plain;  // not automatic
};

// Which one automatic is here, for that model; others are what they are.
Attention chosen(Attention wanted, const GgufInfo& model);

// About how many bytes an engine takes up: weights, cache (two bytes a value) and the work space of
// a full decode. What is written here was compared with what processes held: docs/decisions/0003.
std::int64_t footprint(const GgufInfo& info, const EngineOptions& options);

class Engine {
 public:
  using Token = std::int32_t;
  // Tokens that follow what a sequence holds already.
  struct Piece {
    int sequence = 0;
    int position = 0;
    std::span<const Token> tokens;
  };
  static constexpr int kPiece = 64;  // tokens; llama.cpp's fused attention takes so many at once,
                                     // or each by itself
  static constexpr int kPieceMax = 2 * kPiece - 1;
  static constexpr int kColumns = 4;  // what repacked weights multiply at once

  static Result<std::unique_ptr<Engine>> load(const std::string& path,
                                              const EngineOptions& options);
  // Another one of the same options on the same weights; both may compute at once, each on a thread
  // of its own.
  [[nodiscard]] Result<std::unique_ptr<Engine>> beside() const;
  // Its tokens alone, also of a file that holds no weights: what decodes, or asks what is held, is
  // a bug.
  static Result<std::unique_ptr<Engine>> load_tokens(const std::string& path);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] int vocabulary() const;
  // The bytes a token stands for; "" for control tokens.
  [[nodiscard]] std::string bytes(Token token) const;
  // The name of a control token ("<|im_end|>"), "" if it is none.
  [[nodiscard]] std::string control(Token token) const;
  [[nodiscard]] bool ends(Token token) const;  // end of sequence, of turn, …

  // Of a whole prompt: control tokens are recognised by name, the sequence's start is put in front.
  [[nodiscard]] std::vector<Token> prompt_tokens(const std::string& text) const;
  // Of a part of an answer: neither.
  [[nodiscard]] std::vector<Token> text_tokens(const std::string& text) const;
  // Messages in a chat template ("chatml", or Jinja text that llama.cpp recognises by its markers),
  // with the opening of the answer. None if the template is not known.
  [[nodiscard]] std::optional<std::string> render(const std::string& chat,
                                                  std::span<const Message> messages) const;

  // Whether a sequence can be cut; recurrent models remember a sum of all they read.
  [[nodiscard]] bool cuts() const;
  [[nodiscard]] Attention attention() const;
  // Of the decodes to come; no bit depends on it.
  void set_threads(int count);
  [[nodiscard]] int threads() const;
  // Where sequences cannot be cut, or padding up to it would not fit into what a sequence can hold,
  // a piece longer than a token must have a multiple of so many.
  [[nodiscard]] int columns() const;
  [[nodiscard]] int capacity() const;  // tokens a sequence
  // Forgets what a sequence holds behind its first `count` tokens; everything, where a model's
  // memory cannot be cut (recurrent ones): held() says.
  void keep(int sequence, int count);
  // Makes `to` hold the first `count` tokens of what `from` holds, and nothing else.
  void copy(int from, int to, int count);
  // All pieces must be equally long, up to kPiece tokens with plain attention, else kPieceMax, of
  // different sequences in ascending order, and follow what their sequences hold. Other sequences
  // keep what they hold, unless it fills the whole context: they may have to carry padding
  // (engine.cpp says why).
  Status decode(std::span<const Piece> pieces);
  // How many tokens a sequence holds.
  [[nodiscard]] int held(int sequence) const;
  // After the last token of that piece of the last decode.
  [[nodiscard]] std::span<const float> logits(std::size_t piece) const;

 private:
  Engine();
  struct State;
  std::unique_ptr<State> state_;
};

// The release of llama.cpp this program runs on, "" if it was built without.
std::string engine_version();

}  // namespace wood
