// The minutes of a day in the Wood: one turn's entries as somebody would write them down who sat
// by. Sections in the order of the day; a section with nothing in it is left out.
#pragma once

#include <string>
#include <vector>

#include "cli/table.h"
#include "ledger/ledger.h"

namespace wood::cli {

class Minutes {
 public:
  // `ledger` must outlive this. Prices are printed in pebbles: a tick is tick_mp.
  Minutes(const LedgerReader& ledger, std::int64_t tick_mp, const Terminal& terminal)
      : ledger_(ledger), tick_mp_(tick_mp), terminal_(terminal) {}

  // Entries of one turn, in order.
  void add(const Entry& entry);
  // What was added since the last call; "" if nothing was.
  std::string finish();

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
  void note(std::vector<std::string>& section, Seq entry, const std::string& text);
  void section(std::string& out, const char* title, std::vector<std::string>& lines) const;
  [[nodiscard]] std::string price(std::int64_t ticks) const;
  [[nodiscard]] std::string why(const Entry& entry, bool named = false) const;
  [[nodiscard]] std::string who(const std::string& name) const;

  const LedgerReader& ledger_;
  std::int64_t tick_mp_;
  Terminal terminal_;
  std::int64_t turn_ = 0;
  std::string season_;
  std::vector<std::string> dawn_, news_, inputs_, talk_, deals_, orders_, desk_, law_, dusk_;
  Json last_marks_;
};

}  // namespace wood::cli
