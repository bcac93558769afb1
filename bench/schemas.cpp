// How the schema engine does on schemas that others wrote, with instances that are valid and such
// that are not: files of {"schema": …, "tests": [{"valid": true, "data": …}, …]}, as the public
// benchmark MaskBench has them.
//
//   bench_schemas FOLDER [--names FILE] [--model FILE.gguf] [--every N]
//
// --names: writes there which files were tested, one a line, for bench/schema-peer, which measures
// llama.cpp's own grammars on them. --model: the time for a mask over its vocabulary (its weights
// are not read) at each token of the valid instances of every N-th file tested. All times are CPU
// time, so that work beside it does not count.
//
// What this program's subset does not hold (core/schema.h) is refused with the place named, counted
// by reason, and not tested. Of the rest, for validator and grammar: instances wrongly accepted and
// wrongly rejected; and the time to compile a grammar. An instance is given to the grammar in the
// form that the grammar writes: compact, members in its order. Objects are closed here unless
// additionalProperties is true, and a grammar writes no member that is not named: what is rejected
// for that alone is counted apart, and passed is a file of which every instance was judged rightly,
// that reason included. A mask is timed with the step to the next token, and computed anew each
// time; where a state is met again in the same schema the program has it (minds/llama_mind.cpp), so
// those are counted.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/schema.h"
#include "minds/engine.h"
#include "minds/grammar.h"
#include "minds/kernels.h"
#include "minds/vocab.h"

namespace {

using namespace wood;
using Kind = Json::Kind;

struct Options {
  std::string folder, names, model;
  std::int64_t every = 1;
};

struct Sum {
  std::int64_t files = 0, refused = 0, tested = 0, passed = 0;
  std::int64_t valid = 0, invalid = 0, closed = 0;
  std::int64_t accepted_wrongly = 0, rejected_wrongly = 0;  // by the validator
  std::int64_t written_wrongly = 0, barred_wrongly = 0;     // by the grammar
  std::map<std::string, std::int64_t> reasons;
  std::int64_t masks_again = 0;  // at a state that the same file had before
  std::vector<std::int64_t> compile_ns, mask_ns;
  std::vector<std::string> names;
};

std::int64_t cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// The value as the grammar of this schema writes it; where the schema has options, of the first
// that the value conforms to. Canonical JSON sorts members, so the text is put together here.
std::string written(const Json& value, const Json& schema) {
  if (const Json* options = schema.find("oneOf"))
    for (const Json& option : options->items())
      if (validate(value, option).empty()) return written(value, option);
  if (value.is(Kind::array)) {
    const Json* items = schema.find("items");
    std::string out = "[";
    for (const Json& item : value.items())
      out += (out.size() > 1 ? "," : "") + (items != nullptr ? written(item, *items) : item.dump());
    return out + "]";
  }
  const Json* properties = schema.find("properties");
  if (!value.is(Kind::object) || properties == nullptr) return value.dump();
  std::vector<std::string> keys;
  const auto add = [&](const std::string& key) {
    if (value.find(key) != nullptr && std::find(keys.begin(), keys.end(), key) == keys.end())
      keys.push_back(key);
  };
  if (const Json* required = schema.find("required"))
    for (const Json& key : required->items()) add(key.string());
  for (const auto& [key, sub] : properties->members()) add(key);
  for (const auto& [key, member] : value.members()) add(key);
  std::string out = "{";
  for (const std::string& key : keys) {
    const Json* sub = properties->find(key);
    const Json& member = value.at(key);
    out += (out.size() > 1 ? "," : "") + Json(key).dump() + ":" +
           (sub != nullptr ? written(member, *sub) : member.dump());
  }
  return out + "}";
}

bool allows(Grammar& grammar, const std::string& text) {
  const auto at = grammar.next(grammar.start(), text);
  return at != Grammar::kDead && grammar.complete(at);
}

bool unnamed(const std::vector<std::string>& faults) {
  return !faults.empty() && std::all_of(faults.begin(), faults.end(), [](const std::string& fault) {
    return fault.ends_with("is not in the schema");
  });
}

void time_masks(Grammar& grammar, const Vocab& vocab, const std::string& text,
                std::set<Grammar::State>& met, Sum& sum) {
  const auto tokens = vocab.spell(text);
  if (!tokens) return;
  auto at = grammar.start();
  for (const auto token : *tokens) {
    sum.masks_again += !met.insert(at).second;
    const std::int64_t began = cpu_ns();
    const auto mask = vocab.allowed(grammar, at);
    if (mask[token]) at = grammar.next(at, vocab.bytes(token));
    sum.mask_ns.push_back(cpu_ns() - began);
    if (!mask[token]) return;
  }
}

// Whether all instances were judged rightly by both.
bool judge(const std::string& path, const Json& schema, const Json& tests, Grammar& grammar,
           const Vocab* vocab, Sum& sum) {
  bool fine = true;
  std::set<Grammar::State> met;
  for (const Json& test : tests.items()) {
    const bool valid = test.bool_or("valid", false);
    const Json& data = test.at("data");
    ++(valid ? sum.valid : sum.invalid);
    const auto faults = validate(data, schema);
    if (valid && unnamed(faults)) {
      ++sum.closed;
      fine = false;
      continue;
    }
    const std::string text = written(data, schema);
    const bool allowed = allows(grammar, text);
    sum.accepted_wrongly += !valid && faults.empty();
    sum.rejected_wrongly += valid && !faults.empty();
    sum.written_wrongly += !valid && allowed;
    sum.barred_wrongly += valid && !allowed;
    const bool right = faults.empty() == valid && allowed == valid;
    if (!right)
      std::fprintf(stderr, "%s: %s, validator %s, grammar %s: %.200s\n", path.c_str(),
                   valid ? "valid" : "invalid", faults.empty() ? "accepts" : faults[0].c_str(),
                   allowed ? "accepts" : "rejects", text.c_str());
    fine = fine && right;
    if (valid && allowed && vocab != nullptr) time_masks(grammar, *vocab, text, met, sum);
  }
  return fine;
}

// A reason without its place: `schema at $.a: keyword "x" is not supported` becomes the second
// half.
std::string reason_of(const Error& error) {
  const std::size_t at = error.what.find(": ");
  std::string what = at == std::string::npos ? error.what : error.what.substr(at + 2);
  what = what.substr(0, what.find(';'));
  return what.substr(0, what.find("names \""));
}

void file(const std::string& path, const Vocab* vocab, std::int64_t every, Sum& sum) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  ++sum.files;
  const auto refuse = [&](const std::string& why) { ++sum.refused, ++sum.reasons[why]; };
  const auto value = parse_json(text.str());
  if (!value) return refuse("the file: " + reason_of(value.error()));
  const Json *schema = value->find("schema"), *tests = value->find("tests");
  if (schema == nullptr || tests == nullptr) return refuse("the file: no schema or no tests");
  if (const Status checked = check_schema(*schema); !checked)
    return refuse(reason_of(checked.error()));
  const std::int64_t began = cpu_ns();
  auto grammar = Grammar::compile(*schema);
  if (!grammar) return refuse("the grammar: " + reason_of(grammar.error()));
  sum.compile_ns.push_back(cpu_ns() - began);
  const bool timed = sum.tested++ % every == 0;
  sum.names.push_back(std::filesystem::path(path).filename());
  sum.passed += judge(path, *schema, *tests, *grammar, timed ? vocab : nullptr, sum);
}

