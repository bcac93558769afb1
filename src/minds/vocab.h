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
  // All tokens as a tree over their bytes, in the order of a walk, children by byte: what is below
  // a node stands behind it, up to `behind`. So a mask is one pass over the list with leaps, and
  // the tokens below a node are neighbours in sorted_.
  struct Node {
    unsigned char byte = 0;
    bool plain = false;  // Grammar::plain of its byte and of all below
    int depth = 0;       // bytes from the root, its own included
    int height = 0;      // bytes of the longest way down, its own included
    int behind = 0;
    int first = 0;  // of its own tokens in sorted_; they end where the next node's begin
  };
  void measure();

  const Engine& engine_;
  std::vector<std::string> bytes_;
  std::vector<std::string> controls_;  // names, longest first
  std::vector<Token> ends_;
  std::vector<Token> sorted_;  // by their bytes
  std::vector<Node> nodes_;    // the root first, a stop last
};

}  // namespace wood
