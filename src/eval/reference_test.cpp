// Every figure that SciPy or scikit-learn can compute too, on the samples of
// trial/data/reference_stats.json, which tools/reference_stats.py wrote and the test eval_reference
// holds to these libraries. To 1e-9 of the value unless a test says otherwise.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/json.h"
#include "eval/agree.h"
#include "eval/cascade.h"
#include "eval/drift.h"
#include "eval/isotonic.h"
#include "eval/ks.h"
#include "eval/power.h"
#include "eval/special.h"
#include "host/file.h"

namespace wood::eval {
namespace {

using Values = std::vector<double>;

class Case {
 public:
  explicit Case(const Json& json) : json_(json) {}
  [[nodiscard]] Values in(const char* key) const { return values(json_.at("in").at(key).string()); }
  [[nodiscard]] Values out(const char* key) const {
    return values(json_.at("out").at(key).string());
  }
  [[nodiscard]] double in1(const char* key) const { return in(key).at(0); }
  [[nodiscard]] double out1(const char* key) const { return out(key).at(0); }
  [[nodiscard]] std::vector<int> ints(const char* key) const {
    const Values all = in(key);
    return {all.begin(), all.end()};
  }

 private:
  static Values values(const std::string& text) {
    Values out;
    const char* from = text.c_str();
    for (char* end = nullptr; *from != '\0'; from = end) {
      out.push_back(std::strtod(from, &end));
      if (end == from) {
        ADD_FAILURE() << "no number at: " << from;
        break;
      }
      while (*end == ' ') ++end;
    }
    return out;
  }
  Json json_;
};

// All cases of one kind; at least one, or the test would prove nothing.
std::vector<Case> cases_of(const std::string& kind) {
  const auto text = read_file(WOOD_SOURCE_DIR "/trial/data/reference_stats.json");
  std::vector<Case> out;
  if (!text) {
    ADD_FAILURE() << text.error().what;
    return out;
  }
  const auto json = parse_json(*text);
  if (!json) {
    ADD_FAILURE() << json.error().what;
    return out;
  }
  for (const Json& one : json->at("cases").items())
    if (one.at("of").string() == kind) out.emplace_back(one);
  EXPECT_FALSE(out.empty()) << kind;
  return out;
}

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

void expect_near(double value, double reference, double tolerance = 1e-9) {
  if (std::isnan(reference)) {
    EXPECT_TRUE(std::isnan(value)) << value;
    return;
  }
  EXPECT_LE(std::abs(value - reference), tolerance * std::abs(reference) + 1e-15)
      << value << " is not " << reference;
}
void expect_near(const std::optional<double>& value, double reference) {
  ASSERT_TRUE(value.has_value());
  expect_near(*value, reference);
}
void expect_near(const Values& values, const Values& reference) {
  ASSERT_EQ(values.size(), reference.size());
  for (std::size_t i = 0; i < values.size(); ++i) expect_near(values[i], reference[i]);
}

TEST(Reference, Distributions) {
  for (const Case& one : cases_of("normal_cdf"))
    for (std::size_t i = 0; i < one.in("z").size(); ++i)
      expect_near(normal_cdf(one.in("z")[i]), one.out("p")[i], 1e-12);
  for (const Case& one : cases_of("normal_quantile"))
    for (std::size_t i = 0; i < one.in("p").size(); ++i)
      expect_near(normal_quantile(one.in("p")[i]), one.out("z")[i], 1e-12);
  for (const Case& one : cases_of("student"))
    for (std::size_t i = 0; i < one.in("t").size(); ++i)
      expect_near(student_two_sided(one.in("t")[i], one.in("freedom")[i]), one.out("p")[i], 1e-11);
  for (const Case& one : cases_of("beta"))
    for (std::size_t i = 0; i < one.in("a").size(); ++i)
      expect_near(beta_regularised(one.in("a")[i], one.in("b")[i], one.in("x")[i]),
                  one.out("value")[i], 1e-11);
  for (const Case& one : cases_of("kolmogorov"))
    for (std::size_t i = 0; i < one.in("x").size(); ++i)
      expect_near(kolmogorov_upper(one.in("x")[i]), one.out("p")[i], 1e-12);
}

TEST(Reference, Samples) {
  for (const Case& one : cases_of("sample")) {
    const Values x = one.in("x");
    expect_near(mean(x), one.out1("mean"));
    expect_near(variance(x), one.out1("variance"));
    expect_near(sharpe(x, {one.in1("risk_free"), one.in1("periods")}), one.out1("sharpe"));
    expect_near(gini(x), one.out1("gini"));
    Values quantiles;
    for (const double p : one.in("p")) quantiles.push_back(*quantile(x, p));
    expect_near(quantiles, one.out("quantiles"));
  }
  for (const Case& one : cases_of("wilson")) {
    const auto found = wilson(one.ints("successes")[0], one.ints("n")[0], one.in1("level"));
    expect_near(found->low, one.out1("low"));
    expect_near(found->high, one.out1("high"));
  }
}

TEST(Reference, BootstrapIntervals) {
  for (const Case& one : cases_of("interval")) {
    const Values replicates = one.in("replicates");
    const Interval percentile = percentile_interval(replicates, one.in1("level"));
    expect_near({percentile.low, percentile.high}, one.out("percentile"));
    const auto bca =
        bca_interval(one.in1("value"), replicates, one.in("jackknife"), one.in1("level"));
    ASSERT_TRUE(bca.has_value());
    expect_near({bca->low, bca->high}, one.out("BCa"));
  }
}

TEST(Reference, PairedTests) {
  for (const Case& one : cases_of("paired")) {
    const Values d = differences(one.in("a"), one.in("b"));
    expect_near(paired_t(d)->statistic, one.out1("t"));
    expect_near(paired_t(d)->p, one.out1("t_p"));
    expect_near(wilcoxon(d)->statistic, one.out1("w"));
    expect_near(wilcoxon(d)->p, one.out1("w_p"));
  }
  for (const Case& one : cases_of("wilcoxon")) {
    expect_near(wilcoxon(one.in("d"))->statistic, one.out1("w"));
    expect_near(wilcoxon(one.in("d"))->p, one.out1("p"));
  }
  for (const Case& one : cases_of("sign_flip")) {
    expect_near(sign_flip(one.in("d"), {})->statistic, one.out1("mean"));
    expect_near(sign_flip(one.in("d"), {})->p, one.out1("p"));
  }
}

TEST(Reference, Corrections) {
  for (const Case& one : cases_of("corrections")) {
    expect_near(holm(one.in("p")), one.out("holm"));
    expect_near(benjamini_hochberg(one.in("p")), one.out("bh"));
  }
}

TEST(Reference, Agreement) {
  for (const Case& one : cases_of("votes")) {
    const std::vector<int> cells = one.ints("votes");
    const Votes votes{one.ints("voters")[0], cells};
    const int options = one.ints("options")[0];
    expect_near(raw_agreement(votes), one.out1("raw"));
    expect_near(fleiss_kappa(votes, options), one.out1("fleiss"));
    expect_near(gwet_ac1(votes, options), one.out1("ac1"));
    const std::vector<int> errors = errors_of(votes, one.ints("truth"));
    const auto phi = error_correlation({votes.voters, errors});
    Values kappas;
    Values phis;
    double sum = 0;
    int pairs = 0;
    for (int a = 0; a < votes.voters; ++a)
      for (int b = a + 1; b < votes.voters; ++b) {
        kappas.push_back(*cohen_kappa(votes, a, b, options));
        phis.push_back(phi[static_cast<std::size_t>(a * votes.voters + b)].value_or(kUndefined));
        if (std::isnan(phis.back())) continue;
        sum += phis.back();
        ++pairs;
      }
    expect_near(kappas, one.out("kappas"));
    expect_near(phis, one.out("phis"));
    expect_near(mean_error_correlation({votes.voters, errors}), sum / pairs);
  }
}

TEST(Reference, Calibration) {
  for (const Case& one : cases_of("forecasts")) {
    const Values confidence = one.in("confidence");
    const std::vector<int> right = one.ints("right");
    const Forecasts forecasts{confidence, right};
    expect_near(brier(forecasts), one.out1("brier"));
    expect_near(log_loss(forecasts), one.out1("log_loss"));
    using enum Binning::Kind;
    for (const auto& [kind, key] : {std::pair(width, "uniform"), std::pair(mass, "quantile")}) {
      Values accuracies;
      Values confidences;
      for (const ReliabilityBin& bin : reliability(forecasts, {kind, one.ints("bins")[0]}))
        if (bin.count > 0) {  // scikit-learn leaves empty bins out
          accuracies.push_back(bin.accuracy);
          confidences.push_back(bin.confidence);
        }
      expect_near(accuracies, one.out((std::string(key) + "_accuracy").c_str()));
      expect_near(confidences, one.out((std::string(key) + "_confidence").c_str()));
    }
  }
}

// Linear between the knots and their ends outside, as IsotonicRegression predicts.
double at(const std::vector<Point>& knots, double x) {
  if (x <= knots.front().x) return knots.front().y;
  for (std::size_t i = 1; i < knots.size(); ++i)
    if (x <= knots[i].x) {
      const double part = (x - knots[i - 1].x) / (knots[i].x - knots[i - 1].x);
      return knots[i - 1].y + part * (knots[i].y - knots[i - 1].y);
    }
  return knots.back().y;
}

TEST(Reference, Isotonic) {
  for (const Case& one : cases_of("isotonic")) {
    const std::vector<Point> knots = isotonic(one.in("x"), one.in("y"), one.in("weights"));
    Values found;
    for (const double x : one.in("at")) found.push_back(at(knots, x));
    expect_near(found, one.out("value"));
  }
}

TEST(Reference, Drift) {
  for (const Case& one : cases_of("ks")) {
    const auto found = ks_two_sample(one.in("a"), one.in("b"));
    EXPECT_EQ(found->how, TestResult::How::exact);
    expect_near(found->statistic, one.out1("d"));
    expect_near(found->p, one.out1("p"));
  }
  for (const Case& one : cases_of("psi")) {
    const auto found = psi(one.in("a"), one.in("b"), {1, "test", 10});
    expect_near(found->psi, one.out1("psi"));
    EXPECT_EQ(Values(found->reference.begin(), found->reference.end()), one.out("reference"));
    EXPECT_EQ(Values(found->now.begin(), found->now.end()), one.out("now"));
  }
}

// By simulation, so within four of its own standard errors of the noncentral t's power.
TEST(Reference, PowerOfTheTTest) {
  for (const Case& one : cases_of("power")) {
    PowerTerms terms;
    terms.pairs = one.ints("pairs")[0];
    const Power found = power_paired(one.in1("effect"), terms, {7, "power", 4000});
    EXPECT_NEAR(found.power, one.out1("power"), 4 * found.error);
  }
}

TEST(Reference, Cascade) {
  for (const Case& one : cases_of("cascade")) {
    std::vector<CascadeItem> items;
    for (std::size_t i = 0; i < one.in("confidence").size(); ++i)
      items.push_back({one.ints("small")[i], one.ints("large")[i], one.in("confidence")[i],
                       one.in("small_cost")[i], one.in("large_cost")[i]});
    const auto found = cascade(items);
    Values escalated;
    Values accuracies;
    Values costs;
    for (const CascadePoint& point : found->curve) {
      escalated.push_back(point.escalated);
      accuracies.push_back(point.accuracy);
      costs.push_back(point.cost);
    }
    expect_near(escalated, one.out("escalated"));
    expect_near(accuracies, one.out("accuracy"));
    expect_near(costs, one.out("cost"));
    expect_near(found->apgr, one.out1("apgr"));
    expect_near(found->at_95.cost, one.out1("cost_at_95"));
  }
}

}  // namespace
}  // namespace wood::eval
