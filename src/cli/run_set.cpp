#include "cli/run_set.h"

#include <algorithm>
#include <filesystem>

#include "cli/open.h"

namespace wood::cli {
namespace {

template <class T, class Read>
Result<std::vector<T>> read_all(const std::vector<std::string>& files, const Console& console,
                                Read read) {
  std::vector<T> out;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (console.err.person)
      console.complain("\rreading run " + std::to_string(i + 1) + " of " +
                       std::to_string(files.size()));
    auto run = open_run(files[i]);
    auto made = run ? read(*run->ledger) : Result<T>(tl::unexpected<Error>(run.error()));
    if (!made) {
      if (console.err.person) console.complain("\r\x1b[K");
      const std::string& what = made.error().what;
      return fail(what.starts_with(files[i]) ? made.error() : made.error().during(files[i]));
    }
    out.push_back(std::move(*made));
  }
  if (console.err.person) console.complain("\r\x1b[K");
  return out;
}

}  // namespace

Result<std::vector<std::string>> runs_in(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& item : std::filesystem::directory_iterator(folder, error))
    if (item.path().extension() == ".wood") out.push_back(item.path().string());
  if (out.empty())
    return fail(Errc::not_found, folder + " holds no run; `wood run --out " + folder +
                                     "/NAME.wood` makes one there");
  std::sort(out.begin(), out.end());
  return out;
}

Result<std::vector<eval::Figures>> read_all_figures(const std::vector<std::string>& files,
                                                    const Console& console) {
  return read_all<eval::Figures>(files, console, eval::read_figures);
}

Result<std::vector<eval::Observed>> observe_all(const std::vector<std::string>& files,
                                                const Console& console) {
  return read_all<eval::Observed>(files, console, eval::observe);
}

}  // namespace wood::cli
