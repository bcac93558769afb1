// wood minds pull: a mind's file from a model hub.
#include <algorithm>

#include "cli/open.h"
#include "cli/table.h"
#include "cli/transfer.h"
#include "cli/verb.h"
#include "core/text.h"
#include "host/digest.h"
#include "host/env.h"
#include "host/interrupt.h"
#include "minds/hub.h"

namespace wood::cli {
namespace {

// What became of one mind.
struct Outcome {
  MindSpec spec;
  std::string state;  // "fetched", "there", "stopped", "failed"
  Pulled pulled;
  Error error = {};
};

Result<Hub> hub_of(const Args& args) {
  Hub hub;
  const std::string named = args.text("--mirror", env("HF_ENDPOINT"));
  if (!named.empty()) hub.endpoint = named;
  if (origin_of(hub.endpoint).empty() ||
      (!hub.endpoint.starts_with("https://") && !hub.endpoint.starts_with("http://")))
    return fail(Errc::usage, (args.has("--mirror") ? "--mirror " : "HF_ENDPOINT ") + named +
                                 ": a hub's address begins with https://");
  hub.token = hub_token();
  TRY(hub.cache, hub_cache());
  return hub;
}

Result<std::vector<MindSpec>> wanted(const Args& args) {
  TRY(const Registry registry, open_registry(args.all("--minds")));
  std::vector<MindSpec> out;
  for (const std::string& name : args.all("NAME")) {
    TRY(MindSpec spec, known_mind(registry, name));
    if (spec.repo.empty())
      return fail(Errc::usage,
                  "mind " + name + " is in no repository" +
                      (spec.kind == MindKind::llama
                           ? ": give its entry a `repo` and a `file` (docs/models.md)"
                           : ", it is " + std::string(spec.kind == MindKind::openai ? "on a server"
                                                                                    : "built in")));
    if (spec.file.starts_with("/"))
      return fail(Errc::usage, "mind " + name + ": its `file` is " + spec.file +
                                   ", a place on this machine and not a name in " + spec.repo);
    out.push_back(std::move(spec));
  }
  return out;
}

// A file in a model folder goes before the cache: a second one would lie there unused.
std::string beforehand(const MindSpec& spec, const std::vector<std::string>& dirs) {
  MindSpec local = spec;
  local.repo.clear();
  return model_file(local, dirs);
}

Result<Pulled> taken_as_it_is(const MindSpec& spec, const std::string& path) {
  Pulled out{.end = PullEnd::there, .path = path};
  TRY(out.bytes, file_size(path));
  TRY(const Digest digest, file_sha256(path));
  out.sha256 = hex(digest);
  out.by_registry = !spec.sha256.empty();
  if (!spec.sha256.empty() && lower(spec.sha256) != out.sha256)
    return fail(Errc::integrity, path + " goes before what the hub has, and its SHA-256 is " +
                                     out.sha256 + ", the registry says " + spec.sha256 +
                                     ": move it away and pull again");
  return out;
}

Outcome bring(const MindSpec& spec, const Hub& hub, const std::vector<std::string>& dirs,
              TransferLine& line) {
  PullOptions options;
  options.on_begin = [&](std::optional<std::int64_t> bytes, std::int64_t have) {
    line.begin(spec.name, bytes, have);
  };
  options.onlooker = {
      .on_bytes = [&](std::int64_t have) { line.at(have); },
      .on_wait =
          [&](const std::string& why, std::int64_t wait_ms) {
            line.note(spec.name + ": " + why +
                      (wait_ms > 0 ? "; again in " + duration(wait_ms * 1'000) : ""));
          },
      .stop = interrupted};
  const std::string here = beforehand(spec, dirs);
  auto pulled =
      here.empty() ? pull(hub, hub_file(spec), spec.sha256, options) : taken_as_it_is(spec, here);
  line.finish();
  if (!pulled) return {spec, "failed", {}, pulled.error()};
  static constexpr const char* states[] = {"fetched", "there", "stopped"};
  return {spec, states[static_cast<int>(pulled->end)], std::move(*pulled), {}};
}

std::vector<std::string> checks(const Pulled& pulled) {
  std::vector<std::string> out;
  if (pulled.by_hub) out.emplace_back("the hub");
  if (pulled.by_registry) out.emplace_back("the registry");
  return out;
}

Json outcome_json(const Outcome& outcome) {
  const Pulled& p = outcome.pulled;
  return Json::object({{"bytes", p.bytes},
                       {"checked_by_hub", p.by_hub},
                       {"checked_by_registry", p.by_registry},
                       {"commit", p.commit},
                       {"file", outcome.spec.file},
                       {"name", outcome.spec.name},
                       {"path", p.path},
                       {"problem", outcome.error.what},
                       {"repo", outcome.spec.repo},
                       {"revision", outcome.spec.revision},
                       {"sha256", p.sha256},
                       {"state", outcome.state},
                       {"taken_up", p.taken_up}});
}

std::string told(const Outcome& outcome, const Terminal& terminal) {
  const Pulled& p = outcome.pulled;
  std::string out = toned(terminal, Tone::strong, printable(outcome.spec.name)) + "  ";
  if (outcome.state == "stopped")
    return out + "stopped; the same command goes on from what is there\n";
  out += outcome.state == "there" ? "was there already" : "fetched";
  if (p.taken_up > 0) out += ", " + bytes_text(p.taken_up) + " of it by an earlier pull";
  out += ", " + bytes_text(p.bytes) + "\n  " + printable(p.path) + "\n  sha256 " + p.sha256 + "\n";
  const std::vector<std::string> by = checks(p);
  return out + "  " +
         (by.empty() ? "no digest to compare it with: the hub gives none of this file, and the "
                       "registry has none"
                     : "as " + join(by, " and ") + (by.size() > 1 ? " say" : " says")) +
         "\n";
}

// What a user can write down to be held to these files and no others.
std::string pins(const std::vector<Outcome>& outcomes) {
  std::string out;
  for (const Outcome& outcome : outcomes)
    if (!outcome.pulled.sha256.empty() && outcome.spec.sha256.empty())
      out += "\n[[mind]]\nname = \"" + outcome.spec.name + "\"\nsha256 = \"" +
             outcome.pulled.sha256 + "\"\n";
  if (out.empty()) return "";
  const auto config = config_home();
  return "\nTo be held to this, in " + (config ? *config : "~/.config") + "/wood/models.toml:\n" +
         out;
}

Result<int> act(const Args& args, const Console& console) {
  TRY(const std::vector<MindSpec> specs, wanted(args));
  TRY(const Hub hub, hub_of(args));
  keep_interrupts("\nwood: stopping; what came is kept; once more to stop at once\n");
  const std::vector<std::string> dirs = model_dirs(args.all("--models"));
  TransferLine line(console, args.has("--quiet") ? Loudness::quiet : Loudness::lines);
  std::vector<Outcome> outcomes;
  int exit = Exit::fine;
  for (const MindSpec& spec : specs) {
    outcomes.push_back(bring(spec, hub, dirs, line));
    const Outcome& outcome = outcomes.back();
    if (outcome.state == "failed") {
      console.complain("wood: mind " + spec.name + ": " + printable(outcome.error.what) + "\n");
      if (exit == Exit::fine) exit = exit_of(outcome.error.code);
    } else if (!args.has("--json")) {
      console.print(told(outcome, console.out));
    }
    if (interrupted()) {
      exit = Exit::stopped;
      break;
    }
  }
  if (!args.has("--json")) {
    console.print(pins(outcomes));
    return exit;
  }
  Json minds = Json::array();
  for (const Outcome& outcome : outcomes) minds.push(outcome_json(outcome));
  console.print(Json::object({{"hub", hub.endpoint}, {"minds", std::move(minds)}}).dump() + "\n");
  return exit;
}

}  // namespace

Verb pull_verb() {
  using K = Option::Kind;
  return {
      .name = "pull",
      .about = "fetches the files of minds from a model hub",
      .text =
          "An entry's repo, revision and file say where it is. It goes into the hub's cache "
          "(HF_HUB_CACHE, HF_HOME), which other programs share, and gets its name there when its "
          "length and SHA-256 are those that the hub and the registry give. What was cut off is "
          "gone on with, by the next pull too. HF_TOKEN, or the file token in HF_HOME, says who "
          "asks, for a model whose licence has to be accepted on its page first; it goes to the "
          "hub alone, and not to where the hub stores its files.",
      .options = {{.name = "NAME",
                   .kind = K::mind,
                   .value = "NAME",
                   .about = "the mind",
                   .required = true,
                   .many = true},
                  {.name = "--mirror",
                   .kind = K::text,
                   .value = "URL",
                   .about = "the hub, instead of HF_ENDPOINT or https://huggingface.co"},
                  models_option(),
                  minds_option(),
                  {.name = "--json", .about = "what became of each, as one JSON object"},
                  {.name = "--quiet", .about = "no progress"}},
      .examples = {{"wood minds pull qwen-half", "a small one, 0.5 GB"},
                   {"wood minds pull llama-3b gemma-2b", "two, one after the other"},
                   {"wood run --cast everyone=llama-3b", "plays with one of them"}},
      .act = act};
}

}  // namespace wood::cli
