#include "minds/vocab.h"

#include <algorithm>

#include "core/bytes.h"
#include "core/text.h"

namespace wood {

Vocab::Vocab(const Engine& engine) : engine_(engine) {
  const int count = engine.vocabulary();
  bytes_.resize(static_cast<std::size_t>(count));
  nodes_.emplace_back();
  std::vector<Token> order;
  for (Token token = 0; token < count; ++token) {
    if (engine.ends(token)) ends_.push_back(token);
    if (std::string name = engine.control(token); !name.empty()) {
      controls_.push_back(std::move(name));
      continue;
    }
    if (engine.ends(token)) continue;
    bytes_[token] = engine.bytes(token);
    if (!bytes_[token].empty()) order.push_back(token);
  }
  std::sort(controls_.begin(), controls_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  std::stable_sort(order.begin(), order.end(),
                   [&](Token a, Token b) { return bytes_[a] < bytes_[b]; });
  sorted_ = std::move(order);
  std::string_view before;
  for (std::size_t i = 0; i < sorted_.size(); ++i) {
    const std::string_view text = bytes_[sorted_[i]];
    const auto fresh = std::mismatch(text.begin(), text.end(), before.begin(), before.end()).first;
    for (auto it = fresh; it != text.end(); ++it)
      nodes_.push_back({.byte = static_cast<unsigned char>(*it),
                        .depth = static_cast<int>(it - text.begin()) + 1,
                        .first = static_cast<int>(i)});
    before = text;
  }
  nodes_.push_back({.first = static_cast<int>(sorted_.size())});
  measure();
}

// From the back, so that whatever is below a node has been measured.
void Vocab::measure() {
  const int stop = static_cast<int>(nodes_.size()) - 1;
  nodes_[stop].behind = stop;
  for (int at = stop - 1; at >= 0; --at) {
    Node& node = nodes_[at];
    node.plain = Grammar::plain(node.byte);
    int child = at + 1;
    while (child < stop && nodes_[child].depth > node.depth) {
      node.plain = node.plain && nodes_[child].plain;
      node.height = std::max(node.height, nodes_[child].height);
      child = nodes_[child].behind;
    }
    node.behind = child;
    node.height += at > 0;
  }
}

std::vector<bool> Vocab::allowed(Grammar& grammar, Grammar::State at) const {
  std::vector<bool> out(bytes_.size(), false);
  const auto allow = [&](int from, int to) {
    for (int i = nodes_[from].first; i < nodes_[to].first; ++i) out[sorted_[i]] = true;
  };
  // By depth, the state behind the bytes up to there.
  std::vector<Grammar::State> path(static_cast<std::size_t>(nodes_[0].height) + 1, at);
  const int stop = static_cast<int>(nodes_.size()) - 1;
  for (int i = 1; i < stop;) {
    const Node& node = nodes_[i];
    const Grammar::State before = path[node.depth - 1];
    if (node.plain && grammar.takes_plain(before, node.height)) {
      allow(i, node.behind);
      i = node.behind;
      continue;
    }
    const Grammar::State next = grammar.next(before, node.byte);
    if (next == Grammar::kDead) {
      i = node.behind;
      continue;
    }
    path[node.depth] = next;
    allow(i, i + 1);
    ++i;
  }
  if (grammar.complete(at))
    for (const Token token : ends_) out[token] = true;
  return out;
}

std::vector<bool> Vocab::all() const {
  std::vector<bool> out(bytes_.size(), false);
  for (std::size_t token = 0; token < bytes_.size(); ++token) out[token] = !bytes_[token].empty();
  for (const Token token : ends_) out[token] = true;
  return out;
}

std::optional<std::vector<Vocab::Token>> Vocab::spell(std::string_view text) const {
  if (text.empty()) return std::vector<Token>{};
  if (is_utf8(text)) {
    std::vector<Token> tokens = engine_.text_tokens(std::string(text));
    std::string back;
    for (const Token token : tokens) back += bytes_[token];
    if (back == text) return tokens;
  }
  std::vector<Token> tokens;
  while (!text.empty()) {
    int node = 0;
    Token longest = -1;
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      int child = node + 1;
      while (child < nodes_[node].behind &&
             nodes_[child].byte != static_cast<unsigned char>(text[i]))
        child = nodes_[child].behind;
      if (child >= nodes_[node].behind) break;
      node = child;
      if (nodes_[node].first == nodes_[node + 1].first) continue;
      longest = sorted_[nodes_[node].first];
      length = i + 1;
    }
    if (longest < 0) return std::nullopt;
    tokens.push_back(longest);
    text.remove_prefix(length);
  }
  return tokens;
}

std::string Vocab::defuse(std::string text) const {
  for (const std::string& name : controls_) {
    const std::size_t whole = 1 + (static_cast<unsigned char>(name[0]) >= 0xC0 ? 2 : 0);
    if (name.size() <= whole || text.find(name) == std::string::npos) continue;
    const std::size_t cut = clip(name, whole).size();
    text = replace_all(std::move(text), name, name.substr(0, cut) + " " + name.substr(cut));
  }
  return text;
}

}  // namespace wood
