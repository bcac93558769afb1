#include "core/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/bytes.h"
#include "core/check.h"
#include "core/swar.h"
#include "core/text.h"

namespace wood {
namespace {

constexpr std::int64_t kSafe = 9'007'199'254'740'991;  // 2^53 - 1

auto lower_bound(auto& members, std::string_view key) {
  return std::lower_bound(members.begin(), members.end(), key,
                          [](const auto& m, std::string_view k) { return utf16_less(m.first, k); });
}

// This owner's alone: a copy of what others hold too.
template <class T>
T& own(std::shared_ptr<T>& held) {
  if (held.use_count() != 1) held = std::make_shared<T>(*held);
  return *held;
}

// Whether one of eight bytes must be escaped: below 0x20, a quote or a backslash. Where one is, it
// says so; it may also say so of eight of which none is, and then they are looked at one by one.
// A byte below n borrows from its high bit when n is taken from it ("Bit Twiddling Hacks",
// hasless); a byte equal to c is zero after an exclusive or with c.
bool may_need_escape(std::uint64_t word) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  const auto below = [](std::uint64_t w, std::uint64_t n) { return (w - ones * n) & ~w; };
  return ((below(word, 0x20) | below(word ^ ones * '"', 1) | below(word ^ ones * '\\', 1)) &
          kHighBits) != 0;
}

void write_string(std::string& out, std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // where what needs no escape begins
  for (std::size_t i = 0; i < text.size(); ++i) {
    while (i + 8 <= text.size() && !may_need_escape(eight_bytes(text.data() + i))) i += 8;
    if (i == text.size()) break;
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[c & 15];
    }
  }
  out.append(text, plain);
  out += '"';
}

void write_integer(std::string& out, std::int64_t value) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  const bool safe = value <= kSafe && value >= -kSafe;
  if (!safe) out += '"';
  out.append(buffer, end);
  if (!safe) out += '"';
}

// Builds a Json from nlohmann's events; stops with a message at what the ledger's JSON has not.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(Floats floats, int depth_max)
      : floats_(floats), depth_max_(static_cast<std::size_t>(depth_max)) {
    stack_.reserve(8);
  }

  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return refuse("number beyond 64 bits");
    return add(Json(static_cast<std::int64_t>(value)));
  }
  bool number_float(number_float_t value, const string_t& text) override {
    if (text.find_first_of(".eE") == string_t::npos) return refuse("number beyond 64 bits");
    if (floats_ == Floats::refuse) return refuse("number " + text + " is not an integer");
    if (!(std::fabs(value) < 9.2e18)) return refuse("number " + text + " beyond 64 bits");
    return add(Json(static_cast<std::int64_t>(std::llround(value))));
  }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t&) override { return refuse("binary value"); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool key(string_t& value) override {
    keys_.back() = std::move(value);
    if (stack_.back().find(keys_.back()) == nullptr) return true;
    return refuse("key \"" + keys_.back() + "\" twice in one object");
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::json::exception&) override {
    std::string near = to_utf8(token.substr(0, 40));
    error_ = "not JSON at byte " + std::to_string(position) +
             (near.empty() ? "" : ", near \"" + near + "\"");
    return false;
  }

  std::string error_;
  Json root_;

 private:
  bool refuse(std::string what) {
    error_ = std::move(what);
    return false;
  }
  bool open(Json container) {
    if (stack_.size() >= depth_max_)
      return refuse("nested deeper than " + std::to_string(depth_max_));
    stack_.push_back(std::move(container));
    keys_.emplace_back();
    return true;
  }
  bool close() {
    Json done = std::move(stack_.back());
    stack_.pop_back();
    keys_.pop_back();
    return add(std::move(done));
  }
  bool add(Json value) {
    if (stack_.empty()) root_ = std::move(value);
    else if (stack_.back().is(Json::Kind::array)) stack_.back().push(std::move(value));
    else stack_.back().set(keys_.back(), std::move(value));
    return true;
  }

  Floats floats_;
  std::size_t depth_max_;
  std::vector<Json> stack_;
  std::vector<std::string> keys_;
};

}  // namespace

bool utf16_less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto p = static_cast<unsigned char>(*x);
  const auto q = static_cast<unsigned char>(*y);
  // UTF-8 order is code point order; UTF-16 puts supplementary planes (lead byte F0..F4, surrogates
  // D800..DFFF) before U+E000..U+FFFF (lead bytes EE, EF).
  const bool p_high = p >= 0xF0;
  const bool q_high = q >= 0xF0;
  if (p_high != q_high) {
    if (p_high && q >= 0xEE) return true;
    if (q_high && p >= 0xEE) return false;
  }
  return p < q;
}

bool operator==(const Json& a, const Json& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Json::Kind::array: return &a.items() == &b.items() || a.items() == b.items();
    case Json::Kind::object: return &a.members() == &b.members() || a.members() == b.members();
    default: return a.value_ == b.value_;
  }
}

const char* name(Json::Kind kind) {
  static constexpr const char* names[] = {"null",   "boolean", "integer",
                                          "string", "array",   "object"};
  return names[static_cast<int>(kind)];
}

Json Json::object(std::initializer_list<Member> members) {
  Object sorted(members);
  std::sort(sorted.begin(), sorted.end(),
            [](const Member& a, const Member& b) { return utf16_less(a.first, b.first); });
  for (std::size_t i = 1; i < sorted.size(); ++i) CHECK(sorted[i - 1].first != sorted[i].first);
  Json out;
  out.value_ = std::make_shared<Object>(std::move(sorted));
  return out;
}

