#include "pipeline/function.h"

#include <algorithm>
#include <cstring>

#include "core/bytes.h"
#include "core/text.h"

namespace wood {
namespace {

using Kind = Json::Kind;
using Args = std::span<const Json* const>;

tl::unexpected<Error> wrong(const std::string& what) { return fail(Errc::schema, what); }
tl::unexpected<Error> over(const std::string& what) { return fail(Errc::limit, what); }

bool is(const Json* value, Kind kind) { return value->is(kind); }

Result<Json> bounded(std::string text) {
  if (text.size() > kStringBytesMax) return over("text over 65536 bytes");
  return Json(std::move(text));
}

// Integers of the arguments, or of the one list that is the argument.
Result<std::vector<std::int64_t>> integers(Args args, const char* who) {
  std::vector<std::int64_t> out;
  const auto take = [&](const Json& value) {
    if (value.is(Kind::integer)) out.push_back(value.integer());
    return value.is(Kind::integer);
  };
  bool all = true;
  if (args.size() == 1 && is(args[0], Kind::array)) {
    for (const Json& item : args[0]->items()) all = all && take(item);
  } else {
    for (const Json* arg : args) all = all && take(*arg);
  }
  if (!all) return wrong(std::string(who) + " wants integers");
  return out;
}

Result<Json> size_of(Args args) {
  const Json& value = *args[0];
  switch (value.kind()) {
    case Kind::array: return Json(value.items().size());
    case Kind::object: return Json(value.members().size());
    case Kind::string:
      return Json(std::count_if(value.string().begin(), value.string().end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      }));
    default: return wrong("size wants a text, list or map, not " + std::string(name(value.kind())));
  }
}

Result<Json> least(Args args) {
  TRY(const auto all, integers(args, "min"));
  if (all.empty()) return wrong("min of nothing");
  return Json(*std::min_element(all.begin(), all.end()));
}

Result<Json> most(Args args) {
  TRY(const auto all, integers(args, "max"));
  if (all.empty()) return wrong("max of nothing");
  return Json(*std::max_element(all.begin(), all.end()));
}

Result<Json> absolute(Args args) {
  if (!is(args[0], Kind::integer)) return wrong("abs wants an integer");
  const std::int64_t value = args[0]->integer();
  std::int64_t out = value;
  if (value < 0 && __builtin_sub_overflow(std::int64_t{0}, value, &out))
    return over("abs overflows");
  return Json(out);
}

Result<Json> total(Args args) {
  TRY(const auto all, integers(args, "sum"));
  std::int64_t out = 0;
  for (const std::int64_t value : all)
    if (__builtin_add_overflow(out, value, &out)) return over("sum overflows");
  return Json(out);
}

Result<Json> clamp(Args args) {
  TRY(const auto v, integers(args, "clamp"));
  if (v.size() != 3 || v[1] > v[2])
    return wrong("clamp wants a value, a low and a high not under it");
  return Json(std::clamp(v[0], v[1], v[2]));
}

// The number of bounds that are at or below the value: 0 under the first, size(bounds) from the
// last.
Result<Json> bucket(Args args) {
  if (!is(args[0], Kind::integer)) return wrong("bucket wants an integer and a list of bounds");
  if (!is(args[1], Kind::array)) return wrong("bucket wants a list of bounds");
  TRY(const auto bounds, integers(args.subspan(1), "bucket"));
  if (!std::is_sorted(bounds.begin(), bounds.end())) return wrong("bucket wants ascending bounds");
  const auto at = std::upper_bound(bounds.begin(), bounds.end(), args[0]->integer());
  return Json(at - bounds.begin());
}

Result<Json> to_text(Args args) {
  if (is(args[0], Kind::string)) return *args[0];
  if (is(args[0], Kind::integer)) return Json(std::to_string(args[0]->integer()));
  return bounded(args[0]->dump());
}

Result<Json> to_integer(Args args) {
  const Json& value = *args[0];
  if (value.is(Kind::integer)) return value;
  if (value.is(Kind::boolean)) return Json(value.boolean() ? 1 : 0);
  const auto number = value.is(Kind::string) ? to_int(value.string()) : std::nullopt;
  if (!number)
    return wrong("int wants an integer, a boolean or decimal text, not " +
                 std::string(clip(value.dump(), 40)));
  return Json(*number);
}

Result<Json> contains(Args args) {
  if (!is(args[0], Kind::string) || !is(args[1], Kind::string))
    return wrong("contains wants two texts");
  return Json(args[0]->string().find(args[1]->string()) != std::string::npos);
}

Result<Json> starts(Args args) {
  if (!is(args[0], Kind::string) || !is(args[1], Kind::string))
    return wrong("startsWith wants two texts");
  return Json(args[0]->string().starts_with(args[1]->string()));
}

Result<Json> ends(Args args) {
  if (!is(args[0], Kind::string) || !is(args[1], Kind::string))
    return wrong("endsWith wants two texts");
  return Json(args[0]->string().ends_with(args[1]->string()));
}

Result<Json> lowered(Args args) {
  if (!is(args[0], Kind::string)) return wrong("lower wants a text");
  return Json(lower(args[0]->string()));
}

Result<Json> trimmed(Args args) {
  if (!is(args[0], Kind::string)) return wrong("trim wants a text");
  return Json(trim(args[0]->string()));
}

Result<Json> joined(Args args) {
  if (!is(args[0], Kind::array) || (args.size() > 1 && !is(args[1], Kind::string)))
    return wrong("join wants a list of texts and a separator");
  std::string out;
  for (const Json& item : args[0]->items()) {
    if (!item.is(Kind::string)) return wrong("join wants texts; use .map(x, string(x)) first");
    if (&item != args[0]->items().data() && args.size() > 1) out += args[1]->string();
    out += item.string();
    if (out.size() > kStringBytesMax) return over("text over 65536 bytes");
  }
  return Json(std::move(out));
}

Result<Json> parts(Args args) {
  if (!is(args[0], Kind::string) || !is(args[1], Kind::string) || args[1]->string().size() != 1)
    return wrong("split wants a text and one ASCII character");
  const auto all = split(args[0]->string(), args[1]->string()[0]);
  if (all.size() > kListItemsMax) return over("list over 10000 items");
  return Json::list(all);
}

// A text as a JSON literal: what a stranger wrote stays one line within quotes.
Result<Json> quoted(Args args) {
  if (!is(args[0], Kind::string)) return wrong("quote wants a text; use json(x) for other values");
  return bounded(args[0]->dump());
}

Result<Json> as_json(Args args) { return bounded(args[0]->dump()); }

Result<Json> got(Args args) {
  const Json* member = nullptr;
  if (is(args[1], Kind::string)) {
    if (!is(args[0], Kind::object) && !is(args[0], Kind::null))
      return wrong("get wants a map and a name");
    member = args[0]->find(args[1]->string());
  } else if (is(args[0], Kind::array) && is(args[1], Kind::integer)) {
    const std::int64_t at = args[1]->integer();
    if (at >= 0 && static_cast<std::size_t>(at) < args[0]->items().size())
      member = &args[0]->items()[static_cast<std::size_t>(at)];
  } else {
    return wrong("get wants a map and a name, or a list and an index");
  }
  return member != nullptr ? *member : *args[2];
}

Result<Json> keys(Args args) {
  if (!is(args[0], Kind::object)) return wrong("keys wants a map");
  Json out = Json::array();
  for (const auto& member : args[0]->members()) out.push(member.first);
  return out;
}

Result<Json> slice(Args args) {
  if (!is(args[0], Kind::array) || !is(args[1], Kind::integer) || !is(args[2], Kind::integer))
    return wrong("slice wants a list, a first index and the index after the last");
  const auto& items = args[0]->items();
  const auto count = static_cast<std::int64_t>(items.size());
  const std::int64_t from = std::clamp<std::int64_t>(args[1]->integer(), 0, count);
  const std::int64_t to = std::clamp<std::int64_t>(args[2]->integer(), from, count);
  return Json(Json::Array(items.begin() + from, items.begin() + to));
}

Result<Json> distinct(Args args) {
  if (!is(args[0], Kind::array)) return wrong("distinct wants a list");
  std::vector<std::pair<std::string, std::size_t>> seen;  // canonical text, place
  for (std::size_t i = 0; i < args[0]->items().size(); ++i)
    seen.emplace_back(args[0]->items()[i].dump(), i);
  std::sort(seen.begin(), seen.end());
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (i == 0 || seen[i].first != seen[i - 1].first) places.push_back(seen[i].second);
  std::sort(places.begin(), places.end());
  Json out = Json::array();
  for (const std::size_t place : places) out.push(args[0]->items()[place]);
  return out;
}

Result<Json> sorted(Args args) {
  if (!is(args[0], Kind::array)) return wrong("sort wants a list");
  Json::Array items = args[0]->items();
  const auto all = [&](Kind kind) {
    return std::all_of(items.begin(), items.end(), [&](const Json& v) { return v.is(kind); });
  };
  if (all(Kind::integer))
    std::sort(items.begin(), items.end(),
              [](const Json& a, const Json& b) { return a.integer() < b.integer(); });
  else if (all(Kind::string))
    std::sort(items.begin(), items.end(),
              [](const Json& a, const Json& b) { return a.string() < b.string(); });
  else return wrong("sort wants integers only or texts only");
  return Json(std::move(items));
}

}  // namespace

