// One decision of five fields, asked again and again: of a model in this process, of llama.cpp's
// own server with the same file (bench/server starts one), and what llama.cpp could do at best.
//
//   bench_panel FILE [--url URL [--pid PID]] [--asks N] [--threads N] [--lanes N] [--parallel N]
//                    [--rules N]     lines that all prompts begin with (2)
//                    [--letters N]   of the reason that an answer begins with (24)
//                    [--day]         creatures of one day: what the market is like stands in the
//                                    system message and is the same for `parallel` asks, and only
//                                    what somebody has is his own; else all of it is an ask's own
//                    [--attention A] in process: auto, invariant, flash or plain (auto)
//
// One line of JSON a contestant and manner (one ask at a time; N at once, and then the next N; all
// handed over together, N of them under way): decisions a second, the median and the 95th
// percentile of what an ask waits, tokens, peak memory. `of_the_limit_percent`: the time that
// llama.cpp's bare decode needs for the tokens of the in-process run, against what was taken;
// prompts and forced tokens at its speed of reading 512 tokens, free ones at its speed of writing
// 128 alone (what llama-bench measures as pp512 and tg128, with its own attention and in this run);
// what was read before (usage.reused) costs nothing. `of_the_joint_limit_percent`: the same with
// free tokens at its speed of writing as many at once as are asked at once, at a depth of 512.
#include <llama.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "core/text.h"
#include "host/clock.h"
#include "minds/engine.h"
#include "minds/llama_mind.h"
#include "minds/openai_mind.h"

namespace {

using namespace wood;

struct Options {
  std::string file, url, pid, attention = "auto";
  std::int64_t asks = 32, threads = 1, parallel = 8, rules = 2, lanes = 1, letters = 24;
  bool day = false;
};

constexpr const char* kSchema = R"({"type":"object",
  "required":["reason","act","good","lots","price"],"properties":{
    "reason":{"type":"string"},
    "act":{"enum":["buy","sell","hold"]},
    "good":{"enum":["acorns","berries","mushrooms","honey","firewood"]},
    "lots":{"type":"integer","minimum":1,"maximum":12},
    "price":{"type":"integer","minimum":1,"maximum":999}}})";

