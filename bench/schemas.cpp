// How the schema engine does on schemas that others wrote, with instances that are valid and such
// that are not: files of {"schema": …, "tests": [{"valid": true, "data": …}, …]}, as the public
// benchmark MaskBench has them.
//
//   bench_schemas FOLDER [--model FILE.gguf]
//
// What this program's subset does not hold (core/schema.h) is refused with the place named, counted
// by reason, and not tested. Of the rest, for validator and grammar: instances wrongly accepted and
// wrongly rejected; and the time to compile a grammar. An instance is given to the grammar in the
// form that the grammar writes: compact, members in its order. Objects are closed here unless
// additionalProperties is true, and a grammar writes no member that is not named: what is rejected
// for that alone is counted apart. With a model: the time for a mask over its vocabulary, at each
// token of the valid instances.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "core/schema.h"
#include "host/clock.h"
#include "minds/engine.h"
#include "minds/grammar.h"
#include "minds/vocab.h"

namespace {

using namespace wood;
using Kind = Json::Kind;

struct Sum {
  std::int64_t files = 0, refused = 0, too_large = 0, tested = 0, passed = 0;
  std::int64_t valid = 0, invalid = 0, closed = 0;
  std::int64_t accepted_wrongly = 0, rejected_wrongly = 0;  // by the validator
  std::int64_t written_wrongly = 0, barred_wrongly = 0;     // by the grammar
  std::map<std::string, std::int64_t> reasons;
  std::vector<std::int64_t> compile_us, mask_us;
};

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

void time_masks(Grammar& grammar, const Vocab& vocab, const std::string& text, Sum& sum) {
  const auto tokens = vocab.spell(text);
  if (!tokens) return;
  auto at = grammar.start();
  for (const auto token : *tokens) {
    const std::int64_t began = now_us();
    const auto mask = vocab.allowed(grammar, at);
    sum.mask_us.push_back(now_us() - began);
    at = grammar.next(at, vocab.bytes(token));
    if (at == Grammar::kDead) return;
  }
}

// Whether all instances were judged rightly by both.
bool judge(const std::string& path, const Json& schema, const Json& tests, Grammar& grammar,
           const Vocab* vocab, Sum& sum) {
  bool fine = true;
  for (const Json& test : tests.items()) {
    const bool valid = test.bool_or("valid", false);
    const Json& data = test.at("data");
    ++(valid ? sum.valid : sum.invalid);
    const auto faults = validate(data, schema);
    if (valid && unnamed(faults)) {
      ++sum.closed;
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
    if (valid && allowed && vocab != nullptr) time_masks(grammar, *vocab, text, sum);
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

void file(const std::string& path, const Vocab* vocab, Sum& sum) {
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
  const std::int64_t began = now_us();
  auto grammar = Grammar::compile(*schema);
  if (!grammar) return ++sum.too_large, refuse("the grammar: " + reason_of(grammar.error()));
  sum.compile_us.push_back(now_us() - began);
  ++sum.tested;
  sum.passed += judge(path, *schema, *tests, *grammar, vocab, sum);
}

std::int64_t share(std::vector<std::int64_t>& times, std::size_t percent) {
  if (times.empty()) return 0;
  std::sort(times.begin(), times.end());
  return times[std::min(times.size() - 1, times.size() * percent / 100)];
}

std::int64_t mean(const std::vector<std::int64_t>& times) {
  std::int64_t all = 0;
  for (const std::int64_t time : times) all += time;
  return times.empty() ? 0 : all / std::ssize(times);
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
                                    {"compile_us_mean", mean(sum.compile_us)},
                                    {"compile_us_p99", share(sum.compile_us, 99)},
                                    {"masks", static_cast<std::int64_t>(sum.mask_us.size())},
                                    {"mask_us_mean", mean(sum.mask_us)},
                                    {"mask_us_p99", share(sum.mask_us, 99)},
                                    {"refused_for", std::move(reasons)}})
                          .dump()
                          .c_str());
}

}  // namespace

int main(int count, char** words) {
  const bool modelled = count == 4 && std::string(words[2]) == "--model";
  if (count != 2 && !modelled) {
    std::fputs("usage: bench_schemas FOLDER [--model FILE.gguf]\n", stderr);
    return 2;
  }
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Vocab> vocab;
  if (modelled) {
    auto kernels = load_kernels("");
    auto loaded = kernels ? Engine::load(words[3], {.context = 64, .sequences = 1})
                          : tl::unexpected<Error>(kernels.error());
    if (!loaded) return std::fprintf(stderr, "bench_schemas: %s\n", loaded.error().what.c_str()), 3;
    engine = std::move(*loaded);
    vocab = std::make_unique<Vocab>(*engine);
  }
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(words[1], error))
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  if (error) return std::fprintf(stderr, "bench_schemas: %s\n", error.message().c_str()), 3;
  std::sort(paths.begin(), paths.end());
  Sum sum;
  for (const std::string& path : paths) file(path, vocab.get(), sum);
  print(sum);
  return sum.accepted_wrongly + sum.written_wrongly == 0 ? 0 : 1;
}
