#include "minds/dialect.h"

#include <algorithm>

#include "core/bytes.h"
#include "core/text.h"

namespace wood {
namespace {

using Kind = Json::Kind;

std::vector<std::string> order_of(const Json& schema) {
  std::vector<std::string> keys;
  const auto add = [&](const std::string& key) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  };
  if (const Json* required = schema.find("required"))
    for (const Json& key : required->items()) add(key.string());
  for (const auto& [key, sub] : schema.at("properties").members()) add(key);
  return keys;
}

// A schema as text: properties in order, and closed, as strict servers demand. `strict` becomes
// false where a member is optional, which they refuse.
void write_schema(const Json& schema, std::string& out, bool& strict) {
  const Json* properties = schema.find("properties");
  out += '{';
  bool first = true;
  const auto key = [&](const std::string& name) {
    out += (first ? "" : ",") + Json(name).dump() + ":";
    first = false;
  };
  for (const auto& [name, value] : schema.members()) {
    if (name == "additionalProperties" && properties != nullptr) continue;
    key(name);
    if (name == "properties") {
      char separator = '{';
      if (value.members().empty()) out += '{';
      for (const std::string& member : order_of(schema)) {
        out += separator + Json(member).dump() + ":";
        write_schema(value.at(member), out, strict);
        separator = ',';
      }
      out += '}';
    } else if (name == "items") {
      write_schema(value, out, strict);
    } else if (name == "oneOf") {
      strict = false;
      char separator = '[';
      for (const Json& option : value.items()) {
        out += separator;
        write_schema(option, out, strict);
        separator = ',';
      }
      out += ']';
    } else {
      value.dump_to(out);
    }
  }
  if (properties != nullptr) {
    key("additionalProperties");
    out += schema.bool_or("additionalProperties", false) ? "true" : "false";
    const Json* required = schema.find("required");
    strict &= required != nullptr && required->items().size() == properties->members().size();
  }
  out += '}';
}

Json messages_of(const MindSpec& spec, const Ask& ask) {
  Json messages = Json::array();
  std::string held;  // a system message on its way into the user's
  for (const Message& m : ask.messages) {
    const std::string content = to_utf8(m.content);
    if (spec.no_system_role && m.role == "system") {
      held += content + "\n\n";
      continue;
    }
    messages.push(Json::object({{"role", m.role}, {"content", held + content}}));
    held.clear();
  }
  if (!held.empty()) messages.push(Json::object({{"role", "user"}, {"content", held}}));
  return messages;
}

std::string format_of(const MindSpec& spec, const Ask& ask) {
  if (ask.schema.is(Kind::null) || spec.schema_mode == SchemaMode::none) return "";
  if (spec.schema_mode == SchemaMode::json_object) return R"({"type":"json_object"})";
  std::string schema;
  bool strict = true;
  write_schema(ask.schema, schema, strict);
  return R"({"type":"json_schema","json_schema":{"name":"answer","strict":)" +
         std::string(strict ? "true" : "false") + ",\"schema\":" + schema + "}}";
}

// Content as text: a string, or a list of parts.
std::string text_of(const Json* content) {
  if (content == nullptr) return "";
  if (content->is(Kind::string)) return content->string();
  std::string text;
  if (content->is(Kind::array))
    for (const Json& part : content->items()) text += part.str_or("text", "");
  return text;
}

// What the model said to itself, wherever servers put it: DeepSeek's and vLLM's member,
// llama-server's too; OpenRouter's and its list of details; Mistral's parts of the content.
std::string reasoning_of(const Json& message) {
  for (const char* key : {"reasoning_content", "reasoning"})
    if (std::string said = message.str_or(key, ""); !said.empty()) return said;
  std::string said;
  const auto collect = [&](const char* key, const char* part_key) {
    const Json* parts = message.find(key);
    if (parts == nullptr || !parts->is(Kind::array)) return;
    for (const Json& part : parts->items()) said += text_of(part.find(part_key));
  };
  collect("reasoning_details", "text");
  collect("content", "thinking");
  return said;
}

// A server without a channel for it leaves a <think> block in front of the answer; its opening may
// stand in the prompt, then only its end does. One that is not closed stays: there is no answer
// behind it, and the reader says so. An answer that mentions the mark within its JSON stays whole.
void part_thinking(Answer& answer) {
  constexpr std::string_view open = "<think>", close = "</think>";
  const std::string_view text = trim(answer.text);
  const std::size_t end = text.find(close);
  if (end == std::string_view::npos || text.starts_with('{') || text.starts_with('[')) return;
  const std::size_t begin = text.starts_with(open) ? open.size() : 0;
  if (text.substr(begin, end - begin).find(open) != std::string_view::npos) return;
  const std::string said(trim(text.substr(begin, end - begin)));
  if (!said.empty()) answer.reasoning += (answer.reasoning.empty() ? "" : "\n") + said;
  answer.text = std::string(trim(text.substr(end + close.size())));
}

// 0 where the server does not say. It may claim anything: the cost is kept in range.
std::int64_t count_of(const Json& usage, const char* key, const char* other_key) {
  return std::clamp<std::int64_t>(usage.int_or(key, usage.int_or(other_key, 0)), 0, 100'000'000);
}

}  // namespace

