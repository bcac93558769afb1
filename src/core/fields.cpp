#include "core/fields.h"

#include <algorithm>

#include "core/text.h"

namespace wood {

Fields::Fields(const Json& value, std::string path) : value_(value), path_(std::move(path)) {
  if (!value.is(Json::Kind::object))
    faults_.push_back((path_.empty() ? "the document" : path_) + " must be a table");
}

std::string Fields::path(const std::string& key) const {
  return path_.empty() ? key : path_ + "." + key;
}

void Fields::fault(const std::string& key, const std::string& what) {
  faults_.push_back(path(key) + " " + what);
}

const Json* Fields::any(const char* key) {
  known_.emplace_back(key);
  return value_.find(key);
}

const Json* Fields::get(const char* key, Json::Kind kind, bool required) {
  const Json* member = any(key);
  if (member == nullptr) {
    if (required) fault(key, std::string("is missing (") + name(kind) + ")");
    return nullptr;
  }
  if (member->is(kind) || (kind == Json::Kind::integer && member->is_integer())) return member;
  fault(key, std::string("must be of kind ") + name(kind) + ", not " + name(member->kind()));
  return nullptr;
}

std::int64_t Fields::integer(const char* key, IntRange range) {
  const Json* member = get(key, Json::Kind::integer, !range.otherwise);
  if (member == nullptr) return range.otherwise.value_or(0);
  const std::int64_t value = member->integer();
  if (value < range.low || value > range.high)
    fault(key, "is " + std::to_string(value) + ", must be between " + std::to_string(range.low) +
                   " and " + std::to_string(range.high));
  return value;
}

std::string Fields::string(const char* key, std::optional<std::string> otherwise) {
  const Json* member = get(key, Json::Kind::string, !otherwise);
  return member != nullptr ? member->string() : otherwise.value_or("");
}

int Fields::choice(const char* key, const std::vector<std::string>& names,
                   std::optional<int> otherwise) {
  const Json* member = get(key, Json::Kind::string, !otherwise);
  if (member == nullptr) return otherwise.value_or(0);
  const auto it = std::find(names.begin(), names.end(), member->string());
  if (it != names.end()) return static_cast<int>(it - names.begin());
  fault(key, "is \"" + member->string() + "\", must be one of " + join(names, ", "));
  return otherwise.value_or(0);
}

bool Fields::boolean(const char* key, std::optional<bool> otherwise) {
  const Json* member = get(key, Json::Kind::boolean, !otherwise);
  return member != nullptr ? member->boolean() : otherwise.value_or(false);
}

std::vector<std::string> Fields::strings(const char* key) {
  std::vector<std::string> out;
  const Json* member = get(key, Json::Kind::array, false);
  if (member == nullptr) return out;
  for (const Json& item : member->items()) {
    if (item.is(Json::Kind::string)) out.push_back(item.string());
    else fault(key, "must hold strings only");
  }
  return out;
}

std::vector<std::int64_t> Fields::integers(const char* key, IntRange each) {
  std::vector<std::int64_t> out;
  const Json* member = get(key, Json::Kind::array, false);
  if (member == nullptr) return out;
  for (const Json& item : member->items()) {
    const bool good =
        item.is_integer() && item.integer() >= each.low && item.integer() <= each.high;
    if (good) out.push_back(item.integer());
    else
      fault(key, "must hold integers between " + std::to_string(each.low) + " and " +
                     std::to_string(each.high));
  }
  return out;
}

std::vector<const Json*> Fields::objects(const char* key) {
  std::vector<const Json*> out;
  const Json* member = get(key, Json::Kind::array, false);
  if (member == nullptr) return out;
  for (const Json& item : member->items()) out.push_back(&item);
  return out;
}

Status Fields::done() {
  if (value_.is(Json::Kind::object))
    for (const auto& [key, value] : value_.members()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      const std::string close = nearest_name(key, known_);
      fault(key, "is not known here" + (close.empty() ? "" : "; did you mean " + close + "?"));
    }
  if (faults_.empty()) return {};
  return fail(Errc::schema, join(faults_, "; "));
}

}  // namespace wood
