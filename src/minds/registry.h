// The registry of minds (models/models.toml): who they are, where they are, how to ask them. A
// mind's name is what a scenario's cast says; everything else about it can be changed here, or in a
// second file whose entries override the first's key by key.
//
//   [[mind]]
//   name = "house"            # kind = scripted | llama | openai
//   kind = "llama"
//   file = "house.gguf"       # relative: looked for in the model directories (live.h)
//
// The keys and their defaults are those of MindSpec.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "minds/mind.h"

namespace wood {

enum class MindKind { scripted, llama, openai };
// Which rendering of a prompt suits a mind: a trained house model knows the terse one, a general
// model needs the full one.
enum class Style { terse, full };
enum class SchemaMode {  // what an endpoint is told about the answer's form
  json_schema,           // response_format json_schema, strict
  json_object,           // response_format json_object: it knows of JSON, not of schemas
  none,                  // nothing: the prompt must say it all
};

// How a model in this process computes attention: by our own kernel, whose bits do not depend on
// how tokens are cut (attend.h), by llama.cpp's fused one, or by plain products. They differ in the
// last bits. Automatic is invariant where the processor computes it fast, else flash.
enum class Attention { automatic, invariant, flash, plain };

const char* name(MindKind kind);
const char* name(Style style);
const char* name(SchemaMode mode);
const char* name(Attention attention);
std::optional<Attention> attention_of(std::string_view name);  // none: there is no such

struct MindSpec {
  std::string name;
  std::string lab;     // who made it
  std::string family;  // "llama", "qwen2", …; councils count minds by family
  MindKind kind = MindKind::scripted;
  std::string licence;
  Style style = Style::full;
  std::int64_t context = 4'096;  // tokens an ask may use, prompt and answer together
  std::int64_t parallel = 8;     // asks in work at once
  Sampling sampling;             // what an asker without a wish of its own should ask for
  std::int64_t wait_ms_max = 0;  // how long an ask may take; 0: as long as its asker waits
  std::int64_t price_in = 0;     // micro-units of currency per million tokens
  std::int64_t price_out = 0;
  // What an ask is reckoned to take, for routes with a time budget; -1: not stated. Measured once
  // and written down, it stands in the card and so in the genesis: no route looks at a clock.
  std::int64_t latency_ms = -1;
  Json options = Json::object();  // scripted: its own options

  std::string file;  // llama: the GGUF; with a repo: its name there
  std::string repo;  // llama: "owner/name" on a model hub, for `wood minds pull` (hub.h)
  std::string revision = "main";  // llama: of the repo: a branch, a tag or a commit
  std::string sha256;             // llama: if given, the file must have it
  std::string chat = "auto";      // llama: "auto" (the file's own template), "plain", or a name
                                  // that llama.cpp knows ("chatml", "llama3", "gemma", …)

  Attention attention = Attention::automatic;  // llama
  bool repack = true;                          // llama: not in a file; false for runs recorded so

  std::string endpoint;  // openai: "http://127.0.0.1:8080/v1"
  std::string model;     // openai: the name the server knows it by
  std::string key_env;   // openai: environment variable with the API key; "" for none
  SchemaMode schema_mode = SchemaMode::json_schema;
  std::int64_t retries_max = 3;
  std::string tokens_key = "max_tokens";  // or "max_completion_tokens"
  bool seed = true;                       // whether it takes a `seed`

  bool no_system_role = false;  // quirk: the system message goes into the first user message
  bool reasoning = false;       // quirk: it thinks first, on a channel of its own, and is given
                                // 4,096 tokens for that beyond the answer's
};

struct Registry {
  std::vector<MindSpec> minds;  // in file order, overridden ones at their first place

  [[nodiscard]] const MindSpec* find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const;
};

struct RegistryText {
  std::string source;  // file name, for messages
  std::string text;
};

// Reads the texts in order; an entry whose name stood before overrides it key by key. Every error
// names file, line, mind and key.
Result<Registry> parse_registry(std::span<const RegistryText> texts);

// What an answer cost by the price list, from its token counts, rounded down.
std::int64_t cost_nano(const MindSpec& spec, const Answer& answer);

// The part of a mind's card that the registry knows: name, lab, family, kind, licence, style,
// prices; latency and sampling, where the entry gives them: creatures are asked as their mind's
// card says.
Json card_of(const MindSpec& spec);

}  // namespace wood