const std::vector<Function>& functions() {
  static const std::vector<Function> all = {
      {"abs", 1, 1, "abs(integer)", absolute},
      {"bucket", 2, 2, "bucket(integer, [ascending bounds])", bucket},
      {"clamp", 3, 3, "clamp(integer, low, high)", clamp},
      {"contains", 2, 2, "text.contains(part)", contains},
      {"distinct", 1, 1, "distinct(list)", distinct},
      {"endsWith", 2, 2, "text.endsWith(part)", ends},
      {"get", 3, 3, "get(map, 'name', otherwise)", got},
      {"int", 1, 1, "int(value)", to_integer},
      {"join", 1, 2, "list.join(separator)", joined},
      {"json", 1, 1, "json(value)", as_json},
      {"keys", 1, 1, "keys(map)", keys},
      {"lower", 1, 1, "lower(text)", lowered},
      {"max", 1, -1, "max(integer, integer, ...) or max(list)", most},
      {"min", 1, -1, "min(integer, integer, ...) or min(list)", least},
      {"quote", 1, 1, "quote(text)", quoted},
      {"size", 1, 1, "size(text, list or map)", size_of},
      {"slice", 3, 3, "slice(list, from, to)", slice},
      {"sort", 1, 1, "sort(list)", sorted},
      {"split", 2, 2, "text.split(',')", parts},
      {"startsWith", 2, 2, "text.startsWith(part)", starts},
      {"string", 1, 1, "string(value)", to_text},
      {"sum", 1, 1, "sum(list)", total},
      {"trim", 1, 1, "trim(text)", trimmed},
  };
  return all;
}

int find_function(std::string_view name) {
  const auto& all = functions();
  const auto it = std::lower_bound(all.begin(), all.end(), name, [](const Function& f, auto n) {
    return std::string_view(f.name) < n;
  });
  return it != all.end() && it->name == name ? static_cast<int>(it - all.begin()) : -1;
}

Result<Json> sum_of(const Json& a, const Json& b) {
  if (a.is(Kind::integer) && b.is(Kind::integer)) {
    std::int64_t out = 0;
    if (__builtin_add_overflow(a.integer(), b.integer(), &out)) return over("+ overflows");
    return Json(out);
  }
  if (a.is(Kind::string) && b.is(Kind::string)) return bounded(a.string() + b.string());
  if (a.is(Kind::array) && b.is(Kind::array)) {
    Json::Array out = a.items();
    out.insert(out.end(), b.items().begin(), b.items().end());
    if (out.size() > kListItemsMax) return over("list over 10000 items");
    return Json(std::move(out));
  }
  return wrong("cannot add " + std::string(name(a.kind())) + " and " + name(b.kind()) +
               "; use string(x) to join text");
}

}  // namespace wood
