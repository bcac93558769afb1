// What bench_schemas measures of our grammars, of llama.cpp's own: json_schema_to_grammar() and the
// grammar engine behind it, of the release that wood links. Files, figures and their names are
// those of bench/schemas.cpp; README.md says how to run both side by side.
//
//   schema_peer FOLDER [--names FILE] [--model FILE.gguf] [--every N] [--seconds N]
//
// --names: only the files named there, one a line (what `bench_schemas --names` writes). --model:
// the time for a mask over its vocabulary, its weights are not read, at each token of the valid
// instances of every N-th file. An instance is given twice: compact, in the order of the members
// that this grammar wants, and as the public benchmark gives it, with a space after every comma and
// colon and the members as they come. Every file has a process of its own, with --seconds of CPU
// time (60) and 8 GiB: some grammars end neither the one nor the other way. All times are CPU time,
// so that work beside it does not count.
#include <ggml-backend.h>
#include <llama-grammar.h>
#include <llama.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "json-schema-to-grammar.h"
#include "order.h"

namespace peer {
namespace {

struct Options {
  std::string folder, names, model;
  std::int64_t every = 1, seconds = 60;
};

struct Sum {
  std::map<std::string, std::int64_t> counts, reasons, keywords;
  std::vector<std::int64_t> compile_ns, mask_ns;
};

// Of this thread, the only one: under a limit of CPU time Linux counts a process in ticks of 4 ms.
std::int64_t cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// ---- In the process of one file: what was found goes out line by line, a word and its value
// -------

class Report {
 public:
  explicit Report(int to) : out_(fdopen(to, "w")) {}
  void count(const std::string& what) { line("count " + what); }
  void reason(const std::string& why) { line("reason " + why); }
  void keyword(const std::string& name) { line("keyword " + name); }
  void compile(std::int64_t ns) { line("compile " + std::to_string(ns)); }
  void mask(std::int64_t ns) { line("mask " + std::to_string(ns)); }
  void wrong(const std::string& what) { line("wrong " + what); }

