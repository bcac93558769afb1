#include "cli/live.h"

#include "cli/describe.h"
#include "cli/minutes.h"
#include "cli/open.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/verify.h"
#include "host/env.h"

namespace wood::cli {
namespace {

using serve::Gate;
using serve::GateOptions;
using serve::Pace;
using serve::Stand;
using serve::Teller;

std::vector<serve::Line> minute(const LedgerReader& ledger, const Entry& entry,
                                const serve::Readings::Before& before) {
  Minutes minutes(ledger, before.tick_mp, Terminal{});
  minutes.stands(before.marks);
  minutes.add(entry);
  std::vector<serve::Line> out;
  for (MinuteLine& line : minutes.take())
    out.push_back({std::move(line.section), line.entry, std::move(line.text)});
  return out;
}

Json verified(Store& store, const serve::Verifying& wanted, const serve::Watch& watch) {
  const Verified first = verify(store, {.key = wanted.key});
  const LedgerReader ledger(store);
  Second second = no_second_look();
  if (wanted.replay == serve::Replay::yes)
    second = second_look(ledger, {.on_turn =
                                      [&](const TurnReport& report) {
                                        if (watch.progress)
                                          watch.progress({report.turn, report.turns});
                                      },
                                  .stop = watch.stop});
  return json_of(first, second);
}

// How a run that was played came to its end, told to those who look on.
Stand stand_of(const Result<Played>& played) {
  if (!played) return Stand::failed;
  return played->stopped == "paused" ? Stand::paused : Stand::ended;
}

}  // namespace

serve::Readings readings() {
  serve::Readings out;
  out.describe = described;
  out.minute = minute;
  out.report = [](const LedgerReader& ledger) -> Result<Json> {
    TRY(const Report report, read_report(ledger));
    return json(report);
  };
  out.verify = verified;
  out.replay = [](Store& store, const serve::Watch& watch) -> Status {
    const LedgerReader ledger(store);
    TRY_STATUS(reenact(ledger, {.on_dusk =
                                    [&](const World& world) {
                                      if (watch.look) watch.look(serve::look_at(world));
                                    },
                                .stop = watch.stop}));
    return {};
  };
  return out;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
}

std::string file_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

Result<std::unique_ptr<Live>> Live::open(const std::string& path, const Args& args,
                                         const Console& console, serve::TellerOptions telling,
                                         LiveOptions options) {
  auto live = std::unique_ptr<Live>(new Live());
  Live* here = live.get();
  here->options_ = std::move(options);
  std::unique_ptr<serve::Archive> archive;
  const auto begin_copy = [&](const std::string& file) -> Status {
    TRY(telling.scratch, ScratchFile::anywhere(file.empty() ? "" : folder_of(file)));
    archive = std::make_unique<serve::Archive>(telling.scratch);
    return {};
  };
  Status begun;
  const Wrap wrap = [&](std::unique_ptr<Store> store) -> std::unique_ptr<Store> {
    if (!path.empty()) begun = begin_copy(path);
    if (archive != nullptr) begun = archive->take(*store);
    return std::make_unique<serve::Relay>(std::move(store), [here](const Batch& batch) {
      here->teller_->post([teller = here->teller_.get(), batch] { teller->committed(batch); });
    });
  };
  TRY(here->launch_, path.empty() ? Launch::fresh(args, console, wrap, here->options_.amend)
                                  : Launch::resumed(path, args, console, wrap));
  if (begun && archive == nullptr) begun = begin_copy(here->launch_->path());
  TRY_STATUS(begun);
  here->gate_ = std::make_unique<Gate>(
      GateOptions{
          .first = here->options_.first,
          .turns_per_minute = here->options_.turns_per_minute,
          .on_rest = [here] { (void)here->launch_->commit(); },  // play() reports what failed
          .on_pace =
              [here](Pace now) {
                here->teller_->post([teller = here->teller_.get(), now] { teller->pace(now); });
                if (here->options_.on_pace) here->options_.on_pace(now);
                here->stands();  // from now on somebody may steer
              },
          .on_take =
              [here](std::int64_t turn, std::vector<std::int64_t> ids) {
                here->teller_->post([teller = here->teller_.get(), turn, ids = std::move(ids)] {
                  teller->taken(turn, ids);
                });
              }},
      &here->launch_->listed());
  telling.ledger_name = file_name(here->launch_->path());
  telling.reopen = [source = archive.get()]() -> Result<std::unique_ptr<Store>> {
    return std::unique_ptr<Store>(source->copy());
  };
  telling.store = std::move(archive);
  telling.gate = here->gate_.get();
  here->teller_ = std::make_unique<Teller>(std::move(telling));
  TRY_STATUS(here->teller_->read());
  return live;
}

Live::~Live() {
  if (gate_) gate_->quit();
  if (world_.joinable()) world_.join();
  if (teller_) teller_->stop();
}

void Live::stands() {
  if (!std::exchange(has_begun_, true)) begun_.set_value();
}

void Live::play() {
  Teller& teller = *teller_;
  PlayOptions options;
  options.on_dusk = [&](const World& seen) {
    teller.post([&teller, look = serve::look_at(seen)]() mutable { teller.look(std::move(look)); });
  };
  options.pause = [this] { return gate_->wait(); };
  played_ = launch_->play(std::move(options), gate_.get());
  const Stand stand = stand_of(*played_);
  const std::string why = !*played_               ? played_->error().what
                          : stand == Stand::ended ? (*played_)->stopped
                                                  : "";
  teller.post([&teller, stand, why] { teller.over(stand, why); });
  if (options_.on_over) options_.on_over();
  stands();
}

void Live::begin() {
  teller_->start();
  world_ = std::thread([this] { play(); });
  begun_.get_future().wait();
}

Result<Played> Live::end() {
  gate_->quit();
  if (world_.joinable()) world_.join();
  teller_->stop();
  return *played_;
}

}  // namespace wood::cli
