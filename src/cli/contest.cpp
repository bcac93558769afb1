#include "cli/contest.h"

#include <algorithm>
#include <map>

#include "cli/open.h"
#include "cli/table.h"
#include "core/text.h"
#include "host/clock.h"
#include "host/energy.h"
#include "host/file.h"
#include "host/interrupt.h"
#include "host/paths.h"
#include "host/process.h"

namespace wood::cli {
namespace {

using eval::Measured;

struct Job {
  std::size_t cast = 0;
  std::uint64_t seed = 0;
  std::string file, log;
  enum class Stage { play, verify, done } stage = Stage::play;
  Measured measured;
  std::int64_t energy_before = -1;
};

class Holder {
 public:
  Holder(const Contest& contest, const Console& console) : contest_(contest), console_(console) {}

  Result<std::vector<eval::Run>> runs() {
    TRY(const std::string bin, exe_dir());
    program_ = bin + "/wood";
    TRY_STATUS(make_folders(contest_.folder + "/runs"));
    TRY_STATUS(read_measured());
    TRY_STATUS(plan());
    TRY_STATUS(work());
    std::vector<eval::Run> out;
    for (const Job& job : jobs_) {
      TRY(eval::Run run, read(job));
      out.push_back(std::move(run));
    }
    return out;
  }

 private:
  [[nodiscard]] std::string key(const Job& job) const {
    return contest_.casts[job.cast].name + "-" + std::to_string(job.seed);
  }

  Status plan() {
    for (const std::uint64_t seed : contest_.seeds)
      for (std::size_t cast = 0; cast < contest_.casts.size(); ++cast) {
        Job job;
        job.cast = cast;
        job.seed = seed;
        job.file = contest_.folder + "/runs/" + key(job) + ".wood";
        job.log = contest_.folder + "/runs/" + key(job) + ".log";
        if (const auto known = measured_.find(key(job)); known != measured_.end()) {
          if (!file_exists(job.file))
            return fail(Errc::not_found, job.file +
                                             " was played and is gone; remove its line from " +
                                             notes() + ", or the whole folder, and compare again");
          job.measured = known->second;
          job.stage = Job::Stage::done;
        }
        jobs_.push_back(std::move(job));
      }
    return {};
  }

  // What was measured before, by run: a line stands there only after the run was verified.
  Status read_measured() {
    if (!file_exists(notes())) return {};
    TRY(const Bytes text, read_file(notes()));
    for (const std::string& line : split(text, '\n')) {
      if (trim(line).empty()) continue;
      const auto json = parse_json(line);
      if (!json) continue;  // the last line of one that was killed
      measured_[json->str_or("run", "")] = {.wall_us = json->int_or("wall_us", -1),
                                            .cpu_us = json->int_or("cpu_us", -1),
                                            .peak_bytes = json->int_or("peak_bytes", -1),
                                            .verify_us = json->int_or("verify_us", -1),
                                            .energy_uj = json->int_or("energy_uj", -1)};
    }
    return {};
  }

  Status write_measured() const {
    std::string text;
    for (const auto& [run, m] : measured_)
      text += Json::object({{"cpu_us", m.cpu_us},
                            {"energy_uj", m.energy_uj},
                            {"peak_bytes", m.peak_bytes},
                            {"run", run},
                            {"verify_us", m.verify_us},
                            {"wall_us", m.wall_us}})
                  .dump() +
              "\n";
    return write_file(notes(), text);
  }

  [[nodiscard]] std::string notes() const { return contest_.folder + "/measured.jsonl"; }

  Status work() {
    Children children;
    std::map<int, Job*> busy;
    std::size_t next = 0;
    started_us_ = now_us();
    todo_ = std::count_if(jobs_.begin(), jobs_.end(),
                          [](const Job& job) { return job.stage != Job::Stage::done; });
    while (true) {
      while (!interrupted() && next < jobs_.size() &&
             static_cast<std::int64_t>(children.running()) < contest_.jobs) {
        Job& job = jobs_[next++];
        if (job.stage == Job::Stage::done) continue;
        TRY(const int pid, play(children, job));
        busy[pid] = &job;
      }
      if (children.running() == 0) break;
      TRY(const auto ended, children.wait());
      Job& job = *busy.at(ended.first);
      busy.erase(ended.first);
      TRY_STATUS(take(job, ended.second));
      if (job.stage == Job::Stage::verify) {
        TRY(const int pid, children.start({program_, "verify", job.file}, job.log));
        busy[pid] = &job;
      }
      show(job);
    }
    finish();
    if (interrupted())
      return fail(Errc::environment, "stopped; what was played is in " + contest_.folder +
                                         ", and the same command goes on from there");
    return {};
  }