bool Json::boolean() const {
  CHECK(is(Kind::boolean));
  return std::get<bool>(value_);
}
std::int64_t Json::integer() const {
  if (is(Kind::integer)) return std::get<std::int64_t>(value_);
  const std::optional<std::int64_t> value = to_int(string());
  CHECK(value.has_value());
  return *value;
}
bool Json::is_integer() const {
  if (!is(Kind::string)) return is(Kind::integer);
  const std::optional<std::int64_t> value = to_int(string());
  return value && (*value > kSafe || *value < -kSafe) && std::to_string(*value) == string();
}
const std::string& Json::string() const {
  CHECK(is(Kind::string));
  return std::get<std::string>(value_);
}
const Json::Array& Json::items() const {
  CHECK(is(Kind::array));
  return *std::get<std::shared_ptr<Array>>(value_);
}
Json::Array& Json::edit_items() {
  CHECK(is(Kind::array));
  return own(std::get<std::shared_ptr<Array>>(value_));
}
const Json::Object& Json::members() const {
  CHECK(is(Kind::object));
  return *std::get<std::shared_ptr<Object>>(value_);
}
Json::Object& Json::edit_members() {
  CHECK(is(Kind::object));
  return own(std::get<std::shared_ptr<Object>>(value_));
}

const Json* Json::find(std::string_view key) const {
  if (!is(Kind::object)) return nullptr;
  const Object& members = *std::get<std::shared_ptr<Object>>(value_);
  const auto it = lower_bound(members, key);
  return it != members.end() && it->first == key ? &it->second : nullptr;
}
Json* Json::edit(std::string_view key) {
  if (find(key) == nullptr) return nullptr;
  return &lower_bound(edit_members(), key)->second;
}
const Json& Json::at(std::string_view key) const {
  const Json* member = find(key);
  CHECK(member != nullptr);
  return *member;
}
Json& Json::operator[](std::string_view key) {
  if (is(Kind::null)) value_ = std::make_shared<Object>();
  auto& members = edit_members();
  auto it = lower_bound(members, key);
  if (it == members.end() || it->first != key) it = members.emplace(it, std::string(key), Json());
  return it->second;
}
bool Json::erase(std::string_view key) {
  if (find(key) == nullptr) return false;
  auto& members = edit_members();
  members.erase(lower_bound(members, key));
  return true;
}
void Json::push(Json value) {
  if (is(Kind::null)) value_ = std::make_shared<Array>();
  edit_items().push_back(std::move(value));
}

std::int64_t Json::int_or(std::string_view key, std::int64_t otherwise) const {
  const Json* member = find(key);
  return member != nullptr && member->is_integer() ? member->integer() : otherwise;
}
std::string Json::str_or(std::string_view key, std::string_view otherwise) const {
  const Json* member = find(key);
  return member != nullptr && member->is(Kind::string) ? member->string() : std::string(otherwise);
}
bool Json::bool_or(std::string_view key, bool otherwise) const {
  const Json* member = find(key);
  return member != nullptr && member->is(Kind::boolean) ? member->boolean() : otherwise;
}

std::string Json::dump() const {
  std::string out;
  dump_to(out);
  return out;
}

void Json::dump_to(std::string& out) const {
  switch (kind()) {
    case Kind::null: out += "null"; break;
    case Kind::boolean: out += boolean() ? "true" : "false"; break;
    case Kind::integer: write_integer(out, std::get<std::int64_t>(value_)); break;
    case Kind::string: write_string(out, string()); break;
    case Kind::array: {
      char separator = '[';
      if (items().empty()) out += '[';
      for (const Json& item : items()) {
        out += separator;
        item.dump_to(out);
        separator = ',';
      }
      out += ']';
      break;
    }
    case Kind::object: {
      char separator = '{';
      if (members().empty()) out += '{';
      for (const auto& [key, value] : members()) {
        out += separator;
        write_string(out, key);
        out += ':';
        value.dump_to(out);
        separator = ',';
      }
      out += '}';
      break;
    }
  }
}

std::string Json::pretty(int indent) const {
  const auto write = [indent](auto& self, std::string& out, const Json& value, int level) -> void {
    const bool is_array = value.is(Kind::array);
    const bool empty =
        is_array ? value.items().empty() : !value.is(Kind::object) || value.members().empty();
    if (empty) return value.dump_to(out);
    const auto line = [&](int depth) { out += '\n' + std::string(depth * indent, ' '); };
    const std::size_t count = is_array ? value.items().size() : value.members().size();
    out += is_array ? '[' : '{';
    for (std::size_t i = 0; i < count; ++i) {
      line(level + 1);
      if (!is_array) {
        write_string(out, value.members()[i].first);
        out += ": ";
      }
      self(self, out, is_array ? value.items()[i] : value.members()[i].second, level + 1);
      if (i + 1 < count) out += ',';
    }
    line(level);
    out += is_array ? ']' : '}';
  };
  std::string out;
  write(write, out, *this, 0);
  return out;
}

Result<Json> parse_json(std::string_view text, Floats floats, int depth_max) {
  // nlohmann takes a NUL for the end, and would accept whatever follows it.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    return fail(Errc::parse, "not JSON at byte " + std::to_string(nul + 1) + ", a NUL");
  Builder builder(floats, depth_max);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
    return fail(Errc::parse, builder.error_.empty() ? "not JSON" : builder.error_);
  return std::move(builder.root_);
}

}  // namespace wood
