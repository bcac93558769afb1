#include "minds/budget.h"

#include <algorithm>

namespace wood {
namespace {

class Plan {
 public:
  Plan(std::vector<Holder> holders, std::int64_t bytes_max)
      : holders_(std::move(holders)), bytes_max_(bytes_max) {
    for (const Holder& h : holders_) clock_ = std::max(clock_, h.used);
  }

  std::vector<Wave> waves() {
    std::vector<Wave> out;
    while (std::any_of(holders_.begin(), holders_.end(), asked)) out.push_back(next());
    return out;
  }

 private:
  static bool asked(const Holder& h) { return h.wish == Holder::Wish::asked; }
  static bool loaded(const Holder& h) { return h.state == Holder::State::loaded; }

  [[nodiscard]] std::int64_t held() const {
    std::int64_t sum = 0;
    for (const Holder& h : holders_)
      if (loaded(h)) sum += h.bytes;
    return sum;
  }

  Wave next() {
    Wave wave;
    ++clock_;
    std::vector<Holder*> taken;
    const auto take = [&](Holder& h) {
      h.state = Holder::State::loaded;
      h.used = clock_;
      wave.ask.push_back(h.mind);
      taken.push_back(&h);
    };
    for (Holder& h : holders_)
      if (asked(h) && (loaded(h) || h.bytes == 0)) take(h);
    for (Holder& h : holders_)
      if (asked(h) && !loaded(h) && (make_room(h.bytes, wave) || alone(wave))) take(h);
    for (Holder* h : taken) h->wish = Holder::Wish::none;
    return wave;
  }

  // Whether nothing that takes up memory is asked in this wave or loaded: one that is larger than
  // all there is must still have its turn.
  [[nodiscard]] bool alone(Wave& wave) {
    for (const Holder& h : holders_)
      if (h.bytes > 0 && loaded(h) && asked(h)) return false;
    while (Holder* last = least_recent()) unload(*last, wave);
    return true;
  }

  // The one unloaded next: not asked in this call any more, or never was.
  Holder* least_recent() {
    Holder* out = nullptr;
    for (Holder& h : holders_)
      if (loaded(h) && !asked(h) && h.bytes > 0 && (out == nullptr || h.used < out->used)) out = &h;
    return out;
  }

  static void unload(Holder& h, Wave& wave) {
    h.state = Holder::State::resting;
    wave.rest.push_back(h.mind);
  }

  // Unloads only if that makes enough room.
  bool make_room(std::int64_t bytes, Wave& wave) {
    std::int64_t free = 0;
    for (const Holder& h : holders_)
      if (loaded(h) && !asked(h)) free += h.bytes;
    if (bytes_max_ > 0 && held() - free + bytes > bytes_max_) return false;
    while (bytes_max_ > 0 && held() + bytes > bytes_max_) unload(*least_recent(), wave);
    return true;
  }

  std::vector<Holder> holders_;
  std::int64_t bytes_max_;
  std::int64_t clock_ = 0;
};

}  // namespace

std::vector<Wave> plan_waves(std::vector<Holder> holders, std::int64_t bytes_max) {
  return Plan(std::move(holders), bytes_max).waves();
}

}  // namespace wood
