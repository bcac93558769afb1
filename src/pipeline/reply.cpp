#include "pipeline/reply.h"

#include <limits>

#include "core/check.h"
#include "core/text.h"

namespace wood {
namespace {

using Kind = Json::Kind;

constexpr std::size_t kTextBytes = 4'096;  // escaped sixfold it still leaves half an entry free
constexpr std::size_t kNoteBytes = 1'024;

constexpr Errc kCodes[] = {Errc::usage,       Errc::parse,  Errc::schema,    Errc::io,
                           Errc::not_found,   Errc::exists, Errc::network,   Errc::timeout,
                           Errc::remote,      Errc::model,  Errc::integrity, Errc::diverged,
                           Errc::environment, Errc::limit,  Errc::local};
constexpr Finish kFinishes[] = {Finish::stop, Finish::length, Finish::refused};

template <class Enum, std::size_t n>
std::optional<Enum> named(const Enum (&all)[n], const std::string& text) {
  for (const Enum one : all)
    if (text == name(one)) return one;
  return std::nullopt;
}

std::string marks(const std::vector<bool>& bits) {
  std::string out;
  for (const bool bit : bits) out += bit ? '1' : '0';
  return out;
}

Result<Json> read_value(const Json& body, const char* key, const Fetch& fetch) {
  const Json* value = body.find(key);
  if (value == nullptr) return fail(Errc::parse, std::string("reply without ") + key);
  return read_json(*value, fetch);
}

Result<std::vector<std::int32_t>> read_tokens(const Json& body, const char* key,
                                              const Fetch& fetch) {
  TRY(const Json list, read_value(body, key, fetch));
  if (!list.is(Kind::array)) return fail(Errc::parse, std::string(key) + " is no list");
  std::vector<std::int32_t> out;
  for (const Json& item : list.items()) {
    using Id = std::numeric_limits<std::int32_t>;
    if (!item.is(Kind::integer) || item.integer() < Id::min() || item.integer() > Id::max())
      return fail(Errc::parse, std::string(key) + " holds what is no token id");
    out.push_back(static_cast<std::int32_t>(item.integer()));
  }
  return out;
}

Result<Reply> read_answer_body(const Json& body, const Fetch& fetch) {
  Answer answer;
  const Json* text = body.find("text");
  if (text == nullptr) return fail(Errc::parse, "answer without text");
  TRY(answer.text, read_text(*text, fetch));
  if (const Json* reasoning = body.find("reasoning")) {
    TRY(answer.reasoning, read_text(*reasoning, fetch));
  }
  TRY(answer.prompt_tokens, read_tokens(body, "prompt_tokens", fetch));
  TRY(answer.tokens, read_tokens(body, "tokens", fetch));
  TRY(const Json forced, read_value(body, "forced", fetch));
  TRY(const Json logits, read_value(body, "logits", fetch));
  if (!forced.is(Kind::string) || !logits.is(Kind::array))
    return fail(Errc::parse, "answer whose forced is no string or whose logits are no list");
  for (const char c : forced.string()) {
    if (c != '0' && c != '1') return fail(Errc::parse, "forced holds more than 0 and 1");
    answer.forced.push_back(c == '1');
  }
  for (const Json& digest : logits.items()) {
    if (!digest.is(Kind::string)) return fail(Errc::parse, "logits hold no digests");
    answer.logits.push_back(digest.string());
  }
  if (body.find("confidence") != nullptr) {
    TRY(const Json shares, read_value(body, "confidence", fetch));
    if (!shares.is(Kind::object)) return fail(Errc::parse, "confidence is no object");
    for (const auto& [field, share] : shares.members()) {
      if (!share.is(Kind::integer) || share.integer() < 0 || share.integer() > 1'000'000)
        return fail(Errc::parse, "confidence holds what is no share of a million");
      answer.confidence[field] = share.integer();
    }
  }
  const auto finish = named(kFinishes, body.str_or("finish", ""));
  if (!finish) return fail(Errc::parse, "answer with an unknown finish");
  answer.finish = *finish;
  answer.prompt_count = body.int_or("prompt_count", 0);
  answer.answer_count = body.int_or("answer_count", 0);
  answer.cost_nano = body.int_or("cost_nano", 0);
  return Reply(std::move(answer));
}

}  // namespace

Json answer_body(Sink& sink, const std::string& mind, const Answer& answer) {
  Json body = Json::object({{"answer_count", answer.answer_count},
                            {"cost_nano", answer.cost_nano},
                            {"finish", name(answer.finish)},
                            {"forced", value_in(sink, marks(answer.forced))},
                            {"logits", value_in(sink, Json::list(answer.logits))},
                            {"mind", mind},
                            {"prompt_count", answer.prompt_count},
                            {"prompt_tokens", value_in(sink, Json::list(answer.prompt_tokens))},
                            {"text", text_in(sink, answer.text, kTextBytes)},
                            {"tokens", value_in(sink, Json::list(answer.tokens))}});
  if (!answer.confidence.empty()) {
    Json shares = Json::object();
    for (const auto& [field, share] : answer.confidence) shares.set(field, share);
    body.set("confidence", value_in(sink, std::move(shares)));
  }
  if (!answer.reasoning.empty()) body.set("reasoning", text_in(sink, answer.reasoning, kNoteBytes));
  return body;
}

Json failure_body(Sink& sink, const std::string& mind, const Failure& failure) {
  return Json::object({{"code", name(failure.code)},
                       {"kind", failure.code == Errc::timeout ? "timeout" : "failure"},
                       {"mind", mind},
                       {"what", text_in(sink, failure.what, kNoteBytes)}});
}

Json usage_body(const std::string& mind, const Usage& usage) {
  return Json::object({{"cpu_us", usage.cpu_us},
                       {"kind", "usage"},
                       {"mind", mind},
                       {"response_id", std::string(clip(to_utf8(usage.response_id), kNoteBytes))},
                       {"retries", usage.retries},
                       {"reused", usage.reused},
                       {"wall_us", usage.wall_us}});
}

Result<Reply> read_reply(const Draft& draft, const Fetch& fetch) {
  const Json& body = draft.body;
  if (draft.kind == EntryKind::answer) return read_answer_body(body, fetch);
  const std::string kind = body.str_or("kind", "");
  if (draft.kind != EntryKind::input || (kind != "timeout" && kind != "failure"))
    return fail(Errc::parse, "neither an answer nor a failure to answer");
  const auto code = named(kCodes, body.str_or("code", ""));
  const Json* what = body.find("what");
  if (!code || what == nullptr) return fail(Errc::parse, "failure without a known code and a text");
  Failure failure;
  failure.code = *code;
  TRY(failure.what, read_text(*what, fetch));
  return Reply(std::move(failure));
}

Result<std::string> read_text(const Json& text, const Fetch& fetch) {
  if (text.is(Kind::string)) return text.string();
  const std::string digest = text.str_or("sha256", "");
  if (digest.empty()) return fail(Errc::parse, "neither a text nor the digest of one");
  return fetch(digest);
}

Result<Json> read_json(const Json& value, const Fetch& fetch) {
  const auto ref = blob_ref(value);
  if (!ref) return value;
  TRY(const Bytes text, fetch(ref->sha256));
  return parse_json(text, Floats::refuse, kDepthInside);
}

Json value_in(Sink& sink, Json value, std::size_t bytes_max) {
  const std::string text = value.dump();
  if (text.size() <= bytes_max && blob_refs(value).empty()) return value;
  return Json::object({{"bytes", text.size()}, {"sha256", sink.blob(text)}});
}

Json list_in(Sink& sink, Json list, std::size_t bytes_max) {
  const std::string text = list.dump();
  if (text.size() <= bytes_max) return list;
  Json out = Json::object({{"bytes", text.size()}, {"sha256", sink.blob(text)}});
  std::vector<std::string> holds;
  for (BlobRef& ref : blob_refs(list)) holds.push_back(std::move(ref.sha256));
  if (!holds.empty()) out.set("holds", Json::list(holds));
  return out;
}

}  // namespace wood