std::string request_body(const MindSpec& spec, const Ask& ask) {
  const Sampling& sampling = ask.sampling;
  Json body = Json::object({{"model", spec.model}, {"messages", messages_of(spec, ask)}});
  body.set(spec.tokens_key, sampling.tokens_max + (spec.reasoning ? kReasoningTokens : 0) +
                                (ask.schema.is(Kind::null) ? 0 : kEndingTokens));
  if (spec.seed) body.set("seed", static_cast<std::int64_t>(sampling.seed & 0x7FFFFFFF));
  std::string text = body.dump();
  text.pop_back();  // what our JSON has no form for comes behind
  text += ",\"temperature\":" + decimal(sampling.temperature_milli, 3);
  if (sampling.top_p_milli < 1'000) text += ",\"top_p\":" + decimal(sampling.top_p_milli, 3);
  if (const std::string format = format_of(spec, ask); !format.empty())
    text += ",\"response_format\":" + format;
  return text + "}";
}

Result<Answer> answer_in(const MindSpec& spec, const std::string& body) {
  const auto parsed = parse_json(body, Floats::nearest);
  if (!parsed) return fail(Errc::remote, "the response is " + parsed.error().what);
  const Json* choices = parsed->find("choices");
  if (choices == nullptr || !choices->is(Kind::array) || choices->items().empty())
    return fail(error_in(200, body));
  const Json& choice = choices->items()[0];
  const Json* message = choice.find("message");
  if (message == nullptr) return fail(Errc::remote, "the response has a choice without a message");
  Answer answer;
  answer.text = text_of(message->find("content"));
  answer.reasoning = reasoning_of(*message);
  part_thinking(answer);
  const std::string finish = choice.str_or("finish_reason", "stop");
  if (finish == "length") answer.finish = Finish::length;
  if (finish == "content_filter") answer.finish = Finish::refused;
  if (const std::string refusal = message->str_or("refusal", ""); !refusal.empty()) {
    answer.finish = Finish::refused;
    if (answer.text.empty()) answer.text = refusal;
  }
  if (const Json* usage = parsed->find("usage")) {
    answer.prompt_count = count_of(*usage, "prompt_tokens", "input_tokens");
    answer.answer_count = count_of(*usage, "completion_tokens", "output_tokens");
  }
  answer.cost_nano = cost_nano(spec, answer);
  answer.usage.response_id = parsed->str_or("id", "");
  return answer;
}

Error error_in(int status, const std::string& body) {
  std::string said, code, type;
  if (const auto parsed = parse_json(body, Floats::nearest)) {
    const Json* error = parsed->find("error");
    if (error != nullptr && error->is(Kind::string)) said = error->string();
    if (error != nullptr) {
      said = error->str_or("message", said);
      code = error->str_or("code", "");
      type = error->str_or("type", "");
    }
    if (said.empty()) said = parsed->str_or("message", parsed->str_or("detail", ""));
  }
  if (said.empty()) said = body;
  const std::string_view line = clip(trim(said), 200);
  std::string what = "the server answered " + std::to_string(status);
  if (!line.empty()) what += ": " + replace_all(to_utf8(line), "\n", " ");
  // OpenAI's code, llama-server's type, vLLM's words.
  const bool too_long = status == 413 || code == "context_length_exceeded" ||
                        type == "exceed_context_size_error" ||
                        (status == 400 && said.find("context length") != std::string::npos);
  // llama-server: it is well, it is the answer that it could not bring into form.
  const bool formless = said.starts_with("The model produced output that does not match");
  return {too_long ? Errc::limit : formless ? Errc::model : Errc::remote, std::move(what)};
}

}  // namespace wood