  Result<int> play(Children& children, Job& job) {
    std::vector<std::string> words = {program_, "run"};
    if (file_exists(job.file)) {
      words.insert(words.end(), {"--resume", job.file});
      job.measured = {};
      resumed_.push_back(key(job));
    } else {
      words.insert(words.end(), {contest_.scenario, "--cast", contest_.casts[job.cast].word,
                                 "--seed", std::to_string(job.seed), "--turns",
                                 std::to_string(contest_.turns), "--out", job.file});
    }
    words.insert(words.end(), contest_.passed.begin(), contest_.passed.end());
    words.insert(words.end(), {"--quiet", "--json"});
    if (contest_.jobs == 1) job.energy_before = energy_uj();
    return children.start(words, job.log);
  }

  // The last line that a child said, for our message.
  static std::string last_words(const std::string& log) {
    const auto text = read_file(log);
    if (!text) return "it said nothing";
    std::string last = "it said nothing";
    for (const std::string& line : split(*text, '\n'))
      if (!trim(line).empty()) last = printable(clip(line, 300));
    return last;
  }

  Status take(Job& job, const ChildEnd& end) {
    const bool resumed = std::find(resumed_.begin(), resumed_.end(), key(job)) != resumed_.end();
    if (job.stage == Job::Stage::play) {
      if (interrupted()) {
        job.stage = Job::Stage::done;
        return {};
      }
      // A run that was sealed already cannot be resumed: it lacks only its verification.
      const bool sealed = resumed && end.exit != 0 && is_sealed(job.file);
      if (end.exit != 0 && !sealed)
        return fail(Errc::environment, "run " + key(job) + " ended with " +
                                           std::to_string(end.exit) + ": " + last_words(job.log) +
                                           " (" + job.log + ")");
      if (!resumed) {  // of a part nothing can be said of the whole
        job.measured = {.wall_us = end.wall_us,
                        .cpu_us = end.cpu_us,
                        .peak_bytes = end.peak_bytes,
                        .verify_us = -1,
                        .energy_uj = -1};
        const std::int64_t after = energy_uj();
        if (job.energy_before >= 0 && after >= job.energy_before)
          job.measured.energy_uj = after - job.energy_before;
      }
      job.stage = Job::Stage::verify;
      return {};
    }
    if (end.exit != 0)
      return fail(Errc::integrity, "run " + key(job) + " does not verify: " + last_words(job.log) +
                                       " (" + job.log + ")");
    job.measured.verify_us = end.wall_us;
    job.stage = Job::Stage::done;
    measured_[key(job)] = job.measured;
    ++done_;
    (void)remove_file(job.log);
    return write_measured();
  }

  static bool is_sealed(const std::string& file) {
    const auto run = open_run(file);
    return run && run->ledger->sealed().value_or(false);
  }

  void show(const Job& job) {
    const std::int64_t spent = now_us() - started_us_;
    const std::int64_t left = done_ > 0 ? spent / done_ * (todo_ - done_) : 0;
    std::string text = std::to_string(done_) + "/" + std::to_string(todo_) + " runs  " + key(job) +
                       (job.stage == Job::Stage::verify ? " is verified" : " stands");
    if (left > 0) text += "  about " + duration(left) + " left";
    if (console_.err.person) {
      console_.complain("\r\x1b[K" + fitted(text, console_.err.width - 1));
      line_ = true;
    } else if (job.stage == Job::Stage::done) {
      console_.complain(text + "\n");
    }
  }

  void finish() {
    if (line_) console_.complain("\r\x1b[K");
    line_ = false;
  }

  // A run that stands in the folder must be one of this plan.
  Result<eval::Run> read(const Job& job) const {
    TRY(const OpenRun open, open_run(job.file));
    auto figures = eval::read_figures(*open.ledger);
    if (!figures) return fail(std::move(figures).error().during(job.file));
    const NamedCast& cast = contest_.casts[job.cast];
    bool same = figures->seed == std::to_string(job.seed);
    for (const eval::Trader& trader : figures->traders)
      if (const auto mind = cast.minds.find(trader.name); mind != cast.minds.end())
        same = same && mind->second == trader.mind;
    if (!same || (figures->turns != contest_.turns && figures->stopped.empty()))
      return fail(Errc::exists, job.file + " is a run of another plan (" + figures->scenario +
                                    ", cast " + figures->cast + ", seed " + figures->seed + ", " +
                                    std::to_string(figures->turns) +
                                    " turns); take another --out, or remove it");
    return eval::Run{cast.name, job.seed, job.file, std::move(*figures), job.measured};
  }

  const Contest& contest_;
  const Console& console_;
  std::string program_;
  std::vector<Job> jobs_;
  std::map<std::string, Measured> measured_;
  std::vector<std::string> resumed_;
  std::int64_t started_us_ = 0, todo_ = 0, done_ = 0;
  bool line_ = false;
};

}  // namespace

Result<std::vector<eval::Run>> hold(const Contest& contest, const Console& console) {
  return Holder(contest, console).runs();
}

}  // namespace wood::cli
