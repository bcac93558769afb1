#include "minds/reader.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/rng.h"
#include "core/schema.h"

namespace wood {
namespace {

const Json& trade() {
  static const Json schema = parse_json(R"({"type":"object","required":["why","action","qty"],
    "properties":{"why":{"type":"string","maxLength":40},"action":{"enum":["buy","sell","hold"]},
    "qty":{"type":"integer","minimum":0,"maximum":40},"fast":{"type":"boolean"},
    "limit":{"type":["integer","null"],"minimum":1},
    "tags":{"type":"array","maxItems":2,"items":{"type":"string","maxLength":8}}}})")
                                 .value();
  return schema;
}

struct Case {
  const char* text;
  const char* value;    // canonical; "" for none
  const char* repairs;  // kinds, in order
};

std::string kinds(const Reading& reading) {
  std::string out;
  for (const Repair& repair : reading.repairs) out += (out.empty() ? "" : " ") + repair.kind;
  return out;
}

void expect_reads(const Case& c, const Json& schema) {
  const Reading reading = read_answer(c.text, schema);
  EXPECT_EQ(reading.value ? reading.value->dump() : "", c.value) << c.text;
  EXPECT_EQ(kinds(reading), c.repairs) << c.text;
  EXPECT_EQ(reading.value.has_value(), reading.reasons.empty()) << c.text;
}

constexpr const char* kGood = R"({"action":"buy","qty":3,"why":"cheap"})";

TEST(Reader, sees_through_what_stands_around) {
  for (const Case& c : std::vector<Case>{
           {R"({"why":"cheap","action":"buy","qty":3})", kGood, ""},
           {"```json\n{\"why\":\"cheap\",\"action\":\"buy\",\"qty\":3}\n```", kGood, "fence fence"},
           {"Sure! Here it is: {\"why\":\"cheap\",\"action\":\"buy\",\"qty\":3} Good luck.", kGood,
            "prose prose"},
           {"<think>maybe {\"why\":\"x\",\"action\":\"sell\",\"qty\":1}</think>"
            "{\"why\":\"cheap\",\"action\":\"buy\",\"qty\":3}",
            kGood, "think"},
           {"hm, sell? </think> {\"why\":\"cheap\",\"action\":\"buy\",\"qty\":3}", kGood, "think"},
           {"<think>I will never say {\"why\":\"x\",\"action\":\"sell\",\"qty\":1}", "", "think"},
           {"<|channel|>analysis<|message|>{\"why\":\"x\",\"action\":\"sell\",\"qty\":1}<|end|>"
            "<|start|>assistant<|channel|>final<|message|>{\"why\":\"cheap\",\"action\":\"buy\","
            "\"qty\":3}<|return|>",
            kGood, "harmony"},
           {"<|channel|>analysis<|message|>{\"why\":\"x\",\"action\":\"sell\",\"qty\":1}", "",
            "harmony"},
           {"first {\"why\":\"x\",\"action\":\"sell\",\"qty\":1} no: "
            "{\"why\":\"cheap\",\"action\":\"buy\",\"qty\":3}",
            kGood, "prose"},
           {"{\"why\":\"cheap\",\"action\":\"buy\",\"qty\":3} or {\"why\":\"x\",\"action\":\"buy\","
            "\"qty\":99}",
            kGood, "prose"},
           {"I {really} think [so]: {\"why\":\"cheap\",\"action\":\"buy\",\"qty\":3}", kGood,
            "prose"},
           {R"({"answer":{"why":"cheap","action":"buy","qty":3}})", kGood, "unwrapped"},
           {"", "", ""},
           {"I would rather not.", "", ""}})
    expect_reads(c, trade());
}

TEST(Reader, reads_json_as_it_is_misspelt) {
  for (const Case& c : std::vector<Case>{
           {"{\"why\":\"cheap\",\"action\":\"buy\",\"qty\":3,}", kGood, "trailing_comma"},
           {"{'why':'cheap','action':'buy','qty':3}", kGood, "quotes quotes quotes quotes quotes"},
           {"{why: \"cheap\", action: \"buy\", qty: 3}", kGood,
            "unquoted_key unquoted_key unquoted_key"},
           {"{\"why\":\"cheap\",\"action\":buy,\"qty\":3}", kGood, "unquoted"},
           {"{\"why\":\"cheap\" \"action\":\"buy\" \"qty\":3}", kGood, "comma comma"},
           {"{\"why\":\"cheap\",// note\n\"action\":\"buy\",/* x */\"qty\":3}", kGood,
            "comment comment"},
           {"{\"why\"=\"cheap\",\"action\"=>\"buy\",\"qty\":3}", kGood, "colon colon"},
           {"{\"why\":\"cheap\",\"action\":\"buy\",\"qty\":3,\"fast\":True}",
            R"({"action":"buy","fast":true,"qty":3,"why":"cheap"})", "literal"},
           {"{\"why\":\"cheap\",\"action\":\"buy\",\"qty\":3,\"limit\":None}",
            R"({"action":"buy","limit":null,"qty":3,"why":"cheap"})", "literal"},
           {"{\"why\":\"a\nb\",\"action\":\"buy\",\"qty\":3}",
            R"({"action":"buy","qty":3,"why":"a\nb"})", "raw_control"},
           {"{\"why\":\"\\u00e9\\ud83d\\ude00\\q\",\"action\":\"buy\",\"qty\":3}",
            "{\"action\":\"buy\",\"qty\":3,\"why\":\"é😀q\"}", "escape"},
           {"{\"why\":\"cheap\",\"action\":\"buy\",\"qty\":1,\"qty\":3}", kGood, "duplicate_key"},
           {"{“why”:“cheap”,\"action\":\"buy\",\"qty\":03}", kGood, "quotes quotes number"}})
    expect_reads(c, trade());
}

TEST(Reader, closes_what_was_cut_but_takes_no_number_that_may_go_on) {
  expect_reads({R"({"qty":3,"action":"buy","why":"che)", R"({"action":"buy","qty":3,"why":"che"})",
                "truncated"},
               trade());
  expect_reads({R"({"qty":3,"action":"buy","why":"cheap","tags":["a",)",
                R"({"action":"buy","qty":3,"tags":["a"],"why":"cheap"})", "truncated"},
               trade());
  expect_reads({R"({"why":"cheap","action":"buy","qty":3)", "", ""}, trade());
  expect_reads({R"({"why":"cheap","qty":3,"action":"bu)", "", ""}, trade());
  expect_reads({R"({"why":"cheap","action":"buy","qty":3,"lim)", kGood, "truncated"}, trade());
}

TEST(Reader, fits_the_meaning) {
  for (const Case& c : std::vector<Case>{
           {R"({"why":"cheap","action":"buy","qty":"3"})", kGood, "wrong_type"},
           {R"({"why":"cheap","action":"buy","qty":"3 lots"})", kGood, "wrong_type"},
           {R"({"why":"cheap","action":"buy","qty":2.7})", kGood, "rounded"},
           {R"({"why":"cheap","action":"BUY","qty":3})", kGood, "enum"},
           {R"({"why":"cheap","action":"bye","qty":3})", "", ""},
           {R"({"why":"cheap","action":"I buy now","qty":3})", kGood, "enum"},
           {R"({"why":"cheap","action":"buy or sell","qty":3})", "", ""},
           {R"({"why":"cheap","action":"buy","qty":99})",
            R"({"action":"buy","qty":40,"why":"cheap"})", "clamped"},
           {R"({"why":"cheap","action":"buy","qty":-1e30})",
            R"({"action":"buy","qty":0,"why":"cheap"})", "rounded clamped"},
           {R"({"why":7,"action":"buy","qty":3})", R"({"action":"buy","qty":3,"why":"7"})",
            "wrong_type"},
           {R"({"why":"0123456789012345678901234567890123456789é","action":"buy","qty":3})",
            R"({"action":"buy","qty":3,"why":"0123456789012345678901234567890123456789"})",
            "clipped"},
           {R"({"Why":"cheap","ACTION":"buy","qty":3})", kGood, "renamed renamed"},
           {R"({"why":"cheap","action":"buy","qty":3,"mood":"fine"})", kGood, "unknown_member"},
           {R"({"why":"cheap","action":"buy","qty":3,"fast":"yes"})",
            R"({"action":"buy","fast":true,"qty":3,"why":"cheap"})", "wrong_type"},
           {R"({"why":"cheap","action":"buy","qty":3,"fast":"perhaps"})", kGood, "dropped"},
           {R"({"why":"cheap","action":"buy","qty":3,"tags":"one"})",
            R"({"action":"buy","qty":3,"tags":["one"],"why":"cheap"})", "wrapped"},
           {R"({"why":"cheap","action":"buy","qty":3,"tags":["a","b","c"]})",
            R"({"action":"buy","qty":3,"tags":["a","b"],"why":"cheap"})", "clipped"},
           {R"({"why":"cheap","action":"buy"})", "", ""},
           {R"({"why":"cheap","action":"buy","qty":null})", "", ""},
           {R"({"why":"cheap","action":"buy","qty":"many"})", "", ""}})
    expect_reads(c, trade());
}

TEST(Reader, one_of_several_shapes_by_what_it_says_of_itself) {
  const Json schema = parse_json(R"({"oneOf":[
    {"type":"object","required":["tool"],"properties":{"tool":{"const":"quote"},
     "good":{"type":"string"}}},
    {"type":"object","required":["tool","text"],"properties":{"tool":{"const":"say"},
     "text":{"type":"string"}}}]})")
                          .value();
  expect_reads({R"({"tool":"Say","text":"hi"})", R"({"text":"hi","tool":"say"})", "const"}, schema);
  expect_reads({R"({"tool":"quote","good":"honey",})", R"({"good":"honey","tool":"quote"})",
                "trailing_comma"},
               schema);
  expect_reads({R"({"text":"hi"})", "", ""}, schema);
  expect_reads({"{}", "", ""}, schema);
}

