#include "pipeline/syntax.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/bytes.h"
#include "core/text.h"
#include "pipeline/function.h"

namespace wood {
namespace {

constexpr int kNesting = 50;  // parentheses, choices, arguments and signs within each other

enum class Token { end, integer, string, name, symbol };

struct Lexeme {
  Token token = Token::end;
  std::size_t at = 0;
  std::string text{};        // of names, symbols and strings
  std::uint64_t number = 0;  // of integers
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  Result<Lexeme> next() {
    skip_space();
    Lexeme out{.at = at_};
    if (at_ == source_.size()) return out;
    const char c = source_[at_];
    if (is_digit(c)) return number(std::move(out));
    if (c == '\'' || c == '"') return text(std::move(out), c);
    if (is_word(c)) {
      out.token = Token::name;
      while (at_ < source_.size() && is_word(source_[at_])) out.text += source_[at_++];
      return out;
    }
    out.token = Token::symbol;
    for (const std::string_view two : {"==", "!=", "<=", ">=", "&&", "||"})
      if (source_.substr(at_, 2) == two) {
        at_ += 2;
        out.text = two;
        return out;
      }
    if (std::string_view("+-*/%<>!?:.,()[]{}").find(c) == std::string_view::npos) {
      const auto shown = to_utf8(source_.substr(at_, 1));
      return bad(at_, "\"" + shown + "\" has no meaning here",
                 c == '='   ? "write == to compare"
                 : c == '&' ? "write && for and"
                 : c == '|' ? "write || for or"
                            : "put text in quotes");
    }
    out.text = c;
    ++at_;
    return out;
  }

  tl::unexpected<Error> bad(std::size_t at, const std::string& what,
                            const std::string& mend) const {
    return fail(Errc::parse, place_in(source_, at) + ": " + what + "; " + mend);
  }

