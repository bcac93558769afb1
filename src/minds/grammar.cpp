#include "minds/grammar.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>

#include "core/check.h"
#include "core/schema.h"
#include "minds/fit.h"

namespace wood {
namespace {

using Kind = Json::Kind;
using Node = Grammar::Node;

constexpr std::int64_t kSafe = 9'007'199'254'740'991;  // beyond it canonical JSON writes strings
constexpr std::size_t kNodesMax = std::size_t{1} << 20;
constexpr int kAnyDepth = 2;  // nesting of a value of which the schema says nothing

// Builds from the back: every function takes the node where its text is followed by what comes next
// and gives the node where it starts.
class Builder {
 public:
  std::vector<Node> nodes;
  bool full = false;  // more nodes than allowed: what is built is of no use

  int node() {
    if (nodes.size() >= kNodesMax) {
      full = true;
      return 0;
    }
    nodes.emplace_back();
    return static_cast<int>(nodes.size()) - 1;
  }
  void edge(int from, unsigned char low, unsigned char high, int to) {
    nodes[from].edges.push_back({low, high, to});
  }
  void free(int from, int to) { nodes[from].free.push_back(to); }

  int literal(std::string_view text, int then) {
    for (auto it = text.rbegin(); it != text.rend(); ++it) {
      const int at = node();
      const auto byte = static_cast<unsigned char>(*it);
      edge(at, byte, byte, then);
      then = at;
    }
    return then;
  }

  int value(const Json& schema, int then);

