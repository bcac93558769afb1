// For tests of pipelines: a sink that keeps everything and judges what it is given, and a panel
// that answers as it is told.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "core/schema.h"
#include "ledger/parents.h"
#include "ledger/sink.h"
#include "minds/panel.h"
#include "pipeline/runner.h"

namespace wood::testing {

class KeepingSink : public Sink {
 public:
  std::vector<Entry> entries;
  std::map<std::string, Bytes> blobs;
  std::vector<std::pair<Seq, Json>> margins;
  std::vector<std::size_t> commits;  // entries there were at each
  int commits_max = 1'000'000;       // the one after that fails
  bool judged = false;               // causes must be of the kinds that the ledger's table allows

  Seq append(Draft draft) override {
    const Seq seq{static_cast<std::int64_t>(entries.size())};
    for (const Seq parent : draft.from) EXPECT_TRUE(parent.some() && parent < seq);
    entries.push_back({seq, std::move(draft)});
    encode(entries.back());  // checks the size
    if (judged) {
      const Status good = judge_.next(entries.back());
      EXPECT_TRUE(good) << good.error().what;
    }
    return seq;
  }
  std::string blob(ByteView bytes) override {
    const std::string digest = hex(sha256(bytes));
    blobs[digest] = Bytes(bytes);
    return digest;
  }
  void margin(Seq about, Json body) override { margins.emplace_back(about, std::move(body)); }
  Status commit() override {
    if (static_cast<int>(commits.size()) >= commits_max) return fail(Errc::io, "disk full");
    commits.push_back(entries.size());
    return {};
  }
  [[nodiscard]] Status status() const override { return {}; }

  [[nodiscard]] Result<Bytes> fetch(const std::string& digest) const {
    const auto it = blobs.find(digest);
    if (it == blobs.end()) return fail(Errc::not_found, "no blob " + digest);
    return it->second;
  }
  // All entries as they would be stored: what two equal runs must share.
  [[nodiscard]] std::string bytes() const {
    std::string out;
    for (const Entry& entry : entries) out += encode(entry) + "\n";
    return out;
  }
  [[nodiscard]] std::vector<const Entry*> of(EntryKind kind) const {
    std::vector<const Entry*> out;
    for (const Entry& entry : entries)
      if (entry.draft.kind == kind) out.push_back(&entry);
    return out;
  }
  [[nodiscard]] const Draft& at(Seq seq) const {
    return entries.at(static_cast<std::size_t>(seq.value)).draft;
  }

 private:
  ParentJudge judge_;
};

// An answer of a mind without tokens.
inline Answer said(std::string text) {
  Answer out;
  out.text = std::move(text);
  return out;
}

// The first value that conforms: first of an enum, lowest number, shortest text, required members.
inline Json simplest(const Json& schema) {
  if (const Json* options = schema.find("enum")) return options->items()[0];
  const std::string type = schema.str_or("type", "object");
  if (type == "integer") return Json(schema.int_or("minimum", 0));
  if (type == "string") return Json(std::string(schema.int_or("minLength", 0), 'x'));
  if (type == "boolean") return Json(false);
  if (type == "array") return Json::array();
  Json out = Json::object();
  if (const Json* required = schema.find("required"))
    for (const Json& key : required->items())
      out.set(key.string(), simplest(schema.at("properties").at(key.string())));
  return out;
}

class FakePanel : public Panel {
 public:
  std::function<Reply(const Ask&)> answer;
  std::vector<std::vector<Ask>> calls;

  std::vector<Reply> ask(std::span<const Ask> asks) override {
    calls.emplace_back(asks.begin(), asks.end());
    std::vector<Reply> out;
    for (const Ask& ask : asks) out.push_back(answer ? answer(ask) : obvious(ask));
    return out;
  }
  [[nodiscard]] std::map<std::string, Json> cards() const override { return {}; }

  static Reply say(const Json& value) { return said(value.dump()); }
  static Reply obvious(const Ask& ask) {
    const Json* scripted = ask.facts.find("scripted");
    return say(scripted != nullptr ? *scripted : simplest(ask.schema));
  }
};

inline Json parsed(std::string_view text) {
  Result<Json> value = parse_json(text);
  EXPECT_TRUE(value) << text << (value ? "" : value.error().what);
  return value ? *value : Json();
}

inline std::string file(const std::string& path) {
  std::ifstream in(std::string(WOOD_SOURCE_DIR) + "/" + path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

class FakeEffects : public Effects {
 public:
  explicit FakeEffects(KeepingSink& sink) : sink_(sink) {}
  std::map<std::string, Json> outputs;
  std::vector<EffectCall> calls;
  std::vector<std::size_t> committed;  // entries that were safe when it was called

  Result<Effected> perform(const EffectCall& call) override {
    calls.push_back(call);
    committed.push_back(sink_.commits.empty() ? 0 : sink_.commits.back());
    const auto it = outputs.find(call.effect);
    if (it == outputs.end()) return fail(Errc::network, "exchange is closed");
    const Seq entry = sink_.append({.kind = EntryKind::event,
                                    .by = "exchange",
                                    .from = {call.cause},
                                    .turn = call.turn,
                                    .body = Json::object()});
    return Effected{it->second, {entry}};
  }

 private:
  KeepingSink& sink_;
};

// One run with everything it needs.
struct Stand {
  KeepingSink sink;
  FakePanel panel;
  Cast cast;
  Memory memory;
  FakeEffects effects{sink};
  Context context{sink, panel, cast, memory, &effects};

  Stand() {
    sink.judged = true;
    const Seq genesis = sink.append(
        {.kind = EntryKind::genesis, .by = "world", .from = {}, .turn = 0, .body = Json::object()});
    context.from = {genesis};
    context.turn = 3;
    context.seed = 42;
  }
  Outcome go(const std::string& toml, const Json& input = Json::object()) {
    const auto pipeline = Pipeline::parse(toml);
    EXPECT_TRUE(pipeline) << pipeline.error().what;
    return go(*pipeline, input);
  }
  Outcome go(const Pipeline& pipeline, const Json& input) {
    auto out = run(pipeline, input, context);
    EXPECT_TRUE(out) << (out ? "" : out.error().what);
    return out ? *out : Outcome{};
  }
  std::string error(const std::string& toml, const Json& input = Json::object()) {
    const auto pipeline = Pipeline::parse(toml);
    EXPECT_TRUE(pipeline) << pipeline.error().what;
    const auto out = run(*pipeline, input, context);
    return out ? "none" : out.error().what;
  }
};

}  // namespace wood::testing
