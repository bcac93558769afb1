// One entry of a run's record log, and its canonical bytes (docs/formats/ledger.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/json.h"

namespace wood {

enum class EntryKind {
  genesis,
  fact,
  view,
  prompt,
  answer,
  reading,
  tool,
  step,
  input,
  check,
  vote,
  route,
  command,
  event,
  verdict,
  turn,
  seal,
};
inline constexpr int kEntryKinds = 17;

const char* name(EntryKind kind);
std::optional<EntryKind> entry_kind(std::string_view name);

// What a writer hands over; the log gives the number.
struct Draft {
  EntryKind kind = EntryKind::event;
  std::string by;         // who: a creature, "world", "desk", "exchange", "operator", …
  std::vector<Seq> from;  // the entries that caused this one, each before it; ascending, unique
  std::int64_t turn = 0;  // 0 before the first turn
  Json body;              // an object; see the kind's grammar
};

struct Entry {
  Seq seq;
  Draft draft;
};

inline constexpr std::size_t kEntryBytesMax = 65'535;

// {"body":…,"by":…,"from":[…],"kind":…,"seq":…,"turn":…}, RFC 8785. A `from` out of order is sorted
// and made unique. CHECKs that every parent is before `seq` and that the bytes fit.
Bytes encode(const Entry& entry);
// The strict inverse: anything whose encode() would differ from `bytes` is Errc::parse.
Result<Entry> decode(std::string_view bytes);
// The kind of what encode() gave, without reading the rest; nothing if there is none.
std::optional<EntryKind> kind_of(std::string_view bytes);

}  // namespace wood