TEST(Reader, scalars_need_no_braces) {
  const Json vote = parse_json(R"({"enum":["yes","no"]})").value();
  expect_reads({"Yes.", "\"yes\"", "unquoted enum"}, vote);
  expect_reads({"```\nno\n```", "\"no\"", "unquoted"}, vote);
  const Json number = parse_json(R"({"type":"integer","minimum":0,"maximum":10})").value();
  expect_reads({" 7 ", "7", ""}, number);
  expect_reads({"11", "10", "clamped"}, number);
  const Json fixed = parse_json(
                         R"({"type":"object","required":["v","ok"],
              "properties":{"v":{"const":1},"ok":{"type":"boolean"}}})")
                         .value();
  expect_reads({R"({"ok":true})", R"({"ok":true,"v":1})", "filled"}, fixed);
}

// Whatever a text is turned into by cutting, flipping, doubling and splicing its bytes.
RC_GTEST_PROP(Reader, any_bytes_are_read_or_refused_and_a_value_conforms, (std::uint64_t seed)) {
  static const std::vector<std::string> bases = {
      kGood, "```json\n{\"why\":'x', action: buy, \"qty\": 3.5,}\n``` ok", "<think>{</think>[1,2,{",
      "<|channel|>final<|message|>{\"why\":\"a\\u00\",\"qty\":\"$1,200\"",
      "{\"a\":[[[[{\"b\":\"\xff\xfe"};
  const Chance chance(seed, "mutate", 0, 0);
  std::uint32_t n = 0;
  const auto draw = [&](std::size_t bound) {
    return static_cast<std::size_t>(chance.below(static_cast<std::int64_t>(bound), n++));
  };
  std::string text = bases[draw(bases.size())];
  for (std::size_t i = draw(12); i > 0; --i) {
    const std::size_t at = draw(text.size() + 1);
    switch (draw(4)) {
      case 0: text.resize(at); break;
      case 1: text.insert(at, 1, static_cast<char>(draw(256))); break;
      case 2: text.insert(at, bases[draw(bases.size())]); break;
      default: text.insert(at, text.substr(draw(text.size() + 1), 20)); break;
    }
  }
  const Reading reading = read_answer(text, trade());
  RC_ASSERT(reading.value.has_value() == reading.reasons.empty());
  if (reading.value) RC_ASSERT(validate(*reading.value, trade()).empty());
}

TEST(Reader, hostile_sizes_end_in_time) {
  for (const std::string& unit :
       {std::string("{"), std::string("["), std::string("{\"a\":"), std::string("<think>"),
        std::string("<|channel|>final"), std::string("\\")}) {
    std::string text;
    while (text.size() < 2'000'000) text += unit;
    const Reading reading = read_answer(text, trade());
    EXPECT_FALSE(reading.value);
  }
}

}  // namespace
}  // namespace wood
