#include "serve/teller.h"

#include <algorithm>
#include <limits>

#include "core/check.h"
#include "core/text.h"
#include "host/clock.h"
#include "pipeline/reply.h"
#include "serve/acts.h"
#include "serve/assets.h"
#include "serve/counters.h"
#include "serve/rows.h"

namespace wood::serve {
namespace {

using Kind = Json::Kind;

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kProgressUs = 200'000;  // between two events that say how far it is

Response get_openapi(Telling&, Asked& asked) {
  if (auto problem = asked.problem()) return response(*problem);
  Response out;
  out.bytes = openapi();
  out.headers.emplace_back("Cache-Control", "no-cache");
  return out;
}

Response get_verification(Telling& telling, Asked& asked) {
  if (auto problem = asked.problem()) return response(*problem);
  return json_response(verification_json(telling.verification));
}

bool fits(std::string_view pattern, const Target& target) {
  const std::vector<std::string> parts = split(pattern.substr(1), '/');
  if (parts.size() != target.segments.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!parts[i].starts_with('{') && parts[i] != target.segments[i]) return false;
  return true;
}

}  // namespace

const char* name(Stand stand) {
  switch (stand) {
    case Stand::ready: return "ready";
    case Stand::running: return "running";
    case Stand::paused: return "paused";
    case Stand::ended: return "ended";
    case Stand::failed: return "failed";
    case Stand::broken_off: return "broken_off";
  }
  return "?";
}

std::optional<Look> Telling::look(std::int64_t turn) const {
  const std::size_t i = looks.partition_point([&](const Kept& kept) { return kept.turn < turn; });
  if (i == looks.size() || looks[i].turn != turn) return std::nullopt;
  const Kept kept = looks[i];
  Bytes bytes(static_cast<std::size_t>(kept.bytes), '\0');
  if (!scratch->read(bytes.data(), bytes.size(), kept.at)) return std::nullopt;
  return unpack(bytes);
}

void Telling::keep(const Look& look) {
  // A run that is played again, after it was seen once, has nothing new to show.
  if (!looks.empty() && looks.back().turn >= look.turn) return;
  const Bytes bytes = pack(look);
  if (const auto at = scratch->add(bytes))
    looks.push({look.turn, *at, static_cast<std::int64_t>(bytes.size())});
}

bool Telling::hides(const Entry& entry) const {
  return !eyes.ended() && (eyes.is_private(entry.seq) || eyes.tells(entry.draft.body.dump()));
}

std::string Telling::line(const Entry& entry) const {
  return hides(entry) ? "" : readings.describe(entry);
}

std::vector<Line> Telling::minutes(const Entry& entry) const {
  if (eyes.hidden(entry.seq) || entry.draft.turn < 1) return {};
  Json marks = Json::object();
  const std::int64_t before = entry.draft.turn - 1;
  for (std::size_t good = 0; good < story.scenario.goods.size(); ++good)
    marks.set(story.scenario.goods[good].name,
              story.turn(before)
                  ? story.candle(before, good).mark
                  : story.scenario.goods[good].opening.value / story.scenario.tick_mp);
  std::vector<Line> lines =
      readings.minute(*reader, entry, {std::move(marks), story.scenario.tick_mp});
  std::erase_if(lines, [this](const Line& line) { return eyes.tells(line.text); });
  return lines;
}

bool Telling::live() const {
  return gate != nullptr && stand != Stand::ended && stand != Stand::failed;
}

Json verification_json(const Verification& verification) {
  return Json::object({{"entries", verification.entries},
                       {"phase", verification.phase},
                       {"result", verification.result},
                       {"state", verification.state},
                       {"turn", verification.progress.turn},
                       {"turns", verification.progress.turns},
                       {"why", verification.why}});
}

std::string wire(const char* event, const Json& data, std::int64_t id) {
  std::string out;
  if (id >= 0) out = "id: " + std::to_string(id) + "\n";
  out += "event: ";
  out += event;
  out += "\ndata: ";
  data.dump_to(out);
  out += "\n\n";
  out.shrink_to_fit();  // it is kept for those who come back
  return out;
}

Teller::Teller(TellerOptions options)
    : options_(std::move(options)), telling_(options_.scratch), told_(options_.scratch) {
  telling_.readings = options_.readings;
  telling_.ledger_name = options_.ledger_name;
  telling_.version = options_.version;
  telling_.compare = options_.compare;
  telling_.compare_name = options_.compare_name;
  telling_.store = std::move(options_.store);
  telling_.reader = std::make_unique<LedgerReader>(*telling_.store);
  telling_.gate = options_.gate;
  if (telling_.gate != nullptr) telling_.stand = Stand::ready;
  for (auto routes : {run_routes(), market_routes(), ledger_routes(), command_routes()})
    routes_.insert(routes_.end(), routes.begin(), routes.end());
  routes_.push_back({"GET", "/v1/openapi.json", get_openapi});
  routes_.push_back({"GET", "/v1/verify", get_verification});
  worker_.start();
}

void Teller::stop() {
  stopping_ = true;
  worker_.stop();
  mailbox_.stop();
}

// ---- taking in

Status Teller::file(std::int64_t seq, ByteView bytes) {
  auto entry = decode(bytes);
  if (!entry) return fail(std::move(entry).error().during("entry " + std::to_string(seq)));
  if (entry->seq.value != seq || seq != telling_.size())
    return fail(Errc::integrity, "entry " + std::to_string(seq) + " has another number");
  TRY_STATUS(telling_.story.take(*entry, *telling_.reader));
  telling_.eyes.take(*entry, understood(*entry, *telling_.reader));
  telling_.tree.add(bytes);
  for (const std::size_t changed :
       follower_.take(*entry, telling_.story, *telling_.reader, telling_.receipts))
    publish("command", receipt_json(telling_.receipts[changed]));
  return {};
}

void Teller::file_margin(ByteView bytes) {
  const auto row = parse_json(bytes, Floats::refuse, kDepthInside);
  const Json* body = row ? row->find("body") : nullptr;
  if (body == nullptr) {
    ++telling_.story.margin;
    return;
  }
  if (body->str_or("kind", "") == "signer") telling_.signer = body->str_or("vkey", "");
  telling_.story.cost(Seq{row->int_or("about", -1)}, *body);
}

Status Teller::read() {
  TRY_STATUS(telling_.store->each(
      Log::record, [this](std::int64_t seq, ByteView bytes) { return file(seq, bytes); }));
  TRY_STATUS(telling_.store->each(Log::margin, [this](std::int64_t, ByteView bytes) -> Status {
    file_margin(bytes);
    return {};
  }));
  TRY(const std::vector<StoredCheckpoint> points, telling_.store->checkpoints());
  for (const StoredCheckpoint& point : points)
    if (point.log == Log::record) telling_.checkpoint = point.note;
  if (const auto note = parse_note(telling_.checkpoint))
    if (const auto point = Checkpoint::parse(note->text)) telling_.story.origin = point->origin;
  telling_.newest = telling_.size() - 1;
  told_from_ = telling_.size();
  if (telling_.story.sealed) {
    telling_.stand = Stand::ended;
    telling_.why = telling_.story.stopped;
  }
  return {};
}

void Teller::committed(const Batch& batch) {
  auto* archive = dynamic_cast<Archive*>(telling_.store.get());
  CHECK(archive != nullptr);
  const std::int64_t before = telling_.size();
  Status filed = intake_failed_ ? Status() : archive->commit(batch);
  if (intake_failed_) return;
  for (std::size_t i = 0; filed && i < batch.record.size(); ++i)
    filed = file(telling_.size(), batch.record[i]);
  for (const Bytes& bytes : batch.margin) file_margin(bytes);
  if (filed) filed = telling_.scratch->readable();
  for (const StoredCheckpoint& point : batch.checkpoints)
    if (point.log == Log::record) telling_.checkpoint = point.note;
  if (telling_.story.origin.empty())
    if (const auto note = parse_note(telling_.checkpoint))
      if (const auto point = Checkpoint::parse(note->text)) telling_.story.origin = point->origin;
  if (!filed) {  // the run goes on; those who look on see no more of it
    intake_failed_ = true;
    telling_.why = "what readers see ends here: " + filed.error().what;
  }
  changed();
  if (telling_.scratch->readable()) tell(before);
  telling_.newest = telling_.size() - 1;
  if (!filed) show_state();
}

void Teller::look(const Look& look) {
  telling_.keep(look);
  changed();
}

void Teller::pace(Pace pace) {
  if (telling_.stand == Stand::ended || telling_.stand == Stand::failed) return;
  telling_.stand = pace == Pace::running ? Stand::running
                   : pace == Pace::ready ? Stand::ready
                                         : Stand::paused;
  show_state();
}

void Teller::taken(std::int64_t, std::vector<std::int64_t> ids) { follower_.expect(ids); }

void Teller::over(Stand stand, const std::string& why) {
  telling_.stand = stand;
  telling_.why = why;
  for (Receipt& receipt : telling_.receipts)
    if (receipt.state == "queued") {
      receipt.state = "lost";
      publish("command", receipt_json(receipt));
    }
  show_state();
}

void Teller::show_state() {
  changed();
  publish("state", Json::object({{"ended", telling_.eyes.ended()},
                                 {"state", name(telling_.stand)},
                                 {"turn", telling_.last_turn()},
                                 {"turns_per_minute",
                                  telling_.gate == nullptr ? 0 : telling_.gate->turns_per_minute()},
                                 {"why", telling_.why}}));
}

// ---- events

void Teller::publish(const char* event, const Json& data, std::int64_t id) {
  if (options_.publish)
    options_.publish({id, std::make_shared<const std::string>(wire(event, data, id))});
}

// What entries from that number on have to say; kept for those who come back.
void Teller::tell(std::int64_t from) {
  if (telling_.size() == 0) return;
  Bytes all;
  std::vector<Told> rows;
  for (std::int64_t seq = from; seq < telling_.size(); ++seq) {
    const auto entry = telling_.reader->entry(Seq{seq});
    auto text = entry ? event_of(*entry) : std::nullopt;
    if (!text) continue;
    rows.push_back(
        {seq, static_cast<std::int64_t>(all.size()), static_cast<std::int64_t>(text->size())});
    all += *text;
    if (options_.publish)
      options_.publish({seq, std::make_shared<const std::string>(std::move(*text)),
                        entry->draft.kind == EntryKind::seal});
  }
  const auto at = telling_.scratch->add(all);
  if (!at) told_from_ = kNever;
  else
    for (const Told& row : rows) told_.push({row.id, *at + row.at, row.bytes});
}

std::string Teller::hello(bool resumed) {
  return "retry: 1000\n" + wire("hello",
                                Json::object({{"resumed", resumed}, {"run", run_json(telling_)}}),
                                resumed ? -1 : telling_.newest);
}

std::optional<Teller::Chunk> Teller::told_behind(std::int64_t id, std::size_t bytes_max) const {
  Chunk out{"", std::max(id, telling_.newest), false, false};
  std::int64_t at = 0, bytes = 0;  // what is read next: events that lie one behind the other
  const auto read = [&] {
    const std::size_t before = out.text.size();
    out.text.resize(before + static_cast<std::size_t>(bytes));
    return telling_.scratch->read(out.text.data() + before, static_cast<std::size_t>(bytes), at)
        .has_value();
  };
  for (std::size_t i = told_.partition_point([&](const Told& row) { return row.id <= id; });
       i < told_.size(); ++i) {
    const Told row = told_[i];
    if (out.text.size() + static_cast<std::size_t>(bytes) >= bytes_max) {
      out.last = told_[i - 1].id;
      out.more = true;
      break;
    }
    if (bytes > 0 && row.at != at + bytes) {
      if (!read()) return std::nullopt;
      bytes = 0;
    }
    if (bytes == 0) at = row.at;
    bytes += row.bytes;
  }
  return read() && telling_.scratch->readable() ? std::optional(std::move(out)) : std::nullopt;
}

Teller::Chunk Teller::behind(std::int64_t id, std::size_t bytes_max) {
  // When the run has ended more is seen of all that came before.
  const bool as_told = !telling_.eyes.ended();
  std::int64_t seq = std::max<std::int64_t>(0, id + 1);
  if (as_told && seq >= told_from_)
    if (auto out = told_behind(id, bytes_max)) return std::move(*out);
  Chunk out;
  for (; seq <= telling_.newest && out.text.size() < bytes_max; ++seq)
    if (const auto entry = telling_.reader->entry(Seq{seq}))
      if (auto text = event_of(*entry)) out.text += *text;
  out.last = std::max(id, seq - 1);
  out.more = seq <= telling_.newest;
  out.failed = !telling_.scratch->readable();
  return out;
}

// ---- verifying

void Teller::verify(Verifying wanted) {
  auto opened = options_.reopen();
  Verification& now = telling_.verification;
  now = {};
  if (!opened) {
    now.state = "failed", now.why = opened.error().what;
    return;
  }
  now.state = "running", now.phase = "ledger";
  now.entries = (*opened)->size(Log::record);
  std::shared_ptr<Store> store = std::move(*opened);
  worker_.post([this, store, wanted = std::move(wanted)] {
    std::int64_t told = 0;
    const auto progress = [&](Progress at) {
      if (now_us() - told < kProgressUs && at.turn < at.turns) return;
      told = now_us();
      post([this, at] {
        telling_.verification.phase = "replay", telling_.verification.progress = at;
        changed();
        publish("verify", verification_json(telling_.verification));
      });
    };
    Json result = options_.readings.verify(
        *store, wanted, {.progress = progress, .stop = [this] { return stopping_.load(); }});
    post([this, result = std::move(result)]() mutable {
      telling_.verification.state = "done";
      telling_.verification.result = std::move(result);
      changed();
      publish("verify", verification_json(telling_.verification));
    });
  });
}

Response Teller::post_verify(Asked& asked) {
  if (auto problem = asked.problem()) return response(*problem);
  static const Json schema = Json::object(
      {{"additionalProperties", false},
       {"properties", Json::object({{"key", Json::object({{"maxLength", 300}, {"type", "string"}})},
                                    {"replay", Json::object({{"type", "boolean"}})}})},
       {"type", "object"}});
  const auto body = parse_body(asked.request().body);
  if (!body) return response(body.error());
  if (auto problem = judge_body(*body, schema)) return response(*problem);
  Verifying wanted;
  if (!body->bool_or("replay", true)) wanted.replay = Replay::no;
  if (const Json* text = body->find("key")) {
    auto key = VerifierKey::parse(text->string());
    if (!key)
      return response(Problem{422, key.error().what, "key",
                              "give the signer's verifier key, NAME+HASH+BASE64, or leave it out"});
    wanted.key = std::move(*key);
  }
  const std::string key = wanted.key ? wanted.key->text() : "";
  if (telling_.verification.state != "running") {
    verify(std::move(wanted));
    telling_.verification.key = key;
    changed();
  } else if (key != telling_.verification.key) {
    return response(Problem{409, "a verification with another key is under way", "key",
                            "wait until it is done"});
  }
  return json_response(verification_json(telling_.verification), 202);
}

void Teller::replay() {
  auto opened = options_.reopen();
  if (!opened) return;
  std::shared_ptr<Store> store = std::move(*opened);
  worker_.post([this, store] {
    const auto look = [this](Look seen) {
      post([this, seen = std::move(seen)]() mutable { this->look(std::move(seen)); });
    };
    (void)options_.readings.replay(*store,
                                   {.look = look, .stop = [this] { return stopping_.load(); }});
  });
}

// ---- answering

Response Teller::answer(const Request& request, const Target& target) {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  Asked asked(request, target);
  if (method == "POST" && target.path == "/v1/verify") return post_verify(asked);
  std::string others;
  for (const Routed& routed : routes_) {
    if (!fits(routed.pattern, target)) continue;
    if (method != routed.method) {
      others += std::string(others.empty() ? "" : ", ") + routed.method;
      continue;
    }
    Response out = routed.route(telling_, asked);
    // What cannot be read is zeros; what was commanded is done all the same.
    if (const Status read = telling_.scratch->readable(); !read && method == "GET")
      return response(problem_of(read.error()));
    if (method == "POST") {  // what was commanded shows
      changed();
      if (out.status == 202 && telling_.receipts.back().by == "control") show_state();
    }
    return out;
  }
  if (others.empty())
    return missing("there is nothing at " + std::string(clip(target.path, 200)), "path",
                   "see /v1/openapi.json");
  Response out = response(Problem{405, "this path does not take " + std::string(clip(method, 20)),
                                  "method", "it takes " + others});
  out.headers.emplace_back("Allow", others);
  return out;
}

std::string Teller::metrics() {
  std::string out;
  const auto gauge = [&](const char* name, const char* help, std::int64_t value) {
    out += metric(name, "gauge", help, value);
  };
  gauge("wood_turn", "The last turn that is complete.", telling_.last_turn());
  gauge("wood_entries", "Entries of the record.", telling_.size());
  gauge("wood_running", "Whether turns are being played.", telling_.stand == Stand::running);
  gauge("wood_turn_microseconds", "What the last turn took, waiting at the gate left out.",
        telling_.gate == nullptr ? 0 : telling_.gate->turn_us().wall);
  gauge("wood_turn_cpu_microseconds", "Of that, computing on the world's own thread.",
        telling_.gate == nullptr ? 0 : telling_.gate->turn_us().cpu);
  gauge("wood_commands_queued", "Commands that wait for the next turn.",
        telling_.gate == nullptr ? 0 : std::int64_t(telling_.gate->queued()));
  std::int64_t prompts = 0, tokens = 0;
  for (const auto& [who, tally] : telling_.story.tallies)
    prompts += tally.prompts, tokens += tally.tokens;
  gauge("wood_prompts", "Asks of minds.", prompts);
  gauge("wood_answer_tokens", "Tokens of answers.", tokens);
  return out;
}

}  // namespace wood::serve
