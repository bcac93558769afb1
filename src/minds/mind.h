// A mind answers asks. It is an oracle: what it says is a recorded input of the run, and nothing of
// the world depends on anything about it but the recorded answer.
//
// Three real minds: scripted (rules; the teacher of the house models), llama (a GGUF file in this
// process), openai (any /v1/chat/completions server). Read on in panel.h.
#pragma once

#include <atomic>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/ids.h"
#include "core/json.h"

namespace wood {

struct Message {
  std::string role;  // "system", "user", "assistant"
  std::string content;
};

struct Sampling {
  std::int64_t temperature_milli = 0;  // 0: greedy
  std::int64_t top_k = 0;              // 0: off
  std::int64_t top_p_milli = 1000;     // 1000: off
  std::uint64_t seed = 0;              // counter-based: token n is drawn with (seed, n), no state
  std::int64_t tokens_max = 256;
  friend bool operator==(const Sampling&, const Sampling&) = default;
};

// Where an ask may go. One that holds what is marked local stays on this machine: a mind that is
// remote() answers it with a Failure (Errc::local), having sent nothing.
enum class Reach { anywhere, here };

struct Ask {
  Seq prompt;          // the prompt entry this ask stands for; the key of its answer in the record
  std::string mind;    // name in models.toml
  std::string reader;  // who is asked: whose audience the firewall scans the messages for
  std::string task;    // what is asked, e.g. "creature.act", "desk.analyst", "desk.vote"
  std::vector<Message> messages;
  Json schema;  // what the answer must conform to (core/schema.h)
  Json facts;   // the facts the messages were rendered from, as data: rule-based minds read
                // these, language models the messages; both say the same
  Sampling sampling;
  std::int64_t wait_ms_max = 60'000;
  Reach reach = Reach::anywhere;
  // Set by another thread, or a signal, it ends the ask soon, without an answer; null: nobody does.
  // Outlives the call.
  const std::atomic<bool>* cancel = nullptr;
};

enum class Finish { stop, length, refused };  // refused: the server or model declined to answer
const char* name(Finish finish);

struct Usage {  // what differs between two honest runs goes to the margin, not the record
  std::int64_t wall_us = 0;
  std::int64_t cpu_us = 0;  // 0: not measured
  std::int64_t retries = 0;
  std::int64_t reused = 0;  // tokens of the prompt that had been read for an earlier ask
  std::string response_id;  // an endpoint's own id of the reply
};

struct Answer {
  std::string text;                         // raw, as generated
  std::string reasoning;                    // a reasoning channel that the server kept apart
  std::vector<std::int32_t> prompt_tokens;  // token ids of the rendered prompt; empty if not known
  std::vector<std::int32_t> tokens;         // token ids of the answer; empty if not known
  std::vector<bool> forced;                 // per token: the schema left no choice
  std::vector<std::string> logits;  // per free token: SHA-256 (hex) of the raw little-endian
                                    // float32 logits; empty for minds without logits
  // By closed field: the probability of its value, in parts per million (confidence.h); empty for
  // minds without logits.
  std::map<std::string, std::int64_t> confidence;
  Finish finish = Finish::stop;
  std::int64_t prompt_count = 0;  // tokens, as counted by the mind (0: it has no tokens)
  std::int64_t answer_count = 0;
  std::int64_t cost_nano = 0;  // billionths of the price list's currency unit
  Usage usage;
};

struct Failure {            // no answer: recorded as an input, and the asker does nothing this time
  Errc code = Errc::model;  // timeout, network, remote, model, limit, local
  std::string what;
  Usage usage;
};

using Reply = std::variant<Answer, Failure>;

// What is said for a remote mind to an ask that must stay here: the same words wherever it is
// refused, since they are on record.
Failure kept_here(const std::string& mind);

// Whether nobody wants its answer any more, and what is said then.
bool cancelled(const Ask& ask);
Failure cancelled_ask(Usage usage = {});

class Mind {
 public:
  virtual ~Mind() = default;
  // Answers every ask, in the order asked. Called from one thread at a time.
  virtual std::vector<Reply> ask(std::span<const Ask> asks) = 0;
  // What stands in the genesis about this mind: name, lab, family, kind, and for a file its
  // SHA-256, tokenizer, context, kernel variant. Deterministic on one machine.
  [[nodiscard]] virtual Json card() const = 0;
  // Whether asks leave this process: what is asked is committed first. Every mind must say; one
  // that forgot would be asked outside before its prompt is on disk.
  [[nodiscard]] virtual bool remote() const = 0;
  // About how many bytes it takes up while it is loaded; 0: none worth counting.
  [[nodiscard]] virtual std::int64_t footprint() const { return 0; }
  [[nodiscard]] virtual bool loaded() const { return false; }
  // Gives them back; the next ask loads again, and its answer is the same.
  virtual void rest() {}
};

}  // namespace wood
