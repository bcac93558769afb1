#include "pipeline/records.h"

#include "core/check.h"
#include "core/schema.h"
#include "core/text.h"
#include "pipeline/reply.h"

namespace wood {
namespace {

// The record on a line that the pipeline takes, or why it is none.
Result<Json> read_line(const Pipeline& pipeline, std::string_view line) {
  if (line.size() > kRecordBytesMax)
    return fail(Errc::limit, "longer than " + std::to_string(kRecordBytesMax) + " bytes");
  TRY(Json value, parse_json(line));
  if (!value.is(Json::Kind::object))
    return fail(Errc::schema, "a record must be an object, not " + std::string(name(value.kind())));
  if (!pipeline.input.is(Json::Kind::null)) {
    const auto faults = validate(value, pipeline.input);
    if (!faults.empty()) return fail(Errc::schema, join(faults, "; "));
  }
  return value;
}

Seq write_input(Context& context, const RecordOutcome& record, std::string_view line,
                const Result<Json>& value) {
  Json body = Json::object({{"kind", "record"}, {"line", record.line}});
  if (value) {
    body.set("value", value_in(context.sink, *value, 16'000));
  } else {
    body.set("error", text_in(context.sink, record.error, 1'024));
    body.set("text", text_in(context.sink, line, 1'024));
  }
  return context.sink.append({.kind = EntryKind::input,
                              .by = "operator",
                              .from = context.from,
                              .turn = context.turn,
                              .body = std::move(body)});
}

}  // namespace

Result<RecordsSummary> run_records(const Pipeline& pipeline, std::string_view text,
                                   Context& context,
                                   const std::function<bool(const RecordOutcome&)>& each,
                                   RecordsOptions options) {
  CHECK(options.commit_every > 0);
  RecordsSummary out;
  Context now = context;
  for (std::int64_t number = options.first_line; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    RecordOutcome record{.line = number, .outcome = {}, .error = ""};
    const Result<Json> value = read_line(pipeline, line);
    if (!value) record.error = "line " + std::to_string(number) + ": " + value.error().what;
    now.from = context.from;
    record.entry = write_input(now, record, line, value);
    out.last = record.entry;
    ++out.read;
    if (value) {
      now.from = {record.entry};
      TRY(Outcome outcome, run(pipeline, *value, now));
      if (outcome.last.some()) out.last = outcome.last;
      record.outcome = std::move(outcome);
    } else {
      ++out.bad;
    }
    ++now.turn;
    if (out.read % options.commit_every == 0) TRY_STATUS(now.sink.commit());
    if (!each(record)) break;
  }
  TRY_STATUS(now.sink.commit());
  return out;
}

}  // namespace wood
