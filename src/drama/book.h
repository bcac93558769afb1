// The facts that are alive: who may be shown what now. Facts enter by publish(), which writes their
// ledger entry, and leave when newer ones take their place (a bounded ring a channel) or by
// retire(). Leaves out: scanning of prompts (firewall.h).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agents/fact.h"
#include "ledger/sink.h"

namespace wood {

using FactPtr = std::shared_ptr<const Fact>;

struct Publish {
  std::string by;
  std::vector<Seq> from;
  std::int64_t turn = 0;
  Audience audience;
  std::string kind;
  // Facts of one channel replace each other; a channel keeps its newest `keep`. World-only facts
  // are written to the record and never kept.
  std::string channel;
  std::size_t keep = 1;
  Json data;
};

class FactBook {
 public:
  // Writes and keeps the fact. If the newest of its channel says the same to the same audience,
  // that one is returned and nothing is written.
  FactPtr publish(Sink& sink, Publish fact);
  // Forgets a channel of these readers.
  void retire(const std::string& channel, const std::vector<std::string>& readers);
  // What `reader` may be shown, in a fixed order (kind rank, then entry number).
  [[nodiscard]] std::vector<FactPtr> admitted(const std::string& reader) const;
  // The newest fact of a channel, or null.
  [[nodiscard]] FactPtr newest(const std::string& channel) const;
  // The texts that some reader is still shown.
  [[nodiscard]] std::set<std::string> texts() const;
  // Canonical bytes of every live fact: part of the state hash.
  void state(Bytes& out) const;
  [[nodiscard]] std::int64_t published() const { return published_; }

 private:
  friend struct Tamper;  // world_test.cpp changes every member and looks at the state hash
  struct Channel {
    std::deque<FactPtr> facts;
  };
  std::map<std::string, Channel> open_;  // channels whose newest fact is for everyone
  std::map<std::string, std::map<std::string, Channel>> named_;  // reader → channel → facts
  std::int64_t published_ = 0;
};

// Order in which kinds are rendered.
int rank(const std::string& kind);

}  // namespace wood
