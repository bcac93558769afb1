#include "pipeline/memory.h"

#include "core/check.h"

namespace wood {

using Kind = Json::Kind;

std::vector<Memory::Record> Memory::window(const std::string& window,
                                           const std::string& key) const {
  const auto keys = windows_.find(window);
  if (keys == windows_.end()) return {};
  const auto slot = keys->second.slots.find(key);
  return slot == keys->second.slots.end() ? std::vector<Record>{} : slot->second.records;
}

void Memory::remember(const std::string& window, const std::string& key, Record record,
                      std::int64_t keep) {
  CHECK(keep >= 1);
  Keys& keys = windows_[window];
  Slot& slot = keys.slots[key];
  keys.order.erase(slot.touched);
  slot.touched = ++keys.touches;
  keys.order[slot.touched] = key;
  slot.records.push_back(std::move(record));
  while (static_cast<std::int64_t>(slot.records.size()) > keep)
    slot.records.erase(slot.records.begin());
  if (keys.slots.size() <= kKeysMax) return;
  keys.slots.erase(keys.order.begin()->second);
  keys.order.erase(keys.order.begin());
}

Json Memory::json() const {
  Json windows = Json::object();
  for (const auto& [name, keys] : windows_) {
    Json list = Json::array();  // in the order touched, which is all that matters of it
    for (const auto& touched : keys.order) {
      Json records = Json::array();
      for (const Record& record : keys.slots.at(touched.second).records)
        records.push(Json::object({{"entry", record.entry.value}, {"value", record.value}}));
      list.push(Json::object({{"key", touched.second}, {"records", std::move(records)}}));
    }
    windows.set(name, std::move(list));
  }
  Json votes = Json::object();
  for (const auto& [step, one] : votes_) {
    Json vote = Json::object({{"last", one.last.value}, {"pairs", one.agreement.json()}});
    if (!one.waiting.empty()) vote.set("waiting", one.waiting.json());
    if (one.judged.some()) {
      vote.set("errors", one.errors.json());
      vote.set("judged", one.judged.value);
    }
    votes.set(step, std::move(vote));
  }
  return Json::object({{"votes", std::move(votes)}, {"windows", std::move(windows)}});
}

namespace {

tl::unexpected<Error> bad(const std::string& what) {
  return fail(Errc::parse, "memory of a pipeline: " + what);
}

Result<Memory::Record> read_record(const Json& json) {
  const Json* value = json.find("value");
  const std::int64_t entry = json.int_or("entry", -2);
  if (value == nullptr || entry < -1) return bad("a record without entry and value");
  return Memory::Record{Seq{entry}, *value};
}

Result<Memory::Votes> read_votes(const Json& json) {
  const Json* pairs = json.find("pairs");
  if (pairs == nullptr) return bad("votes without pairs");
  Memory::Votes out;
  out.last = Seq{json.int_or("last", -1)};
  out.judged = Seq{json.int_or("judged", -1)};
  TRY(out.agreement, Agreement::from(*pairs));
  if (const Json* waiting = json.find("waiting")) {
    TRY(out.waiting, Docket::from(*waiting));
  }
  if (const Json* errors = json.find("errors")) {
    TRY(out.errors, Errors::from(*errors));
  }
  if (out.judged.some() != (json.find("errors") != nullptr))
    return bad("errors without the entry that judged them, or it without them");
  return out;
}

}  // namespace

Result<Memory> Memory::from(const Json& json) {
  Memory out;
  const Json* votes = json.find("votes");
  const Json* windows = json.find("windows");
  if (votes == nullptr || !votes->is(Kind::object) || windows == nullptr ||
      !windows->is(Kind::object))
    return bad("no votes or no windows");
  for (const auto& [step, one] : votes->members()) {
    TRY(out.votes_[step], read_votes(one));
  }
  for (const auto& [name, list] : windows->members()) {
    if (!list.is(Kind::array)) return bad("a window that is no list");
    for (const Json& slot : list.items()) {
      const Json* records = slot.find("records");
      if (records == nullptr || !records->is(Kind::array)) return bad("a key without records");
      const auto keep = static_cast<std::int64_t>(records->items().size());
      for (const Json& item : records->items()) {
        TRY(Record record, read_record(item));
        out.remember(name, slot.str_or("key", ""), std::move(record), keep);
      }
    }
  }
  return out;
}

}  // namespace wood
