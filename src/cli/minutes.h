// The minutes of a day in the Wood: one turn's entries as somebody would write them down who sat
// by. Sections in the order of the day; a section with nothing in it is left out. As text for a
// terminal (finish), or line by line (take).
#pragma once

#include <string>
#include <vector>

#include "cli/table.h"
#include "ledger/ledger.h"

namespace wood::cli {

struct MinuteLine {
  std::string section;  // "From outside", "Dawn", "News", "Talk", "The desk", …
  Seq entry;            // none: a sum of the day
  std::string text;
};

class Minutes {
 public:
  // `ledger` must outlive this. Prices are printed in pebbles: a tick is tick_mp.
  Minutes(const LedgerReader& ledger, std::int64_t tick_mp, const Terminal& terminal)
      : ledger_(ledger), tick_mp_(tick_mp), terminal_(terminal) {}

  // Entries of one turn, in order.
  void add(const Entry& entry);
  // What was added since the last call; "" if nothing was.
  std::string finish();
  // The same as lines.
  std::vector<MinuteLine> take();
  // The marks of the day before, by good, where its entries were not added.
  void stands(Json marks) { last_marks_ = std::move(marks); }

 private:
  void event(const Entry& entry);
  void order(const Entry& entry);
  void met(const Entry& entry);
  void deal(const Entry& entry);
  void dusk(const Json& body);
  void talk(const Entry& entry, bool aloud);
  void desk_step(const Entry& entry);
  void desk_vote(const Entry& entry);
  void turn(const Draft& draft);
  struct Noted {
    Seq entry;
    std::string text;
  };
  using Section = std::vector<Noted>;
  static void note(Section& section, Seq entry, std::string text) {
    section.push_back({entry, std::move(text)});
  }
  // Every section with its title, in the order of the day.
  std::vector<std::pair<const char*, Section*>> sections();
  [[nodiscard]] std::string price(std::int64_t ticks) const;
  [[nodiscard]] std::string why(const Entry& entry, bool named = false) const;
  [[nodiscard]] std::string who(const std::string& name) const;

  const LedgerReader& ledger_;
  std::int64_t tick_mp_;
  Terminal terminal_;
  std::int64_t turn_ = 0;
  std::string season_;
  Section dawn_, news_, inputs_, talk_, deals_, orders_, desk_, law_, dusk_;
  Json last_marks_;
};

}  // namespace wood::cli
