#include "cli/report.h"

#include <algorithm>
#include <array>

#include "drama/scenario.h"
#include "pipeline/reply.h"

namespace wood::cli {
namespace {

using Kind = Json::Kind;

// Who is who: filled from the genesis, then looked up by name.
class Reader {
 public:
  explicit Reader(const LedgerReader& ledger) : ledger_(ledger) {}

  Result<Report> read() {
    out_.record_size = ledger_.size();
    out_.margin_size = ledger_.margin_size();
    // What moves no line of the report, and is most of the ledger.
    static constexpr std::array passed = {EntryKind::fact, EntryKind::view, EntryKind::prompt,
                                          EntryKind::command, EntryKind::tool};
    const auto visit = [this](const Entry& entry) -> Status {
      if (entry.seq.value == 0) return genesis(entry);
      take(entry);
      return {};
    };
    TRY_STATUS(ledger_.each(visit, passed));
    TRY_STATUS(ledger_.each_margin([this](Seq about, const Json& body) -> Status {
      usage(about, body);
      return {};
    }));
    TRY(const Merkle record, ledger_.tree(Log::record));
    TRY(const Merkle margin, ledger_.tree(Log::margin));
    out_.record_root = hex(record.root());
    out_.margin_root = hex(margin.root());
    return std::move(out_);
  }

 private:
  Status genesis(const Entry& entry) {
    if (entry.draft.kind != EntryKind::genesis)
      return fail(Errc::integrity, "entry 0 is no genesis: this is no ledger of a run");
    const Json& body = entry.draft.body;
    const Json* scenario = body.find("scenario");
    if (scenario == nullptr)
      return fail(
          Errc::usage,
          "this ledger is of a pipeline, not of a run: `wood verify` and `wood trace` read it");
    TRY(const Json source, whole_value(*scenario, ledger_));
    TRY(const Scenario read, scenario_from(source));
    out_.scenario = read.name;
    out_.title = read.title;
    out_.tick_mp = read.tick_mp;
    out_.seed = body.str_or("seed", "");
    out_.cast = body.str_or("cast_name", "");
    out_.turns_wanted = body.int_or("turns", 0);
    Json cast;
    if (const Json* given = body.find("cast")) {
      TRY(cast, whole_value(*given, ledger_));
    }
    for (const CreatureSpec& creature : read.creatures)
      being(creature.name).mind = cast.str_or(creature.name, "");
    creatures_ = beings_;
    for (const GoodSpec& good : read.goods) {
      places_[good.name] = out_.goods.size();
      out_.goods.push_back({good.name, {good.opening.value / read.tick_mp}, 0});
    }
    return {};
  }

  BeingLine& being(const std::string& name) {
    const auto [it, fresh] = beings_.try_emplace(name, out_.beings.size());
    if (fresh) out_.beings.emplace_back().name = name;
    return out_.beings[it->second];
  }

  void take(const Entry& entry) {
    const Draft& draft = entry.draft;
    switch (draft.kind) {
      case EntryKind::answer:
        ++being(draft.by).prompts;
        answer(being(draft.by), draft.body);
        asked_[entry.seq] = draft.by;
        break;
      case EntryKind::input:
        if (draft.body.find("act") != nullptr) break;
        ++being(draft.by).prompts;
        ++being(draft.by).failures, ++out_.failures;
        silence(entry);
        asked_[entry.seq] = draft.by;
        break;
      case EntryKind::reading: reading(draft); break;
      case EntryKind::check: check(draft); break;
      case EntryKind::event: event(draft); break;
      case EntryKind::vote:
        if (draft.body.str_or("pipeline", "") == "desk") last_vote_ = ballots_of(entry, ledger_);
        break;
      case EntryKind::step: step(entry); break;
      case EntryKind::verdict:
        out_.verdicts.push_back({draft.turn, draft.body.int_or("heat", 0),
                                 draft.body.str_or("who", ""), draft.body.str_or("sentence", ""),
                                 draft.body.str_or("reason", ""), entry.seq});
        break;
      case EntryKind::turn: turn(draft); break;
      case EntryKind::seal:
        out_.sealed = true;
        out_.stopped = draft.body.str_or("stopped", "");
        break;
      default: break;
    }
  }