 private:
  void skip_space() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (source_.substr(at_, 2) == "//") {
        while (at_ < source_.size() && source_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  Result<Lexeme> number(Lexeme out) {
    out.token = Token::integer;
    constexpr std::uint64_t most = std::uint64_t{1} << 63;  // of -9223372036854775808
    for (; at_ < source_.size() && is_digit(source_[at_]); ++at_) {
      const auto digit = static_cast<std::uint64_t>(source_[at_] - '0');
      if (out.number > (most - digit) / 10)
        return bad(out.at, "a number beyond 64 bits", "use a larger unit");
      out.number = out.number * 10 + digit;
    }
    const bool fraction =
        source_.substr(at_, 1) == "." && at_ + 1 < source_.size() && is_digit(source_[at_ + 1]);
    if (fraction || (at_ < source_.size() && is_word(source_[at_])))
      return bad(out.at, "only whole decimal numbers are known",
                 "write fractions as integers of a smaller unit (bps, ppm)");
    return out;
  }

  Result<Lexeme> text(Lexeme out, char quote) {
    out.token = Token::string;
    static constexpr std::string_view from = "ntr\\'\"";
    static constexpr std::string_view to = "\n\t\r\\'\"";
    for (++at_; at_ < source_.size(); ++at_) {
      char c = source_[at_];
      if (c == quote) {
        ++at_;
        return out;
      }
      if (c == '\\') {
        const std::size_t which =
            ++at_ < source_.size() ? from.find(source_[at_]) : std::string_view::npos;
        if (which == std::string_view::npos)
          return bad(at_ - 1, "unknown escape", "known are \\n \\t \\r \\\\ \\' and \\\"");
        c = to[which];
      }
      out.text += c;
    }
    return bad(out.at, "text without an end", std::string("close it with ") + quote);
  }

  std::string_view source_;
  std::size_t at_ = 0;
};

struct Level {
  std::vector<std::pair<std::string_view, Op>> ops;
};

// Binary operators, loosest first. A chain of comparisons is left-associative, as in CEL.
const std::vector<Level>& levels() {
  static const std::vector<Level> all = {
      {{{"||", Op::either}}},
      {{{"&&", Op::both}}},
      {{{"==", Op::equal},
        {"!=", Op::unequal},
        {"<", Op::less},
        {"<=", Op::less_equal},
        {">", Op::greater},
        {">=", Op::greater_equal},
        {"in", Op::in}}},
      {{{"+", Op::add}, {"-", Op::subtract}}},
      {{{"*", Op::multiply}, {"/", Op::divide}, {"%", Op::modulo}}},
  };
  return all;
}

class Parser {
 public:
  explicit Parser(std::string_view source) : lexer_(source) {}

  Result<Node> whole() {
    TRY_STATUS(advance());
    TRY(Node node, choice());
    if (now_.token != Token::end)
      return bad("unexpected " + shown(),
                 "the expression ended before it; remove it or join it with an "
                 "operator");
    return node;
  }

 private:
  Status advance() {
    TRY(now_, lexer_.next());
    return {};
  }
  [[nodiscard]] bool symbol(std::string_view text) const {
    return now_.token == Token::symbol && now_.text == text;
  }
  [[nodiscard]] std::string shown() const {
    switch (now_.token) {
      case Token::end: return "the end";
      case Token::integer: return std::to_string(now_.number);
      case Token::string: return "'" + std::string(clip(now_.text, 24)) + "'";
      default: return "\"" + std::string(clip(now_.text, 24)) + "\"";
    }
  }
  [[nodiscard]] tl::unexpected<Error> bad(const std::string& what, const std::string& mend) const {
    return lexer_.bad(now_.at, what, mend);
  }
  Status expect(std::string_view text, const std::string& mend) {
    if (!symbol(text)) return bad("expected \"" + std::string(text) + "\", found " + shown(), mend);
    return advance();
  }

  // A node over its kids; refuses a tree too deep to walk.
  Result<Node> make(Op op, std::size_t at, std::vector<Node> kids, std::string name = "") {
    Node node{.op = op, .at = at, .name = std::move(name), .kids = std::move(kids)};
    for (const Node& kid : node.kids) node.depth = std::max(node.depth, kid.depth + 1);
    if (node.depth > kExprDepth)
      return lexer_.bad(at, "nested too deeply", "split it with [let] or over several steps");
    return node;
  }

  Result<Node> choice() {
    if (++nesting_ > kNesting)
      return bad("nested too deeply", "split it with [let] or over several steps");
    TRY(Node condition, binary(0));
    if (symbol("?")) {
      const std::size_t at = now_.at;
      TRY_STATUS(advance());
      TRY(Node yes, choice());
      TRY_STATUS(expect(":", "a choice is written condition ? yes : no"));
      TRY(Node no, choice());
      TRY(condition,
          make(Op::choose, at, join(std::move(condition), std::move(yes), std::move(no))));
    }
    --nesting_;
    return condition;
  }

  template <class... Nodes>
  static std::vector<Node> join(Nodes&&... nodes) {
    std::vector<Node> out;
    out.reserve(sizeof...(nodes));
    (out.push_back(std::move(nodes)), ...);
    return out;
  }

  [[nodiscard]] std::optional<Op> binary_op(std::size_t level) const {
    if (now_.token != Token::symbol && !(now_.token == Token::name && now_.text == "in")) return {};
    for (const auto& [text, op] : levels()[level].ops)
      if (now_.text == text) return op;
    return {};
  }

  Result<Node> binary(std::size_t level) {
    if (level == levels().size()) return unary();
    TRY(Node left, binary(level + 1));
    while (const std::optional<Op> op = binary_op(level)) {
      const std::size_t at = now_.at;
      TRY_STATUS(advance());
      TRY(Node right, binary(level + 1));
      TRY(left, make(*op, at, join(std::move(left), std::move(right))));
    }
    return left;
  }

  Result<Node> unary() {
    if (!symbol("-") && !symbol("!")) return postfix();
    if (++nesting_ > kNesting) return bad("nested too deeply", "remove signs");
    const bool minus = symbol("-");
    const std::size_t at = now_.at;
    TRY_STATUS(advance());
    if (minus && now_.token == Token::integer) {  // the sign is the literal's, as in CEL: the
      --nesting_;                                 // lowest integer has no positive to negate
      negative_ = true;
      return postfix();
    }
    TRY(Node of, unary());
    --nesting_;
    return make(minus ? Op::negate : Op::invert, at, join(std::move(of)));
  }

  Result<Node> postfix() {
    TRY(Node node, primary());
    while (true) {
      const std::size_t at = now_.at;
      if (symbol(".")) {
        TRY_STATUS(advance());
        if (now_.token != Token::name)
          return bad("expected a member's name, found " + shown(),
                     "write value.member or value['member']");
        std::string name = now_.text;
        TRY_STATUS(advance());
        if (symbol("(")) {
          TRY(node, method(std::move(node), name, at));
        } else {
          TRY(node, make(Op::field, at, join(std::move(node)), std::move(name)));
        }
      } else if (symbol("[")) {
        TRY_STATUS(advance());
        TRY(Node which, choice());
        TRY_STATUS(expect("]", "close the index"));
        TRY(node, make(Op::index, at, join(std::move(node), std::move(which))));
      } else {
        return node;
      }
    }
  }

  Result<Node> method(Node of, const std::string& name, std::size_t at) {
    static constexpr std::pair<std::string_view, Op> macros[] = {
        {"all", Op::all}, {"exists", Op::exists}, {"filter", Op::filter}, {"map", Op::map_each}};
    for (const auto& [macro, op] : macros) {
      if (name != macro) continue;
      TRY_STATUS(advance());
      if (now_.token != Token::name)
        return bad("expected a name for the items, found " + shown(),
                   "write list." + name + "(item, expression)");
      std::string item = now_.text;
      TRY_STATUS(advance());
      TRY_STATUS(expect(",", "write list." + name + "(item, expression)"));
      TRY(Node body, choice());
      TRY_STATUS(expect(")", "close " + name + "("));
      return make(op, at, join(std::move(of), std::move(body)), std::move(item));
    }
    TRY_STATUS(advance());
    std::vector<Node> kids = join(std::move(of));
    TRY_STATUS(items(kids, ")"));
    return call(name, at, std::move(kids));
  }

  // Items up to `close`, with commas between; one may stand at the end.
  Status items(std::vector<Node>& out, std::string_view close) {
    while (!symbol(close)) {
      TRY(Node item, choice());
      out.push_back(std::move(item));
      if (symbol(close)) break;
      TRY_STATUS(expect(",", "separate with commas and close with " + std::string(close)));
    }
    return advance();
  }

  Result<Node> call(const std::string& name, std::size_t at, std::vector<Node> kids) {
    const int which = find_function(name);
    if (which < 0) {
      std::vector<std::string> names = {"has", "all", "exists", "filter", "map"};
      for (const Function& f : functions()) names.emplace_back(f.name);
      const std::string close = nearest_name(name, names);
      return lexer_.bad(
          at, "no function \"" + name + "\"",
          close.empty() ? "known are " + wood::join(names, " ") : "did you mean " + close + "?");
    }
    const Function& f = functions()[static_cast<std::size_t>(which)];
    const int count = static_cast<int>(kids.size());
    if (count < f.arity_min || (f.arity_max >= 0 && count > f.arity_max))
      return lexer_.bad(at, name + " with " + std::to_string(count) + " arguments",
                        std::string("write ") + f.usage);
    TRY(Node node, make(Op::call, at, std::move(kids), name));
    node.function = which;
    return node;
  }

  Result<Node> primary() {
    const std::size_t at = now_.at;
    if (now_.token == Token::integer) return integer();
    if (now_.token == Token::string) return literal(Json(now_.text));
    if (now_.token == Token::name) return named();
    if (symbol("(")) {
      TRY_STATUS(advance());
      TRY(Node node, choice());
      TRY_STATUS(expect(")", "close the parenthesis"));
      return node;
    }
    if (symbol("[")) {
      TRY_STATUS(advance());
      std::vector<Node> kids;
      TRY_STATUS(items(kids, "]"));
      return make(Op::list, at, std::move(kids));
    }
    if (symbol("{")) return map();
    return bad("expected a value, found " + shown(),
               "a value is a name, number, 'text', [list] or {map}");
  }

  Result<Node> literal(Json value) {
    Node node{.op = Op::literal, .at = now_.at, .value = std::move(value)};
    TRY_STATUS(advance());
    return node;
  }

  Result<Node> integer() {
    const bool negated = std::exchange(negative_, false);
    if (!negated && now_.number >> 63 != 0)
      return bad("a number beyond 64 bits", "use a larger unit");
    const std::uint64_t bits = negated ? 0 - now_.number : now_.number;
    return literal(Json(static_cast<std::int64_t>(bits)));
  }

  Result<Node> named() {
    const std::string name = now_.text;
    const std::size_t at = now_.at;
    if (name == "true" || name == "false") return literal(Json(name == "true"));
    if (name == "null") return literal(Json());
    if (name == "in") return bad("expected a value, found \"in\"", "write item in list");
    TRY_STATUS(advance());
    if (!symbol("(")) return make(Op::name, at, {}, name);
    TRY_STATUS(advance());
    std::vector<Node> kids;
    TRY_STATUS(items(kids, ")"));
    if (name != "has") return call(name, at, std::move(kids));
    if (kids.size() != 1 || kids[0].op != Op::field)
      return lexer_.bad(at, "has() asks for a member", "write has(value.member)");
    Node node = std::move(kids[0]);
    node.op = Op::has;
    return node;
  }

  Result<Node> map() {
    const std::size_t at = now_.at;
    TRY_STATUS(advance());
    std::vector<Node> kids;
    while (!symbol("}")) {
      TRY(Node key, choice());
      TRY_STATUS(expect(":", "a map is written {'key': value}"));
      TRY(Node value, choice());
      kids.push_back(std::move(key));
      kids.push_back(std::move(value));
      if (symbol("}")) break;
      TRY_STATUS(expect(",", "separate with commas and close with }"));
    }
    TRY_STATUS(advance());
    return make(Op::map, at, std::move(kids));
  }

  Lexer lexer_;
  Lexeme now_;
  int nesting_ = 0;
  bool negative_ = false;
};

}  // namespace

std::string place_in(std::string_view source, std::size_t at) {
  const std::string_view before = source.substr(0, at);
  const std::size_t line = before.rfind('\n');
  const std::size_t column = line == std::string_view::npos ? at + 1 : at - line;
  const auto lines = 1 + std::count(before.begin(), before.end(), '\n');
  if (source.find('\n') == std::string_view::npos) return "column " + std::to_string(column);
  return "line " + std::to_string(lines) + " column " + std::to_string(column);
}

Result<Node> parse_syntax(std::string_view source) {
  if (source.size() > kExprBytesMax)
    return fail(Errc::parse, "column 1: longer than 16384 bytes; split it over several steps");
  if (!is_utf8(source)) return fail(Errc::parse, "column 1: not UTF-8; save the file as UTF-8");
  return Parser(source).whole();
}

}  // namespace wood
