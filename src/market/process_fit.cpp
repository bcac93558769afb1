#include "market/process_fit.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/check.h"
#include "core/text.h"

namespace wood {
namespace {

constexpr int decimals = 6;

// ---- CSV

using Row = std::vector<std::string>;

// Splits one line (RFC 4180: a quoted field may hold separators and doubled quotes; a line break in
// a field is not taken, prices have none). Nothing: a quote was left open.
std::optional<Row> fields_of(std::string_view line, char separator) {
  Row row(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') row.back() += line[i++];
    else if (c == '"') quoted = !quoted;
    else if (c == separator && !quoted) row.emplace_back();
    else row.back() += c;
  }
  if (quoted) return std::nullopt;
  for (std::string& field : row) field = std::string(trim(field));
  return row;
}

// A decimal number × 10^6, half away from zero. Nothing if it is none or too large.
std::optional<std::int64_t> fixed_point(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? "" : text.substr(dot + 1);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (whole.empty() || whole.size() > 11 || (dot != std::string_view::npos && rest.empty()))
    return std::nullopt;
  if (!std::all_of(whole.begin(), whole.end(), digit) ||
      !std::all_of(rest.begin(), rest.end(), digit))
    return std::nullopt;
  std::string digits(whole);
  for (std::size_t i = 0; i < decimals; ++i) digits += i < rest.size() ? rest[i] : '0';
  std::int64_t value = to_int(digits).value();
  if (rest.size() > decimals && rest[decimals] >= '5') ++value;
  return negative ? -value : value;
}

struct Column {
  std::size_t index = 0;
  std::size_t width = 0;  // columns of the first line
  bool head = false;      // which names them
};

Result<Column> column_of(const Row& first, const std::string& wanted) {
  const auto found = std::find(first.begin(), first.end(), wanted);
  if (found != first.end())
    return Column{static_cast<std::size_t>(found - first.begin()), first.size(), true};
  const auto number = to_int(wanted);
  if (!number) {
    const std::string close = nearest_name(wanted, first);
    return fail(Errc::schema, "no column \"" + wanted + "\" in line 1 (" + join(first, ", ") + ")" +
                                  (close.empty() ? "" : "; did you mean " + close + "?"));
  }
  if (*number < 1 || *number > static_cast<std::int64_t>(first.size()))
    return fail(Errc::schema, "column " + wanted + " is not there: line 1 has " +
                                  std::to_string(first.size()) + " columns");
  const auto index = static_cast<std::size_t>(*number - 1);
  return Column{index, first.size(), !fixed_point(first[index]).has_value()};
}

// The price in one line. A line of another width is refused: it may be a decimal comma.
Result<std::int64_t> price_of(const Row& row, const Column& column, int line) {
  const std::string at = "line " + std::to_string(line);
  if (row.size() != column.width)
    return fail(Errc::parse, at + ": the line has " + std::to_string(row.size()) +
                                 " columns, the first has " + std::to_string(column.width));
  const std::string where = at + ", column " + std::to_string(column.index + 1);
  const std::string& text = row[column.index];
  const auto value = fixed_point(text);
  if (!value) return fail(Errc::parse, where + ": \"" + text + "\" is no decimal number");
  if (*value <= 0)
    return fail(Errc::parse, where + ": a price must be above zero, not " + text);
  return *value;
}

// ---- statistics

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

std::int64_t millionths(double x) {
  const double scaled = std::min(std::max(x * 1e6, -1e15), 1e15);
  return scaled < 0 ? -static_cast<std::int64_t>(0.5 - scaled)
                    : static_cast<std::int64_t>(scaled + 0.5);
}

// Returns with the level they started from, jumps apart.
struct Sample {
  std::vector<double> levels, returns, jumps;
};

Sample sample_of(const Prices& prices) {
  std::vector<double> x;
  for (const std::int64_t value : prices.values) x.push_back(log_of(static_cast<double>(value)));
  std::vector<double> all, spread;
  for (std::size_t i = 1; i < x.size(); ++i) all.push_back(x[i] - x[i - 1]);
  const double middle = median(all);
  for (const double r : all) spread.push_back(r < middle ? middle - r : r - middle);
  const double bound = 4 * 1.4826 * median(spread);
  Sample sample;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (bound > 0 && spread[i] > bound) {
      sample.jumps.push_back(all[i] - middle);
    } else {
      sample.levels.push_back(x[i]);
      sample.returns.push_back(all[i]);
    }
  }
  return sample;
}

// Least squares of y on x: y = intercept + slope·x, with the standard error of the slope.
struct Line {
  double slope = 0, slope_error = 0, intercept = 0, variance = 0;
};

Line regress(const std::vector<double>& x, const std::vector<double>& y) {
  const double mx = mean(x), my = mean(y), n = static_cast<double>(x.size());
  double xx = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    xy += (x[i] - mx) * (y[i] - my);
  }
  Line line;
  if (xx > 0) line.slope = xy / xx;
  // Only a way back to the mean is a reversion; a level that runs away has none.
  line.slope = std::min(0.0, std::max(-1.0, line.slope));
  line.intercept = my - line.slope * mx;
  double rest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double e = y[i] - line.intercept - line.slope * x[i];
    rest += e * e;
  }
  line.variance = rest / std::max(1.0, n - 2);
  if (xx > 0) line.slope_error = std::sqrt(line.variance / xx);
  return line;
}

}  // namespace

