// wood fit: real prices to a process of a scenario.
#include "cli/table.h"
#include "cli/verb.h"
#include "core/text.h"
#include "host/file.h"
#include "market/process_fit.h"

namespace wood::cli {
namespace {

std::string error_text(std::int64_t value, std::int64_t error) {
  return std::to_string(value) + " ± " + std::to_string(error);
}

// A [[good]] that a scenario can take over as it stands. A lot opens at the last price, in
// thousandths.
std::string toml(const ProcessFit& fit, const std::string& good, const std::string& source) {
  const ProcessParams& p = fit.params;
  return "# Fitted to " + std::to_string(fit.returns + fit.jumps) + " returns of " + source + ", " +
         std::to_string(fit.jumps) +
         " of them jumps.\n# With standard errors, in ppm a turn: drift " +
         error_text(p.drift_ppm, fit.drift_error_ppm) + ", volatility " +
         error_text(p.volatility_ppm, fit.volatility_error_ppm) + ", reversion " +
         error_text(p.reversion_ppm, fit.reversion_error_ppm) + ".\n[[good]]\nname = \"" + good +
         "\"\nopening_mp = " + decimal(fit.last, 3, 0) +
         "\nfood = false\nprocess = { drift_ppm = " + std::to_string(p.drift_ppm) +
         ", volatility_ppm = " + std::to_string(p.volatility_ppm) +
         ", jump_ppm = " + std::to_string(p.jump_ppm) +
         ", jump_size_ppm = " + std::to_string(p.jump_size_ppm) +
         ", reversion_ppm = " + std::to_string(p.reversion_ppm) + " }\n";
}

Result<int> act(const Args& args, const Console& console) {
  const std::string path = args.text("FILE");
  const std::string good = args.text("--good", "good");
  if (good.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
    return fail(Errc::usage,
                "--good is a name of small letters, digits and _, not \"" + good + "\"");
  TRY(const Bytes csv, read_file(path));
  const auto prices = parse_prices(csv, args.text("--column", "1"));
  if (!prices) return fail(prices.error().during(path));
  const auto fitted = wood::fit(*prices);
  if (!fitted) return fail(fitted.error().during(path));
  if (args.has("--json")) console.print(json(*fitted).dump() + "\n");
  else console.print(toml(*fitted, good, printable(path.substr(path.find_last_of('/') + 1))));
  return Exit::fine;
}

}  // namespace

Verb fit_verb() {
  using K = Option::Kind;
  return {.name = "fit",
          .about = "fits the price process of a good to real prices",
          .text =
              "Reads a column of a CSV file, one price a turn, and prints a [[good]] for a "
              "scenario, with the "
              "standard error of each parameter. It wants 30 prices and is honest about what so "
              "few can tell.",
          .options = {{.name = "FILE",
                       .kind = K::file,
                       .value = "FILE.csv",
                       .about = "the prices, oldest first",
                       .required = true},
                      {.name = "--column",
                       .kind = K::text,
                       .value = "C",
                       .about = "its name in the head line, or its number from 1 (1)"},
                      {.name = "--good",
                       .kind = K::text,
                       .value = "NAME",
                       .about = "what the good is called (good)"},
                      {.name = "--json", .about = "as one JSON object"}},
          .examples = {{"wood fit wheat.csv --column close --good wheat >> my.toml",
                        "a good with the habits of wheat"}},
          .act = act};
}

}  // namespace wood::cli
