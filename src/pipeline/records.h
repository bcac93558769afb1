// A pipeline over a file of records, one JSON object a line: each line is an input entry, each run
// of the pipeline hangs on it, and what the pipeline remembers goes from one to the next.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/runner.h"

namespace wood {

inline constexpr std::size_t kRecordBytesMax = 65'536;

struct RecordOutcome {
  std::int64_t line = 0;  // from 1; blank lines are counted and passed over
  Seq entry{};            // the input entry of the line
  std::optional<Outcome> outcome;
  std::string error;  // why there is none: "line 7: not JSON at byte 12"
};

struct RecordsSummary {
  std::int64_t read = 0;
  std::int64_t bad = 0;  // lines that were no record, or not one that the pipeline takes
  Seq last;
};

// Runs the pipeline on every line of `text`. The context's `turn` is that of the first record and
// goes up by one with each; `from` is put before each line's entry, then the line's own stands for
// it. A bad line is recorded with its error and passed over. `each` may return false to end early.
// Commits after every `commit_every` records and at the end. Fails only as run() does for want of a
// seat or an effect, and with the sink.
struct RecordsOptions {
  std::int64_t commit_every = 100;
  std::int64_t first_line = 1;  // where text begins in its file, for messages
};
Result<RecordsSummary> run_records(const Pipeline& pipeline, std::string_view text,
                                   Context& context,
                                   const std::function<bool(const RecordOutcome&)>& each,
                                   RecordsOptions options = {});

}  // namespace wood
