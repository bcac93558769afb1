// Reads an object of configuration member by member, collecting every fault with its path: wrong
// kind, out of range, missing, unknown (with the nearest known name). done() gives the first
// faults.
//
//   Fields f(value, "market");
//   const auto tick = f.integer("tick", {.low = 1, .high = 1000, .otherwise = 10});
//   const auto name = f.string("name");
//   TRY_STATUS(f.done());
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"

namespace wood {

struct IntRange {
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
  std::optional<std::int64_t> otherwise = std::nullopt;  // absent: the member must be there
};

class Fields {
 public:
  // `value` must outlive this. If it is no object, every read gives its default and done() fails.
  Fields(const Json& value, std::string path);

  std::int64_t integer(const char* key, IntRange range = {});
  std::string string(const char* key, std::optional<std::string> otherwise = std::nullopt);
  // One of `names`; the index of the one given.
  int choice(const char* key, const std::vector<std::string>& names,
             std::optional<int> otherwise = std::nullopt);
  bool boolean(const char* key, std::optional<bool> otherwise = std::nullopt);
  std::vector<std::string> strings(const char* key);  // absent: empty
  std::vector<std::int64_t> integers(const char* key, IntRange each = {});
  // A member of any kind, null if absent. Counts as known.
  const Json* any(const char* key);
  // The array of objects under key (absent: empty), to be read with Fields of their own.
  std::vector<const Json*> objects(const char* key);
  [[nodiscard]] std::string path(const std::string& key) const;
  void fault(const std::string& key, const std::string& what);
  [[nodiscard]] bool has(const char* key) const { return value_.find(key) != nullptr; }

  // Ok, or an Errc::schema error with every fault, "; " between them. Unknown members are faults.
  Status done();

 private:
  const Json* get(const char* key, Json::Kind kind, bool required);
  const Json& value_;
  std::string path_;
  std::vector<std::string> known_;
  std::vector<std::string> faults_;
};

}  // namespace wood
