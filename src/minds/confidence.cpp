#include "minds/confidence.h"

#include <algorithm>

namespace wood {
namespace {

void add_closed(const Json& object, std::set<std::string>& out) {
  const Json* properties = object.find("properties");
  if (properties == nullptr || !properties->is(Json::Kind::object)) return;
  for (const auto& [key, schema] : properties->members()) {
    const Json* type = schema.find("type");
    const bool boolean = type != nullptr && *type == Json("boolean");
    if (boolean || schema.find("enum") != nullptr || schema.find("const") != nullptr)
      out.insert(key);
  }
}

// Whether a token's bytes, put where `rest` of the value is still to be written, write that or its
// beginning; what the token says behind the value is another field's affair.
bool spells(std::string_view bytes, std::string_view rest) {
  const std::size_t count = std::min(bytes.size(), rest.size());
  return count > 0 && bytes.substr(0, count) == rest.substr(0, count);
}

}  // namespace

std::set<std::string> closed_fields(const Json& schema) {
  std::set<std::string> out;
  add_closed(schema, out);
  if (const Json* options = schema.find("oneOf"); options != nullptr)
    if (options->is(Json::Kind::array))
      for (const Json& option : options->items()) add_closed(option, out);
  return out;
}

std::vector<MemberAt> members_at(std::string_view text) {
  std::vector<MemberAt> out;
  std::size_t depth = 0, opened = 0;
  bool quoted = false, in_value = false;
  std::string_view last;  // text quoted at depth 1
  const auto close = [&](std::size_t at) {
    if (in_value) out.back().end = at, out.back().open = false;
    in_value = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false, last = text.substr(opened, i - opened);
    } else if (c == '"') {
      quoted = true, opened = i + 1;
    } else if (c == ':' && depth == 1 && !in_value) {
      in_value = true;
      out.push_back({std::string(last), i + 1, text.size(), true});
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == ',' && depth == 1) {
      close(i);
    } else if ((c == '}' || c == ']') && depth > 0) {
      if (--depth == 0) close(i);
    }
  }
  return out;
}

std::map<std::string, std::int64_t> Confidence::of(std::string_view answer,
                                                   const std::set<std::string>& fields) const {
  std::map<std::string, std::int64_t> out;
  for (const MemberAt& member : members_at(answer)) {
    if (!fields.contains(member.key) || member.open) continue;
    double share = 1;
    bool chosen = false;
    for (const Branch& branch : branches_) {
      if (branch.at < member.begin || branch.at >= member.end) continue;
      const std::string_view rest = answer.substr(branch.at, member.end - branch.at);
      double all = 0, spelling = 0;
      for (const Choice& choice : branch.choices) {
        all += choice.weight;
        if (spells(choice.bytes, rest)) spelling += choice.weight;
      }
      if (!(all > 0)) continue;
      share *= spelling / all;
      chosen = true;
    }
    if (chosen) out[member.key] = static_cast<std::int64_t>(share * 1'000'000);
  }
  return out;
}

}  // namespace wood
