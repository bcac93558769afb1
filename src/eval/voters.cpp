#include "eval/voters.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "eval/agree.h"

namespace wood::eval {

std::int64_t Voter::accuracy_ppm() const {
  const std::int64_t ppm =
      ballots > 0 ? (2 * right * 1'000'000 + ballots) / (2 * ballots) : 500'000;
  return std::clamp<std::int64_t>(ppm, 1, 999'999);
}

Voters voters(std::span<const Figures> runs) {
  const auto each = [&runs](auto&& visit) {
    for (const Figures& run : runs)
      for (const Proposal& proposal : run.proposals) visit(proposal);
  };
  const auto cast = [](const Ballot& b) { return b.vote == "approve" || b.vote == "reject"; };
  Voters out;
  each([&](const Proposal& proposal) {
    for (const Ballot& ballot : proposal.ballots) {
      if (!cast(ballot)) continue;
      const auto [it, fresh] = out.by_seat.try_emplace(ballot.seat);
      Voter& voter = it->second;
      if (fresh) voter.mind = ballot.mind;
      else if (voter.mind != ballot.mind) voter.mind.clear();
      ++voter.ballots;
      voter.right += ballot.vote == proposal.truth() ? 1 : 0;
    }
  });
  std::vector<std::string> seats;
  for (const auto& [seat, voter] : out.by_seat) seats.push_back(seat);
  std::vector<int> errors;  // rows of proposals, columns of seats
  each([&](const Proposal& proposal) {
    const std::size_t row = errors.size();
    errors.resize(row + seats.size(), kMissing);
    for (const Ballot& ballot : proposal.ballots)
      if (cast(ballot)) {
        const auto at = std::lower_bound(seats.begin(), seats.end(), ballot.seat) - seats.begin();
        errors[row + static_cast<std::size_t>(at)] = ballot.vote == proposal.truth() ? 0 : 1;
      }
  });
  const int n = static_cast<int>(seats.size());
  const auto rho = error_correlation({n, errors});
  for (std::size_t a = 0; a < seats.size(); ++a)
    for (std::size_t b = a + 1; b < seats.size(); ++b)
      if (const auto& one = rho[a * seats.size() + b])
        out.rho_ppm[{seats[a], seats[b]}] =
            std::clamp<std::int64_t>(std::llround(*one * 1e6), 0, 1'000'000);
  return out;
}

std::string toml(const Voters& voters) {
  const auto quoted = [](const std::string& text) { return Json(text).dump(); };
  std::string accuracy, minds, counts, out = "[step.calibration]\n";
  for (const auto& [seat, voter] : voters.by_seat) {
    const std::string comma = accuracy.empty() ? "" : ", ";
    accuracy += comma + quoted(seat) + " = " + std::to_string(voter.accuracy_ppm());
    counts += comma + seat + " " + std::to_string(voter.ballots);
    if (!voter.mind.empty())
      minds += (minds.empty() ? "" : ", ") + quoted(seat) + " = " + quoted(voter.mind);
  }
  out += "# ballots: " + counts + "\naccuracy_ppm = { " + accuracy + " }\n";
  if (!minds.empty()) out += "minds = { " + minds + " }\n";
  for (const auto& [pair, rho] : voters.rho_ppm)
    if (rho > 0)
      out += "[[step.calibration.pair]]\na = " + quoted(pair.first) +
             "\nb = " + quoted(pair.second) + "\nrho_ppm = " + std::to_string(rho) + "\n";
  return out;
}

}  // namespace wood::eval
