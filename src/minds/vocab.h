// A model's tokens as bytes: which of them a grammar allows next, and how a given text is spelled.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minds/engine.h"
#include "minds/grammar.h"

namespace wood {

class Vocab {
 public:
  using Token = Engine::Token;

  // `engine` must outlive this.
  explicit Vocab(const Engine& engine);

  [[nodiscard]] const std::string& bytes(Token token) const { return bytes_[token]; }
  [[nodiscard]] const std::vector<Token>& ends() const { return ends_; }

  // By token, whether its bytes may follow. Ends of sequence are allowed where the text is
  // complete.
  [[nodiscard]] std::vector<bool> allowed(Grammar& grammar, Grammar::State at) const;
  // The same without a grammar: every token that stands for bytes, and every end.
  [[nodiscard]] std::vector<bool> all() const;

  // Tokens that together are exactly these bytes: the model's own tokenization where it gives the
  // bytes back, else the longest token first. None if some byte has no token.
  [[nodiscard]] std::optional<std::vector<Token>> spell(std::string_view text) const;

  // The text with the names of control tokens broken by a space: what another agent wrote must not
  // open a turn in this one's prompt.
  [[nodiscard]] std::string defuse(std::string text) const;

 private:
  // All tokens as a tree over their bytes; children stand in byte order.
  struct Node {
    unsigned char byte = 0;
    int child = -1, sibling = -1;
    std::vector<Token> tokens;
  };
  int grow(int parent, unsigned char byte);
  void mark(Grammar& grammar, Grammar::State at, int node, std::vector<bool>& out) const;

  const Engine& engine_;
  std::vector<std::string> bytes_;
  std::vector<std::string> controls_;  // names, longest first
  std::vector<Token> ends_;
  std::vector<Node> nodes_;
};

}  // namespace wood
