#include "pipeline/expr.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pipeline/function.h"
#include "pipeline/syntax.h"
#include "pipeline/testing.h"

namespace wood {
namespace {

using testing::parsed;

const Json& world() {
  static const Json value =
      parsed(R"({"n":7,"zero":0,"s":"Acorns","t":true,"nil":null,"list":[3,1,2],"empty":[],)"
             R"("m":{"a":1,"b":{"c":5}},"pay":[{"at":10,"amount":100},{"at":20,"amount":300}]})");
  return value;
}

Result<Json> eval(std::string_view source, std::int64_t steps = 1'000'000) {
  Result<Expr> expr = Expr::parse(source);
  if (!expr) return fail(expr.error());
  Scope scope;
  scope.set("x", world());
  return expr->eval(scope, steps);
}

std::string value_of(std::string_view source) {
  const Result<Json> out = eval(source);
  return out ? out->dump() : "error: " + out.error().what;
}

struct Case {
  const char* source;
  const char* value;
};

TEST(Expr, Values) {
  static constexpr Case cases[] = {
      {"1 + 2 * 3", "7"},
      {"(1 + 2) * 3", "9"},
      {"-7 / 2", "-3"},
      {"-7 % 2", "-1"},
      {"7 - -2", "9"},
      {"--5", "5"},
      {"-9223372036854775807 - 1", "\"-9223372036854775808\""},
      {"-9223372036854775808 % -1", "0"},
      {"2 * x.n - 1", "13"},
      {"null", "null"},
      {"'it\\'s' + \" \\\"x\\\"\\n\"", "\"it's \\\"x\\\"\\n\""},
      {"[1, 2,] + [3]", "[1,2,3]"},
      {"{'b': 1, 'a': [true]}", "{\"a\":[true],\"b\":1}"},
      {"x.m.b.c", "5"},
      {"x['m']['b'].c + x.list[1]", "6"},
      {"x.n == 7 && x.s != 'acorns'", "true"},
      {"1 == '1' || null == x.nil", "true"},
      {"[1, {'a': 2}] == [1, {'a': 2}]", "true"},
      {"'a' < 'b' && 2 <= 2 && 3 > 2 && !(2 >= 3)", "true"},
      {"2 in x.list && !(9 in x.list) && 'a' in x.m", "true"},
      {"x.n > 5 ? 'big' : 'small'", "\"big\""},
      {"x.zero == 1 ? 1 : x.zero == 0 ? 2 : 3", "2"},
      {"has(x.m.b) && !has(x.m.z) && !has(x.q.r.s) && !has(x.n.z)", "true"},
      {"false && 1 / 0 == 1", "false"},
      {"1 / 0 == 1 && false", "false"},
      {"1 / 0 == 1 || true", "true"},
      {"x.pay.filter(p, p.at > 15).map(p, p.amount)", "[300]"},
      {"x.pay.exists(p, p.amount == 300) && x.pay.all(p, p.amount >= 100)", "true"},
      {"[0, 1].exists(d, 10 / d == 10)", "true"},
      {"[0, 1].all(d, 10 / d == 0)", "false"},
      {"[].all(d, false)", "true"},
      {"[1, 2].map(x, x + 1).map(y, x.n * y)", "[14,21]"},
      {"[[1], [2]].map(a, a.map(b, b + a[0]))", "[[2],[4]]"},
      {"size('äß') + size([1]) + size({'a': 1})", "4"},
      {"'abc'.size()", "3"},
      {"min(3, 1, 2) + max([4, 5]) + abs(-2)", "8"},
      {"sum([]) + sum([1, 2]) + [4].sum()", "7"},
      {"clamp(9, 0, 5) + (-5).abs()", "10"},
      {"[0, 9, 10, 99, 100].map(v, bucket(v, [10, 100]))", "[0,0,1,1,2]"},
      {"string(5) + string(true) + string('a') + string([1])", "\"5truea[1]\""},
      {"int('-12') + int(true) + int(3)", "-8"},
      {"x.s.contains('corn') && x.s.startsWith('Ac') && x.s.endsWith('s')", "true"},
      {"x.s.lower() + ' a '.trim()", "\"acornsa\""},
      {"['a', 'b'].join('-') + ['c', 'd'].join()", "\"a-bcd\""},
      {"'a,b,,c'.split(',')", "[\"a\",\"b\",\"\",\"c\"]"},
      {"quote('say \"x\"\\n')", "\"\\\"say \\\\\\\"x\\\\\\\"\\\\n\\\"\""},
      {"json({'a': [1]})", "\"{\\\"a\\\":[1]}\""},
      {"get(x.m, 'a', 0) + get(x.m, 'z', 10) + get(x.list, 0, 0) + get(x.list, 9, 1)", "15"},
      {"get(null, 'a', 4)", "4"},
      {"keys(x.m)", "[\"a\",\"b\"]"},
      {"slice(x.list, 1, 99) + slice(x.list, -5, 1)", "[1,2,3]"},
      {"distinct([2, 1, 2, '1'])", "[2,1,\"1\"]"},
      {"sort(x.list) + sort(['b', 'a'])", "[1,2,3,\"a\",\"b\"]"},
      {"1 // a comment\n + 1", "2"},
  };
  for (const Case& c : cases) EXPECT_EQ(value_of(c.source), c.value) << c.source;
}

void expect_errors(std::span<const Case> cases) {
  for (const Case& c : cases) {
    const Result<Json> out = eval(c.source);
    ASSERT_FALSE(out) << c.source;
    EXPECT_EQ(out.error().what.substr(0, std::string_view(c.value).size()), c.value) << c.source;
  }
}

TEST(Expr, ErrorsOfTheTextNameThePlaceAndTheMend) {
  static constexpr Case cases[] = {
      {"", "column 1: expected a value, found the end; a value is a name, number, 'text', [list]"},
      {"1 +", "column 4: expected a value"},
      {"(1", "column 3: expected \")\", found the end; close the parenthesis"},
      {"1 2", "column 3: unexpected 2; the expression ended before it"},
      {"x.list[1", "column 9: expected \"]\""},
      {"[1 2]", "column 4: expected \",\", found 2; separate with commas"},
      {"{'a' 1}", "column 6: expected \":\""},
      {"{'a': 1 'b'}", "column 9: expected \",\", found 'b'"},
      {"a = 1", "column 3: \"=\" has no meaning here; write == to compare"},
      {"a & b", "column 3: \"&\" has no meaning here; write &&"},
      {"a | b", "column 3: \"|\" has no meaning here; write ||"},
      {"a # b", "column 3: \"#\" has no meaning here; put text in quotes"},
      {"1.5", "column 1: only whole decimal numbers are known; write fractions as integers"},
      {"12abc", "column 1: only whole decimal numbers"},
      {"9223372036854775808", "column 1: a number beyond 64 bits"},
      {"99999999999999999999", "column 1: a number beyond 64 bits"},
      {"'open", "column 1: text without an end; close it with '"},
      {"'\\q'", "column 2: unknown escape"},
      {"siz(x)", "column 1: no function \"siz\"; did you mean size?"},
      {"frobnicate(x)", "column 1: no function \"frobnicate\"; known are has all"},
      {"size()", "column 1: size with 0 arguments; write size(text, list or map)"},
      {"has(x)", "column 1: has() asks for a member; write has(value.member)"},
      {"x.", "column 3: expected a member's name"},
      {"x.map(1, 2)", "column 7: expected a name for the items, found 1; write list.map(item"},
      {"x.map(y)", "column 8: expected \",\""},
      {"in", "column 1: expected a value, found \"in\""},
      {"true ? 1", "column 9: expected \":\", found the end; a choice is written"},
      {"1\n + )", "line 2 column 4: expected a value"},
  };
  expect_errors(cases);
}

TEST(Expr, ErrorsOfTheValuesNameThePlaceAndTheMend) {
  static constexpr Case cases[] = {
      {"y", "column 1: no value named y"},
      {"x.q", "column 2: no member q; has(x.q) asks first"},
      {"x.n.q", "column 4: not a map, so no member q"},
      {"x['q']", "column 2: no member q; get(x, name, otherwise)"},
      {"x.list[3]", "column 7: index 3 of 3 items"},
      {"x.list[-1]", "column 7: index -1 of 3 items"},
      {"x.list['a']", "column 7: an index wants a list and an integer"},
      {"1 / 0", "column 3: division by zero"},
      {"1 % 0", "column 3: division by zero"},
      {"9223372036854775807 + 1", "column 21: + overflows"},
      {"9223372036854775807 * 2", "column 21: overflows 64 bits"},
      {"-9223372036854775807 - 2", "column 22: overflows 64 bits"},
      {"-9223372036854775808 / -1", "column 22: overflows 64 bits"},
      {"-(-9223372036854775808)", "column 1: - overflows"},
      {"abs(-9223372036854775808)", "column 1: abs overflows"},
      {"sum([9223372036854775807, 1])", "column 1: sum overflows"},
      {"1 + 'a'", "column 3: cannot add integer and string; use string(x)"},
      {"1 < 'a'", "column 3: cannot compare integer and string"},
      {"1 - 'a'", "column 3: arithmetic on integer and string"},
      {"-'a'", "column 1: - wants an integer"},
      {"!1", "column 1: ! wants true or false"},
      {"1 && true", "column 1: wanted true or false, found integer"},
      {"1 ? 2 : 3", "column 1: wanted true or false"},
      {"{1: 2}", "column 2: a map's keys are texts"},
      {"{'a': 1, 'a': 2}", "column 10: key a twice in one map"},
      {"1 in 2", "column 3: in wants a list"},
      {"x.map(i, i)", "column 2: works on a list; keys(map) gives one"},
      {"[1].filter(i, i)", "column 15: filter wants true or false"},
      {"[1].all(i, i)", "column 12: wanted true or false"},
      {"size(1)", "column 1: size wants a text, list or map, not integer"},
      {"min([])", "column 1: min of nothing"},
      {"max('a')", "column 1: max wants integers"},
      {"max([])", "column 1: max of nothing"},
      {"clamp(1, 3, 2)", "column 1: clamp wants a value"},
      {"abs('a')", "column 1: abs wants an integer"},
      {"bucket(1, [2, 1])", "column 1: bucket wants ascending bounds"},
      {"bucket('a', [1])", "column 1: bucket wants an integer and a list"},
      {"bucket(1, 2)", "column 1: bucket wants a list of bounds"},
      {"int('1x')", "column 1: int wants an integer, a boolean or decimal text"},
      {"contains(1, 'a')", "column 1: contains wants two texts"},
      {"startsWith(1, 'a')", "column 1: startsWith wants two texts"},
      {"endsWith('a', 1)", "column 1: endsWith wants two texts"},
      {"lower(1)", "column 1: lower wants a text"},
      {"trim(1)", "column 1: trim wants a text"},
      {"join(1)", "column 1: join wants a list of texts"},
      {"join([1])", "column 1: join wants texts; use .map(x, string(x))"},
      {"split('a', '')", "column 1: split wants a text and one ASCII character"},
      {"quote(1)", "column 1: quote wants a text; use json(x)"},
      {"get(1, 'a', 0)", "column 1: get wants a map and a name"},
      {"get(1, 1, 0)", "column 1: get wants a map and a name, or a list"},
      {"keys([])", "column 1: keys wants a map"},
      {"slice(1, 2, 3)", "column 1: slice wants a list"},
      {"distinct(1)", "column 1: distinct wants a list"},
      {"sort([1, 'a'])", "column 1: sort wants integers only or texts only"},
      {"sort(1)", "column 1: sort wants a list"},
  };
  expect_errors(cases);
}

TEST(Expr, LimitsHold) {
  EXPECT_EQ(eval(std::string(20'000, ' ') + "1").error().what.substr(0, 28),
            "column 1: longer than 16384 ");
  EXPECT_EQ(eval("'\xff'").error().what, "column 1: not UTF-8; save the file as UTF-8");
  EXPECT_FALSE(eval(std::string(1'000, '(') + "1" + std::string(1'000, ')')));
  EXPECT_FALSE(eval(std::string(5'000, '-') + "1"));
  EXPECT_FALSE(eval(std::string(5'000, '!') + "true"));
  std::string chain = "1";
  for (int i = 0; i < 500; ++i) chain += "+1";
  EXPECT_NE(eval(chain).error().what.find("nested too deeply"), std::string::npos);
  std::string fields = "x";
  for (int i = 0; i < 500; ++i) fields += ".a";
  EXPECT_FALSE(eval(fields));

  EXPECT_EQ(eval("[1, 2, 3].map(a, a)", 3).error().code, Errc::limit);
  std::string product = "[1,2,3,4,5,6,7,8,9,10]";
  std::string loop = "1";
  for (int i = 0; i < 9; ++i) loop = product + ".map(v" + std::to_string(i) + ", " + loop + ")";
  EXPECT_EQ(eval(loop).error().code, Errc::limit);  // 10^9 items are not made
  std::string text = "'" + std::string(1'000, 'a') + "'";
  EXPECT_EQ(eval("[" + text + "].map(s, s+s+s+s+s+s+s+s).map(s, s+s+s+s+s+s+s+s).map(s, s+s)")
                .error()
                .code,
            Errc::limit);
  EXPECT_EQ(eval("'" + std::string(12'000, ',') + "'.split(',')").error().code, Errc::limit);
  EXPECT_FALSE(eval("[1, 1 / 0].exists(i, [2, 3].map(a, a + a).size() > 5)", 5));
}

TEST(Expr, NamesAreThoseTakenFromTheScope) {
  const auto expr = Expr::parse("a.b + [1].map(i, i + c)[0] + i + (d.exists(e, e == f) ? 1 : 0)");
  ASSERT_TRUE(expr);
  EXPECT_EQ(expr->names(), (std::set<std::string>{"a", "c", "i", "d", "f"}));
  EXPECT_EQ(expr->source().substr(0, 3), "a.b");
}

TEST(Expr, TestWantsACondition) {
  const Scope scope;
  EXPECT_TRUE(Expr::parse("1 < 2")->test(scope).value());
  EXPECT_EQ(Expr::parse("1")->test(scope).error().what,
            "column 1: wanted true or false, found integer");
}

TEST(Expr, LetsAreEvaluatedWhereTheyAreUsedAndNotInEachOther) {
  std::map<std::string, Expr> lets;
  lets.emplace("twice", *Expr::parse("2 * n"));
  lets.emplace("loop", *Expr::parse("loop"));
  lets.emplace("bad", *Expr::parse("1 / 0"));
  const Json n = 4;
  Scope scope;
  scope.set("n", n);
  scope.let(lets);
  EXPECT_EQ(Expr::parse("twice + 1")->eval(scope)->integer(), 9);
  EXPECT_EQ(Expr::parse("loop")->eval(scope).error().what, "loop: column 1: no value named loop");
  EXPECT_EQ(Expr::parse("bad")->eval(scope).error().what.substr(0, 4), "bad:");
  EXPECT_EQ(Expr::parse("[1].map(twice, twice)[0]")->eval(scope)->integer(), 1);  // bound names win
}

TEST(Function, AreSortedByNameSoThatTheyAreFound) {
  for (const Function& f : functions()) {
    ASSERT_GE(find_function(f.name), 0) << f.name;
    EXPECT_STREQ(functions()[static_cast<std::size_t>(find_function(f.name))].name, f.name);
  }
  EXPECT_EQ(find_function("nothing"), -1);
}

RC_GTEST_PROP(Expr, NoBytesCrashIt, ()) {
  const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  (void)eval(bytes, 10'000);
}

// Text that is nearly an expression gets further into the parser than bytes do.
RC_GTEST_PROP(Expr, NoWordsCrashIt, ()) {
  static const std::vector<std::string> words = {"x",
                                                 ".",
                                                 "n",
                                                 "(",
                                                 ")",
                                                 "[",
                                                 "]",
                                                 "{",
                                                 "}",
                                                 ",",
                                                 ":",
                                                 "?",
                                                 "+",
                                                 "-",
                                                 "*",
                                                 "/",
                                                 "%",
                                                 "==",
                                                 "!=",
                                                 "<",
                                                 ">",
                                                 "<=",
                                                 ">=",
                                                 "&&",
                                                 "||",
                                                 "!",
                                                 "in",
                                                 "'a'",
                                                 "1",
                                                 "0",
                                                 "9223372036854775808",
                                                 "true",
                                                 "null",
                                                 "has(",
                                                 "map(i,",
                                                 "filter(i,",
                                                 "size(",
                                                 "x.list",
                                                 "x.m",
                                                 "i",
                                                 "sum(",
                                                 "get(",
                                                 "//",
                                                 "\n"};
  const auto picks = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(words));
  std::string source;
  for (const std::string& word : picks) source += word + " ";
  const auto once = eval(source, 10'000);
  const auto again = eval(source, 10'000);
  RC_ASSERT(once.has_value() == again.has_value());
  if (once) RC_ASSERT(*once == *again);
  else RC_ASSERT(once.error().what == again.error().what);
}

// The obvious model: 128-bit arithmetic, an error where it leaves 64 bits.
RC_GTEST_PROP(Expr, ArithmeticIsExactOrAnError, (std::int64_t a, std::int64_t b)) {
  const Json left = a;
  const Json right = b;
  Scope scope;
  scope.set("a", left);
  scope.set("b", right);
  const auto check = [&](const char* source, __int128 exact) {
    const auto out = Expr::parse(source)->eval(scope);
    const bool fits = exact >= std::numeric_limits<std::int64_t>::min() &&
                      exact <= std::numeric_limits<std::int64_t>::max();
    RC_ASSERT(out.has_value() == fits);
    if (fits) RC_ASSERT(out->integer() == static_cast<std::int64_t>(exact));
  };
  check("a + b", static_cast<__int128>(a) + b);
  check("a - b", static_cast<__int128>(a) - b);
  check("a * b", static_cast<__int128>(a) * b);
  if (b != 0) check("a / b", static_cast<__int128>(a) / b);
  if (b != 0) check("a % b", static_cast<__int128>(a) % b);
}

TEST(Expr, SaysWhichMembersItCanSee) {
  const auto members = [](const char* source) { return Expr::parse(source)->members_of("input"); };
  using Set = std::set<std::string>;
  EXPECT_EQ(members("input.a + input['b'] + get(input, 'c', 0) + input.get('d', 0)"),
            (Set{"a", "b", "c", "d"}));
  EXPECT_EQ(members("has(input.a.b) && input.list.exists(x, x.secret == input.k)"),
            (Set{"a", "k", "list"}));
  EXPECT_EQ(members("size(input)"), Set{""});
  EXPECT_EQ(members("input[turn]"), Set{""});
  EXPECT_EQ(members("get(input, seat, 0)"), Set{""});
  EXPECT_EQ(members("x.input.map(input, input.z)"), Set{});  // not that input
  EXPECT_EQ(members("json(keys(input)) + input.a"), (Set{"", "a"}));
}

}  // namespace
}  // namespace wood
