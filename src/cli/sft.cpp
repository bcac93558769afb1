#include "cli/sft.h"

#include <vector>

#include "cli/open.h"
#include "cli/reenact.h"
#include "core/bytes.h"
#include "core/sha256.h"
#include "minds/scripted.h"
#include "pipeline/consult.h"

namespace wood::cli {
namespace {

Json messages_of(const Ask& ask) {
  Json out = Json::array();
  for (const Message& m : ask.messages)
    out.push(Json::object({{"content", m.content}, {"role", m.role}}));
  return out;
}

Result<Json> example_of(const LedgerReader& ledger, const Entry& reading, const Fetch& fetch) {
  TRY(const Entry answer, cause_of(ledger, reading));
  TRY(const Entry prompt, cause_of(ledger, answer));
  TRY(const Ask ask, read_ask(prompt, fetch));
  TRY(const Reply reply, read_reply(answer.draft, fetch));
  const auto* said = std::get_if<Answer>(&reply);
  if (said == nullptr)
    return fail(Errc::integrity, "entry " + std::to_string(answer.seq.value) + " is no answer");
  const Json* repairs = reading.draft.body.find("repairs");
  const bool as_written = repairs != nullptr && repairs->dump() == "[]";
  return Json::object({{"answer", said->text},
                       {"by", answer.draft.by},
                       {"conforms", reading.draft.body.bool_or("conforms", false) && as_written},
                       {"entry", answer.seq.value},
                       {"messages", messages_of(ask)},
                       {"mind", answer.draft.body.str_or("mind", "")},
                       {"schema", hex(sha256(ask.schema.dump()))},
                       {"task", ask.task},
                       {"turn", answer.draft.turn}});
}

}  // namespace

Status each_ask(const LedgerReader& ledger, bool all, const VisitAsk& visit) {
  const std::vector<EntryKind> others = all_but(EntryKind::reading);
  const Fetch fetch = [&](const std::string& digest) { return ledger.blob(digest); };
  return ledger.each(
      [&](const Entry& reading) -> Status {
        TRY(const Json example, example_of(ledger, reading, fetch));
        if (!all && !example.bool_or("conforms", false)) return {};
        return visit(example);
      },
      others);
}

Status each_lesson(const LedgerReader& ledger, const VisitAsk& visit) {
  const auto teacher = scripted_mind(Json::object());
  std::int64_t turn = 1;  // that is being played
  Status told;
  Watch watch;
  watch.on_turn = [&](const TurnReport& report) { turn = report.turn + 1; };
  watch.on_ask = [&](const Ask& ask, const Reply& reply) {
    if (!told) return;
    const auto* given = std::get_if<Answer>(&reply);
    told = visit(
        Json::object({{"answer", std::get<Answer>(teacher->ask(std::span(&ask, 1)).front()).text},
                      {"by", ask.reader},
                      {"given", given != nullptr ? given->text : ""},
                      {"messages", messages_of(ask)},
                      {"mind", ask.mind},
                      {"schema", hex(sha256(ask.schema.dump()))},
                      {"task", ask.task},
                      {"turn", turn}}));
  };
  TRY(const Reenacted again, reenact(ledger, watch));
  TRY_STATUS(told);
  if (!again.same)
    return fail(Errc::diverged, "the run does not come out as recorded: wood replay says where");
  return {};
}

}  // namespace wood::cli
