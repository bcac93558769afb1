// wood_gguf: writes tiny GGUF models with random weights, one for each architecture that the real
// minds have. They know nothing, but they load, tokenize, attend and answer under a schema exactly
// as the large ones do, so that every test runs without a download. The bytes follow from the seed.
// With --real one of the size of a real model, so that speed and memory can be measured: the
// weights are drawn from a pool of a million, the vocabulary is filled up with words that nothing
// is spelled with, and llama.cpp itself quantises.
//
//   wood_gguf --out DIR [--seed N] [--real qwen-0.5b|llama-1b|llama-3b [--type Q4_K_M|Q8_0|F16]]
#include <ggml.h>
#include <gguf.h>
#include <llama.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <set>

#include "core/check.h"
#include "core/rng.h"
#include "core/text.h"

namespace wood {
namespace {

struct Shape {
  const char* file;
  const char* architecture;
  const char* chat;  // a template in Jinja, as such models carry it
  std::uint32_t width, heads, heads_kv, head_width, hidden;
  bool tied;  // the output shares the embedding's weights
  float epsilon;
  bool quantised = false;  // in blocks of 8 and 4 bits, as large models are; else F16
  std::uint32_t layers = 3;
  float rope_base = 10'000.0F;
  std::size_t tokens = 0;  // 0: those that the words below need
};

constexpr std::uint32_t kContext = 4'096;

// The templates say with Jinja what llama.cpp's own renderers, which recognise them by their
// markers, write without it.
constexpr const char* kLlama =
    "{{ '<|begin_of_text|>' }}{% for message in messages %}{{ '<|start_header_id|>' + "
    "message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>"
    "\\n\\n' }}{% endif %}";
constexpr const char* kPhi =
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] + "
    "'<|end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}";
constexpr const char* kGemma =
    "{% for message in messages %}{{ '<start_of_turn>' + message['role'] + '\\n' + "
    "message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<start_of_turn>model\\n' }}{% endif %}";
constexpr const char* kQwen =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] "
    "+ '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\\n' }}{% endif %}";
constexpr const char* kMistral =
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'assistant' %}"
    "{{ message['content'] + eos_token }}{% else %}{{ \"[INST]\" + message['content'] + "
    "\"[/INST]\" }}"
    "{% endif %}{% endfor %}{# [AVAILABLE_TOOLS] are not offered #}";

constexpr Shape kShapes[] = {
    {"tiny-llama.gguf", "llama", kLlama, 128, 4, 2, 32, 352, true, 1e-5F},
    {"tiny-phi.gguf", "phi3", kPhi, 128, 4, 2, 32, 352, false, 1e-5F},
    {"tiny-gemma.gguf", "gemma2", kGemma, 128, 4, 2, 64, 352, true, 1e-6F, true},
    {"tiny-qwen.gguf", "qwen2", kQwen, 128, 4, 2, 32, 352, true, 1e-6F},
    // All matrices in 4 bits, which llama.cpp repacks for other kernels.
    {"tiny-four.gguf", "llama", kLlama, 256, 4, 2, 64, 512, true, 1e-5F, true},
    // Mistral Nemo: the heads together are narrower than the model.
    {"tiny-mistral.gguf", "llama", kMistral, 160, 4, 2, 32, 416, false, 1e-5F},
};

