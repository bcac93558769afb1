#include "core/schema.h"

#include <gtest/gtest.h>

#include "core/text.h"

namespace wood {
namespace {

Json json(std::string_view text) { return parse_json(text).value(); }

// The faults of `value` under `schema`, "; " between them; "" if it conforms.
std::string judge(std::string_view schema, std::string_view value) {
  const Json parsed = json(schema);
  const Status good = check_schema(parsed);
  EXPECT_TRUE(good) << good.error().what;
  return join(validate(json(value), parsed), "; ");
}

std::string schema_fault(std::string_view schema) {
  const Status good = check_schema(json(schema));
  if (good) return "none";
  EXPECT_EQ(good.error().code, Errc::schema);
  return good.error().what;
}

TEST(Schema, Type) {
  for (const char* value : {"null", "true", "1", "\"s\"", "[]", "{}"})
    EXPECT_EQ(judge("{}", value), "") << value;
  EXPECT_EQ(judge(R"({"type":"integer"})", "1"), "");
  EXPECT_EQ(judge(R"({"type":"integer"})", "\"1\""), "$ is of kind string, not \"integer\"");
  EXPECT_EQ(judge(R"({"type":["null","string"]})", "null"), "");
  EXPECT_EQ(judge(R"({"type":["null","string"]})", "[]"),
            R"($ is of kind array, not ["null","string"])");
}

TEST(Schema, Members) {
  const char* schema = R"({"type":"object","required":["qty"],
    "properties":{"qty":{"type":"integer","minimum":1},"why":{"type":"string"}}})";
  EXPECT_EQ(judge(schema, R"({"qty":1,"why":""})"), "");
  EXPECT_EQ(judge(schema, R"({"qty":0})"), "$.qty is 0, minimum 1");
  EXPECT_EQ(judge(schema, R"({"why":1,"x":2})"),
            "$.qty is missing; $.why is of kind integer, not \"string\"; $.x is not in the schema");
  EXPECT_EQ(judge(R"({"properties":{"a":{}},"additionalProperties":true})", R"({"b":1})"), "");
  EXPECT_EQ(judge(R"({"properties":{"a":{}},"additionalProperties":false})", R"({"b":1})"),
            "$.b is not in the schema");
  EXPECT_EQ(judge(R"({"type":"object"})", R"({"b":1})"), "");
}

TEST(Schema, Items) {
  const char* schema = R"({"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":2})";
  EXPECT_EQ(judge(schema, "[1,2]"), "");
  EXPECT_EQ(judge(schema, "[]"), "$ is 0 long, minItems 1");
  EXPECT_EQ(judge(schema, "[1,null,3]"),
            "$ is 3 long, maxItems 2; $[1] is of kind null, not \"integer\"");
}

TEST(Schema, EnumAndConst) {
  EXPECT_EQ(judge(R"({"enum":["buy","sell",null]})", "null"), "");
  EXPECT_EQ(judge(R"({"enum":["buy","sell"]})", "\"hold\""),
            R"($ is "hold", must be one of ["buy","sell"])");
  EXPECT_EQ(judge(R"({"const":{"a":1}})", R"({"a":1})"), "");
  EXPECT_EQ(judge(R"({"const":1})", "true"), "$ is true, must be 1");
}

TEST(Schema, Bounds) {
  const char* schema = R"({"minimum":-1,"maximum":2,"minLength":1,"maxLength":3})";
  for (const char* good : {"-1", "2", "\"a\"", "\"\xE2\x82\xAC\xF0\x9F\x98\x80z\"", "null", "[]"})
    EXPECT_EQ(judge(schema, good), "") << good;
  EXPECT_EQ(judge(schema, "-2"), "$ is -2, minimum -1");
  EXPECT_EQ(judge(schema, "3"), "$ is 3, maximum 2");
  EXPECT_EQ(judge(schema, "\"\""), "$ is 0 long, minLength 1");
  EXPECT_EQ(judge(schema, "\"\xE2\x82\xAC\xF0\x9F\x98\x80zz\""), "$ is 4 long, maxLength 3");
}