 private:
  void line(const std::string& text) {
    std::fprintf(out_, "%s\n", text.c_str());
    std::fflush(out_);  // whoever is ended for lack of time has said what it knew
  }
  FILE* out_;
};

class Engine {
 public:
  explicit Engine(const std::string& gbnf)
      : grammar_(
            llama_grammar_init_impl(nullptr, gbnf.c_str(), "root", false, nullptr, 0, nullptr, 0)) {
    if (grammar_ != nullptr) start_ = llama_grammar_get_stacks(grammar_);
  }
  ~Engine() { llama_grammar_free_impl(grammar_); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  [[nodiscard]] bool parsed() const { return grammar_ != nullptr; }

  bool takes(const std::string& text) {
    llama_grammar_get_stacks(grammar_) = start_;
    grammar_->partial_utf8 = {};
    try {
      llama_grammar_accept_str(*grammar_, text);
    } catch (const std::runtime_error&) {  // its way to say no
      return false;
    }
    const auto& stacks = llama_grammar_get_stacks(grammar_);
    return std::any_of(stacks.begin(), stacks.end(), [](const auto& s) { return s.empty(); });
  }

 private:
  llama_grammar* grammar_;
  llama_grammar_stacks start_;
};

std::string reason_of(const std::string& what) {
  std::string text = what;
  std::replace(text.begin(), text.end(), '\n', ' ');
  const std::size_t place = text.find("error at ");
  const std::size_t behind = place == std::string::npos ? place : text.find(": ", place);
  if (behind != std::string::npos) text = text.substr(behind + 2);
  for (const char* part : {"$ref ", "type "})
    if (const std::size_t at = text.find(part); at != std::string::npos)
      text = text.substr(0, at + std::strlen(part) - 1);
  return text.substr(0, 60);
}

// The grammar's text; "" if the converter refuses. What it complains of, rather than refusing, it
// writes to stderr.
std::string converted(const Json& schema, Report& report) {
  const int complaints = memfd_create("complaints", 0);
  dup2(complaints, 2);
  try {
    std::string gbnf = json_schema_to_grammar(schema, true);
    if (lseek(complaints, 0, SEEK_END) > 0) report.count("converted_with_a_warning");
    return gbnf;
  } catch (const std::exception& error) {
    report.count("refused_by_the_converter");
    report.reason(reason_of(error.what()));
    return "";
  }
}

void time_masks(const llama_vocab* vocab, const std::string& gbnf,
                const std::vector<std::string>& instances, Report& report) {
  llama_sampler* sampler = llama_sampler_init_grammar(vocab, gbnf.c_str(), "root");
  if (sampler == nullptr) return report.count("no_sampler");
  std::vector<llama_token_data> data(static_cast<std::size_t>(llama_vocab_n_tokens(vocab)));
  for (const std::string& text : instances) {
    llama_sampler_reset(sampler);
    std::vector<llama_token> tokens(text.size() + 8);
    const int count = llama_tokenize(vocab, text.data(), static_cast<int>(text.size()),
                                     tokens.data(), static_cast<int>(tokens.size()), false, false);
    for (int i = 0; i < count; ++i) {
      for (std::size_t id = 0; id < data.size(); ++id)
        data[id] = {static_cast<llama_token>(id), 0.0F, 0.0F};
      llama_token_data_array all = {data.data(), data.size(), -1, false};
      const std::int64_t began = cpu_ns();
      llama_sampler_apply(sampler, &all);
      const bool allowed = data[static_cast<std::size_t>(tokens[i])].logit == 0.0F;
      if (allowed) llama_sampler_accept(sampler, tokens[i]);
      report.mask(cpu_ns() - began);
      if (!allowed) {
        report.count("mask_bars_a_token_of_an_accepted_text");
        break;
      }
    }
  }
  llama_sampler_free(sampler);
}

void judge(const Json& file, const std::string& gbnf, Engine& engine, const llama_vocab* vocab,
           Report& report) {
  const Json& schema = file.at("schema");
  bool fine = true, fine_spaced = true;
  std::vector<std::string> accepted;
  for (const Json& test : file.at("tests")) {
    const bool valid = test.at("valid").get<bool>();
    const Json& data = test.at("data");
    const bool open = valid && unnamed(data, schema, schema);
    report.count(valid ? "valid" : "invalid");
    if (open) report.count("valid_with_members_not_named");
    const auto texts = ordered(data, schema, schema);
    const auto taken =
        std::find_if(texts.begin(), texts.end(), [&](const auto& t) { return engine.takes(t); });
    const bool compact = taken != texts.end(), spaced_out = engine.takes(spaced(data));
    if (valid != compact && !open)
      report.wrong((valid ? "valid, rejected: " : "invalid, accepted: ") +
                   texts.front().substr(0, 200));
    if (!valid && (compact || spaced_out)) report.count("grammar_wrong_accepts");
    if (valid && !compact) report.count("grammar_wrong_rejects");
    if (valid && !compact && !open) report.count("grammar_wrong_rejects_of_named_members");
    if (valid && !spaced_out) report.count("spaced_wrong_rejects");
    if (valid && compact) accepted.push_back(*taken);
    fine = fine && compact == valid && (valid || !spaced_out);
    fine_spaced = fine_spaced && spaced_out == valid;
  }
  if (fine) report.count("passed");
  if (fine_spaced) report.count("spaced_passed");
  if (vocab != nullptr) time_masks(vocab, gbnf, accepted, report);
}

void file(const std::string& path, const llama_vocab* vocab, Report& report) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  const Json value = Json::parse(text.str());
  for (const std::string& name : skipped(value.at("schema"))) report.keyword(name);
  const std::int64_t began = cpu_ns();
  const std::string gbnf = converted(value.at("schema"), report);
  if (gbnf.empty()) return;
  Engine engine(gbnf);
  const std::int64_t took = cpu_ns() - began;
  if (!engine.parsed()) return report.count("refused_by_the_engine");
  report.compile(took);
  report.count("tested");
  if (!skipped(value.at("schema")).empty()) report.count("tested_with_keywords_skipped");
  judge(value, gbnf, engine, vocab, report);
}

[[noreturn]] void run(const std::string& path, const llama_vocab* vocab, const Options& options,
                      int to) {
  const auto seconds = static_cast<rlim_t>(options.seconds);
  const rlimit time = {seconds, seconds + 1}, memory = {rlim_t{8} << 30, rlim_t{8} << 30};
  setrlimit(RLIMIT_CPU, &time);
  setrlimit(RLIMIT_AS, &memory);
  Report report(to);
  try {
    file(path, vocab, report);
  } catch (const std::bad_alloc&) {
    report.count("out_of_memory");
  } catch (const std::exception& error) {
    report.count("failed");
    report.reason(reason_of(error.what()));
  }
  _exit(0);
}

// ---- In the process of them all
// --------------------------------------------------------------------

void gather(const std::string& path, int from, Sum& sum) {
  FILE* in = fdopen(from, "r");
  char* line = nullptr;
  std::size_t room = 0;
  for (ssize_t size = 0; (size = getline(&line, &room, in)) > 0;) {
    const std::string text(line, static_cast<std::size_t>(size - 1));
    const std::size_t cut = text.find(' ');
    const std::string word = text.substr(0, cut), value = text.substr(cut + 1);
    if (word == "count") ++sum.counts[value];
    else if (word == "reason") ++sum.reasons[value];
    else if (word == "keyword") ++sum.keywords[value];
    else if (word == "wrong") std::fprintf(stderr, "%s: %s\n", path.c_str(), value.c_str());
    else if (word == "compile") sum.compile_ns.push_back(std::stoll(value));
    else sum.mask_ns.push_back(std::stoll(value));
  }
  std::free(line);
  std::fclose(in);
}

bool measure(const std::string& path, const llama_vocab* vocab, const Options& options, Sum& sum) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    close(ends[0]);
    run(path, vocab, options, ends[1]);
  }
  close(ends[1]);
  ++sum.counts["files"];
  gather(path, ends[0], sum);
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFSIGNALED(status)) return true;
  const bool late = WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL;
  ++sum.counts[late ? "timeouts" : "crashes"];
  std::fprintf(stderr, "%s: %s\n", path.c_str(), late ? "no end" : strsignal(WTERMSIG(status)));
  return true;
}

