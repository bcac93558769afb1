// The information firewall: no prompt goes to a mind that holds what its reader may not know.
//
// Facts are chosen by audience when a view is made (book.h). The firewall is the second,
// independent look: it stands between the run and the panel and scans every prompt for
//   1. canaries: nonces planted in world-only and private facts, which no rendering ever prints;
//   2. private text, word for word, that reached this reader by no `say`, `whisper` or tip of his
//   own.
// A hit is a leak and stops the run. Private text that did reach the reader by another's speech is
// a disclosure: counted, and allowed. So is what a seat of the desk says on to the other seats in
// its answer. Texts under 16 bytes or of fewer than four different words are too common to be told
// apart.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agents/fact.h"
#include "core/bytes.h"
#include "minds/panel.h"

namespace wood {

struct Leak {
  std::string reader;
  Seq prompt;
  std::string kind;  // "canary" or "text"
  Seq fact;          // the fact that leaked
};

class Firewall {
 public:
  struct Counts {
    std::int64_t prompts = 0, facts = 0, disclosures = 0, leaks = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
  };

  // Watches for a nonce that only `audience` may hold.
  void plant(const std::string& nonce, const Audience& audience, Seq fact);
  // A text became known to `audience` (a tip, a whisper, something said). `spoken`: by speech.
  enum class Way { speech, fact };
  void told(const std::string& text, const Audience& audience, Seq fact, Way way,
            std::int64_t turn);
  // What a reader wrote himself he may read again.
  void wrote(const std::string& writer, const std::string& text, std::int64_t turn);
  // The members of the desk: what one of them writes in an answer there, the others read.
  void seat(std::set<std::string> desk) { desk_ = std::move(desk); }
  // A member's answer at the desk: private texts of his in it are passed on to the others.
  void answered(const std::string& reader, const std::string& answer);
  // Drops texts that became known before `turn` and that nobody is shown any more: a bounded
  // memory. What is `shown` stays: forgotten, it could become somebody else's secret under its
  // reader's eyes.
  void forget_before(std::int64_t turn, const std::set<std::string>& shown);

  void shown(std::int64_t facts) { counts_.facts += facts; }
  // Scans one ask; the leak if there is one. Counts.
  const Leak* scan(const Ask& ask);

  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] const std::vector<Leak>& leaks() const { return leaks_; }
  void state(Bytes& out) const;

 private:
  friend struct Tamper;  // world_test.cpp changes every member and looks at the state hash
  struct Text {
    Seq fact;                     // the first private fact that holds it
    bool open = false;            // everyone knows
    std::set<std::string> facts;  // readers who hold it by a fact
    std::set<std::string> heard;  // readers who were told it by speech
    std::int64_t turn = 0;
  };
  struct Canary {
    Seq fact;
    Audience audience;
  };
  const Leak* scan_text(const Ask& ask, const std::string& prompt);
  void index(const std::string& text);

  template <class Visit>
  void each_text(const std::string& prompt, Visit visit);

  std::set<std::string> desk_;
  std::map<std::string, Text> texts_;
  std::map<std::string, Canary> canaries_;
  std::map<std::string, std::vector<const std::string*>> heads_;  // first 16 bytes → texts
  std::vector<bool> filter_ = std::vector<bool>(1U << 16);        // 16-bit hash of those 16 bytes
  Counts counts_;
  std::vector<Leak> leaks_;
};

// A panel behind the firewall. After a leak every ask is answered by a Failure and nothing goes
// out.
class GuardedPanel : public Panel {
 public:
  GuardedPanel(Panel& inner, Firewall& firewall) : inner_(inner), firewall_(firewall) {}
  std::vector<Reply> ask(std::span<const Ask> asks) override;
  [[nodiscard]] std::map<std::string, Json> cards() const override { return inner_.cards(); }
  [[nodiscard]] bool remote(const std::string& mind) const override { return inner_.remote(mind); }

 private:
  Panel& inner_;
  Firewall& firewall_;
};

inline constexpr std::string_view kCanaryMark = "cnry-";
// The nonce of one fact: the mark and 16 hex digits drawn from (seed, n).
std::string canary(std::uint64_t seed, std::int64_t n);

}  // namespace wood