TEST(Schema, OneOf) {
  const char* schema = R"({"oneOf":[{"type":"integer","maximum":5},{"type":"integer","minimum":5},
    {"const":"hold"}]})";
  EXPECT_EQ(judge(schema, "4"), "");
  EXPECT_EQ(judge(schema, "\"hold\""), "");
  EXPECT_EQ(judge(schema, "5"), "$ matches 2 of oneOf, must match one");
  EXPECT_EQ(judge(schema, "null"), "$ matches 0 of oneOf, must match one");
}

// What stands around the options is one schema with each of them, as the grammar has it.
TEST(Schema, OneOfBesideProperties) {
  const char* schema = R"({"type":"object","properties":{"kind":{"type":"string"}},
    "required":["kind"],"oneOf":[
      {"properties":{"a":{"type":"integer"}},"required":["a"]},
      {"properties":{"b":{"type":"integer"}},"required":["b"]}]})";
  EXPECT_EQ(judge(schema, R"({"a":1,"kind":"x"})"), "");
  EXPECT_EQ(judge(schema, R"({"b":1,"kind":"x"})"), "");
  EXPECT_EQ(judge(schema, R"({"kind":"x"})"), "$ matches 0 of oneOf, must match one");
  EXPECT_EQ(judge(schema, R"({"a":1,"b":2,"kind":"x"})"), "$ matches 0 of oneOf, must match one");
  EXPECT_NE(judge(schema, R"({"a":1,"c":2,"kind":"x"})"), "");
  EXPECT_NE(judge(schema, R"({"a":1,"kind":2})"), "");
  EXPECT_NE(judge(schema, R"({"a":1})"), "");
}

TEST(Schema, TitlesAndDescriptionsJudgeNothing) {
  EXPECT_EQ(judge(R"({"title":"t","description":"d"})", "1"), "");
  EXPECT_EQ(judge(R"({"$schema":"x","$id":"y","$comment":0,"default":3,"examples":[1]})", "1"), "");
}

TEST(Schema, BoundsBeyond53BitsSurviveTheLedger) {
  const Json schema = json(json(R"({"type":"integer","maximum":9223372036854775806})").dump());
  ASSERT_TRUE(check_schema(schema));
  EXPECT_EQ(join(validate(json("9223372036854775807"), schema), "; "),
            "$ is 9223372036854775807, maximum \"9223372036854775806\"");
}

TEST(Schema, WrongSchemasNameThePlace) {
  const std::pair<const char*, const char*> wrong[] = {
      {"[]", "schema at $: must be an object"},
      {R"({"typ":"integer"})", "schema at $: keyword \"typ\" is not supported; did you mean type?"},
      {R"({"pattern":"x"})", "schema at $: keyword \"pattern\" is not supported"},
      {R"({"type":"number"})", "schema at $: type must name JSON types, without number"},
      {R"({"type":[]})", "schema at $: type must name JSON types, without number"},
      {R"({"properties":{"a":{"items":{"minItems":"x"}}}})",
       "schema at $.a[]: minItems must be an integer"},
      {R"({"properties":[]})", "schema at $: properties must be an object"},
      {R"({"properties":{"a":1}})", "schema at $.a: must be an object"},
      {R"({"items":[]})", "schema at $[]: must be an object"},
      {R"({"oneOf":[]})", "schema at $: oneOf must be a list"},
      {R"({"oneOf":[{"x":1}]})", "schema at $|: keyword \"x\" is not supported"},
      {R"({"enum":[]})", "schema at $: enum must be a list"},
      {R"({"required":"a"})", "schema at $: required must be a list"},
      {R"({"required":[1]})", "schema at $: required must hold strings"},
      {R"({"required":["a"],"properties":{"b":{}}})",
       "schema at $: required names \"a\", which properties lacks"},
      {R"({"additionalProperties":{}})", "schema at $: additionalProperties must be true or false"},
      {R"({"title":1})", "schema at $: title must be a string"},
      {R"({"maximum":"1"})", "schema at $: maximum must be an integer"},
  };
  for (const auto& [schema, fault] : wrong) EXPECT_EQ(schema_fault(schema), fault);
}

}  // namespace
}  // namespace wood
