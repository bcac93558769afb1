#include "minds/loose.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/bytes.h"
#include "core/text.h"

namespace wood {
namespace {

constexpr int kDepthMax = 64;
constexpr std::size_t kRepairsMax = 100;  // then it is another language

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

void put_code_point(std::string& out, std::uint32_t point) {
  if (point >= 0xD800 && point <= 0xDFFF) point = 0xFFFD;
  if (point < 0x80) {
    out += static_cast<char>(point);
    return;
  }
  const int tail = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  const std::uint32_t lead = tail == 1 ? 0xC0 : tail == 2 ? 0xE0 : 0xF0;
  out += static_cast<char>(lead | point >> (6 * tail));
  for (int i = tail - 1; i >= 0; --i) out += static_cast<char>(0x80 | (point >> (6 * i) & 0x3F));
}

class Parser {
 public:
  Parser(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::optional<Loose> run() {
    skip();
    if (done()) return std::nullopt;
    auto value = parse(0);
    if (!value) return std::nullopt;
    out_.value = std::move(*value);
    out_.end = at_;
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] char here() const { return done() ? '\0' : text_[at_]; }
  [[nodiscard]] bool sees(std::string_view word) const {
    return text_.substr(at_).starts_with(word);
  }

  void note(const char* kind, std::string_view detail) {
    if (out_.repairs.size() < kRepairsMax)
      out_.repairs.push_back({kind, std::string(clip(detail, 60))});
  }
  void cut(std::string_view detail) {
    if (!out_.truncated) note("truncated", detail);
    out_.truncated = true;
  }

  void skip_to(std::string_view mark) {
    const std::size_t end = text_.find(mark, at_);
    at_ = end == std::string_view::npos ? text_.size() : end + mark.size();
  }
  void skip() {
    while (!done()) {
      const char c = here();
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        ++at_;
      } else if (sees("\xC2\xA0") || sees("\xEF\xBB\xBF")) {  // no-break space, byte order mark
        at_ += c == '\xC2' ? 2 : 3;
      } else if (sees("//") || c == '#') {
        note("comment", "to the end of the line");
        skip_to("\n");
      } else if (sees("/*")) {
        note("comment", "in /* */");
        at_ += 2;
        skip_to("*/");
      } else {
        return;
      }
    }
  }

  std::optional<Json> parse(int depth) {
    if (depth > kDepthMax) return std::nullopt;
    const char c = here();
    if (c == '{') return object(depth);
    if (c == '[') return array(depth);
    if (const std::string_view quote = closing_quote(); !quote.empty()) return Json(string(quote));
    if (is_digit(c) || ((c == '-' || c == '+' || c == '.') && at_ + 1 < text_.size() &&
                        (is_digit(text_[at_ + 1]) || text_[at_ + 1] == '.')))
      return number();
    return word();
  }

  // The mark that ends the string which begins here; "" if none begins.
  [[nodiscard]] std::string_view closing_quote() const {
    if (here() == '"') return "\"";
    if (here() == '\'') return "'";
    if (here() == '`') return "`";
    if (sees("\xE2\x80\x9C")) return "\xE2\x80\x9D";
    if (sees("\xE2\x80\x98")) return "\xE2\x80\x99";
    return "";
  }

  std::string string(std::string_view quote) {
    if (quote != "\"") note("quotes", "a string not in \"\"");
    at_ += quote.size();
    std::string out;
    bool raw = false;
    while (!done() && !sees(quote)) {
      const char c = text_[at_++];
      if (c == '\\') {
        escape(out);
        continue;
      }
      raw |= static_cast<unsigned char>(c) < 0x20;
      out += c;
    }
    if (raw) note("raw_control", out);
    if (done()) cut("in a string");
    else at_ += quote.size();
    return out;
  }

  void escape(std::string& out) {
    if (done()) return;
    const char c = text_[at_++];
    static constexpr std::string_view from = "nrtbf\"\\/", to = "\n\r\t\b\f\"\\/";
    if (const std::size_t i = from.find(c); i != std::string_view::npos) {
      out += to[i];
      return;
    }
    if (c != 'u') {
      if (c != '\'') note("escape", std::string("\\") + c);
      out += c;
      return;
    }
    auto unit = hex4();
    if (!unit) {
      note("escape", "\\u without four hex digits");
      return;
    }
    if (*unit >= 0xD800 && *unit < 0xDC00 && sees("\\u")) {
      const std::size_t back = at_;
      at_ += 2;
      const auto low = hex4();
      if (low && *low >= 0xDC00 && *low < 0xE000)
        unit = 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
      else at_ = back;
    }
    put_code_point(out, *unit);
  }

  std::optional<std::uint32_t> hex4() {
    if (at_ + 4 > text_.size()) return std::nullopt;
    std::uint32_t value = 0;
    const char* first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, first + 4, value, 16);
    if (error != std::errc() || end != first + 4) return std::nullopt;
    at_ += 4;
    return value;
  }

