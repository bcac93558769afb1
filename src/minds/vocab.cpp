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
  std::vector<int> path = {0};
  std::string before;
  for (const Token token : order) {
    const std::string& text = bytes_[token];
    const auto shared = std::mismatch(text.begin(), text.end(), before.begin(), before.end()).first;
    path.resize(static_cast<std::size_t>(shared - text.begin()) + 1);
    for (auto it = shared; it != text.end(); ++it)
      path.push_back(grow(path.back(), static_cast<unsigned char>(*it)));
    nodes_[path.back()].tokens.push_back(token);
    before = text;
  }
}

// Bytes come in ascending order, so that a new child belongs in front and the list is descending.
int Vocab::grow(int parent, unsigned char byte) {
  const int at = static_cast<int>(nodes_.size());
  nodes_.push_back({byte, -1, nodes_[parent].child, {}});
  nodes_[parent].child = at;
  return at;
}

void Vocab::mark(Grammar& grammar, Grammar::State at, int node, std::vector<bool>& out) const {
  for (int child = nodes_[node].child; child >= 0; child = nodes_[child].sibling) {
    const Grammar::State next = grammar.next(at, nodes_[child].byte);
    if (next == Grammar::kDead) continue;
    for (const Token token : nodes_[child].tokens) out[token] = true;
    mark(grammar, next, child, out);
  }
}

std::vector<bool> Vocab::allowed(Grammar& grammar, Grammar::State at) const {
  std::vector<bool> out(bytes_.size(), false);
  mark(grammar, at, 0, out);
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
      int child = nodes_[node].child;
      while (child >= 0 && nodes_[child].byte != static_cast<unsigned char>(text[i]))
        child = nodes_[child].sibling;
      if (child < 0) break;
      node = child;
      if (nodes_[node].tokens.empty()) continue;
      longest = nodes_[node].tokens[0];
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
