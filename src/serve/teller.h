// The one thread that knows the story: it takes in what the world has committed, tells the streams
// what is new, and answers what is asked. The world hands things over and never waits; the I/O
// thread asks and never reads a ledger.
//
//   world ── batches, looks, pace ──▶ teller ── events, answers ──▶ I/O thread
//     ▲                                 │
//     └────────── gate: pace, commands ─┘
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "serve/archive.h"
#include "serve/mailbox.h"
#include "serve/telling.h"

namespace wood::serve {

// An event as it goes over the wire; `id` is the ledger entry it tells of, -1: of none.
struct StreamEvent {
  std::int64_t id = -1;
  std::shared_ptr<const std::string> text;
  bool opens = false;  // from here on more is seen of what came before, too
};

struct TellerOptions {
  Readings readings;
  std::string ledger_name, version, compare_name;
  std::optional<Json> compare;
  std::unique_ptr<Store> store;          // what is read; of a live run an Archive
  std::shared_ptr<ScratchFile> scratch;  // for the rows of the story and for looks
  // The same for another thread to read, made on this one.
  std::function<Result<std::unique_ptr<Store>>()> reopen;
  Gate* gate = nullptr;
  // Called on the teller's thread.
  std::function<void(StreamEvent)> publish;
};

class Teller {
 public:
  explicit Teller(TellerOptions options);
  ~Teller() { stop(); }

  // ---- before the thread starts
  // Takes in what the store holds. Errc::usage if that is no run.
  Status read();
  void start() { mailbox_.start(); }
  void stop();

  // ---- from any thread: done in this order on the teller's
  void post(Task task) { mailbox_.post(std::move(task)); }

  // ---- on the teller's thread
  void committed(const Batch& batch);
  void look(const Look& look);
  void pace(Pace pace);
  void taken(std::int64_t turn, std::vector<std::int64_t> ids);
  // The run has come to its end, or to a stop that has a reason.
  void over(Stand stand, const std::string& why);
  // A finished run is played again for what no entry holds.
  void replay();

  Response answer(const Request& request, const Target& target);
  // The newest events behind an id, at most about so many bytes; `last` is the id of the last one
  // looked at, `more` whether there are more.
  struct Chunk {
    std::string text;
    std::int64_t last = -1;
    bool more = false;
    bool failed = false;  // it cannot be read; a stream would lack something
  };
  Chunk behind(std::int64_t id, std::size_t bytes_max);
  // The first event of a stream.
  std::string hello(bool resumed);
  std::string metrics();

  // Counts up with everything that changes an answer. From any thread.
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  [[nodiscard]] Telling& telling() { return telling_; }

 private:
  Status file(std::int64_t seq, ByteView bytes);
  void file_margin(ByteView bytes);
  void tell(std::int64_t from);
  std::optional<std::string> event_of(const Entry& entry);
  // Of the events that were told: those behind an id. Nothing if they cannot be read.
  [[nodiscard]] std::optional<Chunk> told_behind(std::int64_t id, std::size_t bytes_max) const;
  void publish(const char* event, const Json& data, std::int64_t id = -1);
  void changed() { version_.fetch_add(1, std::memory_order_release); }
  void show_state();
  void verify(Verifying wanted);
  Response post_verify(Asked& asked);

  // An event that was told: it lies in the scratch file, behind the one before it.
  struct Told {
    std::int64_t id = 0, at = 0, bytes = 0;
  };

  TellerOptions options_;
  Telling telling_;
  Column<Told> told_;
  std::int64_t told_from_ = 0;  // all events from this id on are in `told_`
  std::vector<Routed> routes_;
  Follower follower_;
  std::atomic<std::uint64_t> version_{1};
  bool intake_failed_ = false;
  std::atomic<bool> stopping_{false};
  Mailbox worker_;  // verifies and replays
  Mailbox mailbox_;
};

// One event on the wire.
std::string wire(const char* event, const Json& data, std::int64_t id = -1);

}  // namespace wood::serve