// Rules that all asks share, and a market of each ask's own. `series` keeps the asks of two manners
// apart, so that none is answered out of a cache that the other filled.
std::vector<Ask> asks_of(const Options& options, int series) {
  std::string rules = "You trade in the Wood. Each evening you eat two foods and burn firewood.";
  for (int i = 0; i < options.rules; ++i)
    rules += " Rule " + std::to_string(i) + ": no order may stand further than " +
             std::to_string(10 + i * 3) + " percent from the mark.";
  Json schema = parse_json(kSchema).value();
  Json reason = Json::object(
      {{"maxLength", options.letters}, {"minLength", options.letters}, {"type", "string"}});
  Json properties = schema.at("properties");
  properties.set("reason", std::move(reason));
  schema.set("properties", std::move(properties));
  std::vector<Ask> asks(static_cast<std::size_t>(options.asks));
  for (int i = 0; i < options.asks; ++i) {
    // Of the market and of the asker.
    const std::int64_t day = options.day ? i / options.parallel : i;
    std::string market = "Day " + std::to_string(series * 1'000 + day) + ".", mine;
    for (const char* good : {"acorns", "berries", "mushrooms", "honey", "firewood"}) {
      const std::string mark =
          std::string(" ") + good + ": mark " + std::to_string(300 + (day * 37 + series) % 500);
      const std::string had = "you have " + std::to_string((i * 7 + series) % 13) + ".";
      if (options.day) market += mark + ".", mine += std::string(" ") + good + ": " + had;
      else mine += mark + ", " + had;
    }
    const std::string common = options.day ? rules + " " + market : rules;
    if (!options.day) mine = market + mine;
    Ask& ask = asks[static_cast<std::size_t>(i)];
    ask.prompt = {i};
    ask.messages = {{"system", common}, {"user", mine + " What do you do? Answer in JSON."}};
    ask.schema = schema;
    ask.sampling = {
        .temperature_milli = 800, .seed = static_cast<std::uint64_t>(i), .tokens_max = 128};
    ask.wait_ms_max = 600'000;
  }
  return asks;
}

struct Sum {
  std::int64_t prompt = 0, reused = 0, answer = 0, forced = 0, failures = 0, us = 0;
  std::vector<std::int64_t> waits;

  [[nodiscard]] std::int64_t wait(std::size_t percent) {
    if (waits.empty()) return 0;
    std::sort(waits.begin(), waits.end());
    return waits[std::min(waits.size() - 1, waits.size() * percent / 100)];
  }
};

Sum measure(Mind& mind, const std::vector<Ask>& asks, std::size_t together) {
  Sum sum;
  const std::int64_t began = now_us();
  for (std::size_t i = 0; i < asks.size(); i += together) {
    const std::size_t count = std::min(together, asks.size() - i);
    for (const Reply& reply : mind.ask(std::span(asks).subspan(i, count))) {
      if (const auto* failure = std::get_if<Failure>(&reply)) {
        std::fprintf(stderr, "bench_panel: %s\n", failure->what.c_str());
        ++sum.failures;
        continue;
      }
      const Answer& answer = std::get<Answer>(reply);
      sum.prompt += answer.prompt_count, sum.answer += answer.answer_count;
      sum.reused += answer.usage.reused;
      sum.forced += std::count(answer.forced.begin(), answer.forced.end(), true);
      sum.waits.push_back(answer.usage.wall_us);
    }
  }
  sum.us = now_us() - began;
  return sum;
}

// Of a process, in MiB; 0 if it is not there.
std::int64_t peak_memory(const std::string& pid) {
  std::ifstream status("/proc/" + pid + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:"))
      return to_int(trim(std::string_view(line).substr(6, line.find("kB") - 6))).value_or(0) /
             1'024;
  return 0;
}

// Microseconds that llama.cpp takes for a token: read 512 at once, written by one sequence behind
// up to 128, or by `sequences` at once at a depth of 512.
struct Bare {
  double read_us = 0, written_us = 0, joint_us = 0;
};

double decode_us(llama_context* context, llama_batch& batch, int rounds) {
  const std::int64_t began = now_us();
  for (int r = 0; r < rounds; ++r) {
    if (llama_decode(context, batch) != 0) return 0;
    llama_synchronize(context);
    for (int i = 0; i < batch.n_tokens; ++i) batch.pos[i] += 1;
  }
  return static_cast<double>(now_us() - began) / rounds;
}

Bare bare(const Options& options, int sequences) {
  llama_model_params model_params = llama_model_default_params();
  llama_model* model = llama_model_load_from_file(options.file.c_str(), model_params);
  if (model == nullptr) return {};
  llama_context_params params = llama_context_default_params();
  params.n_ctx = static_cast<std::uint32_t>(sequences) * 1'024;
  params.n_batch = params.n_ubatch = 512;
  params.n_seq_max = static_cast<std::uint32_t>(sequences);
  params.n_threads = params.n_threads_batch = static_cast<std::int32_t>(options.threads);
  llama_context* context = llama_init_from_model(model, params);
  llama_batch batch = llama_batch_init(512, 0, 1);
  const auto fill = [&](int count, bool own, int depth = 512) {
    batch.n_tokens = count;
    for (int i = 0; i < count; ++i) {
      batch.token[i] = 20 + i % 100;
      batch.pos[i] = own ? depth : i;
      batch.n_seq_id[i] = 1;
      batch.seq_id[i][0] = own ? i : 0;
      batch.logits[i] = static_cast<std::int8_t>(own || i + 1 == count);
    }
  };
  Bare out;
  llama_memory_t memory = llama_get_memory(context);
  for (int round = 0; round < 3; ++round) {  // the best of three: the first one warms up
    llama_memory_clear(memory, true);
    fill(512, false);
    const double us = decode_us(context, batch, 1) / 512;
    if (round > 0) out.read_us = out.read_us == 0 ? us : std::min(out.read_us, us);
  }
  for (int round = 0; round < 2; ++round) {
    llama_memory_clear(memory, true);
    fill(1, true, 0);
    const double us = decode_us(context, batch, 128);
    out.written_us = out.written_us == 0 ? us : std::min(out.written_us, us);
  }
  llama_memory_clear(memory, true);
  fill(512, false);
  decode_us(context, batch, 1);
  for (int s = 1; s < sequences; ++s) llama_memory_seq_cp(memory, 0, s, -1, -1);
  fill(sequences, true);
  for (int round = 0; round < 2; ++round) {
    const double us = decode_us(context, batch, 32) / sequences;
    out.joint_us = out.joint_us == 0 ? us : std::min(out.joint_us, us);
  }
  llama_batch_free(batch);
  llama_free(context);
  llama_model_free(model);
  return out;
}

// What llama.cpp would need for it, in microseconds.
struct Limits {
  double alone_us = 0, joint_us = 0;
};

void print(const char* who, std::size_t handed, std::size_t together, Sum& sum, std::int64_t memory,
           const Limits& limits = {}) {
  const std::int64_t decisions = static_cast<std::int64_t>(sum.waits.size());
  Json line = Json::object({{"answer_tokens", sum.answer},
                            {"at_once", static_cast<std::int64_t>(together)},
                            {"bench", "panel"},
                            {"decisions", decisions},
                            {"decisions_a_second_milli", decisions * 1'000'000'000 / sum.us},
                            {"failures", sum.failures},
                            {"forced_tokens", sum.forced},
                            {"handed_over", static_cast<std::int64_t>(handed)},
                            {"p50_us", sum.wait(50)},
                            {"p95_us", sum.wait(95)},
                            {"peak_mib", memory},
                            {"prompt_tokens", sum.prompt},
                            {"reused_tokens", sum.reused},
                            {"who", who}});
  const auto percent = [&](double us) {
    return static_cast<std::int64_t>(100 * us / static_cast<double>(sum.us));
  };
  if (limits.alone_us > 0) {
    line.set("of_the_limit_percent", percent(limits.alone_us));
    line.set("of_the_joint_limit_percent", percent(limits.joint_us));
  }
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

std::int64_t in_process(const Options& options) {
  MindSpec spec;
  spec.name = "panel";
  spec.kind = MindKind::llama;
  spec.context = 1'024;
  spec.parallel = options.parallel;
  spec.attention = attention_of(options.attention).value();
  auto mind = llama_mind(spec, {.path = options.file,
                                .threads = static_cast<int>(options.threads),
                                .lanes = static_cast<int>(options.lanes),
                                .kernels = ""});
  if (!mind) {
    std::fprintf(stderr, "bench_panel: %s\n", mind.error().what.c_str());
    return 1;
  }
  Options few = options;
  few.asks = 2;
  measure(**mind, asks_of(few, 1), 1);  // loads the weights, builds the masks
  const auto many = static_cast<std::size_t>(options.parallel);
  Sum one = measure(**mind, asks_of(options, 2), 1);
  Sum all = measure(**mind, asks_of(options, 3), many);
  Sum flow = measure(**mind, asks_of(options, 4), static_cast<std::size_t>(options.asks));
  const std::int64_t memory = peak_memory("self");
  // A large model uses them all for a lone ask, too.
  const bool large = (*mind)->card().int_or("parameters", 0) >= 100'000'000;
  const auto limits = [&](const Sum& sum, const Bare& speed, std::size_t together) {
    const double cores = static_cast<double>(
        large ? options.lanes : std::min<std::int64_t>(options.lanes, together));
    const double read_us =
        static_cast<double>(sum.prompt - sum.reused + sum.forced) * speed.read_us / cores;
    const double free = static_cast<double>(sum.answer - sum.forced) / cores;
    return Limits{read_us + free * speed.written_us, read_us + free * speed.joint_us};
  };
  const Bare speed = bare(options, static_cast<int>(many));
  print("wood", 1, 1, one, memory, limits(one, bare(options, 1), 1));
  print("wood", many, many, all, memory, limits(all, speed, many));
  print("wood", static_cast<std::size_t>(options.asks), many, flow, memory,
        limits(flow, speed, many));
  return one.failures + all.failures + flow.failures;
}

std::int64_t through(const Options& options) {
  MindSpec spec;
  spec.name = "server";
  spec.kind = MindKind::openai;
  spec.endpoint = options.url;
  spec.model = "panel";
  spec.parallel = options.parallel;
  const auto mind = openai_mind(spec);
  Options few = options;
  few.asks = 2;
  measure(*mind, asks_of(few, 1), 1);
  const auto many = static_cast<std::size_t>(options.parallel);
  Sum one = measure(*mind, asks_of(options, 2), 1);
  Sum all = measure(*mind, asks_of(options, 3), many);
  Sum flow = measure(*mind, asks_of(options, 4), static_cast<std::size_t>(options.asks));
  const std::int64_t memory = options.pid.empty() ? 0 : peak_memory(options.pid);
  print("llama-server", 1, 1, one, memory);
  print("llama-server", many, many, all, memory);
  print("llama-server", static_cast<std::size_t>(options.asks), many, flow, memory);
  return 0;  // what a random model makes of a server's grammar is not ours to answer for
}

bool read(int count, char** words, Options& options) {
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--day") options.day = true;
    if (word == "--day") continue;
    if (!word.starts_with("--")) {
      options.file = word;
      continue;
    }
    if (++i == count) return false;
    const std::int64_t number = to_int(words[i]).value_or(0);
    if (word == "--url") options.url = words[i];
    else if (word == "--pid") options.pid = words[i];
    else if (word == "--attention" && attention_of(words[i])) options.attention = words[i];
    else if (word == "--asks" && number > 0) options.asks = number;
    else if (word == "--threads" && number > 0) options.threads = number;
    else if (word == "--parallel" && number > 0) options.parallel = number;
    else if (word == "--letters" && number > 0) options.letters = number;
    else if (word == "--lanes" && number > 0) options.lanes = number;
    else if (word == "--rules" && number >= 0) options.rules = number;
    else return false;
  }
  return !options.file.empty();
}

}  // namespace

int main(int count, char** words) {
  Options options;
  if (!read(count, words, options)) {
    std::fputs(
        "usage: bench_panel FILE [--url URL [--pid PID]] [--asks N] [--threads N] "
        "[--lanes N] [--parallel N] [--rules N] [--letters N] [--day] [--attention A]\n",
        stderr);
    return 2;
  }
  const std::int64_t failed = in_process(options);
  if (!options.url.empty()) through(options);
  return failed == 0 ? 0 : 1;
}
