// Whose eyes the answers are for. Until the run has ended they are the Patron's: what is told to
// everybody, what is told to him, what he did himself, what the exchange and the magistrate do in
// public, what the creatures thought (one line each, once committed) and the work of the desk. Then
// everybody's.
//
// Judged from the record alone, entry by entry in order: it decides the same whenever it is asked.
// A line that repeats a private text word for word is withheld, as the firewall would
// (drama/firewall.h); a paraphrase is not.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ledger/entry.h"

namespace wood::serve {

class Eyes {
 public:
  // Every entry of the record in order. `value`: of a reading, what was understood (null else).
  void take(const Entry& entry, const Json& value);
  // Whether the entry of that number may not be shown as it stands.
  [[nodiscard]] bool hidden(Seq entry) const;
  // Whether it will stay so until the end, were there one: what hidden() says while the run goes
  // on.
  [[nodiscard]] bool is_private(Seq entry) const;
  // Whether the text holds what was said in private and may not be known yet.
  [[nodiscard]] bool tells(std::string_view text) const;
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  bool judge(const Entry& entry, const Json& value);
  bool judge_event(const Entry& entry);
  void secret(const std::string& text);
  [[nodiscard]] bool by_patron(const std::vector<Seq>& from) const;

  std::vector<bool> private_;
  std::set<std::int64_t> patrons_;    // commands of his
  std::set<std::int64_t> deals_;      // deals that he is a side of or has brokered
  std::vector<std::string> secrets_;  // private texts, the oldest first
  bool ended_ = false;
};

inline constexpr std::size_t kSecretBytes = 16;  // shorter texts are too common to be told apart
inline constexpr std::size_t kSecretsMax = 512;

}  // namespace wood::serve