// Mean, median, 99th percentile and maximum, in microseconds with one decimal.
Json spread(std::vector<std::int64_t> ns) {
  if (ns.empty()) return Json::object();
  std::sort(ns.begin(), ns.end());
  std::int64_t all = 0;
  for (const std::int64_t one : ns) all += one;
  const auto micros = [](std::int64_t value) {
    return std::to_string(value / 1'000) + "." + std::to_string(value / 100 % 10);
  };
  const auto at = [&](std::size_t percent) {
    return micros(ns[std::min(ns.size() - 1, ns.size() * percent / 100)]);
  };
  return Json::object({{"count", std::ssize(ns)},
                       {"mean", micros(all / std::ssize(ns))},
                       {"p50", at(50)},
                       {"p99", at(99)},
                       {"max", at(100)}});
}

void print(Sum& sum) {
  Json reasons = Json::object();
  std::vector<std::pair<std::int64_t, std::string>> most;
  for (const auto& [reason, count] : sum.reasons) most.emplace_back(-count, reason);
  std::sort(most.begin(), most.end());
  for (std::size_t i = 0; i < std::min<std::size_t>(most.size(), 20); ++i)
    reasons.set(most[i].second, -most[i].first);
  std::printf("%s\n", Json::object({{"bench", "schemas"},
                                    {"files", sum.files},
                                    {"refused", sum.refused},
                                    {"tested", sum.tested},
                                    {"passed", sum.passed},
                                    {"valid", sum.valid},
                                    {"invalid", sum.invalid},
                                    {"valid_with_members_not_named", sum.closed},
                                    {"validator_wrong_accepts", sum.accepted_wrongly},
                                    {"validator_wrong_rejects", sum.rejected_wrongly},
                                    {"grammar_wrong_accepts", sum.written_wrongly},
                                    {"grammar_wrong_rejects", sum.barred_wrongly},
                                    {"compile_us", spread(sum.compile_ns)},
                                    {"mask_us", spread(sum.mask_ns)},
                                    {"masks_at_a_state_met_before", sum.masks_again},
                                    {"refused_for", std::move(reasons)}})
                          .dump()
                          .c_str());
}

bool read_options(int count, char** words, Options& options) {
  if (count < 2 || count % 2 != 0) return false;
  options.folder = words[1];
  for (int i = 2; i < count; i += 2) {
    const std::string name = words[i], value = words[i + 1];
    if (name == "--names") options.names = value;
    else if (name == "--model") options.model = value;
    else if (name == "--every") options.every = std::max(std::atoll(value.c_str()), 1LL);
    else return false;
  }
  return true;
}

int complain(const std::string& what) {
  return std::fprintf(stderr, "bench_schemas: %s\n", what.c_str()), 3;
}

}  // namespace

int main(int count, char** words) {
  Options options;
  if (!read_options(count, words, options)) {
    std::fputs("usage: bench_schemas FOLDER [--names FILE] [--model FILE.gguf] [--every N]\n",
               stderr);
    return 2;
  }
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Vocab> vocab;
  if (!options.model.empty()) {
    const auto kernels = load_kernels("");
    if (!kernels) return complain(kernels.error().what);
    auto loaded = Engine::load_tokens(options.model);
    if (!loaded) return complain(loaded.error().what);
    engine = std::move(*loaded);
    vocab = std::make_unique<Vocab>(*engine);
  }
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(options.folder, error))
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  if (error) return complain(error.message());
  std::sort(paths.begin(), paths.end());
  Sum sum;
  for (const std::string& path : paths) file(path, vocab.get(), options.every, sum);
  print(sum);
  if (!options.names.empty()) {
    std::ofstream out(options.names);
    for (const std::string& name : sum.names) out << name << "\n";
  }
  return sum.accepted_wrongly + sum.written_wrongly == 0 ? 0 : 1;
}
