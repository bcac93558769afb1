// How the cost of a run grows with its creatures: many creatures on five models, one turn.
//
//   bench_crowd [--cast CAST] [--turns T] [--svg FILE] [N …]
//
// Plays a crowd of each size (10, 30, 100, 300, 1000) in a process of its own, and prints
// decisions, decisions a second of wall and of processor time, and memory. The straight line
// through the first and the last size is what linear growth would be: the last column says by how
// much a size departs from it.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "core/json.h"
#include "host/file.h"
#include "host/paths.h"
#include "host/process.h"

namespace wood {
namespace {

struct Size {
  std::int64_t creatures = 0;
  std::int64_t decisions = 0;
  ChildEnd end;

  [[nodiscard]] double cpu() const { return static_cast<double>(end.cpu_us) / 1e6; }
  [[nodiscard]] double mib() const { return static_cast<double>(end.peak_bytes) / (1 << 20); }
};

Result<Size> play(std::int64_t creatures, const std::string& cast, std::int64_t turns) {
  TRY(const std::string bin, exe_dir());
  const std::string base = (std::filesystem::temp_directory_path() / "wood-bench-crowd").string();
  TRY_STATUS(remove_file(base + ".wood"));
  Children children;
  TRY(const int pid, children.start({bin + "/wood", "run", "--creatures", std::to_string(creatures),
                                     "--cast", cast, "--turns", std::to_string(turns), "--seed",
                                     "5", "--out", base + ".wood", "--json", "--quiet"},
                                    base + ".log"));
  (void)pid;
  TRY(const auto ended, children.wait());
  TRY(const Bytes text, read_file(base + ".log"));
  const std::size_t brace = text.find('{');
  if (ended.second.exit != 0 || brace == std::string::npos)
    return fail(Errc::environment, "the run of " + std::to_string(creatures) + " failed: " + text);
  TRY(const Json report,
      parse_json(std::string_view(text).substr(brace, text.find('\n', brace) - brace)));
  Size out{creatures, report.at("counts").int_or("prompts", 0), ended.second};
  for (const char* ending : {".wood", ".log"}) TRY_STATUS(remove_file(base + ending));
  return out;
}

// Processor time over decisions, with the straight line from the first size to the last.
std::string drawing(const std::vector<Size>& sizes) {
  const double width = 640, height = 360, left = 60, bottom = 310, top = 20, right = 620;
  const Size& last = sizes.back();
  const auto x = [&](double n) {
    return left + n / static_cast<double>(last.creatures) * (right - left);
  };
  double most = 0;
  for (const Size& size : sizes) most = std::max(most, size.cpu());
  const auto y = [&](double s) { return bottom - s / most * (bottom - top); };
  char part[512];
  std::string out;
  std::snprintf(
      part, sizeof part,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
      "font-family=\"sans-serif\" font-size=\"13\"><rect width=\"100%%\" height=\"100%%\" "
      "fill=\"#fffdf8\"/><path d=\"M%.0f %.0fH%.0fM%.0f %.0fV%.0f\" stroke=\"#b9b1a0\"/>",
      width, height, left, bottom, right, left, bottom, top);
  out += part;
  std::snprintf(part, sizeof part,
                "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#b9b1a0\" stroke-dasharray=\"4 4\"/>",
                x(static_cast<double>(sizes.front().creatures)), y(sizes.front().cpu()),
                x(static_cast<double>(last.creatures)), y(last.cpu()));
  out += part;
  for (const Size& size : sizes) {
    const double at = x(static_cast<double>(size.creatures));
    std::snprintf(part, sizeof part,
                  "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"#2f6b3c\"/>"
                  "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"#6d685c\">%lld</text>",
                  at, y(size.cpu()), at, bottom + 18, static_cast<long long>(size.creatures));
    out += part;
  }
  std::snprintf(part, sizeof part,
                "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">creatures</text><text x=\"8\" "
                "y=\"%.0f\">%.0f core-seconds a turn</text></svg>\n",
                (left + right) / 2, bottom + 40, top - 4, most);
  return out + part;
}

Status bench(std::vector<std::int64_t> counts, const std::string& cast, std::int64_t turns,
             const std::string& svg) {
  std::vector<Size> sizes;
  for (const std::int64_t count : counts) {
    TRY(const Size size, play(count, cast, turns));
    sizes.push_back(size);
    std::fprintf(stderr, "%lld creatures: %.1f s\n", static_cast<long long>(count),
                 static_cast<double>(size.end.wall_us) / 1e6);
  }
  const Size &first = sizes.front(), &last = sizes.back();
  const double slope = (last.cpu() - first.cpu()) /
                       std::max(1.0, static_cast<double>(last.creatures - first.creatures));
  std::printf(
      "cast %s, %lld turn(s)\ncreatures  decisions  a second  a core-second  peak MiB  "
      "against a line\n",
      cast.c_str(), static_cast<long long>(turns));
  for (const Size& size : sizes) {
    const double line = first.cpu() + slope * static_cast<double>(size.creatures - first.creatures);
    std::printf("%9lld  %9lld  %8.1f  %13.1f  %8.0f  %+13.1f %%\n",
                static_cast<long long>(size.creatures), static_cast<long long>(size.decisions),
                static_cast<double>(size.decisions) * 1e6 / static_cast<double>(size.end.wall_us),
                static_cast<double>(size.decisions) / size.cpu(), size.mib(),
                line > 0 ? (size.cpu() / line - 1) * 100 : 0.0);
  }
  return svg.empty() ? Status{} : write_file(svg, drawing(sizes));
}

}  // namespace
}  // namespace wood

int main(int argc, char** argv) {
  std::string cast = "tiny", svg;
  std::int64_t turns = 1;
  std::vector<std::int64_t> counts;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--cast" && i + 1 < argc) cast = argv[++i];
    else if (word == "--turns" && i + 1 < argc) turns = std::atoll(argv[++i]);
    else if (word == "--svg" && i + 1 < argc) svg = argv[++i];
    else counts.push_back(std::atoll(argv[i]));
  }
  if (counts.empty()) counts = {10, 30, 100, 300, 1'000};
  if (turns < 1 || *std::min_element(counts.begin(), counts.end()) < 1 ||
      !std::is_sorted(counts.begin(), counts.end())) {
    std::fprintf(stderr,
                 "usage: bench_crowd [--cast CAST] [--turns T] [--svg FILE] [N …]\n"
                 "sizes ascend\n");
    return 2;
  }
  const wood::Status done = wood::bench(counts, cast, turns, svg);
  if (!done) std::fprintf(stderr, "bench_crowd: %s\n", done.error().what.c_str());
  return done ? 0 : 1;
}