 private:
  int of_kind(const std::string& kind, const Json& schema, int then);
  int string(std::int64_t low, std::optional<std::int64_t> high, int then);
  void character(int from, int to);
  int integer(std::int64_t low, std::int64_t high, int then);
  int natural(std::int64_t low, std::int64_t high, int then);
  int digits(std::string_view low, std::string_view high, int then);
  int array(const Json& schema, int then);
  int object(const Json& schema, int then);
  int members(const std::vector<std::pair<std::string, bool>>& keys, const Json& properties,
              int close);
  int any(int depth, int then);
  int list(const std::function<int(int)>& item, std::int64_t low, std::optional<std::int64_t> high,
           int then);
};

std::optional<std::int64_t> bound(const Json& schema, const char* key) {
  const Json* value = schema.find(key);
  if (value == nullptr) return std::nullopt;
  return value->integer();
}

bool bounded(const Json& schema) {
  constexpr const char* kBounds[] = {"minimum",  "maximum",  "minLength", "maxLength",
                                     "minItems", "maxItems", "items"};
  return std::any_of(std::begin(kBounds), std::end(kBounds),
                     [&](const char* key) { return schema.find(key) != nullptr; });
}

// One character of a JSON string: any well-formed UTF-8 (Unicode 15, table 3-7) but the quote, the
// backslash and controls, or one of the escapes that text needs.
void Builder::character(int from, int to) {
  const int last = node(), last2 = node(), last3 = node(), escape = node();
  edge(last, 0x80, 0xBF, to);
  edge(last2, 0x80, 0xBF, last);
  edge(last3, 0x80, 0xBF, last2);
  edge(from, 0x20, 0x21, to);
  edge(from, 0x23, 0x5B, to);
  edge(from, 0x5D, 0x7E, to);
  edge(from, 0xC2, 0xDF, last);
  const auto special = [&](unsigned char lead, unsigned char low, unsigned char high, int then) {
    const int second = node();
    edge(from, lead, lead, second);
    edge(second, low, high, then);
  };
  special(0xE0, 0xA0, 0xBF, last);
  edge(from, 0xE1, 0xEC, last2);
  special(0xED, 0x80, 0x9F, last);
  edge(from, 0xEE, 0xEF, last2);
  special(0xF0, 0x90, 0xBF, last2);
  edge(from, 0xF1, 0xF3, last3);
  special(0xF4, 0x80, 0x8F, last2);
  edge(from, '\\', '\\', escape);
  for (const unsigned char c : {'"', '\\', 'n', 't'}) edge(escape, c, c, to);
}

int Builder::string(std::int64_t low, std::optional<std::int64_t> high, int then) {
  const int close = literal("\"", then);
  int at = node();
  free(at, close);
  if (high) {
    for (std::int64_t left = *high; left > 0 && !full; --left) {
      const int before = node();
      if (left - 1 >= low) free(before, close);
      character(before, at);
      at = before;
    }
    if (*high < low) return literal("\"", node());  // nothing conforms: a node with no way on
  } else {
    character(at, at);
    for (std::int64_t i = 0; i < low && !full; ++i) {
      const int before = node();
      character(before, at);
      at = before;
    }
  }
  return literal("\"", at);
}

// Decimal numbers of one length, from low to high.
int Builder::digits(std::string_view low, std::string_view high, int then) {
  if (low.empty()) return then;
  const std::string nines(low.size() - 1, '9'), zeros(low.size() - 1, '0');
  const auto byte = [](char c) { return static_cast<unsigned char>(c); };
  const auto rest_low = low.substr(1), rest_high = high.substr(1);
  const int at = node();
  if (low[0] == high[0]) {
    edge(at, byte(low[0]), byte(low[0]), digits(rest_low, rest_high, then));
    return at;
  }
  char first = low[0], last = high[0];
  if (rest_low != zeros) {
    edge(at, byte(first), byte(first), digits(rest_low, nines, then));
    ++first;
  }
  if (rest_high != nines) {
    edge(at, byte(last), byte(last), digits(zeros, rest_high, then));
    --last;
  }
  if (first <= last) {
    int rest = then;
    for (std::size_t i = 1; i < low.size(); ++i) {
      const int before = node();
      edge(before, '0', '9', rest);
      rest = before;
    }
    edge(at, byte(first), byte(last), rest);
  }
  return at;
}

int Builder::natural(std::int64_t low, std::int64_t high, int then) {
  const int at = node();
  std::int64_t from = low;
  while (from <= high) {  // one length at a time
    const std::string text = std::to_string(from);
    const std::int64_t longest = std::stoll(std::string(text.size(), '9'));
    const std::int64_t to = std::min(high, longest);
    free(at, digits(text, std::to_string(to), then));
    from = to + 1;
  }
  return at;
}

int Builder::integer(std::int64_t low, std::int64_t high, int then) {
  low = std::clamp(low, -kSafe, kSafe);
  high = std::clamp(high, -kSafe, kSafe);
  const int at = node();
  if (high >= 0 && low <= high) free(at, natural(std::max<std::int64_t>(low, 0), high, then));
  if (low < 0 && low <= high)
    free(at, literal("-", natural(std::max<std::int64_t>(-high, 1), -low, then)));
  return at;
}

// item ("," item)*, between low and high times, in brackets of the caller's.
int Builder::list(const std::function<int(int)>& item, std::int64_t low,
                  std::optional<std::int64_t> high, int then) {
  if (high && *high < low) return node();
  // after[n]: n items stand, more may follow.
  const std::int64_t most = high.value_or(std::max<std::int64_t>(low, 1));
  int after = node();
  free(after, then);
  if (!high) free(after, literal(",", item(after)));
  for (std::int64_t count = most - 1; count >= 1 && !full; --count) {
    const int before = node();
    if (count >= low) free(before, then);
    free(before, literal(",", item(after)));
    after = before;
  }
  const int first = node();
  if (low == 0) free(first, then);
  if (most > 0) free(first, item(after));
  return first;
}

int Builder::array(const Json& schema, int then) {
  const Json* items = schema.find("items");
  const auto item = [&](int next) { return items != nullptr ? value(*items, next) : any(1, next); };
  return literal("[", list(item, bound(schema, "minItems").value_or(0), bound(schema, "maxItems"),
                           literal("]", then)));
}

// The members in order; the bool says whether a member is required. Before the first that is
// written there is no comma, so without a required one each position exists twice.
int Builder::members(const std::vector<std::pair<std::string, bool>>& keys, const Json& properties,
                     int close) {
  int written = close, nothing = close;  // from here on, with and without a member before
  for (auto it = keys.rbegin(); it != keys.rend() && !full; ++it) {
    const std::string key = Json(it->first).dump() + ":";
    const int body = value(properties.at(it->first), written);
    const int with_comma = literal("," + key, body), bare = literal(key, body);
    if (it->second) {
      written = with_comma;
      nothing = bare;
      continue;
    }
    const int w = node(), n = node();
    free(w, with_comma);
    free(w, written);
    free(n, bare);
    free(n, nothing);
    written = w;
    nothing = n;
  }
  return nothing;
}

int Builder::object(const Json& schema, int then) {
  const Json* properties = schema.find("properties");
  if (properties == nullptr) {
    const int close = literal("}", then);
    const auto member = [&](int next) {
      return string(0, std::nullopt, literal(":", any(1, next)));
    };
    return literal("{", list(member, 0, std::nullopt, close));
  }
  std::vector<std::pair<std::string, bool>> keys;
  const auto add = [&](const std::string& key, bool required) {
    const auto same = [&](const auto& k) { return k.first == key; };
    if (std::none_of(keys.begin(), keys.end(), same)) keys.emplace_back(key, required);
  };
  if (const Json* required = schema.find("required"))
    for (const Json& key : required->items()) add(key.string(), true);
  for (const auto& [key, sub] : properties->members()) add(key, false);
  return literal("{", members(keys, *properties, literal("}", then)));
}

int Builder::any(int depth, int then) {
  const int at = node();
  for (const char* word : {"null", "true", "false"}) free(at, literal(word, then));
  free(at, integer(-kSafe, kSafe, then));
  free(at, string(0, std::nullopt, then));
  if (depth >= kAnyDepth) return at;
  const auto item = [&](int next) { return any(depth + 1, next); };
  const auto member = [&](int next) {
    return string(0, std::nullopt, literal(":", any(depth + 1, next)));
  };
  free(at, literal("[", list(item, 0, std::nullopt, literal("]", then))));
  free(at, literal("{", list(member, 0, std::nullopt, literal("}", then))));
  return at;
}

int Builder::of_kind(const std::string& kind, const Json& schema, int then) {
  if (kind == "null") return literal("null", then);
  if (kind == "boolean") {
    const int at = node();
    free(at, literal("true", then));
    free(at, literal("false", then));
    return at;
  }
  if (kind == "integer")
    return integer(bound(schema, "minimum").value_or(-kSafe),
                   bound(schema, "maximum").value_or(kSafe), then);
  if (kind == "string")
    return string(bound(schema, "minLength").value_or(0), bound(schema, "maxLength"), then);
  return kind == "array" ? array(schema, then) : object(schema, then);
}

int Builder::value(const Json& schema, int then) {
  if (full) return then;
  if (const Json* options = schema.find("oneOf")) {
    const int at = node();
    for (const Json& option : options->items()) free(at, value(option_of(schema, option), then));
    return at;
  }
  if (const Json* constant = schema.find("const"))
    return validate(*constant, schema).empty() ? literal(constant->dump(), then) : node();
  if (const Json* options = schema.find("enum")) {
    const int at = node();
    for (const Json& option : options->items())
      if (validate(option, schema).empty()) free(at, literal(option.dump(), then));
    return at;
  }
  const Json* type = schema.find("type");
  if (type == nullptr) {
    if (schema.find("properties") != nullptr) return object(schema, then);
    if (!bounded(schema)) return any(0, then);
  } else if (type->is(Kind::string)) {
    return of_kind(type->string(), schema, then);
  }
  const int at = node();
  if (type == nullptr)  // a bound holds for values of its kind alone; all others are free
    for (const char* kind : {"null", "boolean", "integer", "string", "array", "object"})
      free(at, of_kind(kind, schema, then));
  else
    for (const Json& kind : type->items()) free(at, of_kind(kind.string(), schema, then));
  return at;
}

// Bytes from every node to the end: breadth-first backwards, where a step without a byte costs
// nothing.
void measure(std::vector<Node>& nodes, int end) {
  std::vector<std::vector<std::pair<int, int>>> back(nodes.size());
  for (int from = 0; from < static_cast<int>(nodes.size()); ++from) {
    for (const Grammar::Edge& edge : nodes[from].edges) back[edge.to].emplace_back(from, 1);
    for (const int to : nodes[from].free) back[to].emplace_back(from, 0);
  }
  std::deque<int> open = {end};
  nodes[end].distance = 0;
  while (!open.empty()) {
    const int to = open.front();
    open.pop_front();
    for (const auto& [from, cost] : back[to]) {
      const int distance = nodes[to].distance + cost;
      if (nodes[from].distance >= 0 && nodes[from].distance <= distance) continue;
      nodes[from].distance = distance;
      if (cost == 0) open.push_front(from);
      else open.push_back(from);
    }
  }
}

}  // namespace

Result<Grammar> Grammar::compile(const Json& schema) {
  Builder builder;
  const int end = builder.node();
  const int start = builder.value(schema, end);
  if (builder.full)
    return fail(Errc::limit, "the schema needs more than 2^20 states; lower its limits");
  measure(builder.nodes, end);
  if (builder.nodes[start].distance < 0)
    return fail(Errc::schema, "no value conforms to the schema");
  Grammar grammar;
  grammar.nodes_ = std::move(builder.nodes);
  grammar.seen_.assign(grammar.nodes_.size(), false);
  for (const Node& node : grammar.nodes_)
    grammar.nodes_bytes_ +=
        sizeof node + node.edges.capacity() * sizeof(Edge) + node.free.capacity() * sizeof(int);
  CHECK(grammar.intern({start}) == 0);
  return grammar;
}

std::size_t Grammar::bytes() const {
  std::size_t out = nodes_bytes_;
  // Once as a state and once in the index.
  for (const Known& known : states_)
    out += sizeof known + 64 + 2 * known.nodes.size() * sizeof(int);
  return out;
}

Grammar::State Grammar::intern(std::vector<int> seeds) {
  std::vector<int> reached;
  while (!seeds.empty()) {
    const int at = seeds.back();
    seeds.pop_back();
    if (seen_[at] || nodes_[at].distance < 0) continue;
    seen_[at] = true;
    reached.push_back(at);
    seeds.insert(seeds.end(), nodes_[at].free.begin(), nodes_[at].free.end());
  }
  for (const int at : reached) seen_[at] = false;
  // Nodes that only lead on without a byte are not part of what tells two states apart.
  std::erase_if(reached,
                [&](int at) { return nodes_[at].edges.empty() && nodes_[at].distance > 0; });
  if (reached.empty()) return kDead;
  std::sort(reached.begin(), reached.end());
  const auto [it, fresh] = index_.try_emplace(reached, static_cast<State>(states_.size()));
  if (fresh) {
    Known known{std::move(reached), {}, 0};
    known.next.fill(kUnknown);
    known.shortest = nodes_[known.nodes[0]].distance;
    for (const int at : known.nodes) known.shortest = std::min(known.shortest, nodes_[at].distance);
    states_.push_back(std::move(known));
  }
  return it->second;
}

Grammar::State Grammar::next(State from, unsigned char byte) {
  if (from == kDead) return kDead;
  State to = states_[from].next[byte];
  if (to != kUnknown) return to;
  std::vector<int> seeds;
  int low = 0,
      high = 255;  // bytes around this one at which no edge begins or ends: they lead there too
  for (const int at : states_[from].nodes)
    for (const Edge& edge : nodes_[at].edges) {
      if (byte < edge.low) {
        high = std::min(high, edge.low - 1);
      } else if (byte > edge.high) {
        low = std::max(low, edge.high + 1);
      } else {
        low = std::max<int>(low, edge.low);
        high = std::min<int>(high, edge.high);
        seeds.push_back(edge.to);
      }
    }
  to = intern(std::move(seeds));
  auto& next = states_[from].next;
  std::fill(next.begin() + low, next.begin() + high + 1, to);
  return to;
}

bool Grammar::takes_plain(State from, int count) {
  for (; count > 0; --count) {
    if (from == kDead) return false;
    State to = states_[from].after_plain;
    if (to == kUnknown) {
      to = next(from, ' ');
      for (int byte = ' ' + 1; byte < 0x7F && to != kDead; ++byte)
        if (plain(static_cast<unsigned char>(byte)) &&
            next(from, static_cast<unsigned char>(byte)) != to)
          to = kDead;
      states_[from].after_plain = to;
    }
    if (to == from) return true;
    from = to;
  }
  return from != kDead;
}

Grammar::State Grammar::next(State from, std::string_view bytes) {
  for (const char byte : bytes) from = next(from, static_cast<unsigned char>(byte));
  return from;
}

bool Grammar::closed(State at) {
  if (!complete(at)) return false;
  for (const int n : states_[at].nodes)
    if (!nodes_[n].edges.empty()) return false;
  return true;
}

std::string Grammar::ending(State at) {
  std::string text;
  while (!complete(at)) {
    int byte = 0;
    State to = kDead;
    for (; byte < 256; ++byte) {
      to = next(at, static_cast<unsigned char>(byte));
      if (to != kDead && shortest(to) == shortest(at) - 1) break;
    }
    CHECK(byte < 256);
    text += static_cast<char>(byte);
    at = to;
  }
  return text;
}

std::string Grammar::forced(State at) {
  std::string text;
  while (!complete(at)) {
    int only = -1;
    for (const int n : states_[at].nodes)
      for (const Edge& edge : nodes_[n].edges) {
        if (nodes_[edge.to].distance < 0) continue;
        if (edge.low != edge.high || (only >= 0 && only != edge.low)) return text;
        only = edge.low;
      }
    CHECK(only >= 0);
    text += static_cast<char>(only);
    at = next(at, static_cast<unsigned char>(only));
  }
  return text;
}

}  // namespace wood