Result<Prices> parse_prices(std::string_view csv, const std::string& column) {
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  Prices prices;
  std::optional<Column> chosen;
  char separator = ',';
  int number = 0;
  while (!csv.empty()) {
    const auto end = std::min(csv.find('\n'), csv.size());
    const std::string_view line = trim(csv.substr(0, end));
    csv.remove_prefix(std::min(end + 1, csv.size()));
    ++number;
    if (line.empty()) continue;
    if (!chosen && line.find(',') == std::string_view::npos &&
        line.find(';') != std::string_view::npos)
      separator = ';';
    const auto row = fields_of(line, separator);
    if (!row)
      return fail(Errc::parse, "line " + std::to_string(number) + ": a quote is not closed");
    if (!chosen) {
      TRY(chosen, column_of(*row, column));
      if (chosen->head) continue;
    }
    TRY(const std::int64_t value, price_of(*row, *chosen, number));
    if (prices.values.empty()) prices.first_line = number;
    prices.values.push_back(value);
  }
  if (prices.values.empty()) return fail(Errc::parse, "the file holds no prices");
  return prices;
}

Result<ProcessFit> fit(const Prices& prices) {
  if (prices.values.size() < 30)
    return fail(Errc::schema, "a fit needs at least 30 prices, there are " +
                                  std::to_string(prices.values.size()));
  for (const std::int64_t value : prices.values)
    if (value <= 0) return fail(Errc::schema, "a price is not above zero");
  const Sample sample = sample_of(prices);
  const double n = static_cast<double>(sample.returns.size());
  const Line line = regress(sample.levels, sample.returns);
  // A random walk's slope looks like a reversion too; 2.86 standard errors is the 5 % point of
  // Dickey and Fuller (1979) with a constant. Under it: plain drift.
  const bool reverts = -line.slope > 2.86 * line.slope_error;
  const double average = mean(sample.returns);
  double variance = line.variance;
  if (!reverts) {
    variance = 0;
    for (const double r : sample.returns) variance += (r - average) * (r - average);
    variance /= std::max(1.0, n - 1);
  }
  double jump_square = 0;
  for (const double j : sample.jumps) jump_square += j * j;
  const double jumps = static_cast<double>(sample.jumps.size());

  ProcessFit out;
  out.returns = static_cast<std::int64_t>(sample.returns.size());
  out.jumps = static_cast<std::int64_t>(sample.jumps.size());
  out.params.volatility_ppm = millionths(std::sqrt(variance));
  // A process that reverts goes to its anchor: what drift the sample shows is the way there.
  out.params.drift_ppm = reverts ? 0 : millionths(average + variance / 2);
  out.params.reversion_ppm = reverts ? millionths(-line.slope) : 0;
  out.params.jump_ppm = millionths(jumps / (n + jumps));
  out.params.jump_size_ppm = jumps > 0 ? millionths(std::sqrt(jump_square / jumps)) : 0;
  out.drift_error_ppm = millionths(std::sqrt(variance / n));
  out.volatility_error_ppm = millionths(std::sqrt(variance / (2 * n)));
  out.reversion_error_ppm = millionths(line.slope_error);
  out.first = prices.values.front();
  out.last = prices.values.back();
  return out;
}

Json json(const ProcessFit& fit) {
  return Json::object(
      {{"process", json(fit.params)},
       {"fit", Json::object({{"returns", fit.returns},
                             {"jumps", fit.jumps},
                             {"drift_error_ppm", fit.drift_error_ppm},
                             {"volatility_error_ppm", fit.volatility_error_ppm},
                             {"reversion_error_ppm", fit.reversion_error_ppm},
                             {"first", decimal(fit.first, decimals)},
                             {"last", decimal(fit.last, decimals)}})}});
}

}  // namespace wood