  void silence(const Entry& entry) {
    const Json& body = entry.draft.body;
    const std::string mind = body.str_or("mind", ""), code = body.str_or("code", "");
    for (SilenceLine& line : out_.silences)
      if (line.mind == mind && line.code == code) {
        ++line.count;
        return;
      }
    const Json* what = body.find("what");
    out_.silences.push_back({mind, code,
                             what == nullptr          ? ""
                             : what->is(Kind::string) ? what->string()
                                                      : what->str_or("text", ""),
                             1, entry.seq});
  }

  void reading(const Draft& draft) {
    BeingLine& line = being(draft.by);
    const Json* repairs = draft.body.find("repairs");
    const bool mended =
        repairs != nullptr && (!repairs->is(Kind::array) || !repairs->items().empty());
    const bool lost = !draft.body.bool_or("conforms", true);
    line.repaired += mended, out_.repaired += mended;
    line.unread += lost, out_.unread += lost;
  }

  // Of an order: a pipeline's own checks name no sender.
  void check(const Draft& draft) {
    const std::string who = draft.body.str_or("who", "");
    if (who.empty() || draft.body.find("good") == nullptr) return;
    BeingLine& sender = being(who);
    ++sender.orders;
    if (draft.body.bool_or("pass", true)) return;
    ++sender.refused;
    ++sender.refusals[draft.body.str_or("reason", "unknown")];
  }

  void trade(const std::string& one, const std::string& other) {
    ++being(one).trades;
    if (const auto it = beings_.find(other); it != beings_.end()) ++out_.beings[it->second].trades;
    today_.creature_trades += creatures_.contains(one) || creatures_.contains(other);
  }

  void event(const Draft& draft) {
    const std::string what = draft.body.str_or("what", "");
    if (what == "order") {
      const Json* fills = draft.body.find("fills");
      if (fills == nullptr || !fills->is(Kind::array)) return;
      for (const Json& fill : fills->items())
        trade(draft.body.str_or("who", ""), fill.str_or("with", ""));
    } else if (what == "villagers") {
      const Json* given = draft.body.find("fills");
      const auto fills = given == nullptr ? Result<Json>(Json()) : whole_value(*given, ledger_);
      if (!fills || !fills->is(Kind::array)) return;
      for (const Json& fill : fills->items()) trade(fill.str_or("who", ""), "");
    } else if (what == "refused") {
      // What the operator or the Patron may not do is not counted with the acts of the wood.
      const std::string who = draft.body.str_or("who", "");
      if (who != "operator" && who != "patron")
        ++being(who).refusals[draft.body.str_or("reason", "unknown")];
    } else if (what == "swapped") {
      BeingLine& line = being(draft.body.str_or("who", ""));
      line.mind += "→" + draft.body.str_or("mind", "");
    } else if (what == "dusk") {
      if (const Json* volume = draft.body.find("volume");
          volume != nullptr && volume->is(Kind::object))
        for (GoodLine& good : out_.goods) good.lots += volume->int_or(good.name, 0);
    }
  }

  void step(const Entry& entry) {
    const Json& body = entry.draft.body;
    if (body.str_or("pipeline", "") != "desk" || body.str_or("step", "") != "summary") return;
    DeskLine line;
    line.turn = entry.draft.turn;
    line.entry = entry.seq;
    line.ballots = std::move(last_vote_);
    last_vote_.clear();
    if (const Json* output = body.find("output")) {
      const auto value = whole_value(*output, ledger_);
      if (value) {
        line.outcome = value->str_or("outcome", "");
        line.text = value->str_or("text", "");
        line.n_eff_milli = value->int_or("n_eff_milli", 0);
      }
    }
    if (line.outcome.empty()) line.outcome = body.str_or("code", "");
    out_.desk.push_back(std::move(line));
  }

