#include "minds/breaker.h"

#include <algorithm>

namespace wood {

Breaker::Verdict Breaker::admit(std::int64_t now_us) {
  if (cooling_ms_ == 0) return Verdict::send;
  if (probing_) return Verdict::hold;
  if (now_us < until_us_) return Verdict::refuse;
  probing_ = true;
  return Verdict::probe;
}

void Breaker::ended(Verdict sent, End end, const std::string& why, std::int64_t now_us) {
  if (end == End::alive) {  // whichever ask it was: one of before counts as much as the probe
    dead_in_a_row_ = 0;
    cooling_ms_ = 0;
    probing_ = false;
    return;
  }
  if (end == End::dead) {
    ++dead_in_a_row_;
    why_ = why;
  }
  // An ask from before the endpoint counted as dead may end while another is the probe.
  const bool failed_probe = probing_ && sent == Verdict::probe;
  if (failed_probe || (cooling_ms_ == 0 && dead_in_a_row_ >= cooling_.asks)) open(now_us);
}

void Breaker::open(std::int64_t now_us) {
  probing_ = false;
  cooling_ms_ =
      cooling_ms_ == 0 ? cooling_.first_ms : std::min(cooling_ms_ * 2, cooling_.longest_ms);
  until_us_ = now_us + cooling_ms_ * 1'000;
}

bool Breaker::refuses(std::int64_t now_us) const {
  return cooling_ms_ != 0 && !probing_ && now_us < until_us_;
}

std::string Breaker::words(std::int64_t now_us) const {
  const std::int64_t rest_s = std::max<std::int64_t>(until_us_ - now_us, 0) / 1'000'000 + 1;
  return "it counts as dead after " + std::to_string(dead_in_a_row_) +
         " asks in a row without an answer (the last: " + why_ + "); one is tried again in " +
         std::to_string(rest_s) + " s";
}

}  // namespace wood
