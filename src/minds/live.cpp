#include "minds/live.h"

#include <thread>

#include "core/text.h"
#include "minds/budget.h"
#include "minds/hub_cache.h"
#include "minds/kernels.h"
#include "minds/llama_mind.h"
#include "minds/openai_mind.h"
#include "minds/scripted.h"

namespace wood {
namespace {

Result<std::string> find_model(const MindSpec& spec, const std::vector<std::string>& dirs) {
  if (std::string path = model_file(spec, dirs); !path.empty()) return path;
  if (spec.file.starts_with("/"))
    return fail(Errc::not_found, "mind " + spec.name + ": there is no model file " + spec.file);
  return fail(
      Errc::not_found,
      "mind " + spec.name + ": no model file " + spec.file + " in " + join(dirs, ", ") +
          (spec.repo.empty() ? "; put it there"
                             : "; `wood minds pull " + spec.name + "` fetches it, put it there") +
          " or choose another mind");
}

Result<std::unique_ptr<Mind>> open_mind(const MindSpec& spec, const LiveOptions& options) {
  switch (spec.kind) {
    case MindKind::scripted: return scripted_mind(spec.options);
    case MindKind::openai: TRY_STATUS(reach(spec)); return openai_mind(spec);
    case MindKind::llama: break;
  }
  TRY(std::string path, find_model(spec, options.model_dirs));
  auto mind = llama_mind(spec, {.path = std::move(path),
                                .threads = options.threads,
                                .memory_max = options.memory_max,
                                .kernels = options.kernels});
  if (!mind) return fail(std::move(mind).error().during("mind " + spec.name));
  return mind;
}

// The kernels for these minds, "" where the portable ones are best. One variant serves a process:
// wide ones are slower for small models, so all that are computed here must be large.
std::string kernels_for(const Registry& registry, const std::vector<std::string>& names,
                        const LiveOptions& options) {
  if (!options.kernels.empty()) return options.kernels;
  const std::string wide = wide_kernels();
  bool any = false;
  for (const std::string& name : names) {
    const MindSpec* spec = wide.empty() ? nullptr : registry.find(name);
    if (spec == nullptr || spec->kind != MindKind::llama) continue;
    const auto info = read_gguf(model_file(*spec, options.model_dirs));
    if (!info || !wide_pays(*info)) return "";
    any = true;
  }
  return any ? wide : "";
}

}  // namespace

Result<std::unique_ptr<LivePanel>> LivePanel::open(const Registry& registry,
                                                   const std::vector<std::string>& names,
                                                   const LiveOptions& wanted) {
  LiveOptions options = wanted;
  options.kernels = kernels_for(registry, names, wanted);
  auto panel = std::make_unique<LivePanel>();
  panel->limit_memory(options.memory_max);
  panel->threads_ = options.threads;
  panel->cancel_ = options.cancel;
  for (const std::string& name : names) {
    if (panel->minds_.contains(name)) continue;
    const MindSpec* spec = registry.find(name);
    if (spec == nullptr) {
      const std::string close = nearest_name(name, registry.names());
      return fail(Errc::not_found, "no mind " + name + " in the registry" +
                                       (close.empty() ? "" : "; did you mean " + close + "?"));
    }
    TRY(auto mind, open_mind(*spec, options));
    if (options.faults) mind = faulty_mind(std::move(mind), *options.faults);
    panel->add(name, std::move(mind));
    panel->known_[name] = card_of(*spec);
    if (spec->wait_ms_max > 0) panel->waits_[name] = spec->wait_ms_max;
  }
  return panel;
}

void LivePanel::add(const std::string& name, std::unique_ptr<Mind> mind) {
  minds_[name] = std::move(mind);
  known_.erase(name);
  waits_.erase(name);
}

std::map<std::string, Json> LivePanel::cards() const {
  std::map<std::string, Json> cards;
  for (const auto& [name, mind] : minds_) {
    Json& card = cards[name] = mind->card();
    const auto known = known_.find(name);
    if (known == known_.end()) continue;
    for (const auto& [key, value] : known->second.members())
      if (key == "name" || card.find(key) == nullptr) card.set(key, value);
  }
  return cards;
}

bool LivePanel::remote(const std::string& mind) const {
  const auto it = minds_.find(mind);
  return it != minds_.end() && it->second->remote();
}

std::vector<Wave> LivePanel::waves(const Places& places) const {
  std::vector<Holder> holders;
  for (const auto& [name, mind] : minds_) {
    const auto used = used_.find(name);
    holders.push_back({name, mind->footprint(), used == used_.end() ? 0 : used->second,
                       mind->loaded() ? Holder::State::loaded : Holder::State::resting,
                       places.contains(name) ? Holder::Wish::asked : Holder::Wish::none});
  }
  return plan_waves(std::move(holders), memory_max_);
}

std::vector<Reply> LivePanel::ask(std::span<const Ask> asks) {
  std::vector<Reply> replies(asks.size());
  Places places;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    if (minds_.contains(asks[i].mind)) places[asks[i].mind].push_back(i);
    else replies[i] = Failure{Errc::not_found, "no mind " + asks[i].mind + " on this panel", {}};
  }
  // Every thread writes to places of its own; joining them is all the order that is needed.
  const auto run = [&](Mind& mind, const std::vector<std::size_t>& mine) {
    std::vector<Ask> theirs;
    for (const std::size_t i : mine) theirs.push_back(asks[i]);
    if (const auto wait = waits_.find(theirs.front().mind); wait != waits_.end())
      for (Ask& ask : theirs) ask.wait_ms_max = wait->second;
    for (Ask& ask : theirs)
      if (ask.cancel == nullptr) ask.cancel = cancel_;
    std::vector<Reply> answers = mind.ask(theirs);
    for (std::size_t k = 0; k < mine.size(); ++k) replies[mine[k]] = std::move(answers[k]);
  };
  ++calls_;
  for (const auto& [mind, mine] : places) used_[mind] = calls_;
  for (const Wave& wave : waves(places)) {
    for (const std::string& mind : wave.rest) minds_.at(mind)->rest();
    std::vector<std::thread> threads;
    // Models with several threads each are asked one after another: llama.cpp's threads wait by
    // spinning, and more of them than cores hardly come to an end.
    std::vector<std::string> here;
    for (const std::string& name : wave.ask) {
      Mind& mind = *minds_.at(name);
      const bool alone = threads_ > 1 && mind.footprint() > 0;
      if (alone || name == wave.ask.back()) here.push_back(name);
      else threads.emplace_back(run, std::ref(mind), std::cref(places.at(name)));
    }
    for (const std::string& name : here) run(*minds_.at(name), places.at(name));
    for (std::thread& thread : threads) thread.join();
  }
  for (const Reply& reply : replies)
    if (const auto* failure = std::get_if<Failure>(&reply))
      silence_ = {silence_.count + 1, failure->what};
  return replies;
}

}  // namespace wood