  std::optional<Json> number() {
    const std::size_t begin = at_;
    std::string digits;
    for (; !done(); ++at_) {
      const char c = here();
      if (c == '_' || (c == '+' && digits.empty())) continue;
      const bool sign = (c == '-' || c == '+') && (digits.empty() || digits.back() == 'e');
      if (!is_digit(c) && !sign && c != '.' && c != 'e' && c != 'E') break;
      digits += c == 'E' ? 'e' : c;
    }
    const std::string_view shown = text_.substr(begin, at_ - begin);
    if (done() && depth_ > 0) return std::nullopt;  // how many digits are missing?
    if (is_word(here())) {                          // 3rd, 2024-05-01: no number
      at_ = begin;
      return word();
    }
    if (const auto whole = to_int(digits)) {
      if (std::to_string(*whole) != shown) note("number", shown);
      return Json(*whole);
    }
    double value = 0;
    if (digits.starts_with("-.")) digits.insert(1, "0");
    if (digits.starts_with(".")) digits.insert(0, "0");
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::invalid_argument || !std::isfinite(value)) return std::nullopt;
    constexpr double limit = 9.0e18;
    note("rounded", shown);
    return Json(static_cast<std::int64_t>(std::llround(std::clamp(value, -limit, limit))));
  }

  // A literal, or a bare word that stands for a string.
  std::optional<Json> word() {
    const std::size_t begin = at_;
    while (!done() && std::string_view(",:{}[]\"\n\r").find(here()) == std::string_view::npos)
      ++at_;
    const std::string_view text = trim(text_.substr(begin, at_ - begin));
    if (text.empty()) return std::nullopt;
    struct Literal {
      const char* name;
      Json value;
    };
    static const std::vector<Literal> literals = {
        {"true", true},   {"false", false}, {"null", Json()},      {"True", true},
        {"False", false}, {"None", Json()}, {"undefined", Json()}, {"NaN", Json()}};
    for (std::size_t i = 0; i < literals.size(); ++i) {
      if (text != literals[i].name) continue;
      if (i >= 3) note("literal", text);
      return literals[i].value;
    }
    if (done() && depth_ > 0) return std::nullopt;
    note("unquoted", text);
    return Json(text);
  }

  // Behind a member or an item: the comma, or what should be one. True if the container is over.
  bool separator(char close) {
    skip();
    if (done()) {
      cut("before the closing bracket");
      return true;
    }
    if (here() == close) {
      ++at_;
      return true;
    }
    if (here() == '}' || here() == ']') {  // the other bracket closes what is outside: leave it
      note("bracket", std::string("missing ") + close);
      return true;
    }
    if (here() == ',' || here() == ';') {
      if (here() == ';') note("comma", ";");
      ++at_;
    } else {
      note("comma", "missing");
    }
    skip();
    while (here() == ',') {
      note("comma", "twice");
      ++at_;
      skip();
    }
    if (done()) {
      cut("after a comma");
      return true;
    }
    if (here() == close) {
      note("trailing_comma", "");
      ++at_;
      return true;
    }
    return false;
  }

  std::optional<Json> array(int depth) {
    ++at_;
    Json list = Json::array();
    skip();
    if (here() == ']') return ++at_, list;
    if (done()) return cut("in an array"), list;
    ++depth_;
    bool good = true;
    while (true) {
      auto item = parse(depth + 1);
      if (!item) {
        good = done();
        if (good) cut("in an item");
        break;
      }
      list.push(std::move(*item));
      if (separator(']')) break;
    }
    --depth_;
    if (!good) return std::nullopt;
    return list;
  }

  std::optional<std::string> key() {
    if (const std::string_view quote = closing_quote(); !quote.empty()) return string(quote);
    const std::size_t begin = at_;
    while (!done() && is_word(here())) ++at_;
    if (at_ == begin) return std::nullopt;
    note("unquoted_key", text_.substr(begin, at_ - begin));
    return std::string(text_.substr(begin, at_ - begin));
  }

  bool colon() {
    skip();
    if (sees("=>") || here() == '=') {
      note("colon", "=");
      at_ += sees("=>") ? 2 : 1;
      return true;
    }
    if (here() != ':') return false;
    ++at_;
    return true;
  }

  std::optional<Json> object(int depth) {
    ++at_;
    Json out = Json::object();
    skip();
    if (here() == '}') return ++at_, out;
    if (done()) return cut("in an object"), out;
    ++depth_;
    bool good = true;
    while (true) {
      const auto name = key();
      const bool has_value = name && colon();
      if (has_value) skip();
      auto value = has_value && !done() ? parse(depth + 1) : std::nullopt;
      if (!value) {
        good = done();
        if (good) cut(name ? "at the value of " + *name : "in a key");
        break;
      }
      if (out.find(*name) != nullptr) note("duplicate_key", *name);
      out.set(*name, std::move(*value));
      if (separator('}')) break;
    }
    --depth_;
    if (!good) return std::nullopt;
    return out;
  }

  std::string_view text_;
  std::size_t at_;
  int depth_ = 0;  // of containers around this place
  Loose out_;
};

}  // namespace

std::optional<Loose> parse_loose(std::string_view text, std::size_t at) {
  return Parser(text, at).run();
}

}  // namespace wood
