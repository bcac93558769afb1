#include "pipeline/calibration.h"

#include <algorithm>

#include "core/check.h"
#include "core/money.h"

namespace wood {

std::int64_t Calibration::rho(const std::string& a, const std::string& b) const {
  const auto it = rho_ppm.find(std::minmax(a, b));
  return it == rho_ppm.end() ? 0 : it->second;
}

bool Calibration::knows(const std::string& voter, const std::string& mind) const {
  const auto it = minds.find(voter);
  return accuracy_ppm.contains(voter) && (it == minds.end() || it->second == mind);
}

namespace {

constexpr int kBits = 31;  // of a fraction: its square fits 64 bits

// log2 of a / b, in units of 2^-31, for a >= b > 0: the digits come out one by one, as the squared
// mantissa passes 2.
std::int64_t log2_fixed(std::uint64_t a, std::uint64_t b) {
  std::int64_t whole = 0;
  for (; a / 2 >= b; b *= 2) ++whole;
  std::uint64_t mantissa = (a << kBits) / b;  // in [1, 2); a < 2^32
  std::int64_t out = whole;
  for (int i = 0; i < kBits; ++i) {
    mantissa = (mantissa * mantissa) >> kBits;
    const bool passes = mantissa >> (kBits + 1) != 0;
    out = 2 * out + (passes ? 1 : 0);
    if (passes) mantissa >>= 1;
  }
  return out;
}

}  // namespace

std::int64_t log_odds_milli(std::int64_t accuracy_ppm, std::int64_t options) {
  CHECK(accuracy_ppm >= 1 && accuracy_ppm <= 999'999 && options >= 2 && options <= 64);
  constexpr std::int64_t kLn2 = 693'147'181;  // billionths
  const std::int64_t right = (options - 1) * accuracy_ppm;
  const std::int64_t wrong = 1'000'000 - accuracy_ppm;
  if (right <= wrong) return 0;
  const std::int64_t bits =
      log2_fixed(static_cast<std::uint64_t>(right), static_cast<std::uint64_t>(wrong));
  return mul_div(bits, kLn2, 1'000'000LL << kBits, Round::down);
}

namespace {

// Goes through the parts of a camp, each once, and keeps the weight of the heaviest.
class Parts {
 public:
  Parts(const std::vector<CampMember>& camp, const Calibration& calibration) : camp_(camp) {
    for (const CampMember& a : camp)
      for (const CampMember& b : camp) rho_.push_back(&a == &b ? 0 : calibration.rho(a.by, b.by));
  }
  std::int64_t heaviest() {
    std::vector<std::int64_t> shared(camp_.size(), 0);
    visit(0, 0, shared);
    return most_;
  }

 private:
  // `taken`: of the first `next` members, as bits. `shared`: by member, the sum of its correlations
  // with those taken.
  void visit(std::size_t next, std::uint32_t taken, std::vector<std::int64_t>& shared) {
    if (next == camp_.size()) {
      most_ = std::max(most_, weigh(taken, shared));
      return;
    }
    visit(next + 1, taken, shared);
    for (std::size_t i = 0; i < camp_.size(); ++i) shared[i] += rho(i, next);
    visit(next + 1, taken | (1U << next), shared);
    for (std::size_t i = 0; i < camp_.size(); ++i) shared[i] -= rho(i, next);
  }
  [[nodiscard]] std::int64_t weigh(std::uint32_t taken,
                                   const std::vector<std::int64_t>& shared) const {
    std::int64_t out = 0;
    for (std::size_t i = 0; i < camp_.size(); ++i)
      if ((taken >> i) & 1U)
        out += mul_div(camp_[i].weight, 1'000'000, 1'000'000 + shared[i], Round::down);
    return out;
  }
  [[nodiscard]] std::int64_t rho(std::size_t a, std::size_t b) const {
    return rho_[a * camp_.size() + b];
  }

  const std::vector<CampMember>& camp_;
  std::vector<std::int64_t> rho_;
  std::int64_t most_ = 0;
};

}  // namespace

std::int64_t camp_weight(const std::vector<CampMember>& camp, const Calibration& calibration) {
  CHECK(camp.size() <= kCampMax);
  return Parts(camp, calibration).heaviest();
}

}  // namespace wood
