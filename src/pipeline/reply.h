// A mind's reply as it stands in the ledger, and back. The two directions stand together because
// replay needs them to be inverse: the recorded panel hands out read_reply(entry), and writing that
// reply again must give the recorded bytes. What differs between two honest runs (Usage) is not in
// the body.
//
// Lists that grow with the answer (token ids, forced marks, logit digests) stand in the body while
// they are short and as blobs beyond that; an entry has a size limit, an answer has none.
#pragma once

#include <functional>
#include <variant>

#include "ledger/sink.h"
#include "minds/mind.h"

namespace wood {

// The payload kept under a SHA-256 (hex).
using Fetch = std::function<Result<Bytes>(const std::string& sha256)>;

// Body of an `answer` entry: {answer_count, cost_nano, finish, forced, logits, mind, prompt_count,
// prompt_tokens, text, tokens}, and `confidence` and `reasoning` if there was any.
Json answer_body(Sink& sink, const std::string& mind, const Answer& answer);
// Body of the `input` entry of an answer that did not come: {code, kind: "timeout"|"failure", mind,
// what}.
Json failure_body(Sink& sink, const std::string& mind, const Failure& failure);
// What the margin says of it: {cpu_us, kind: "usage", mind, response_id, retries, reused,
// wall_us}.
Json usage_body(const std::string& mind, const Usage& usage);

// The reply that an `answer` or such an `input` entry records; Usage is left at zero. Errc::parse
// if the body is neither.
Result<Reply> read_reply(const Draft& draft, const Fetch& fetch);

// A text in the form text_in gives it.
Result<std::string> read_text(const Json& text, const Fetch& fetch);
// A value in the form value_in or list_in gives it.
Result<Json> read_json(const Json& value, const Fetch& fetch);
// The value itself if its canonical text is at most `bytes_max` long, else {"bytes":n,"sha256":"…"}
// with the canonical text kept as a blob. So is a value in which something looks like a reference
// to a blob: whoever made it, it names none.
Json value_in(Sink& sink, Json value, std::size_t bytes_max = 2'048);
// The same for a list of our own whose texts may stand as blobs (text_in): these names are true.
// Kept as a blob, the list names them in "holds", or nobody would know that they belong to the run.
Json list_in(Sink& sink, Json list, std::size_t bytes_max = 2'048);

}  // namespace wood
