#include "ledger/parents.h"

#include <algorithm>

#include "core/check.h"

namespace wood {
namespace {

using K = EntryKind;

bool among(K kind, const std::vector<K>& kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

const ParentRule& rule_of(K kind) {
  const auto& rules = parent_rules();
  const auto it =
      std::find_if(rules.begin(), rules.end(), [&](const ParentRule& r) { return r.kind == kind; });
  CHECK(it != rules.end());
  return *it;
}

std::string list(const std::vector<K>& kinds) {
  std::string out;
  for (const K kind : kinds) out += (out.empty() ? "" : ", ") + std::string(name(kind));
  return out;
}

}  // namespace

const std::vector<ParentRule>& parent_rules() {
  static const std::vector<ParentRule> rules = {
      {K::genesis, {}, 0, 0, {}, {}},
      {K::input, {K::genesis, K::turn, K::prompt}, 1, 2, {}, {}},
      {K::fact,
       {K::genesis, K::turn, K::event, K::check, K::input, K::reading, K::step, K::verdict,
        K::command},
       1,
       -1,
       {},
       {}},
      {K::view, {K::fact}, 1, -1, {}, {}},
      {K::prompt,
       {K::genesis, K::view, K::fact, K::step, K::reading, K::vote, K::input, K::tool, K::route,
        K::check, K::turn, K::event},
       1,
       -1,
       {},
       {}},
      {K::answer, {K::prompt}, 1, 1, {K::prompt}, {}},
      {K::reading, {K::answer}, 1, 1, {K::answer}, {}},
      {K::tool, {K::reading, K::view}, 2, 2, {K::reading}, {K::view}},
      {K::step,
       {K::genesis, K::fact, K::view, K::reading, K::tool, K::step, K::input, K::check, K::vote,
        K::route, K::command, K::turn, K::event},
       1,
       -1,
       {},
       {}},
      {K::vote,
       {K::reading, K::step, K::input, K::check, K::vote},
       1,
       -1,
       {},
       {K::reading, K::step, K::input}},
      {K::route,
       {K::genesis, K::view, K::reading, K::step, K::vote, K::input, K::check, K::tool, K::route},
       1,
       -1,
       {},
       {}},
      {K::check, {K::command, K::reading, K::step, K::vote, K::input}, 1, -1, {}, {}},
      {K::command,
       {K::genesis, K::reading, K::step, K::input, K::event, K::vote, K::check, K::turn, K::tool},
       1,
       -1,
       {},
       {}},
      {K::event,
       {K::genesis, K::command, K::check, K::event, K::input, K::turn, K::prompt, K::fact,
        K::verdict, K::reading, K::step},
       1,
       -1,
       {},
       {}},
      {K::verdict, {K::command, K::event, K::check, K::input, K::genesis}, 1, -1, {}, {K::event}},
      {K::turn, {K::turn, K::genesis, K::event}, 2, 2, {K::turn, K::genesis}, {K::event}},
      {K::seal, {K::turn, K::genesis}, 1, 1, {K::turn, K::genesis}, {}},
  };
  return rules;
}

Status ParentJudge::next(const Entry& entry) {
  const Draft& draft = entry.draft;
  const auto bad = [&](const std::string& what) {
    return fail(Errc::integrity, "entry " + std::to_string(entry.seq.value) + " (" +
                                     name(draft.kind) + "): " + what);
  };
  const ParentRule& rule = rule_of(draft.kind);
  if (entry.seq.value != static_cast<std::int64_t>(kinds_.size()))
    return bad("is out of its place");
  if (sealed_) return bad("stands behind the seal");
  if ((entry.seq.value == 0) != (draft.kind == K::genesis))
    return bad("the genesis is entry 0 and no other");
  if (draft.turn < turn_) return bad("goes back to turn " + std::to_string(draft.turn));
  const int count = static_cast<int>(draft.from.size());
  if (count < rule.at_least || (rule.at_most >= 0 && count > rule.at_most))
    return bad("has " + std::to_string(count) + " causes");
  int ones = 0;
  int somes = 0;
  for (const Seq parent : draft.from) {
    if (!parent.some() || parent >= entry.seq) return bad("names a cause that is not before it");
    const K kind = kinds_[static_cast<std::size_t>(parent.value)];
    if (!among(kind, rule.may))
      return bad("cannot be caused by entry " + std::to_string(parent.value) + ", a " + name(kind));
    ones += among(kind, rule.one_of);
    somes += among(kind, rule.some_of);
    const bool once = (kind == K::prompt && (draft.kind == K::answer || draft.kind == K::input)) ||
                      (kind == K::answer && draft.kind == K::reading) ||
                      (kind == K::turn && draft.kind == K::turn);
    if (once && spent_[static_cast<std::size_t>(parent.value)])
      return bad("is the second " + std::string(name(draft.kind)) + " of entry " +
                 std::to_string(parent.value));
    if (once) spent_[static_cast<std::size_t>(parent.value)] = true;
  }
  if (!rule.one_of.empty() && ones != 1)
    return bad("needs exactly one cause of kind " + list(rule.one_of));
  if (!rule.some_of.empty() && somes == 0)
    return bad("needs a cause of kind " + list(rule.some_of));
  kinds_.push_back(draft.kind);
  spent_.push_back(false);
  turn_ = draft.turn;
  sealed_ = draft.kind == K::seal;
  return {};
}

}  // namespace wood
