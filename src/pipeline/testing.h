// For tests of pipelines: a sink that keeps everything and judges what it is given, and a panel
// that answers as it is told.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "core/schema.h"
#include "ledger/sink.h"
#include "minds/panel.h"

namespace wood::testing {

class KeepingSink : public Sink {
 public:
  std::vector<Entry> entries;
  std::map<std::string, Bytes> blobs;
  std::vector<std::pair<Seq, Json>> margins;
  std::vector<std::size_t> commits;  // entries there were at each
  int commits_max = 1'000'000;       // the one after that fails

  Seq append(Draft draft) override {
    const Seq seq{static_cast<std::int64_t>(entries.size())};
    for (const Seq parent : draft.from) EXPECT_TRUE(parent.some() && parent < seq);
    entries.push_back({seq, std::move(draft)});
    encode(entries.back());  // checks the size
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
};

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

  static Reply say(const Json& value) { return Answer{.text = value.dump()}; }
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

}  // namespace wood::testing