  void turn(const Draft& draft) {
    out_.turns = draft.turn;
    out_.state = draft.body.str_or("state", "");
    if (const Json* counts = draft.body.find("counts")) {
      // Orders and trades are those of the turn; what the firewall counts goes on through the run.
      today_.orders = counts->int_or("orders", 0), today_.refused = counts->int_or("refused", 0);
      today_.trades = counts->int_or("trades", 0), today_.lots = counts->int_or("lots", 0);
      out_.orders += today_.orders, out_.refused += today_.refused;
      out_.trades += today_.trades, out_.lots += today_.lots;
      out_.prompts = counts->int_or("prompts", 0), out_.facts = counts->int_or("facts", 0);
      out_.disclosures = counts->int_or("disclosures", 0), out_.leaks = counts->int_or("leaks", 0);
    }
    today_.turn = draft.turn;
    out_.by_turn.push_back(today_);
    today_ = {};
    if (const Json* marks = draft.body.find("marks"))
      for (GoodLine& good : out_.goods) good.marks.push_back(marks->int_or(good.name, 0));
    const auto each = [&](const char* key, auto&& put) {
      const Json* values = draft.body.find(key);
      if (values == nullptr || !values->is(Kind::object)) return;
      for (const auto& [name, value] : values->members())
        if (value.is(Kind::integer)) put(being(name), value.integer());
    };
    each("pnl_mp", [](BeingLine& line, std::int64_t value) { line.pnl_mp = value; });
    each("worth_mp", [](BeingLine& line, std::int64_t value) { line.worth_mp = value; });
    each("mood", [](BeingLine& line, std::int64_t value) { line.mood = value; });
    each("heat", [](BeingLine& line, std::int64_t value) { line.heat = value; });
  }

  void answer(BeingLine& line, const Json& body) {
    const std::int64_t tokens = body.int_or("answer_count", 0);
    line.tokens += tokens, out_.tokens += tokens;
    line.prompt_tokens += body.int_or("prompt_count", 0);
    const Json* marks = body.find("forced");
    if (marks == nullptr) return;
    if (const auto whole = whole_value(*marks, ledger_); whole && whole->is(Kind::string))
      line.forced += std::count(whole->string().begin(), whole->string().end(), '1');
  }

  void usage(Seq about, const Json& body) {
    const auto who = asked_.find(about);
    if (who == asked_.end() || body.str_or("kind", "") != "usage") return;
    BeingLine& line = being(who->second);
    line.wall_us += body.int_or("wall_us", 0);
    line.cpu_us += body.int_or("cpu_us", 0);
    line.reused += body.int_or("reused", 0);
    out_.wall_us += body.int_or("wall_us", 0);
  }

  const LedgerReader& ledger_;
  Report out_;
  std::map<std::string, std::size_t> beings_;
  std::map<std::string, std::size_t> creatures_;  // those of them that the scenario names
  TurnLine today_;
  std::map<std::string, std::size_t> places_;
  std::map<Seq, std::string> asked_;
  std::vector<BallotLine> last_vote_;
};

}  // namespace

Result<Json> whole_value(const Json& value, const LedgerReader& ledger) {
  return read_json(value, [&](const std::string& digest) { return ledger.blob(digest); });
}

std::vector<BallotLine> ballots_of(const Entry& vote, const LedgerReader& ledger) {
  std::vector<BallotLine> out;
  const Json* given = vote.draft.body.find("ballots");
  if (given == nullptr) return out;
  const auto ballots = whole_value(*given, ledger);
  if (!ballots || !ballots->is(Kind::array)) return out;
  for (const Json& ballot : ballots->items()) {
    BallotLine line{.by = "", .seat = ballot.str_or("by", ""), .vote = "", .reason = ""};
    if (const Json* cast = ballot.find("vote"))  // of a median an integer
      line.vote = cast->is(Kind::string) ? cast->string() : cast->dump();
    line.confidence = ballot.int_or("confidence", -1);
    const std::string state = ballot.str_or("state", "");
    if (line.vote.empty()) line.vote = state == "abstained" ? "abstain" : "no answer";
    if (const Seq entry{ballot.int_or("entry", -1)}; entry.some() && entry < vote.seq)
      if (const auto reading = ledger.entry(entry)) {
        line.by = reading->draft.by;
        if (const Json* value = reading->draft.body.find("value"))
          if (const auto whole = whole_value(*value, ledger))
            line.reason = whole->str_or("reason", "");
      }
    out.push_back(std::move(line));
  }
  return out;
}

Result<Report> read_report(const LedgerReader& ledger) { return Reader(ledger).read(); }

}  // namespace wood::cli