// As the labs' configuration files give them (config.json of each repository).
constexpr Shape kReal[] = {
    {"qwen-0.5b.gguf", "qwen2", kQwen, 896, 14, 2, 64, 4'864, true, 1e-6F, false, 24, 1e6F,
     151'936},
    {"llama-1b.gguf", "llama", kLlama, 2'048, 32, 8, 64, 8'192, true, 1e-5F, false, 16, 5e5F,
     128'256},
    {"llama-3b.gguf", "llama", kLlama, 3'072, 24, 8, 128, 8'192, true, 1e-5F, false, 28, 5e5F,
     128'256},
};

const std::vector<std::string>& markers() {
  static const std::vector<std::string> names = {"<|pad|>",
                                                 "<|endoftext|>",
                                                 "<|begin_of_text|>",
                                                 "<|start_header_id|>",
                                                 "<|end_header_id|>",
                                                 "<|eot_id|>",
                                                 "<|system|>",
                                                 "<|user|>",
                                                 "<|assistant|>",
                                                 "<|end|>",
                                                 "<start_of_turn>",
                                                 "<end_of_turn>",
                                                 "<|im_start|>",
                                                 "<|im_end|>",
                                                 "[INST]",
                                                 "[/INST]",
                                                 "</s>",
                                                 "<s>"};
  return names;
}

// Words of the market and of JSON; each becomes a chain of merges, so that it ends as one token.
constexpr std::string_view kWords =
    "the and you your are for that this with have will what not but all was can price prices buy "
    "sell "
    "hold order orders limit market quantity qty side good goods honey acorn mushroom reason "
    "because "
    "action none pass approve reject risk cash profit loss trade trades trader rumour say says "
    "said "
    "turn today tomorrow pebble pebbles bank debt loan interest vote yes no true false null system "
    "user assistant answer json text name value agent patron magistrate creature desk analyst bid "
    "ask "
    "high low more less than from into over under spread position exposure inventory memory plan";

// UTF-8 of a code point below 0x800.
std::string utf8(std::uint32_t point) {
  if (point < 0x80) return {static_cast<char>(point)};
  return {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 0x3F))};
}

// The printable stand-in that byte-level BPE vocabularies use for each byte: the byte itself where
// it is a printable Latin-1 character, else 256 + n in order of the bytes that are not.
std::vector<std::string> byte_symbols() {
  std::vector<std::string> symbols;
  std::uint32_t next = 256;
  for (std::uint32_t b = 0; b < 256; ++b) {
    const bool shown = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
    symbols.push_back(utf8(shown ? b : next++));
  }
  return symbols;
}

struct Vocabulary {
  std::vector<std::string> tokens, merges;
  std::vector<std::int32_t> types;  // 3: control, 1: normal, as GGUF numbers them
};

// Words of letters alone, as many as are wanted: they stand in the way of masks as real ones do.
void fill_up(Vocabulary& v, std::size_t wanted, const std::set<std::string>& seen) {
  for (std::size_t n = 0; v.tokens.size() < wanted; ++n) {
    std::string word = n % 2 == 0 ? "" : "\xC4\xA0";  // the stand-in of a space
    for (std::size_t rest = n / 2 + 26 * 26; rest > 0; rest /= 26)
      word += static_cast<char>('a' + rest % 26);
    if (seen.contains(word)) continue;
    v.tokens.push_back(word);
    v.types.push_back(1);
  }
}

Vocabulary vocabulary(std::size_t wanted) {
  Vocabulary v;
  for (const std::string& marker : markers()) {
    v.tokens.push_back(marker);
    v.types.push_back(3);
  }
  const std::vector<std::string> symbols = byte_symbols();
  std::set<std::string> seen;
  const auto add = [&](const std::string& token) {
    if (!seen.insert(token).second) return false;
    v.tokens.push_back(token);
    v.types.push_back(1);
    return true;
  };
  for (const std::string& symbol : symbols) add(symbol);
  const auto chain = [&](const std::string& word) {
    std::string left = symbols[static_cast<unsigned char>(word[0])];
    for (std::size_t i = 1; i < word.size(); ++i) {
      const std::string& right = symbols[static_cast<unsigned char>(word[i])];
      if (add(left + right)) v.merges.push_back(left + " " + right);
      left += right;
    }
  };
  for (const std::string& word : split(kWords, ' ')) {
    chain(word);
    chain(" " + word);
  }
  for (const char* mark : {"\":\"", "\",\"", "\":", "{\"", "\"}", "],", ". ", ", "}) chain(mark);
  fill_up(v, wanted, seen);
  return v;
}

void put_strings(gguf_context* file, const char* key, const std::vector<std::string>& values) {
  std::vector<const char*> pointers;
  for (const std::string& value : values) pointers.push_back(value.c_str());
  gguf_set_arr_str(file, key, pointers.data(), pointers.size());
}

void put_shape(gguf_context* file, const Shape& s, std::size_t tokens) {
  const auto key = [&](const char* name) { return std::string(s.architecture) + "." + name; };
  const auto u32 = [&](const char* name, std::uint32_t v) {
    gguf_set_val_u32(file, key(name).c_str(), v);
  };
  const auto f32 = [&](const char* name, float v) { gguf_set_val_f32(file, key(name).c_str(), v); };
  gguf_set_val_str(file, "general.architecture", s.architecture);
  gguf_set_val_str(file, "general.name",
                   std::string(s.file, std::string_view(s.file).find('.')).c_str());
  gguf_set_val_str(file, "general.license", "apache-2.0");
  gguf_set_val_u32(file, "general.file_type", s.quantised ? 7 : 1);  // mostly Q8_0, mostly F16
  u32("context_length", kContext);
  u32("embedding_length", s.width);
  u32("block_count", s.layers);
  u32("feed_forward_length", s.hidden);
  u32("attention.head_count", s.heads);
  u32("attention.head_count_kv", s.heads_kv);
  f32("attention.layer_norm_rms_epsilon", s.epsilon);
  f32("rope.freq_base", s.rope_base);
  u32("rope.dimension_count", s.head_width);
  u32("vocab_size", static_cast<std::uint32_t>(tokens));
  if (s.heads * s.head_width != s.width) {
    u32("attention.key_length", s.head_width);
    u32("attention.value_length", s.head_width);
  }
  if (s.architecture == std::string_view("gemma2")) {
    f32("attn_logit_softcapping", 50.0F);
    f32("final_logit_softcapping", 30.0F);
    u32("attention.sliding_window", 256);  // short, so that tests cross it
  }
}

void put_tokenizer(gguf_context* file, const Shape& s, const Vocabulary& v) {
  const auto id = [&](std::string_view marker) {
    for (std::uint32_t i = 0; i < markers().size(); ++i)
      if (markers()[i] == marker) return i;
    check_failed("a known marker", __FILE__, __LINE__);
  };
  gguf_set_val_str(file, "tokenizer.ggml.model", "gpt2");
  gguf_set_val_str(file, "tokenizer.ggml.pre", "qwen2");
  put_strings(file, "tokenizer.ggml.tokens", v.tokens);
  gguf_set_arr_data(file, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, v.types.data(),
                    v.types.size());
  put_strings(file, "tokenizer.ggml.merges", v.merges);
  gguf_set_val_u32(file, "tokenizer.ggml.bos_token_id", id("<s>"));
  gguf_set_val_u32(file, "tokenizer.ggml.eos_token_id", id("<|endoftext|>"));
  gguf_set_val_u32(file, "tokenizer.ggml.padding_token_id", id("<|pad|>"));
  gguf_set_val_bool(file, "tokenizer.ggml.add_bos_token", s.chat == kMistral);
  gguf_set_val_bool(file, "tokenizer.ggml.add_eos_token", false);
  gguf_set_val_str(file, "tokenizer.chat_template", s.chat);
}

class Weights {
 public:
  Weights(gguf_context* file, ggml_context* memory, const Shape& shape, std::uint64_t seed)
      : file_(file),
        memory_(memory),
        quantised_(shape.quantised),
        seed_(seed ^ fnv1a(shape.file)) {}

  // A matrix that takes `in` numbers to `out`, normal with variance 1/in.
  void matrix(const std::string& name, std::int64_t in, std::int64_t out, float scale = 1.0F) {
    const ggml_type type = !quantised_     ? GGML_TYPE_F16
                           : in % 256 == 0 ? GGML_TYPE_Q4_K
                                           : GGML_TYPE_Q8_0;
    ggml_tensor* tensor = ggml_new_tensor_2d(memory_, type, in, out);
    std::vector<float> values(static_cast<std::size_t>(in * out));
    const float deviation = scale * root(1.0F / static_cast<float>(in));
    fill(name, in * out, [&](std::int64_t i, float z) { values[i] = z * deviation; });
    ggml_quantize_chunk(type, values.data(), tensor->data, 0, out, in, nullptr);
    put(tensor, name);
  }
  // A vector around `mean`, as F32.
  void vector(const std::string& name, std::int64_t length, float mean) {
    ggml_tensor* tensor = ggml_new_tensor_1d(memory_, GGML_TYPE_F32, length);
    auto* data = static_cast<float*>(tensor->data);
    fill(name, length, [&](std::int64_t i, float z) { data[i] = mean + 0.1F * z; });
    put(tensor, name);
  }

 private:
  // Standard normal within 2^-16: the sum of twelve uniforms less six (Irwin–Hall), four to a draw.
  void fill(const std::string& name, std::int64_t count,
            const std::function<void(std::int64_t, float)>& set) const {
    const Chance chance(seed_, name, 0, 0);
    if (count > kPool) {
      if (pool_.empty())
        pool_.resize(kPool), fill("pool", kPool, [&](auto i, float z) { pool_[i] = z; });
      const auto start = static_cast<std::int64_t>(chance.bits(0) % kPool);
      for (std::int64_t i = 0; i < count; ++i) set(i, pool_[(start + i) % kPool]);
      return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      std::int64_t sum = 0;
      for (std::uint32_t part = 0; part < 3; ++part) {
        const std::uint64_t bits = chance.bits(static_cast<std::uint32_t>(i * 3) + part);
        for (int shift = 0; shift < 64; shift += 16)
          sum += static_cast<std::int64_t>(bits >> shift & 0xFFFF);
      }
      set(i, static_cast<float>(sum - 6 * 65'535) / 65'536.0F);
    }
  }
  // Newton's method: the same bits everywhere.
  static float root(float x) {
    float y = x > 1.0F ? x : 1.0F;
    for (int i = 0; i < 40; ++i) y = 0.5F * (y + x / y);
    return y;
  }
  void put(ggml_tensor* tensor, const std::string& name) {
    ggml_set_name(tensor, name.c_str());
    gguf_add_tensor(file_, tensor);
  }

  static constexpr std::int64_t kPool = (1 << 20) - 3;  // no multiple of a row

  gguf_context* file_;
  ggml_context* memory_;
  bool quantised_;
  mutable std::vector<float> pool_;
  std::uint64_t seed_;
};

void put_layer(Weights& w, const Shape& s, std::uint32_t layer) {
  const std::string at = "blk." + std::to_string(layer) + ".";
  const std::uint32_t q = s.heads * s.head_width;
  const std::uint32_t kv = s.heads_kv * s.head_width;
  const std::string_view kind = s.architecture;
  w.vector(at + "attn_norm.weight", s.width, 1.0F);
  w.vector(at + "ffn_norm.weight", s.width, 1.0F);
  if (kind == "phi3") {
    w.matrix(at + "attn_qkv.weight", s.width, q + 2 * kv);
    w.matrix(at + "ffn_up.weight", s.width, 2 * s.hidden);  // gate and up in one
  } else {
    w.matrix(at + "attn_q.weight", s.width, q);
    w.matrix(at + "attn_k.weight", s.width, kv);
    w.matrix(at + "attn_v.weight", s.width, kv);
    w.matrix(at + "ffn_gate.weight", s.width, s.hidden);
    w.matrix(at + "ffn_up.weight", s.width, s.hidden);
  }
  if (kind == "qwen2") {
    w.vector(at + "attn_q.bias", q, 0.0F);
    w.vector(at + "attn_k.bias", kv, 0.0F);
    w.vector(at + "attn_v.bias", kv, 0.0F);
  }
  if (kind == "gemma2") {
    w.vector(at + "post_attention_norm.weight", s.width, 1.0F);
    w.vector(at + "post_ffw_norm.weight", s.width, 1.0F);
  }
  w.matrix(at + "attn_output.weight", q, s.width, 0.5F);
  w.matrix(at + "ffn_down.weight", s.hidden, s.width, 0.5F);
}

// Bytes of all matrices in 16 bits, and room for the rest.
std::size_t memory_of(const Shape& s, std::size_t tokens) {
  const std::size_t q = s.heads * s.head_width, kv = s.heads_kv * s.head_width;
  const std::size_t layer = s.width * (2 * q + 2 * kv + 3 * std::size_t{s.hidden});
  return 2 * (s.layers * layer + (s.tied ? 1 : 2) * tokens * s.width) + (32u << 20);
}

bool write(const Shape& s, const std::string& dir, std::uint64_t seed) {
  const Vocabulary v = vocabulary(s.tokens);
  const auto tokens = static_cast<std::int64_t>(v.tokens.size());
  ggml_context* memory = ggml_init(
      {.mem_size = memory_of(s, v.tokens.size()), .mem_buffer = nullptr, .no_alloc = false});
  CHECK(memory != nullptr);
  gguf_context* file = gguf_init_empty();
  put_shape(file, s, v.tokens.size());
  put_tokenizer(file, s, v);
  Weights w(file, memory, s, seed);
  // Tied embeddings also score the tokens: three times wider, or every token would be as likely.
  w.matrix("token_embd.weight", s.width, tokens, 3.0F);
  w.vector("output_norm.weight", s.width, 1.0F);
  if (!s.tied) w.matrix("output.weight", s.width, tokens, 3.0F);
  for (std::uint32_t layer = 0; layer < s.layers; ++layer) put_layer(w, s, layer);
  // Under another name first: a build that is stopped leaves no half a model behind.
  const std::string path = dir + "/" + s.file;
  const bool written = gguf_write_to_file(file, (path + ".part").c_str(), false);
  gguf_free(file);
  ggml_free(memory);
  return written && std::rename((path + ".part").c_str(), path.c_str()) == 0;
}

// Writes it in 16 bits and lets llama.cpp make the type that is wanted of it.
int write_real(const std::string& name, const std::string& type, const std::string& dir,
               std::uint64_t seed) {
  constexpr std::pair<const char*, llama_ftype> kTypes[] = {{"F16", LLAMA_FTYPE_MOSTLY_F16},
                                                            {"Q8_0", LLAMA_FTYPE_MOSTLY_Q8_0},
                                                            {"Q4_K_M", LLAMA_FTYPE_MOSTLY_Q4_K_M}};
  const auto shape = std::find_if(std::begin(kReal), std::end(kReal),
                                  [&](const Shape& s) { return s.file == name + ".gguf"; });
  const auto form = std::find_if(std::begin(kTypes), std::end(kTypes),
                                 [&](const auto& known) { return type == known.first; });
  if (shape == std::end(kReal) || form == std::end(kTypes)) {
    std::fprintf(stderr, "wood_gguf: no model %s or type %s\n", name.c_str(), type.c_str());
    return 2;
  }
  const std::string plain = dir + "/" + shape->file, made = dir + "/" + name + "-" + type + ".gguf";
  if (!write(*shape, dir, seed)) {
    std::fprintf(stderr, "wood_gguf: cannot write %s\n", plain.c_str());
    return 1;
  }
  if (type == "F16") return std::rename(plain.c_str(), made.c_str()) == 0 ? 0 : 1;
  llama_model_quantize_params params = llama_model_quantize_default_params();
  params.ftype = form->second;
  const std::string part = made + ".part";
  const bool done = llama_model_quantize(plain.c_str(), part.c_str(), &params) == 0;
  std::remove(plain.c_str());
  return done && std::rename(part.c_str(), made.c_str()) == 0 ? 0 : 1;
}

int run(int count, char** words) {
  std::string dir, real, type = "Q4_K_M";
  std::int64_t seed = 1;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view option = words[i];
    const auto number = to_int(words[i + 1]);
    if (option == "--out") dir = words[i + 1];
    else if (option == "--seed" && number) seed = *number;
    else if (option == "--real") real = words[i + 1];
    else if (option == "--type") type = words[i + 1];
    else dir.clear(), i = count;
  }
  if (dir.empty() || count % 2 == 0) {
    std::fputs("usage: wood_gguf --out DIR [--seed N] [--real MODEL [--type TYPE]]\n", stderr);
    return 2;
  }
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (!real.empty()) return write_real(real, type, dir, static_cast<std::uint64_t>(seed));
  for (const Shape& shape : kShapes) {
    if (write(shape, dir, static_cast<std::uint64_t>(seed))) continue;
    std::fprintf(stderr, "wood_gguf: cannot write %s/%s\n", dir.c_str(), shape.file);
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace wood

int main(int count, char** words) { return wood::run(count, words); }
