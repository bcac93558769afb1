// wood serve: a run to be watched and played in a browser; or one that is finished.
#include <random>

#include "cli/live.h"
#include "cli/open.h"
#include "host/browser.h"
#include "host/env.h"
#include "host/file.h"
#include "host/interrupt.h"
#include "serve/server.h"

namespace wood::cli {
namespace {

using serve::Backend;
using serve::Pace;
using serve::Server;
using serve::Teller;

constexpr std::int64_t kPort = 7070;
constexpr std::size_t kTokenBytes = 16;  // at least

// 32 hex digits from the system's random source.
std::string random_word() {
  std::random_device source;
  Bytes bytes;
  for (int i = 0; i < 4; ++i) put_u32le(bytes, source());
  return hex(bytes);
}

// ---- where it listens

struct Door {
  serve::ServerSpec spec;
  bool guarded = false;
};

Result<std::string> token_of(const Args& args) {
  std::string token = env("WOOD_TOKEN");
  if (args.has("--token-file")) {
    const std::string path = args.text("--token-file");
    TRY(token, read_file(path));
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
    if (open_to_others(path))
      return fail(Errc::environment, path + " can be read by others: chmod 600 " + path);
  }
  if (!token.empty() && token.size() < kTokenBytes)
    return fail(Errc::usage, "a token has at least " + std::to_string(kTokenBytes) + " characters");
  return token;
}

Result<Door> door_of(const Args& args, const Console& console) {
  Door out;
  out.spec.address = args.text("--listen", "127.0.0.1");
  const std::int64_t port = args.integer("--port").value_or(kPort);
  if (port < 0 || port > 65'535) return fail(Errc::usage, "--port is 0 to 65535");
  out.spec.port = static_cast<int>(port);
  out.spec.names = args.all("--host");
  TRY(out.spec.guard.token, token_of(args));
  if (out.spec.guard.token.empty() && !serve::is_loopback(out.spec.address))
    return fail(Errc::usage, out.spec.address +
                                 " can be reached from elsewhere: put a token into WOOD_TOKEN or "
                                 "give --token-file FILE");
  if (!args.has("--quiet"))
    out.spec.note = [&console](const std::string& line) {
      console.complain("wood: " + line + "\n");
    };
  if (out.spec.guard.token.empty()) return out;
  out.guarded = true;
  out.spec.guard.session = random_word();
  out.spec.guard.opening = random_word();
  return out;
}

Backend backend_of(Teller& teller) {
  Backend out;
  out.answer = [&teller](serve::Request request, serve::Target target, auto reply) {
    teller.post([&teller, request = std::move(request), target = std::move(target),
                 reply = std::move(reply)] { reply(teller.answer(request, target)); });
  };
  out.hello = [&teller](bool resumed, auto reply) {
    teller.post([&teller, resumed, reply = std::move(reply)] { reply(teller.hello(resumed)); });
  };
  out.behind = [&teller](std::int64_t id, std::size_t bytes, auto reply) {
    teller.post(
        [&teller, id, bytes, reply = std::move(reply)] { reply(teller.behind(id, bytes)); });
  };
  out.metrics = [&teller](auto reply) {
    teller.post([&teller, reply = std::move(reply)] { reply(teller.metrics()); });
  };
  out.version = [&teller] { return teller.version(); };
  return out;
}

// A comparison that `wood compare --json` wrote; null without --compare.
Result<std::optional<Json>> comparison(const Args& args) {
  if (!args.has("--compare")) return std::optional<Json>();
  const std::string path = args.text("--compare");
  TRY(const Bytes text, read_file(path));
  auto parsed = parse_json(text);
  if (!parsed) return fail(parsed.error().during(path));
  if (!parsed->is(Json::Kind::object))
    return fail(Errc::schema, path +
                                  ": a comparison is one JSON object, as `wood compare --json` "
                                  "writes it");
  return std::optional<Json>(std::move(*parsed));
}

// ---- what is served

Result<serve::TellerOptions> teller_options(const Args& args, const Console& console) {
  serve::TellerOptions out;
  out.readings = readings();
  out.version = "wood " + console.version;
  TRY(out.compare, comparison(args));
  return out;
}

void announce(const Server& server, const Door& door, const Args& args, const Console& console) {
  const bool v6 = door.spec.address.find(':') != std::string::npos;
  std::string url = "http://" + (v6 ? "[" + door.spec.address + "]" : door.spec.address) + ":" +
                    std::to_string(server.port()) + "/";
  if (door.guarded) url += "?open=" + door.spec.guard.opening;
  console.complain("wood: " + url + (door.guarded ? " (works once)" : "") + "\n");
  if (!args.has("--open")) return;
  if (const Status opened = open_in_browser(url); !opened)
    console.complain("wood: " + opened.error().what + "; open the address yourself\n");
}

Result<int> look_on(const Args& args, const Console& console, const std::string& path) {
  TRY(Door door, door_of(args, console));
  TRY(serve::TellerOptions options, teller_options(args, console));
  TRY(OpenRun run, open_run(path));
  options.ledger_name = file_name(path);
  TRY(options.scratch, ScratchFile::anywhere(folder_of(path)));
  TRY(const bool sealed, LedgerReader(*run.store).sealed());
  if (sealed) {
    options.store = std::move(run.store);
    options.reopen = [path] { return sqlite_store(path, Open::read); };
  } else {  // somebody may go on with it meanwhile, and the file is his alone: we look at a copy
    auto copy = std::make_unique<serve::Archive>(options.scratch);
    TRY_STATUS(copy->take(*run.store));
    options.reopen = [source = copy.get()]() -> Result<std::unique_ptr<Store>> {
      return std::unique_ptr<Store>(source->copy());
    };
    options.store = std::move(copy);
  }
  Server* told = nullptr;
  options.publish = [&told](serve::StreamEvent event) { told->publish(std::move(event)); };
  Teller teller(std::move(options));
  if (const Status read = teller.read(); !read) return fail(read.error().during(path));
  TRY(const std::unique_ptr<Server> server, Server::open(door.spec, backend_of(teller)));
  told = server.get();
  teller.replay();
  teller.start();
  announce(*server, door, args, console);
  server->run(interrupted);
  teller.stop();
  return Exit::fine;
}

Result<int> live(const Args& args, const Console& console, const std::string& path) {
  TRY(Door door, door_of(args, console));
  const std::int64_t pace = args.integer("--pace").value_or(60);
  if (pace < 0 || pace > 6'000) return fail(Errc::usage, "--pace is 0 to 6000 turns a minute");
  TRY(serve::TellerOptions options, teller_options(args, console));
  std::unique_ptr<Server> server;  // outlives the run, which tells it what is new
  options.publish = [&server](serve::StreamEvent event) { server->publish(std::move(event)); };
  TRY(const std::unique_ptr<Live> run, Live::open(path, args, console, std::move(options),
                                                  {.first = args.has("--go") ? Pace::running
                                                            : path.empty()   ? Pace::ready
                                                                             : Pace::paused,
                                                   .turns_per_minute = pace}));
  Launch& launch = run->launch();
  auto opened = Server::open(door.spec, backend_of(run->teller()));
  if (!opened) return fail(path.empty() ? run->broken(opened.error()) : opened.error());
  server = std::move(*opened);
  if (!launch.note().empty()) console.complain("wood: " + launch.note() + "\n");
  if (!args.has("--quiet"))
    console.complain(launch.setup().scenario.name + ", cast " + launch.setup().cast_name +
                     ", seed " + std::to_string(launch.setup().seed) +
                     (launch.path().empty() ? "" : ", in " + launch.path()) + "\n");
  run->begin();
  announce(*server, door, args, console);
  server->run(interrupted);
  const Result<Played> played = run->end();
  if (!played) return fail(run->broken(played.error()));
  if (played->stopped != "paused") return Exit::fine;
  const std::string behind = "wood: stopped behind turn " + std::to_string(played->turns);
  console.complain(launch.path().empty()
                       ? behind + "; it was kept in memory\n"
                       : behind + "; go on with it:\n  wood serve " + launch.path() + "\n");
  return Exit::stopped;
}

Result<bool> finished(const std::string& path) {
  TRY(const OpenRun run, open_run(path));
  return run.ledger->sealed();
}

Result<int> act(const Args& args, const Console& console) {
  keep_interrupts("\nwood: ending, behind the turn that is played; once more to end at once\n");
  const std::string what = args.text("SCENARIO");
  if (!names_ledger(what)) {
    if (args.has("--look")) return fail(Errc::usage, "--look wants a ledger");
    return live(args, console, "");
  }
  TRY(const bool sealed, finished(what));
  return sealed || args.has("--look") ? look_on(args, console, what) : live(args, console, what);
}

}  // namespace

Verb serve_verb() {
  using K = Option::Kind;
  std::vector<Option> options = launch_options();
  options.insert(options.begin(), {.name = "SCENARIO",
                                   .kind = K::scenario,
                                   .value = "SCENARIO",
                                   .about = "what is played (five-labs), or the ledger of a run: a "
                                            "finished one is shown, another gone on with"});
  options.insert(options.end(),
                 {{.name = "--port",
                   .kind = K::integer,
                   .value = "P",
                   .about = "where it listens (7070); 0: any port that is free"},
                  {.name = "--open", .about = "open the page in a browser"},
                  {.name = "--go", .about = "begin at once, without waiting for the start"},
                  {.name = "--pace",
                   .kind = K::integer,
                   .value = "N",
                   .about = "at most so many turns a minute (60); 0: as fast as the minds answer"},
                  {.name = "--look", .about = "only show a ledger that is not finished"},
                  {.name = "--compare",
                   .kind = K::file,
                   .value = "FILE",
                   .about = "show this comparison, what `wood compare --json` wrote"},
                  {.name = "--listen",
                   .kind = K::text,
                   .value = "ADDRESS",
                   .about = "instead of the loopback; needs a token"},
                  {.name = "--host",
                   .kind = K::text,
                   .value = "NAME",
                   .about = "a name by which this server goes",
                   .many = true},
                  {.name = "--token-file",
                   .kind = K::file,
                   .value = "FILE",
                   .about = "holds the token that is asked for; else WOOD_TOKEN does"},
                  {.name = "--quiet", .about = "say only the address"}});
  return {
      .name = "serve",
      .about = "serves a run to browsers: to watch, to play the Patron, to open any decision",
      .text =
          "An HTTP API, a stream of events and the page, from this one program. Until the run has "
          "ended it shows what the Patron may see, afterwards everything. On the loopback unless "
          "--listen says otherwise. Ctrl-C stops behind the turn that is being played; `wood serve "
          "FILE` goes on from there.",
      .options = std::move(options),
      .examples = {{"wood serve --cast rules --open", "play the Patron against the rules"},
                   {"wood serve runs/five-labs-7.wood", "look at a run that was played"},
                   {"wood serve --cast rules --go --pace 120",
                    "begins at once, two turns a second"}},
      .act = act};
}

}  // namespace wood::cli
