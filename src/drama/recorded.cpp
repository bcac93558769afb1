#include "drama/recorded.h"

#include <algorithm>

namespace wood {

Result<Recording> Recording::from(RecordView record) {
  Recording out;
  for (std::int64_t seq = 0; seq < record.size; ++seq) {
    TRY(Entry entry, record.entry(Seq{seq}));
    Draft& draft = entry.draft;
    if (seq == 0) {
      if (draft.kind != EntryKind::genesis) return fail(Errc::integrity, "entry 0 is no genesis");
      out.genesis_ = std::move(draft.body);
    } else if (draft.kind == EntryKind::answer && !draft.from.empty()) {
      out.replies_[draft.from.front()] = entry.seq;
    } else if (draft.kind == EntryKind::input) {
      // A mind's failure names its prompt; a command from outside stands under an act of its own.
      if (draft.body.find("act") != nullptr)
        out.inputs_[draft.turn].push_back({draft.by, std::move(draft.body)});
      else if (!draft.from.empty()) out.replies_[draft.from.front()] = entry.seq;
    } else if (draft.kind == EntryKind::seal) {
      out.sealed_ = true;
    } else if (draft.kind == EntryKind::event && draft.body.str_or("what", "") == "dawn") {
      out.turns_begun_ = draft.turn;
    }
  }
  // A turn that an operator stopped has no dawn; its seal says that its inputs are all there.
  if (out.sealed_ && !out.inputs_.empty())
    out.turns_begun_ = std::max(out.turns_begun_, out.inputs_.rbegin()->first);
  out.record_ = std::move(record);
  return out;
}

Result<Reply> Recording::reply(Seq prompt) const {
  const auto it = replies_.find(prompt);
  if (it == replies_.end())
    return fail(Errc::diverged,
                "the record holds no answer to prompt " + std::to_string(prompt.value));
  TRY(const Entry entry, record_.entry(it->second));
  return read_reply(entry.draft, record_.fetch);
}

std::vector<Input> Recording::inputs(std::int64_t turn) const {
  const auto it = inputs_.find(turn);
  return it == inputs_.end() ? std::vector<Input>{} : it->second;
}

std::vector<Reply> RecordedPanel::ask(std::span<const Ask> asks) {
  std::vector<Reply> out(asks.size(), Failure{Errc::diverged, "not recorded", {}});
  std::vector<Ask> unknown;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    if (!recording_.answered(asks[i].prompt) && live_ != nullptr) {
      unknown.push_back(asks[i]);
      places.push_back(i);
      continue;
    }
    auto reply = recording_.reply(asks[i].prompt);
    if (reply) out[i] = std::move(*reply);
    else out[i] = Failure{reply.error().code, reply.error().what, {}};
  }
  if (unknown.empty()) return out;
  std::vector<Reply> fresh = live_->ask(unknown);
  for (std::size_t i = 0; i < fresh.size(); ++i) out[places[i]] = std::move(fresh[i]);
  return out;
}

std::map<std::string, Json> RecordedPanel::cards() const {
  if (live_ != nullptr) return live_->cards();
  std::map<std::string, Json> out;
  if (const Json* cards = recording_.genesis().find("cards");
      cards != nullptr && cards->is(Json::Kind::object))
    for (const auto& [name, card] : cards->members()) out[name] = card;
  return out;
}

std::vector<Input> RecordedInbox::take(std::int64_t turn) {
  if (turn <= recording_.turns_begun() || live_ == nullptr) return recording_.inputs(turn);
  // A turn that was cut off before its dawn: what was recorded of its inputs has happened, the rest
  // is still to come.
  std::vector<Input> out = recording_.inputs(turn);
  std::vector<Input> rest = live_->take(turn);
  for (const Input& done : out) {
    const auto same = std::find_if(rest.begin(), rest.end(), [&](const Input& input) {
      return input.by == done.by && input.body == done.body;
    });
    if (same != rest.end()) rest.erase(same);
  }
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

}  // namespace wood
