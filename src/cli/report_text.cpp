// The report in the two forms that leave the program: for people and for programs.
#include <algorithm>

#include "cli/report.h"
#include "core/text.h"

namespace wood::cli {
namespace {

Tone money_tone(std::int64_t amount) {
  return amount < 0 ? Tone::bad : amount > 0 ? Tone::good : Tone::plain;
}

// Creatures with the best result first; who only lends or holds a fund stands where he is.
std::string beings_text(const Report& report, const Terminal& terminal) {
  constexpr std::size_t shown_max = 40;
  std::vector<const BeingLine*> lines;
  for (const BeingLine& line : report.beings)
    if (line.worth_mp != 0 || line.prompts != 0 || line.orders != 0) lines.push_back(&line);
  std::stable_sort(lines.begin(), lines.end(), [](const BeingLine* a, const BeingLine* b) {
    return std::pair(a->mind.empty(), -a->pnl_mp) < std::pair(b->mind.empty(), -b->pnl_mp);
  });
  Grid grid({{"who"},
             {"mind"},
             {"P&L", Align::right},
             {"worth", Align::right},
             {"mood", Align::right},
             {"orders", Align::right},
             {"refused", Align::right},
             {"trades", Align::right},
             {"asked", Align::right},
             {"tokens", Align::right},
             {"thinking", Align::right}});
  for (std::size_t i = 0; i < std::min(lines.size(), shown_max); ++i) {
    const BeingLine& line = *lines[i];
    grid.row({{line.name, Tone::strong},
              printable(line.mind.empty() ? "-" : line.mind),
              {pebbles(line.pnl_mp, Sign::both), money_tone(line.pnl_mp)},
              pebbles(line.worth_mp),
              line.mood < 0 ? Cell("-") : Cell(line.mood),
              line.orders,
              line.refused,
              line.trades,
              line.prompts,
              grouped(line.tokens),
              duration(line.wall_us)});
  }
  std::string out = grid.text(terminal);
  if (lines.size() > shown_max)
    out += "… and " + std::to_string(lines.size() - shown_max) + " more (--json has all)\n";
  return out;
}

std::string goods_text(const Report& report, const Terminal& terminal) {
  Grid grid({{"good"},
             {"opening", Align::right},
             {"last", Align::right},
             {"change", Align::right},
             {"lots", Align::right},
             {"prices in pebbles, turn by turn"}});
  for (const GoodLine& good : report.goods) {
    const std::int64_t first = good.marks.front(), last = good.marks.back();
    const std::int64_t change = first == 0 ? 0 : (last - first) * 1'000 / first;
    grid.row({{good.name, Tone::strong},
              pebbles(first * report.tick_mp),
              pebbles(last * report.tick_mp),
              {(change > 0 ? "+" : "") + decimal(change, 1) + " %", money_tone(change)},
              grouped(good.lots),
              sparkline(good.marks, terminal)});
  }
  return grid.text(terminal);
}

std::string votes_text(const DeskLine& line) {
  std::map<std::string, std::int64_t> counts;
  for (const BallotLine& ballot : line.ballots) ++counts[ballot.vote];
  std::vector<std::string> parts;
  for (const auto& [vote, count] : counts) parts.push_back(std::to_string(count) + " " + vote);
  return join(parts, ", ");
}

std::string desk_text(const Report& report, const Terminal& terminal) {
  if (report.desk.empty()) return "";
  Grid grid({{"turn", Align::right},
             {"outcome"},
             {"votes"},
             {"independent", Align::right},
             {"entry", Align::right},
             {"what the desk did"}});
  constexpr std::size_t shown_max = 12;
  const std::size_t first = report.desk.size() > shown_max ? report.desk.size() - shown_max : 0;
  for (std::size_t i = first; i < report.desk.size(); ++i) {
    const DeskLine& line = report.desk[i];
    grid.row({line.turn, printable(line.outcome), votes_text(line), decimal(line.n_eff_milli, 3, 1),
              line.entry.value, printable(line.text)});
  }
  std::string out = "\n" + toned(terminal, Tone::strong, "The desk") + "\n";
  if (first > 0)
    out += toned(terminal, Tone::dim,
                 "the last " + std::to_string(shown_max) + " of " +
                     std::to_string(report.desk.size()) + " decisions") +
           "\n";
  return out + grid.text(terminal);
}

std::string verdicts_text(const Report& report, const Terminal& terminal) {
  if (report.verdicts.empty()) return "";
  Grid grid({{"turn", Align::right},
             {"who"},
             {"sentence"},
             {"heat", Align::right},
             {"entry", Align::right},
             {"for"}});
  for (const VerdictLine& line : report.verdicts)
    grid.row({line.turn,
              {line.who, Tone::strong},
              {line.sentence, Tone::warn},
              line.heat,
              line.entry.value,
              printable(line.reason)});
  return "\n" + toned(terminal, Tone::strong, "The magistrate") + "\n" + grid.text(terminal);
}

std::string silences_text(const Report& report, const Terminal& terminal) {
  std::string out;
  for (const SilenceLine& line : report.silences)
    out += toned(terminal, Tone::warn, grouped(line.count) + " unanswered") + ", first entry " +
           std::to_string(line.entry.value) + ": " + printable(line.what) + "\n";
  return out;
}

Json silences_json(const Report& report) {
  Json out = Json::array();
  for (const SilenceLine& line : report.silences)
    out.push(Json::object({{"code", line.code},
                           {"count", line.count},
                           {"entry", line.entry.value},
                           {"mind", line.mind},
                           {"what", line.what}}));
  return out;
}

std::string counts_text(const Report& report, const Terminal& terminal) {
  const std::string leaks = std::to_string(report.leaks) + (report.leaks == 1 ? " leak" : " leaks");
  std::string out = "\n" + grouped(report.orders) + " orders, " + grouped(report.refused) +
                    " refused, " + grouped(report.trades) + " trades of " + grouped(report.lots) +
                    " lots; " + grouped(report.tokens) + " tokens";
  if (report.failures > 0)
    out += ", " + toned(terminal, Tone::warn, grouped(report.failures) + " asks without an answer");
  if (report.unread > 0)
    out += ", " + toned(terminal, Tone::warn, grouped(report.unread) + " answers not to be read");
  if (report.repaired > 0) out += ", " + grouped(report.repaired) + " answers mended to be read";
  std::map<std::string, std::int64_t> refusals;
  for (const BeingLine& line : report.beings)
    for (const auto& [reason, count] : line.refusals) refusals[reason] += count;
  std::vector<std::string> reasons;
  for (const auto& [reason, count] : refusals)
    reasons.push_back(printable(reason) + " " + std::to_string(count));
  if (!reasons.empty()) out += "\nRefused: " + join(reasons, ", ");
  return out + "\nFirewall: " + grouped(report.prompts) + " prompts scanned, " +
         grouped(report.facts) + " facts shown, " + grouped(report.disclosures) + " disclosures, " +
         toned(terminal, report.leaks == 0 ? Tone::good : Tone::bad, leaks) + "\n";
}

Json beings_json(const Report& report) {
  Json out = Json::array();
  for (const BeingLine& line : report.beings) {
    Json refusals = Json::object();
    for (const auto& [reason, count] : line.refusals) refusals.set(reason, count);
    out.push(Json::object({{"cpu_us", line.cpu_us},
                           {"failures", line.failures},
                           {"forced", line.forced},
                           {"heat", line.heat},
                           {"mind", line.mind},
                           {"mood", line.mood < 0 ? Json() : Json(line.mood)},
                           {"name", line.name},
                           {"orders", line.orders},
                           {"pnl_mp", line.pnl_mp},
                           {"prompt_tokens", line.prompt_tokens},
                           {"prompts", line.prompts},
                           {"refusals", std::move(refusals)},
                           {"refused", line.refused},
                           {"repaired", line.repaired},
                           {"reused", line.reused},
                           {"tokens", line.tokens},
                           {"trades", line.trades},
                           {"unread", line.unread},
                           {"wall_us", line.wall_us},
                           {"worth_mp", line.worth_mp}}));
  }
  return out;
}

Json turns_json(const Report& report) {
  Json out = Json::array();
  for (const TurnLine& line : report.by_turn)
    out.push(Json::object({{"creature_trades", line.creature_trades},
                           {"lots", line.lots},
                           {"orders", line.orders},
                           {"refused", line.refused},
                           {"trades", line.trades},
                           {"turn", line.turn}}));
  return out;
}

Json desk_json(const Report& report) {
  Json out = Json::array();
  for (const DeskLine& line : report.desk) {
    Json ballots = Json::array();
    for (const BallotLine& ballot : line.ballots)
      ballots.push(Json::object({{"by", ballot.by},
                                 {"confidence", ballot.confidence},
                                 {"reason", ballot.reason},
                                 {"seat", ballot.seat},
                                 {"vote", ballot.vote}}));
    out.push(Json::object({{"ballots", std::move(ballots)},
                           {"entry", line.entry.value},
                           {"n_eff_milli", line.n_eff_milli},
                           {"outcome", line.outcome},
                           {"text", line.text},
                           {"turn", line.turn}}));
  }
  return out;
}

}  // namespace

Json json(const Report& report) {
  Json goods = Json::array();
  for (const GoodLine& good : report.goods)
    goods.push(Json::object(
        {{"good", good.name}, {"lots", good.lots}, {"marks", Json::list(good.marks)}}));
  Json verdicts = Json::array();
  for (const VerdictLine& line : report.verdicts)
    verdicts.push(Json::object({{"entry", line.entry.value},
                                {"heat", line.heat},
                                {"reason", line.reason},
                                {"sentence", line.sentence},
                                {"turn", line.turn},
                                {"who", line.who}}));
  return Json::object(
      {{"beings", beings_json(report)},
       {"by_turn", turns_json(report)},
       {"cast", report.cast},
       {"counts", Json::object({{"disclosures", report.disclosures},
                                {"facts", report.facts},
                                {"failures", report.failures},
                                {"leaks", report.leaks},
                                {"lots", report.lots},
                                {"orders", report.orders},
                                {"prompts", report.prompts},
                                {"refused", report.refused},
                                {"repaired", report.repaired},
                                {"tokens", report.tokens},
                                {"trades", report.trades},
                                {"unread", report.unread}})},
       {"desk", desk_json(report)},
       {"goods", std::move(goods)},
       {"margin", Json::object({{"root", report.margin_root}, {"size", report.margin_size}})},
       {"record", Json::object({{"root", report.record_root}, {"size", report.record_size}})},
       {"scenario", report.scenario},
       {"sealed", report.sealed},
       {"seed", report.seed},
       {"silences", silences_json(report)},
       {"state", report.state},
       {"stopped", report.stopped},
       {"tick_mp", report.tick_mp},
       {"turns", report.turns},
       {"turns_wanted", report.turns_wanted},
       {"verdicts", std::move(verdicts)},
       {"wall_us", report.wall_us}});
}

std::string text(const Report& report, const Terminal& terminal) {
  std::string out = toned(terminal, Tone::strong,
                          report.title.empty() ? report.scenario : printable(report.title)) +
                    " (" + printable(report.scenario) + "), cast " + printable(report.cast) +
                    ", seed " + report.seed + ", " + std::to_string(report.turns) + " of " +
                    std::to_string(report.turns_wanted) + " turns";
  if (!report.stopped.empty())
    out += ", " + toned(terminal, Tone::warn, "stopped: " + report.stopped);
  if (!report.sealed) out += ", " + toned(terminal, Tone::warn, "not finished");
  out += "\n\n" + beings_text(report, terminal) + "\n" + goods_text(report, terminal);
  out += desk_text(report, terminal) + verdicts_text(report, terminal) +
         counts_text(report, terminal) + silences_text(report, terminal);
  if (!report.record_root.empty())
    out += "\nrecord  " + grouped(report.record_size) + " entries, root " + report.record_root +
           "\nmargin  " + grouped(report.margin_size) + " entries, root " + report.margin_root +
           "\n";
  return out;
}

}  // namespace wood::cli
