#include "pipeline/versions.h"

#include <algorithm>
#include <set>

#include "core/check.h"
#include "core/money.h"
#include "core/schema.h"
#include "pipeline/reply.h"

namespace wood {
namespace {

using Kind = Json::Kind;

constexpr const char* kState = "version";

// 128 bits: two integers of a model may be at the two ends.
bool differ(const Json& a, const Json& b, std::int64_t tolerance) {
  if (!a.is(Kind::integer) || !b.is(Kind::integer)) return a != b;
  __extension__ using Wide = __int128;
  const Wide apart = static_cast<Wide>(a.integer()) - b.integer();
  return (apart < 0 ? -apart : apart) > tolerance;
}

const VersionsStep& what_of(const Step& step) { return std::get<VersionsStep>(step.what); }

}  // namespace

Compared compare(const std::vector<Json>& values, std::int64_t tolerance) {
  CHECK(values.size() >= 2);
  Compared out;
  std::set<std::string> distinct;
  std::int64_t pairs = 0;
  std::int64_t apart = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    distinct.insert(values[i].dump());
    for (std::size_t j = i + 1; j < values.size(); ++j) {
      ++pairs;
      apart += differ(values[i], values[j], tolerance) ? 1 : 0;
    }
  }
  out.distinct = static_cast<std::int64_t>(distinct.size());
  out.differ_ppm = mul_div(apart, 1'000'000, pairs, Round::down);
  const bool numbers = std::all_of(values.begin(), values.end(),
                                   [](const Json& value) { return value.is(Kind::integer); });
  if (!numbers) return out;
  const auto [low, high] =
      std::minmax_element(values.begin(), values.end(),
                          [](const Json& a, const Json& b) { return a.integer() < b.integer(); });
  if (__builtin_sub_overflow(high->integer(), low->integer(), &out.spread)) out.spread = -1;
  return out;
}

Hearing begin_versions(Stage& stage, const Step& step, std::vector<Consult>& consults) {
  return hear(stage, step, what_of(step).boxes, kState, consults);
}

namespace {

struct Versions {
  Json list = Json::array();  // of all that were heard
  std::vector<Json> answers;  // of those that answered
  std::vector<Seq> from;
};

// A computed version is held to the schema as an answer is.
Versions versions_of(const Step& step, const std::vector<Heard>& heard) {
  const VersionsStep& what = what_of(step);
  Versions out;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    const BallotBox& box = what.boxes[i];
    const bool good =
        heard[i].value && (!box.rule || validate(*heard[i].value, what.schema).empty());
    Json one = Json::object({{"by", box.by}, {"state", good ? "answered" : "failed"}});
    out.from.push_back(heard[i].entry);
    if (good) {
      one.set("value", *heard[i].value);
      out.answers.push_back(*heard[i].value);
    }
    out.list.push(std::move(one));
  }
  return out;
}

// The members that are compared, and the greatest share of pairs that differ in one.
std::pair<Json, std::int64_t> fields_of(const VersionsStep& what,
                                        const std::vector<Json>& answers) {
  Json fields = Json::object();
  std::int64_t most = 0;
  for (const std::string& member : what.compare) {
    std::vector<Json> values;
    for (const Json& answer : answers) {
      const Json* value = answer.find(member);
      values.push_back(value != nullptr ? *value : Json());
    }
    const auto tolerance = what.tolerance.find(member);
    const Compared c = compare(values, tolerance != what.tolerance.end() ? tolerance->second : 0);
    Json field = Json::object({{"differ_ppm", c.differ_ppm}, {"distinct", c.distinct}});
    if (c.spread >= 0) field.set("spread", c.spread);
    fields.set(member, std::move(field));
    most = std::max(most, c.differ_ppm);
  }
  return {std::move(fields), most};
}

}  // namespace

void end_versions(Stage& stage, const Step& step, const Hearing& hearing,
                  std::span<Consulted> answers) {
  const VersionsStep& what = what_of(step);
  const auto heard = gather(stage, step, what.boxes, kState, hearing, answers);
  Versions all = versions_of(step, heard);
  const auto count = static_cast<std::int64_t>(all.answers.size());
  const bool compared = count >= 2;
  auto [fields, most] =
      compared ? fields_of(what, all.answers) : std::pair<Json, std::int64_t>(Json::object(), 0);
  Json output = Json::object({{"alarm", !compared || most > what.alarm_ppm},
                              {"answered", count},
                              {"code", !compared               ? "too_few"
                                       : most > what.alarm_ppm ? "differ"
                                                               : "alike"},
                              {"differ_ppm", compared ? Json(most) : Json()},
                              {"failed", static_cast<std::int64_t>(heard.size()) - count},
                              {"fields", std::move(fields)},
                              {"value", all.answers.empty() ? Json() : all.answers[0]},
                              {"versions", std::move(all.list)}});
  Json body = Json::object({{"output", value_in(stage.context.sink, output, 16'000)},
                            {"state", name(StepOutcome::State::done)}});
  const Seq entry =
      stage.write(step, stage.by(step.by), std::move(body), std::vector<Seq>{} + all.from);
  stage.conclude(step, std::move(output), {entry});
}

}  // namespace wood
