// The built program as a server: what it documents, a game played through it, what it refuses.
#include "cli/serving_test.h"
#include "core/schema.h"
#include "core/text.h"
#include "ledger/key.h"
#include "serve/acts.h"
#include "serve/assets.h"

namespace wood {
namespace {

using serve::resolved;

const std::vector<std::string> kRules = {"five-labs", "--cast", "rules", "--seed",
                                         "7",         "--pace", "0"};

std::vector<std::string> rules(std::initializer_list<std::string> more) {
  std::vector<std::string> out = kRules;
  out.insert(out.end(), more);
  return out;
}

Json document() { return *parse_json(serve::openapi()); }

// The schema of an operation's answer of that status and type; null if the document has none.
Json schema_of(const Json& operation, const std::string& status, const char* type) {
  const Json* answer = operation.at("responses").find(status);
  const Json* content = answer == nullptr ? nullptr : answer->find("content");
  const Json* typed = content == nullptr ? nullptr : content->find(type);
  return typed == nullptr ? Json() : resolved(typed->at("schema"), document());
}

// "/v1/turns/{turn}" with the document's examples put in.
std::string filled(std::string path, const Json& operation) {
  for (const Json& parameter : operation.at("parameters").items())
    if (parameter.str_or("in", "") == "path") {
      const Json& example = parameter.at("example");
      path = replace_all(path, "{" + parameter.at("name").string() + "}",
                         example.is(Json::Kind::string) ? example.string() : example.dump());
    }
  return path;
}

class Documented : public Serving {
 protected:
  void expect_conforms(const std::string& what, const std::string& body, const Json& schema) {
    ASSERT_TRUE(check_schema(schema)) << what << ": " << check_schema(schema).error().what;
    const auto value = parse_json(body, Floats::refuse, kDepthInside);
    ASSERT_TRUE(value) << what << ": " << body.substr(0, 200);
    const auto faults = validate(*value, schema);
    EXPECT_TRUE(faults.empty()) << what << ": " << (faults.empty() ? "" : faults.front());
  }
  // Every path that is read, against its schema. Gives how many.
  int expect_all(std::int64_t entry) {
    int count = 0;
    const Json doc = document();
    for (const auto& [path, methods] : doc.at("paths").members()) {
      const Json* operation = methods.find("get");
      if (operation == nullptr || path == "/v1/events") continue;
      std::string target = filled(path, *operation);
      target = replace_all(target, "/handoffs/0", "/handoffs/" + std::to_string(entry));
      const HttpResponse response = get(target);
      const Json schema = schema_of(*operation, "200", "application/json");
      if (response.status == 404 && path == "/v1/compare") {
        expect_conforms(target, response.body, problem());
        continue;
      }
      EXPECT_EQ(response.status, 200) << target << ": " << response.body;
      if (!schema.is(Json::Kind::null)) expect_conforms(target, response.body, schema);
      ++count;
    }
    return count;
  }
  static Json problem() {
    const Json doc = document();
    return resolved(doc.at("components").at("schemas").at("Problem"), doc);
  }
};

TEST_F(Documented, EveryPathAnswersByItsSchema) {
  ASSERT_EQ(wood("run five-labs --cast rules --seed 7 --turns 4 --quiet --out a.wood").status, 0);
  write("compare.json", "{\"casts\":[]}");
  serve({"a.wood", "--compare", "compare.json"});
  until([&](const Json&) { return json("/v1/books/honey").bool_or("depth", false); });
  EXPECT_GE(expect_all(0), 24);
  // An entry of each kind, since each has a form of its own.
  const Json doc = document();
  for (const char* kind :
       {"prompt", "answer", "reading", "vote", "check", "fact", "turn", "event"}) {
    const Json page = json(std::string("/v1/handoffs?limit=1&kind=") + kind);
    ASSERT_EQ(page.at("handoffs").items().size(), 1U) << kind;
    const std::int64_t entry = page.at("handoffs").items().front().int_or("entry", -1);
    expect_all(entry);
  }
  const Json verified =
      schema_of(doc.at("paths").at("/v1/verify").at("post"), "202", "application/json");
  expect_conforms("POST /v1/verify", post("/v1/verify", "{}").body, verified);
  until([&](const Json&) { return json("/v1/verify").str_or("state", "") == "done"; });
  const Json verification = json("/v1/verify");
  EXPECT_TRUE(verification.at("result").bool_or("good", false)) << verification.dump();
  expect_conforms("GET /v1/verify", verification.dump(), verified);

  // With a key: the right one is pinned, another's finds the run forged, and no key at all is said.
  const auto again = [&](const std::string& key) {
    const Json body = Json::object({{"key", key}, {"replay", false}});
    EXPECT_EQ(post("/v1/verify", body.dump()).status, 202) << body.dump();
    until([&](const Json&) { return json("/v1/verify").str_or("state", "") == "done"; });
    return json("/v1/verify").at("result");
  };
  const Json pinned = again(json("/v1/run").str_or("signer", ""));
  EXPECT_TRUE(pinned.bool_or("good", false) && pinned.bool_or("pinned", false)) << pinned.dump();
  const Json other = again(SigningKey::generate("other")->verifier().text());
  EXPECT_FALSE(other.bool_or("good", true)) << other.dump();
  const auto refused = post("/v1/verify", R"({"key":"nonsense"})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_NE(refused.body.find("\"place\":\"key\""), std::string::npos) << refused.body;
}

TEST_F(Documented, EveryEventConformsToItsSchema) {
  serve({"five-labs", "--cast", "rules", "--seed", "7", "--turns", "12", "--pace", "0"});
  command(R"({"act":"say","text":"Good morning."})");
  command(R"({"control":"start"})");
  until_state("ended");
  const Json doc = document();
  const Json& kinds = doc.at("paths").at("/v1/events").at("get").at("x-events");
  std::map<std::string, int> seen;
  for (const SeenEvent& event : events_of(stream(-1, "seal"))) {
    ++seen[event.name];
    const Json* target = kinds.find(event.name);
    ASSERT_NE(target, nullptr) << event.name;
    const Json schema = resolved(Json::object({{"$ref", *target}}), doc);
    expect_conforms(event.name, event.data.dump(), schema);
  }
  for (const char* kind : {"hello", "turn", "line", "thought", "decision", "trade", "seal"})
    EXPECT_GT(seen[kind], 0) << kind;
  EXPECT_EQ(seen["turn"], 12);
}

TEST_F(Documented, RefusalsNameThePlaceAndTheMend) {
  serve(rules({"--turns", "2"}));
  const Json schema = problem();
  const auto expect = [&](const HttpResponse& response, int status, const std::string& place) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response.header("content-type"), "application/problem+json");
    expect_conforms("a refusal", response.body, schema);
    const auto body = parse_json(response.body);
    ASSERT_TRUE(body) << response.body;
    EXPECT_EQ(body->str_or("place", ""), place) << response.body;
    EXPECT_NE(body->str_or("mend", ""), "") << response.body;
  };
  expect(get("/v1/nothing"), 404, "path");
  expect(get("/v1/turns/99"), 404, "turn");
  expect(get("/v1/turns/x"), 400, "turn");
  expect(get("/v1/books/hony"), 404, "good");
  expect(get("/v1/trades?limt=3"), 400, "limt");
  expect(get("/v1/trades?limit=0"), 400, "limit");
  expect(get("/v1/handoffs/999999"), 404, "entry");
  expect(get("/v1/handoffs?kind=thing"), 400, "kind");
  expect(post("/v1/commands", "{"), 400, "body");
  expect(post("/v1/commands", R"({"act":"wisper"})"), 422, "act");
  expect(post("/v1/commands", R"({"act":"whisper","to":"fen","text":"x"})"), 422, "to");
  expect(post("/v1/commands", R"({"act":"order","good":"hony","side":"buy","lots":1,"price":1})"),
         422, "good");
  expect(post("/v1/commands", R"({"control":"resume"})"), 409, "");
  expect(post("/v1/run", "{}"), 405, "method");
  expect(ask({.method = "DELETE",
              .url = url("/v1/run"),
              .headers = {{"Content-Type", "application/json"}}}),
         405, "method");
  expect(post("/v1/commands", "{\"act\":\"say\",\"text\":\"" + std::string(70'000, 'a') + "\"}"),
         413, "body");
}

// ---- a game

class Game : public Serving {
 protected:
  // Every body that the API gives of a run, in one string.
  std::string everything_shown() {
    std::string out;
    for (const char* target :
         {"/v1/run", "/v1/turns", "/v1/creatures", "/v1/goods", "/v1/desk", "/v1/verdicts",
          "/v1/trades?limit=500", "/v1/thoughts?limit=500", "/v1/facts?limit=500"})
      out += get(target).body;
    const std::int64_t turns = json("/v1/run").int_or("turn", 0);
    for (std::int64_t turn = 1; turn <= turns; ++turn)
      out += get("/v1/turns/" + std::to_string(turn) + "/minutes").body;
    for (std::int64_t from = 0; from >= 0;) {
      const Json page = json("/v1/handoffs?limit=500&from=" + std::to_string(from));
      for (const Json& row : page.at("handoffs").items())
        out += get("/v1/handoffs/" + std::to_string(row.int_or("entry", 0))).body;
      from = page.int_or("next", -1);
    }
    return out;
  }
};

TEST_F(Game, ThePatronPlaysAndWhatIsPrivateStaysSoUntilTheEnd) {
  serve({"five-labs", "--cast", "rules", "--seed", "7", "--turns", "6", "--pace", "0", "--out",
         "game.wood"});
  EXPECT_EQ(until_state("ready").int_or("turn", -1), 0);
  command(R"({"act":"tip","to":"pip","good":"honey","direction":"down","true":false,)"
          R"("text":"Oona's hoard has gone to the ants."})");
  command(R"({"act":"lend","to":"oona","principal_mp":20000,"rate_bps":800,"turns":3})");
  command(R"({"control":"step","turns":2})");
  until([](const Json& run) { return run.int_or("turn", 0) == 2; });
  until_state("paused");
  command(R"({"act":"order","good":"honey","side":"buy","lots":2,"price":0})");
  command(R"({"control":"step"})");
  until([](const Json& run) { return run.int_or("turn", 0) == 3; });
  until_state("paused");
  // What he did stands on record, and what the rules made of it.
  const Json receipts = json("/v1/commands");
  ASSERT_EQ(receipts.at("commands").items().size(), 5U);
  EXPECT_EQ(receipts.at("commands").items()[0].str_or("state", ""), "recorded");
  EXPECT_GT(receipts.at("commands").items()[0].int_or("entry", -1), 0);
  EXPECT_EQ(receipts.at("commands").items()[0].str_or("outcome", ""), "tipped");
  EXPECT_EQ(receipts.at("commands").items()[1].str_or("outcome", ""), "loan refused");
  EXPECT_EQ(receipts.at("commands").items()[3].str_or("outcome", ""), "filled 2 of 2, filled");
  const Json trades = json("/v1/trades?who=patron");
  EXPECT_GT(trades.at("trades").items().size(), 0U) << "he bought honey at market";
  // Nobody else's whispers, deals, purses' secrets, prompts or latent values.
  const std::string before = everything_shown();
  EXPECT_EQ(before.find("cnry-"), std::string::npos) << "a canary of a private fact";
  EXPECT_EQ(before.find("\"values_mp\""), std::string::npos) << "latent values";
  EXPECT_EQ(before.find("\"audience\":[\"fenn\"]"), std::string::npos);
  EXPECT_NE(before.find("gone to the ants"), std::string::npos) << "his own tip he sees";
  EXPECT_EQ(json("/v1/books/honey").find("latent")->is(Json::Kind::null), true);
  const Json prompts = json("/v1/handoffs?kind=prompt&limit=1");
  const std::int64_t prompt = prompts.at("handoffs").items().front().int_or("entry", -1);
  EXPECT_TRUE(json("/v1/handoffs/" + std::to_string(prompt)).bool_or("hidden", false));
  EXPECT_EQ(get("/v1/handoffs/" + std::to_string(prompt) + "/proof").status, 403);
  EXPECT_EQ(get("/v1/handoffs/" + std::to_string(prompt) + "/tlog-proof").status, 403);

  command(R"({"control":"resume"})");
  const Json run = until_state("ended");
  EXPECT_TRUE(run.bool_or("ended", false));
  EXPECT_EQ(run.str_or("viewer", ""), "everyone");
  EXPECT_FALSE(json("/v1/handoffs/" + std::to_string(prompt)).bool_or("hidden", true));
  EXPECT_EQ(json("/v1/books/honey").at("latent").items().size(), 6U);
  EXPECT_NE(everything_shown().find("\"values_mp\""), std::string::npos);
  EXPECT_EQ(post("/v1/commands", R"({"act":"say","text":"too late"})").status, 409);

  // The proof holds, offline and without the run.
  write("why.tlog-proof", get("/v1/handoffs/" + std::to_string(prompt) + "/tlog-proof").body);
  write("key", run.at("signer").string());
  EXPECT_EQ(wood("verify --proof why.tlog-proof --key key").status, 0);
  EXPECT_EQ(stop(), 0);
  const Ran verified = wood("verify game.wood");
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
}

TEST_F(Game, AStreamIsGoneOnWithFromAnyId) {
  serve(rules({"--turns", "5", "--go"}));
  until_state("ended");
  const std::vector<SeenEvent> all = events_of(stream(-1, "seal"));
  ASSERT_GT(all.size(), 50U);
  EXPECT_EQ(all.front().name, "hello");
  for (const std::size_t at : {all.size() / 4, all.size() / 2, all.size() - 2}) {
    const std::vector<SeenEvent> rest = events_of(stream(std::stoll(all[at].id), "seal"));
    ASSERT_EQ(rest.size(), all.size() - at) << "a hello, then all behind " << all[at].id;
    for (std::size_t i = 1; i < rest.size(); ++i) {
      EXPECT_EQ(rest[i].id, all[at + i].id);
      EXPECT_EQ(rest[i].data, all[at + i].data);
    }
  }
}

// Ids of a stream's events, in order.
std::vector<std::string> ids_of(const std::string& text) {
  std::vector<std::string> out;
  for (const SeenEvent& event : events_of(text))
    if (!event.id.empty()) out.push_back(event.id);
  return out;
}

TEST_F(Game, WhatWasMissedWhileTheRunWentOnIsNotLost) {
  serve(rules({"--turns", "30"}));
  command(R"({"control":"step","turns":12})");
  // Comes back again and again in mid-run, each time with the last id it saw.
  std::vector<std::string> ids;
  std::string last = "-1";
  int connections = 0;
  for (std::string end; end.empty() || last != end; ++connections) {
    ASSERT_LT(connections, 2'000);
    Wire wire(port_);
    wire.send("GET /v1/events?after=" + last +
              " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) + "\r\n\r\n");
    for (const std::string& id : ids_of(wire.read("nothing that comes", 20))) ids.push_back(id);
    if (!ids.empty()) last = ids.back();
    const Json run = json("/v1/run");
    if (run.int_or("turn", 0) == 12 && run.str_or("state", "") == "paused")
      end = run.str_or("last_event", "");
  }
  EXPECT_GT(connections, 1);
  // The run is not over: what is private now was private then.
  Wire wire(port_);
  wire.send("GET /v1/events?after=-1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
            "\r\n\r\n");
  wire.read("id: " + last + "\nevent: turn\n");
  EXPECT_EQ(ids, ids_of(wire.read("", 200)));
}

TEST_F(Game, ARunThatWasStoppedIsGoneOnWith) {
  serve(rules({"--turns", "6", "--out", "run.wood"}));
  command(R"({"control":"step","turns":2})");
  until([](const Json& run) { return run.int_or("turn", 0) == 2; });
  until_state("paused");
  EXPECT_EQ(stop(), 130);
  EXPECT_EQ(wood("verify run.wood").status, 0);
  // Who only looks, looks at a copy: another may go on with the run meanwhile.
  serve({"run.wood", "--look"});
  std::filesystem::copy_file(path("run.wood"), path("before.wood"));
  const Ran went_on = wood("run --resume run.wood --quiet", "XDG_DATA_HOME=\"$PWD/DATA\"");
  EXPECT_EQ(went_on.status, 0) << went_on.err;
  for (const char* target : {"/v1/turns", "/v1/desk", "/v1/handoffs/40", "/v1/facts"})
    EXPECT_EQ(get(target).status, 200) << target;
  EXPECT_EQ(json("/v1/run").int_or("turn", 0), 2);
  EXPECT_EQ(stop(), 0);
  std::filesystem::rename(path("before.wood"), path("run.wood"));
  serve({"run.wood", "--pace", "0"});
  EXPECT_EQ(until_state("paused").int_or("turn", 0), 2);
  command(R"({"act":"say","text":"Where were we?"})");
  command(R"({"control":"resume"})");
  until_state("ended");
  EXPECT_EQ(stop(), 0);
  EXPECT_EQ(wood("verify run.wood").status, 0);
  // One that is not finished can be looked at, too.
  ASSERT_EQ(wood("run pair --cast rules --seed 8 --turns 2 --quiet --out whole.wood").status, 0);
  serve({"whole.wood"});
  EXPECT_EQ(json("/v1/run").str_or("state", ""), "ended");
  EXPECT_EQ(post("/v1/commands", R"({"control":"start"})").status, 409);
}

TEST_F(Game, MemoryDoesNotGrowWithTheRun) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer keeps what was let go";
#endif
  // In KiB, without the pages of files.
  const auto memory = [&] {
    const std::string text = read_file("/proc/" + std::to_string(child_) + "/status").value_or("");
    const std::size_t at = text.find("RssAnon:");
    EXPECT_NE(at, std::string::npos);
    return at == std::string::npos ? 0 : std::atoll(text.c_str() + at + 8);
  };
  const auto at_turn = [&](std::int64_t turn) {
    return until([&](const Json& run) { return run.int_or("turn", 0) >= turn; }).int_or("turn", 0);
  };
  serve({"five-labs", "--cast", "rules", "--seed", "7", "--turns", "750", "--pace", "6000", "--go",
         "--out", "long.wood"});
  const std::int64_t first = at_turn(300);  // by now the log of events is full
  const std::int64_t before = memory();
  const std::int64_t last = at_turn(700);
  const std::int64_t after = memory();
  // Each turn adds some 110 KiB to the ledger.
  EXPECT_LT(after - before, (last - first) * 5) << before << " KiB, then " << after;
  EXPECT_GT(*file_size(path("long.wood")) / 1'024, last * 50);
}

// ---- what it refuses

class Hostile : public Serving {
 protected:
  std::string said(const std::string& text, const std::string& until = "\r\n\r\n") {
    Wire wire(port_);
    wire.send(text);
    return wire.read(until, 5'000);
  }
  std::string request(const std::string& line, const std::string& headers = "",
                      const std::string& host = "") {
    return said(line + " HTTP/1.1\r\nHost: " +
                (host.empty() ? "127.0.0.1:" + std::to_string(port_) : host) + "\r\n" + headers +
                "\r\n");
  }
  static int status(const std::string& answer) {
    return answer.size() > 12 ? std::atoi(answer.c_str() + 9) : 0;
  }
};

TEST_F(Hostile, NamesOriginsPathsAndSizes) {
  serve(rules({"--turns", "2"}));
  EXPECT_EQ(status(request("GET /v1/run")), 200);
  EXPECT_EQ(status(request("GET /v1/run", "", "evil.example")), 421);
  EXPECT_EQ(status(request("GET /v1/run", "", "evil.example:" + std::to_string(port_))), 421);
  EXPECT_EQ(status(request("GET /v1/run", "Origin: http://evil.example\r\n")), 403);
  EXPECT_EQ(status(request("POST /v1/commands",
                           "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}")),
            415);
  for (const char* path : {"/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc",
                           "/v1/../../x", "/a%00b", "//etc/passwd%5c", "/\\..\\x"}) {
    const std::string answer = request(std::string("GET ") + path);
    EXPECT_TRUE(status(answer) == 400 || status(answer) == 404) << path << ": " << answer;
    EXPECT_FALSE(has(answer, "root:")) << path;
  }
  EXPECT_EQ(status(request("GET /v1/run", "X: " + std::string(20'000, 'x') + "\r\n")), 431);
  EXPECT_EQ(status(said("nonsense\r\n\r\n")), 400);
  const std::string page = request("GET /");
  EXPECT_TRUE(has(page, "Content-Security-Policy: default-src 'none'; script-src 'self';"));
  EXPECT_TRUE(has(page, "X-Content-Type-Options: nosniff"));
  EXPECT_FALSE(has(page, "unsafe-inline"));
}

TEST_F(Hostile, WhoNeverEndsHisRequestIsLetGo) {
  serve(rules({"--turns", "2"}));
  Wire slow(port_);
  slow.send("GET /v1/run HTTP/1.1\r\nHost: 127.0.0.1");
  for (int i = 0; i < 20 && !slow.closed(); ++i) {
    slow.read("", 1'000);
    slow.send("x");
  }
  EXPECT_TRUE(slow.closed()) << "15 seconds for a request, however slowly it drips";
  EXPECT_EQ(status(request("GET /healthz")), 200);
}

TEST_F(Hostile, ATokenKeepsOthersOut) {
  serve(rules({"--turns", "2"}), "0123456789abcdef-secret");
  EXPECT_EQ(status(request("GET /v1/run")), 401);
  EXPECT_EQ(status(request("GET /")), 401);
  EXPECT_EQ(status(request("GET /v1/events")), 401);
  EXPECT_EQ(status(request("GET /healthz")), 200);
  EXPECT_EQ(status(request("GET /v1/run", "Authorization: Bearer 0123456789abcdef-secret\r\n")),
            200);
  const std::string told = read_file(path("serve.err")).value_or("");
  const std::size_t at = told.find("/?open=");
  ASSERT_NE(at, std::string::npos);
  EXPECT_FALSE(has(told, "0123456789abcdef-secret")) << "the token itself is never printed";
  const std::string way = told.substr(at, told.find(' ', at) - at);
  const std::string opened = request("GET " + way);
  ASSERT_EQ(status(opened), 303);
  const std::size_t cookie = opened.find("wood=");
  const std::string given = opened.substr(cookie, opened.find(';', cookie) - cookie);
  EXPECT_EQ(status(request("GET /v1/run", "Cookie: " + given + "\r\n")), 200);
  EXPECT_EQ(status(request("GET " + way)), 401) << "it works once";
}

TEST_F(Hostile, AnotherAddressNeedsAToken) {
  const Ran open = wood("serve pair --cast rules --listen 0.0.0.0 --port 0");
  EXPECT_EQ(open.status, 2);
  EXPECT_TRUE(has(open.err, "WOOD_TOKEN")) << open.err;
  const Ran weak = wood("serve pair --cast rules --listen 0.0.0.0 --port 0", "WOOD_TOKEN=short");
  EXPECT_EQ(weak.status, 2);
  EXPECT_FALSE(std::filesystem::exists(path("runs"))) << "nothing was begun";
}

TEST_F(Hostile, WhatIsSaidStaysText) {
  serve(rules({"--turns", "3"}));
  const std::string nasty = "</script><img src=x onerror=alert(1)> & \\u0000 \\n\\nevent: seal";
  command("{\"act\":\"say\",\"text\":\"" + nasty + "\"}");
  command(R"({"control":"step","turns":1})");
  until_state("paused");
  const Json facts = json("/v1/facts?kind=talk");
  bool found = false;
  for (const Json& fact : facts.at("facts").items())
    found = found || has(fact.dump(), "onerror=alert(1)");
  EXPECT_TRUE(found);
  const HttpResponse minutes = get("/v1/turns/1/minutes");
  EXPECT_EQ(minutes.header("content-type"), "application/json");
  EXPECT_EQ(minutes.header("x-content-type-options"), "nosniff");
  // In a stream a line break in a text is no end of an event.
  for (const SeenEvent& event : events_of(stream(-1, "turn"))) EXPECT_NE(event.name, "seal");
}

}  // namespace
}  // namespace wood
