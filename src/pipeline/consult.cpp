#include "pipeline/consult.h"

#include <algorithm>

#include "core/check.h"
#include "core/schema.h"
#include "core/text.h"
#include "pipeline/reply.h"

namespace wood {
namespace {

constexpr std::size_t kMessageBytes = 1'024;  // a longer message is a blob with its beginning shown
constexpr std::size_t kMessagesBytes = 24'000;  // more than that: the whole list is one blob
constexpr std::size_t kSchemaBytes = 1'024;
constexpr std::size_t kValueBytes = 16'000;
constexpr std::size_t kNotesBytes = 8'000;
constexpr std::size_t kNotesMax = 32;  // repairs and faults that a reading lists

Json sampling_body(const Sampling& s) {
  return Json::object({{"seed", static_cast<std::int64_t>(s.seed)},
                       {"temperature_milli", s.temperature_milli},
                       {"tokens_max", s.tokens_max},
                       {"top_k", s.top_k},
                       {"top_p_milli", s.top_p_milli}});
}

Json messages_body(Sink& sink, const std::vector<Message>& messages) {
  Json list = Json::array();
  for (const Message& m : messages)
    list.push(
        Json::object({{"content", text_in(sink, m.content, kMessageBytes)}, {"role", m.role}}));
  return list_in(sink, std::move(list), kMessagesBytes);
}

Seq write_prompt(Sink& sink, const Consult& c) {
  Json body = Json::object({{"messages", messages_body(sink, c.messages)},
                            {"mind", c.mind},
                            {"sampling", sampling_body(c.sampling)},
                            {"schema", value_in(sink, c.schema, kSchemaBytes)},
                            {"task", c.task}});
  if (c.reach == Reach::here) body.set("local", true);
  return sink.append({.kind = EntryKind::prompt,
                      .by = c.by,
                      .from = c.from,
                      .turn = c.turn,
                      .body = std::move(body)});
}

// A number beyond those that JSON keeps exactly stands as its decimal text.
std::optional<std::int64_t> number_of(const Json* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is(Json::Kind::integer)) return value->integer();
  if (value->is(Json::Kind::string)) return to_int(value->string());
  return std::nullopt;
}

Result<Sampling> sampling_of(const Json& body) {
  Sampling out;
  const auto seed = number_of(body.find("seed"));
  if (!seed) return fail(Errc::parse, "its sampling has no seed");
  out.seed = static_cast<std::uint64_t>(*seed);
  const auto read = [&](const char* key, std::int64_t& to, std::int64_t max) -> Status {
    const auto value = number_of(body.find(key));
    if (!value || *value < 0 || *value > max)
      return fail(Errc::parse,
                  "its " + std::string(key) + " is no number from 0 to " + std::to_string(max));
    to = *value;
    return {};
  };
  TRY_STATUS(read("temperature_milli", out.temperature_milli, 1'000'000));
  TRY_STATUS(read("tokens_max", out.tokens_max, 1'000'000));
  TRY_STATUS(read("top_k", out.top_k, 1'000'000'000));
  TRY_STATUS(read("top_p_milli", out.top_p_milli, 1'000));
  return out;
}

void write_reading(Sink& sink, const Consult& c, Consulted& out) {
  Reading reading = read_answer(out.answer.text, c.schema);
  Json repairs = Json::array();
  for (const Repair& repair : reading.repairs) {
    if (repairs.items().size() == kNotesMax) break;
    repairs.push(
        Json::object({{"detail", text_in(sink, repair.detail, 256)}, {"kind", repair.kind}}));
  }
  Json faults = Json::array();
  for (const std::string& reason : reading.reasons) {
    if (faults.items().size() == kNotesMax) break;
    faults.push(text_in(sink, reason, 256));
  }
  out.conforms = reading.value.has_value();
  if (out.conforms) out.value = std::move(*reading.value);
  out.repairs = std::move(reading.repairs);
  out.faults = std::move(reading.reasons);
  out.reading = sink.append(
      {.kind = EntryKind::reading,
       .by = c.by,
       .from = {out.reply},
       .turn = c.turn,
       .body = Json::object({{"conforms", out.conforms},
                             {"faults", list_in(sink, std::move(faults), kNotesBytes)},
                             {"repairs", list_in(sink, std::move(repairs), kNotesBytes)},
                             {"value", value_in(sink, out.value, kValueBytes)}})});
}

void write_reply(Sink& sink, const Consult& c, Reply reply, Consulted& out) {
  if (auto* failure = std::get_if<Failure>(&reply)) {
    out.reply = sink.append({.kind = EntryKind::input,
                             .by = c.by,
                             .from = {out.prompt},
                             .turn = c.turn,
                             .body = failure_body(sink, c.mind, *failure)});
    sink.margin(out.reply, usage_body(c.mind, failure->usage));
    out.failure = std::move(*failure);
    return;
  }
  out.answer = std::move(std::get<Answer>(reply));
  out.reply = sink.append({.kind = EntryKind::answer,
                           .by = c.by,
                           .from = {out.prompt},
                           .turn = c.turn,
                           .body = answer_body(sink, c.mind, out.answer)});
  sink.margin(out.reply, usage_body(c.mind, out.answer.usage));
  write_reading(sink, c, out);
}

}  // namespace

Result<std::vector<Consulted>> consult(Sink& sink, Panel& panel,
                                       std::span<const Consult> consults) {
  std::vector<Consulted> out(consults.size());
  std::vector<Reply> replies(consults.size());
  std::vector<Ask> asks;
  std::vector<std::size_t> places;  // of the asks among the consults
  asks.reserve(consults.size());
  for (std::size_t i = 0; i < consults.size(); ++i) {
    const Consult& c = consults[i];
    out[i].prompt = write_prompt(sink, c);
    if (c.reach == Reach::here && panel.remote(c.mind)) {
      replies[i] = kept_here(c.mind);
      continue;
    }
    places.push_back(i);
    asks.push_back({.prompt = out[i].prompt,
                    .mind = c.mind,
                    .reader = c.by,
                    .task = c.task,
                    .messages = c.messages,
                    .schema = c.schema,
                    .facts = c.facts,
                    .sampling = c.sampling,
                    .wait_ms_max = c.wait_ms_max,
                    .reach = c.reach});
  }
  if (consults.empty()) return out;
  // Nothing leaves the process before the commit that holds it.
  if (std::any_of(asks.begin(), asks.end(), [&](const Ask& ask) { return panel.remote(ask.mind); }))
    TRY_STATUS(sink.commit());
  else TRY_STATUS(sink.status());
  std::vector<Reply> given = asks.empty() ? std::vector<Reply>{} : panel.ask(asks);
  CHECK(given.size() == asks.size());
  for (std::size_t i = 0; i < asks.size(); ++i) replies[places[i]] = std::move(given[i]);
  for (std::size_t i = 0; i < consults.size(); ++i)
    write_reply(sink, consults[i], std::move(replies[i]), out[i]);
  TRY_STATUS(sink.commit_late());
  return out;
}

std::string code_of(const Failure& failure) {
  if (failure.code == Errc::timeout) return "timeout";
  return failure.code == Errc::local ? "local" : "no_answer";
}

Result<Ask> read_ask(const Entry& prompt, const Fetch& fetch) {
  const Json& body = prompt.draft.body;
  const std::string where = "prompt " + std::to_string(prompt.seq.value);
  const Json* messages = body.find("messages");
  const Json* schema = body.find("schema");
  const Json* sampling = body.find("sampling");
  if (prompt.draft.kind != EntryKind::prompt || messages == nullptr || schema == nullptr ||
      sampling == nullptr)
    return fail(Errc::parse, where + " is none, or has no messages, schema or sampling");
  Ask ask;
  ask.prompt = prompt.seq;
  ask.mind = body.str_or("mind", "");
  ask.reader = prompt.draft.by;
  ask.task = body.str_or("task", "");
  if (body.bool_or("local", false)) ask.reach = Reach::here;
  auto drawn = sampling_of(*sampling);
  if (!drawn) return fail(std::move(drawn).error().during(where));
  ask.sampling = *drawn;
  TRY(const Json list, read_json(*messages, fetch));
  if (!list.is(Json::Kind::array)) return fail(Errc::parse, where + ": its messages are no list");
  for (const Json& message : list.items()) {
    const Json* content = message.find("content");
    if (content == nullptr) return fail(Errc::parse, where + ": a message has no content");
    TRY(std::string text, read_text(*content, fetch));
    ask.messages.push_back({message.str_or("role", ""), std::move(text)});
  }
  TRY(ask.schema, read_json(*schema, fetch));
  if (const Status fine = check_schema(ask.schema); !fine && !ask.schema.is(Json::Kind::null))
    return fail(Error(fine.error()).during(where));
  return ask;
}

}  // namespace wood
