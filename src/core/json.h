// JSON as the ledger has it: null, booleans, integers, strings, arrays, objects. No floats.
//
// dump() is the canonical form of RFC 8785: keys sorted by UTF-16 code units, no white space, the
// shortest escapes. Integers beyond ±(2^53−1), which other readers would lose, are written as
// decimal strings; integer() reads both. A parsed canonical text dumps to the same bytes.
//
// Arrays and objects are shared by their copies until one of them is changed: copying is cheap.
// What a const look gave stays valid until the value it was asked of is changed or ends.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/check.h"
#include "core/result.h"

namespace wood {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;  // sorted by key, keys unique
  enum class Kind { null, boolean, integer, string, array, object };

  Json() = default;
  Json(const Json&) = default;
  Json(Json&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}  // leaves null
  // By way of a copy: what is assigned may be part of what it replaces.
  Json& operator=(const Json& other) { return *this = Json(other); }
  Json& operator=(Json&& other) noexcept {
    value_ = std::exchange(other.value_, nullptr);
    return *this;
  }
  ~Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  template <class Int>
  requires std::is_integral_v<Int> &&(!std::is_same_v<Int, bool>)Json(Int value)
      : value_(static_cast<std::int64_t>(value)) {
    // An unsigned value that would turn negative; a 64-bit seed is cast knowingly, both ways.
    if constexpr (std::is_unsigned_v<Int>) CHECK(std::in_range<std::int64_t>(value));
  }
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::make_shared<Array>(std::move(value))) {}

  static Json array() { return Json(Array{}); }
  static Json object() { return object({}); }
  static Json object(std::initializer_list<Member> members);
  // An array of whatever each element of `range` becomes: Json::list(names).
  template <class Range>
  static Json list(const Range& range) {
    Array items;
    for (const auto& item : range) items.emplace_back(item);
    return Json(std::move(items));
  }

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(value_.index()); }
  [[nodiscard]] bool is(Kind k) const { return kind() == k; }

  // An integer, or the decimal string that dump() writes for one beyond ±(2^53−1).
  [[nodiscard]] bool is_integer() const;

  // Each CHECKs the kind: for values this program made or has validated (core/fields.h, schema.h).
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::int64_t integer() const;  // also a decimal string in the int64 range
  [[nodiscard]] const std::string& string() const;
  [[nodiscard]] const Array& items() const;
  [[nodiscard]] const Object& members() const;
  [[nodiscard]] Array& edit_items();
  [[nodiscard]] Object& edit_members();  // keep it sorted: change values, not keys

  // Member of an object; null if absent or if this is no object.
  [[nodiscard]] const Json* find(std::string_view key) const;
  [[nodiscard]] Json* edit(std::string_view key);  // the same, to change it
  // Member that must be there (CHECK).
  [[nodiscard]] const Json& at(std::string_view key) const;
  // Member, made null (and this an object, if it was null) where absent.
  Json& operator[](std::string_view key);
  void set(std::string_view key, Json value) { (*this)[key] = std::move(value); }
  bool erase(std::string_view key);
  void push(Json value);  // appends to an array; null becomes an array

  // Tolerant looks for optional members of the right kind (for int_or: is_integer()).
  [[nodiscard]] std::int64_t int_or(std::string_view key, std::int64_t otherwise) const;
  [[nodiscard]] std::string str_or(std::string_view key, std::string_view otherwise) const;
  [[nodiscard]] bool bool_or(std::string_view key, bool otherwise) const;

  [[nodiscard]] std::string dump() const;  // canonical, one line
  void dump_to(std::string& out) const;
  [[nodiscard]] std::string pretty(int indent = 2) const;  // for people; key order as canonical

  friend bool operator==(const Json& a, const Json& b);

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, std::string, std::shared_ptr<Array>,
               std::shared_ptr<Object>>
      value_;
};

const char* name(Json::Kind kind);

enum class Floats {
  refuse,   // a number with a fraction or an exponent is an error naming its place
  nearest,  // rounded half away from zero; for text a model wrote
};

// What comes from outside nests at most this deep; what this program wraps around it, an entry of
// the ledger, may be deeper, so that everything that was written can be read back.
inline constexpr int kDepthOutside = 64;
inline constexpr int kDepthInside = 128;

// Strict RFC 8259: UTF-8, no comments, no trailing commas, no duplicate keys, bounded nesting. The
// error says at which byte and what was there.
Result<Json> parse_json(std::string_view text, Floats floats = Floats::refuse,
                        int depth_max = kDepthOutside);

// Whether a sorts before b by UTF-16 code units, for two UTF-8 strings.
bool utf16_less(std::string_view a, std::string_view b);

}  // namespace wood
