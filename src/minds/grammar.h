// What a schema lets a model write, as an automaton over bytes.
//
// The subset of JSON Schema in core/schema.h has no recursion, so the texts that a schema allows,
// in compact JSON with a fixed order of members (`required` first, in its order, then the rest),
// are a regular language: the schema becomes a nondeterministic automaton, and that a deterministic
// one, built as far as it is walked. So one step costs one look-up, length limits are exact, every
// text is well-formed UTF-8, and two questions that a general grammar cannot answer cheaply are
// easy: what comes next if there is no choice (forced), and what is the shortest way to a
// conforming end (ending).
//
// Left out: oneOf allows what any option allows (the validator wants exactly one); strings without
// maxLength and arrays without maxItems may go on for ever, the budget of tokens ends them.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "core/json.h"

namespace wood {

class Grammar {
 public:
  using State = int;
  static constexpr State kDead = -1;  // no text of the language starts so

  // Errc::schema if nothing conforms, Errc::limit if the automaton would have more than 2^20
  // states. `schema` must have passed check_schema.
  static Result<Grammar> compile(const Json& schema);

  [[nodiscard]] State start() const { return 0; }
  State next(State from, unsigned char byte);
  State next(State from, std::string_view bytes);
  // Bytes that stand for themselves in a JSON string: printable ASCII but the quote and the
  // backslash.
  static constexpr bool plain(unsigned char byte) {
    return byte >= 0x20 && byte <= 0x7E && byte != '"' && byte != '\\';
  }
  // Whether any `count` plain bytes, whichever they are, may follow, and any fewer. May say no
  // where it is so, if not every one of them leads to the same state: inside a string all do.
  bool takes_plain(State from, int count);
  // Whether the text may end here.
  [[nodiscard]] bool complete(State at) const { return states_[at].shortest == 0; }
  // Whether it must.
  bool closed(State at);
  // Bytes of the shortest end from here.
  [[nodiscard]] int shortest(State at) const { return states_[at].shortest; }
  // That end; of several the smallest in byte order.
  std::string ending(State at);
  // What must follow, as far as there is no choice; "" where there is one.
  std::string forced(State at);
  [[nodiscard]] int states() const { return static_cast<int>(states_.size()); }
  // Of memory, about.
  [[nodiscard]] std::size_t bytes() const;

  struct Edge {
    unsigned char low, high;
    int to;
  };
  struct Node {  // of the nondeterministic automaton
    std::vector<Edge> edges;
    std::vector<int> free;  // reached without a byte
    int distance = -1;      // bytes to the end; -1: no way there
  };

 private:
  static constexpr State kUnknown = -2;
  struct Known {
    std::vector<int> nodes;  // sorted
    std::array<State, 256> next;
    int shortest;
    State after_plain = kUnknown;  // where every plain byte leads; kDead if not all to one state
  };
  State intern(std::vector<int> seeds);

  std::size_t nodes_bytes_ = 0;
  std::vector<Node> nodes_;
  std::vector<bool> seen_;  // of intern, all false between calls
  std::vector<Known> states_;
  std::map<std::vector<int>, State> index_;
};

}  // namespace wood
