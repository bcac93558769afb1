#include "minds/registry.h"

#include <algorithm>
#include <map>

#include "core/fields.h"
#include "core/text.h"
#include "core/toml.h"
#include "minds/hub_cache.h"

namespace wood {
namespace {

const std::vector<std::string> kKinds = {"scripted", "llama", "openai"};
const std::vector<std::string> kStyles = {"terse", "full"};
const std::vector<std::string> kAttentions = {"auto", "invariant", "flash", "plain"};
const std::vector<std::string> kModes = {"json_schema", "json_object", "none"};

// An entry as merged from all texts, and where each of its keys stands.
struct Entry {
  Json value = Json::object();
  std::map<std::string, std::string> places;  // "" is the entry itself
};

Status merge(const RegistryText& text, std::vector<Entry>& entries) {
  auto parsed = parse_toml(text.text);
  if (!parsed) return fail(std::move(parsed).error().during(text.source));
  const Toml& toml = *parsed;
  Fields top(toml.value, "");
  const auto list = top.objects("mind");
  if (Status read = top.done(); !read) return fail(std::move(read).error().during(text.source));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string path = "mind[" + std::to_string(i) + "]";
    const auto place = [&](const std::string& at) { return text.source + " " + toml.place(at); };
    const std::string name = list[i]->str_or("name", "");
    if (name.empty()) return fail(Errc::schema, place(path) + ": a mind without a name");
    const auto same = [&](const Entry& e) { return e.value.str_or("name", "") == name; };
    auto it = std::find_if(entries.begin(), entries.end(), same);
    if (it == entries.end()) it = entries.emplace(entries.end());
    else if (it->places[""].starts_with(text.source + " "))
      return fail(Errc::schema, place(path) + ": mind " + name + " stands twice in one file");
    it->places[""] = place(path);
    for (const auto& [key, value] : list[i]->members()) {
      it->value.set(key, value);
      it->places[key] = place(path + "." + key);
    }
  }
  return {};
}

Sampling sampling_of(Fields& mind) {
  Sampling sampling;
  const Json* given = mind.any("sampling");
  if (given == nullptr) return sampling;
  Fields f(*given, "sampling");
  sampling.temperature_milli =
      f.integer("temperature_milli", {.low = 0, .high = 5'000, .otherwise = 0});
  sampling.top_k = f.integer("top_k", {.low = 0, .high = 1'000'000, .otherwise = 0});
  sampling.top_p_milli = f.integer("top_p_milli", {.low = 1, .high = 1'000, .otherwise = 1'000});
  sampling.tokens_max = f.integer("tokens_max", {.low = 1, .high = 65'536, .otherwise = 256});
  if (Status read = f.done(); !read) mind.fault("sampling", "is wrong: " + read.error().what);
  return sampling;
}

void read_llama(Fields& f, MindSpec& spec) {
  spec.file = f.string("file");
  spec.sha256 = f.string("sha256", "");
  spec.chat = f.string("chat", spec.chat);
  spec.attention = static_cast<Attention>(f.choice("attention", kAttentions, 0));
  spec.repo = f.string("repo", "");
  spec.revision = f.string("revision", spec.revision);
  if (spec.repo.empty()) return;
  if (!is_repo_name(spec.repo))
    f.fault("repo", "must be owner/name, as in the address of its page on the hub");
  if (!is_path_within(spec.revision)) f.fault("revision", "must be a branch, a tag or a commit");
  if (!spec.file.starts_with("/") && !is_path_within(spec.file))  // "/…": a user's own copy
    f.fault("file", "must be a path within the repo");
}

void read_openai(Fields& f, MindSpec& spec) {
  spec.endpoint = f.string("endpoint");
  spec.model = f.string("model");
  spec.key_env = f.string("key_env", "");
  spec.schema_mode = static_cast<SchemaMode>(f.choice("schema_mode", kModes, 0));
  spec.retries_max =
      f.integer("retries_max", {.low = 0, .high = 20, .otherwise = spec.retries_max});
  spec.tokens_key = f.string("tokens_key", spec.tokens_key);
  spec.seed = f.boolean("seed", spec.seed);
  if (!spec.endpoint.starts_with("http://") && !spec.endpoint.starts_with("https://"))
    f.fault("endpoint", "must begin with http:// or https://");
}

Result<MindSpec> read(const Entry& entry) {
  MindSpec spec;
  Fields f(entry.value, "");
  spec.name = f.string("name");
  spec.lab = f.string("lab", "");
  spec.family = f.string("family", "");
  spec.kind = static_cast<MindKind>(f.choice("kind", kKinds));
  spec.licence = f.string("licence", "");
  spec.style = static_cast<Style>(f.choice("style", kStyles, 1));
  spec.context = f.integer("context", {.low = 256, .high = 1 << 20, .otherwise = spec.context});
  spec.parallel = f.integer("parallel", {.low = 1, .high = 64, .otherwise = spec.parallel});
  spec.wait_ms_max = f.integer("wait_ms_max", {.low = 0, .high = 3'600'000, .otherwise = 0});
  spec.price_in = f.integer("price_in", {.low = 0, .high = 10'000'000'000, .otherwise = 0});
  spec.price_out = f.integer("price_out", {.low = 0, .high = 10'000'000'000, .otherwise = 0});
  spec.latency_ms = f.integer("latency_ms", {.low = 0, .high = 3'600'000, .otherwise = -1});
  spec.no_system_role = f.boolean("no_system_role", false);
  spec.reasoning = f.boolean("reasoning", false);
  spec.sampling = sampling_of(f);
  if (spec.kind == MindKind::llama) read_llama(f, spec);
  if (spec.kind == MindKind::openai) read_openai(f, spec);
  if (spec.kind == MindKind::scripted)
    if (const Json* options = f.any("options")) spec.options = *options;
  const Status done = f.done();
  if (done) return spec;
  // Every fault begins with its key: put the line in front.
  std::vector<std::string> faults;
  for (const std::string& fault : split(replace_all(done.error().what, "; ", "\n"), '\n')) {
    if (fault.starts_with("did you mean") && !faults.empty()) {
      faults.back() += "; " + fault;
      continue;
    }
    auto it = entry.places.find(fault.substr(0, fault.find_first_of(" .")));
    if (it == entry.places.end()) it = entry.places.find("");
    faults.push_back(it->second + ": mind " + spec.name + ": " + fault);
  }
  return fail(Errc::schema, join(faults, "; "));
}

}  // namespace

const char* name(MindKind kind) { return kKinds[static_cast<std::size_t>(kind)].c_str(); }
const char* name(Style style) { return kStyles[static_cast<std::size_t>(style)].c_str(); }
const char* name(Attention attention) {
  return kAttentions[static_cast<std::size_t>(attention)].c_str();
}
std::optional<Attention> attention_of(std::string_view name) {
  const auto at = std::find(kAttentions.begin(), kAttentions.end(), name);
  if (at == kAttentions.end()) return std::nullopt;
  return static_cast<Attention>(at - kAttentions.begin());
}
const char* name(SchemaMode mode) { return kModes[static_cast<std::size_t>(mode)].c_str(); }

const MindSpec* Registry::find(std::string_view name) const {
  const auto it =
      std::find_if(minds.begin(), minds.end(), [&](const auto& m) { return m.name == name; });
  return it == minds.end() ? nullptr : &*it;
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> out;
  for (const MindSpec& mind : minds) out.push_back(mind.name);
  return out;
}

Result<Registry> parse_registry(std::span<const RegistryText> texts) {
  std::vector<Entry> entries;
  for (const RegistryText& text : texts) TRY_STATUS(merge(text, entries));
  Registry registry;
  for (const Entry& entry : entries) {
    TRY(MindSpec spec, read(entry));
    registry.minds.push_back(std::move(spec));
  }
  return registry;
}

std::int64_t cost_nano(const MindSpec& spec, const Answer& answer) {
  // Micro-units a million tokens are billionths a thousand tokens.
  return (answer.prompt_count * spec.price_in + answer.answer_count * spec.price_out) / 1'000;
}

Json card_of(const MindSpec& spec) {
  Json card = Json::object({{"name", spec.name},
                            {"kind", name(spec.kind)},
                            {"style", name(spec.style)},
                            {"price_in", spec.price_in},
                            {"price_out", spec.price_out}});
  if (spec.latency_ms >= 0) card.set("latency_ms", spec.latency_ms);
  if (!spec.lab.empty()) card.set("lab", spec.lab);
  if (!spec.family.empty()) card.set("family", spec.family);
  if (!spec.licence.empty()) card.set("licence", spec.licence);
  if (const Sampling& s = spec.sampling; s != Sampling{})
    card.set("sampling", Json::object({{"temperature_milli", s.temperature_milli},
                                       {"tokens_max", s.tokens_max},
                                       {"top_k", s.top_k},
                                       {"top_p_milli", s.top_p_milli}}));
  return card;
}

}  // namespace wood
