#include "cli/open.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "core/text.h"
#include "core/toml.h"
#include "host/env.h"
#include "host/file.h"
#include "host/memory.h"
#include "host/paths.h"
#include "minds/engine.h"

namespace wood::cli {
namespace {

std::vector<std::string> files_in(const std::string& folder, const std::string& ending) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& item : std::filesystem::directory_iterator(folder, error))
    if (item.path().extension() == ending) out.push_back(item.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

// Run files near the place that was named.
tl::unexpected<Error> no_run(const std::string& path) {
  std::vector<std::string> near = files_in("runs", ".wood");
  for (std::string& name : near) name.insert(0, "runs/");
  const std::string nearest = nearest_name(path, near);
  if (!nearest.empty())
    return fail(Errc::not_found, path + ": there is no such file; did you mean " + nearest + "?");
  if (near.empty())
    return fail(Errc::not_found, path + ": there is no such file; `wood run` makes one in runs/");
  return fail(Errc::not_found, path + ": there is no such file; runs/ holds " +
                                   std::to_string(near.size()) + ", among them " + near.back());
}

}  // namespace

Status run_there(const std::string& path) {
  if (!file_exists(path)) return no_run(path);
  return {};
}

Result<OpenRun> open_run(const std::string& path) {
  TRY_STATUS(run_there(path));
  OpenRun out;
  TRY(out.store, sqlite_store(path, Open::read));
  out.ledger = std::make_unique<LedgerReader>(*out.store);
  if (out.ledger->size() == 0)
    return fail(Errc::parse, path + ": the run holds no entry: it ended before its genesis");
  return out;
}

std::vector<EntryKind> all_but(EntryKind kind) {
  std::vector<EntryKind> out;
  for (int other = 0; other < kEntryKinds; ++other)
    if (static_cast<EntryKind>(other) != kind) out.push_back(static_cast<EntryKind>(other));
  return out;
}

Result<Entry> cause_of(const LedgerReader& ledger, const Entry& entry) {
  if (entry.draft.from.empty())
    return fail(Errc::integrity, "entry " + std::to_string(entry.seq.value) + " names no cause");
  return ledger.entry(entry.draft.from.front());
}

RecordView record_view(const LedgerReader& ledger) {
  return {ledger.size(), [&ledger](Seq seq) { return ledger.entry(seq); },
          [&ledger](const std::string& sha256) { return ledger.blob(sha256); }};
}

Result<Seq> entry_number(const std::string& word, const LedgerReader& ledger) {
  const auto number = to_int(word);
  if (!number)
    return fail(
        Errc::usage,
        "\"" + word + "\" is no entry: an entry is named by its number, as `wood show` prints it");
  if (*number < 0 || *number >= ledger.size())
    return fail(Errc::not_found, "there is no entry " + word + ": the run has 0 to " +
                                     std::to_string(ledger.size() - 1));
  return Seq{*number};
}

Result<std::vector<std::string>> documents(const std::string& folder) {
  TRY(const std::string data, data_dir());
  std::vector<std::string> out = files_in(data + "/" + folder, ".toml");
  for (std::string& name : out) name.resize(name.size() - 5);
  return out;
}

Result<Document> open_document(const std::string& folder, const std::string& name) {
  Document out;
  out.path = name;
  if (name.find('/') == std::string::npos && !name.ends_with(".toml")) {
    TRY(const std::string data, data_dir());
    out.path = data + "/" + folder + "/" + name + ".toml";
    if (!file_exists(out.path)) {
      TRY(const std::vector<std::string> names, documents(folder));
      const std::string nearest = nearest_name(name, names);
      return fail(Errc::not_found, "there is no " + folder.substr(0, folder.size() - 1) + " \"" +
                                       name + "\" in " + data + "/" + folder +
                                       (nearest.empty() ? "; there are " + join(names, ", ")
                                                        : "; did you mean \"" + nearest + "\"?"));
    }
  }
  TRY(out.text, read_file(out.path));
  return out;
}

namespace {

constexpr int kExtendsMax = 4;  // a chain that is longer turns in a circle

Result<Json> scenario_source(const std::string& name, int depth) {
  TRY(const Document document, open_document("scenarios", name));
  auto parsed = parse_toml(document.text);
  if (!parsed) return fail(std::move(parsed).error().during(document.path));
  const Json* extends = parsed->value.find("extends");
  if (extends == nullptr) return std::move(parsed->value);
  if (!extends->is(Json::Kind::string))
    return fail(Errc::schema, document.path + ": extends is no scenario's name");
  if (depth >= kExtendsMax)
    return fail(Errc::schema, document.path + ": more than " + std::to_string(kExtendsMax) +
                                  " scenarios extend each other; does one extend itself?");
  auto base = scenario_source(extends->string(), depth + 1);
  if (!base) return fail(std::move(base).error().during(document.path));
  for (const auto& [key, value] : parsed->value.members())
    if (key != "extends") base->set(key, value);
  return base;
}

}  // namespace

Result<Scenario> open_scenario(const std::string& name) {
  TRY(const Document document, open_document("scenarios", name));
  const auto parsed = parse_toml(document.text);
  auto scenario = Result<Scenario>(fail(Errc::schema, ""));
  if (parsed && parsed->value.find("extends") != nullptr) {
    TRY(const Json source, scenario_source(name, 0));
    scenario = scenario_from(source);
  } else {
    scenario = parse_scenario(document.text);  // whose errors name lines
  }
  if (!scenario) return fail(std::move(scenario).error().during(document.path));
  return scenario;
}

Result<Registry> open_registry(const std::vector<std::string>& more) {
  std::vector<RegistryText> texts;
  TRY(const std::string data, data_dir());
  const std::string own = data + "/models/models.toml";
  TRY(std::string text, read_file(own));
  texts.push_back({own, std::move(text)});
  if (const auto config = config_home()) {
    const std::string users = *config + "/wood/models.toml";
    if (file_exists(users)) {
      TRY(std::string theirs, read_file(users));
      texts.push_back({users, std::move(theirs)});
    }
  }
  for (const std::string& file : more) {
    TRY(std::string named, read_file(file));
    texts.push_back({file, std::move(named)});
  }
  return parse_registry(texts);
}

Result<MindSpec> known_mind(const Registry& registry, const std::string& name) {
  if (const MindSpec* spec = registry.find(name); spec != nullptr) return *spec;
  const std::string near = nearest_name(name, registry.names());
  return fail(Errc::not_found,
              "there is no mind \"" + name + "\" in the registry; " +
                  (near.empty() ? "`wood minds` lists them" : "did you mean \"" + near + "\"?"));
}

std::vector<std::string> model_dirs(const std::vector<std::string>& given) {
  std::vector<std::string> out = given;
  if (const auto data = data_dir()) out.push_back(*data + "/models");
  if (const auto bin = exe_dir()) out.push_back(*bin + "/models");
  if (const auto home = data_home()) out.push_back(*home + "/wood/models");
  return out;
}

Result<std::int64_t> memory_for_models(const std::string& given) {
  if (given.empty()) return memory_total() / 4 * 3;
  constexpr std::string_view units = "KMGT";
  const std::size_t unit = units.find(static_cast<char>(std::toupper(given.back())));
  const auto number =
      to_int(unit == units.npos ? given : std::string_view(given).substr(0, given.size() - 1));
  const int shift = unit == units.npos ? 0 : 10 * (static_cast<int>(unit) + 1);
  if (!number || *number < 1 || *number > (std::int64_t{1} << 50 >> shift))
    return fail(Errc::usage,
                "--memory is a number of bytes, or one with K, M, G or T behind it "
                "(8G), not \"" +
                    given + "\"");
  return *number << shift;
}

Result<SigningKey> signing_key() {
  TRY(const std::string path, user_key_path());
  auto key = user_key(path);
  if (!key) return fail(key.error().during(path));
  return key;
}

Json build_json(const std::string& version) {
  return Json::object({{"llama", engine_version()}, {"program", "wood " + version}});
}

}  // namespace wood::cli
