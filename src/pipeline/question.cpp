#include "pipeline/question.h"

#include "core/text.h"

namespace wood {
namespace {

using Kind = Json::Kind;

Result<Rendering> rendering(Table& table, const char* key, const Rendering& inherited) {
  const Json* value = table.any(key);
  if (value == nullptr) return inherited;
  const auto parse = [&](const std::string& at, const Json& text) -> Result<Template> {
    if (!text.is(Kind::string)) return table.bad(at, "must be a text");
    Result<Template> out = Template::parse(text.string());
    if (!out) return table.bad(at, out.error().what, Errc::parse);
    return out;
  };
  if (value->is(Kind::string)) {
    TRY(const Template both, parse(key, *value));
    return Rendering{both, both};
  }
  const Json* full = value->find("full");
  const Json* terse = value->find("terse");
  if (full == nullptr || terse == nullptr || value->members().size() != 2)
    return table.bad(key, "must be a text, or a table of full and terse");
  TRY(Template long_form, parse(std::string(key) + ".full", *full));
  TRY(Template short_form, parse(std::string(key) + ".terse", *terse));
  return Rendering{std::move(long_form), std::move(short_form)};
}

Status choices(Table& table, Question& q) {
  const bool fresh = table.has("choices");
  TRY(auto own, table.exprs("choices"));
  if (fresh) q.choices = std::move(own);
  for (const auto& [place, expr] : q.choices)
    if (schema_at(q.schema, place) == nullptr)
      return table.bad("choices." + place,
                       "the schema has no such place; write a member's name, "
                       "a.b, or list[].member");
  return {};
}

}  // namespace

Json* schema_at(Json& schema, const std::string& place) {
  Json* at = &schema;
  for (std::string part : split(place, '.')) {
    const bool items = part.ends_with("[]");
    if (items) part.resize(part.size() - 2);
    Json* properties = at->edit("properties");
    at = properties != nullptr ? properties->edit(part) : nullptr;
    if (at != nullptr && items) at = at->edit("items");
    if (at == nullptr) return nullptr;
  }
  return at;
}

Result<Question> parse_question(Table& table, const Question& inherited) {
  Question q = inherited;
  TRY(q.task, table.string("task", inherited.task));
  TRY(q.system, rendering(table, "system", inherited.system));
  TRY(q.prompt, rendering(table, "prompt", inherited.prompt));
  TRY(Json schema, table.schema("schema"));
  if (!schema.is(Kind::null)) q.schema = std::move(schema);
  TRY(auto scripted, table.maybe_expr("scripted"));
  if (scripted) q.scripted = std::move(scripted);
  TRY(q.draw.temperature_milli,
      table.integer("temperature_milli", 0, 5'000, inherited.draw.temperature_milli));
  TRY(q.draw.top_k, table.integer("top_k", 0, 100'000, inherited.draw.top_k));
  TRY(q.draw.top_p_milli, table.integer("top_p_milli", 1, 1'000, inherited.draw.top_p_milli));
  TRY(q.draw.tokens_max, table.integer("tokens_max", 1, 32'768, inherited.draw.tokens_max));
  TRY(q.wait_ms_max, table.integer("wait_ms_max", 1, 3'600'000, inherited.wait_ms_max));
  TRY_STATUS(choices(table, q));
  return q;
}

Status check_question(const Table& table, const Question& q) {
  if (q.schema.is(Kind::null))
    return table.bad("", "has no schema; add [step.schema], else any answer would do");
  if (q.task.empty()) return table.bad("", "has no task; add task = \"…\"");
  if (q.prompt.full.empty()) return table.bad("", "has no prompt; add prompt = \"…\"");
  return {};
}

Status check_mind(const Table& table, const char* key, const std::string& mind) {
  const bool route = mind.starts_with("route:");
  const std::string_view rest = std::string_view(mind).substr(route ? 6 : mind[0] == '@' ? 1 : 0);
  if (rest.empty())
    return table.bad(key, "names nobody; write a mind, \"@seat\" or \"route:step\"");
  return {};
}

}  // namespace wood