double micros(std::int64_t ns) { return static_cast<double>(ns / 100) / 10; }

// Mean, median, 99th percentile and maximum, in microseconds.
Json spread(std::vector<std::int64_t> ns) {
  if (ns.empty()) return Json::object();
  std::sort(ns.begin(), ns.end());
  std::int64_t all = 0;
  for (const std::int64_t one : ns) all += one;
  const auto at = [&](std::size_t percent) {
    return micros(ns[std::min(ns.size() - 1, ns.size() * percent / 100)]);
  };
  Json out = Json::object();
  out["count"] = ns.size();
  out["mean"] = micros(all / static_cast<std::int64_t>(ns.size()));
  out["p50"] = at(50);
  out["p99"] = at(99);
  out["max"] = at(100);
  return out;
}

Json most(const std::map<std::string, std::int64_t>& counts) {
  std::vector<std::pair<std::int64_t, std::string>> list;
  for (const auto& [name, count] : counts) list.emplace_back(-count, name);
  std::sort(list.begin(), list.end());
  Json out = Json::object();
  for (const auto& [count, name] : list) out[name] = -count;
  return out;
}

void print(const Sum& sum) {
  Json out = Json::object();
  out["bench"] = "schema_peer";
  for (const auto& [name, count] : sum.counts) out[name] = count;
  out["compile_us"] = spread(sum.compile_ns);
  out["mask_us"] = spread(sum.mask_ns);
  out["refused_for"] = most(sum.reasons);
  out["keywords_skipped"] = most(sum.keywords);
  std::printf("%s\n", out.dump().c_str());
}

bool read_options(int count, char** words, Options& options) {
  if (count < 2 || count % 2 != 0) return false;
  options.folder = words[1];
  for (int i = 2; i < count; i += 2) {
    const std::string name = words[i], value = words[i + 1];
    if (name == "--names") options.names = value;
    else if (name == "--model") options.model = value;
    else if (name == "--every") options.every = std::max(std::atoll(value.c_str()), 1LL);
    else if (name == "--seconds") options.seconds = std::max(std::atoll(value.c_str()), 1LL);
    else return false;
  }
  return true;
}

std::vector<std::string> paths(const Options& options) {
  std::vector<std::string> out;
  if (!options.names.empty()) {
    std::ifstream in(options.names);
    for (std::string name; std::getline(in, name);) out.push_back(options.folder + "/" + name);
    return out;
  }
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(options.folder, error))
    if (entry.path().extension() == ".json") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

int measure_all(const Options& options) {
  llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  llama_model* model = nullptr;
  if (!options.model.empty()) {
    ggml_backend_load(LLAMA_BINS "/libggml-cpu-x64.so");
    llama_model_params params = llama_model_default_params();
    params.vocab_only = true;
    model = llama_model_load_from_file(options.model.c_str(), params);
    if (model == nullptr) return std::fprintf(stderr, "no model %s\n", options.model.c_str()), 3;
  }
  Sum sum;
  std::int64_t index = 0;
  for (const std::string& path : paths(options)) {
    const bool timed = model != nullptr && index++ % options.every == 0;
    if (!measure(path, timed ? llama_model_get_vocab(model) : nullptr, options, sum)) return 3;
  }
  if (sum.counts.empty()) return std::fputs("schema_peer: no files\n", stderr), 3;
  print(sum);
  return 0;
}

}  // namespace
}  // namespace peer

int main(int count, char** words) {
  peer::Options options;
  if (!peer::read_options(count, words, options)) {
    std::fputs(
        "usage: schema_peer FOLDER [--names FILE] [--model FILE.gguf] [--every N] [--seconds N]\n",
        stderr);
    return 2;
  }
  return peer::measure_all(options);
}
