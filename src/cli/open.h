// Opens what a command line names: run files, scenarios, pipelines, the registry of minds, keys.
// Every failure says where was looked and what to do.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drama/recorded.h"
#include "drama/scenario.h"
#include "ledger/ledger.h"
#include "minds/registry.h"

namespace wood::cli {

struct OpenRun {
  std::unique_ptr<Store> store;
  std::unique_ptr<LedgerReader> ledger;
};
// Errc::not_found, with the run that may have been meant, if there is no such file.
Status run_there(const std::string& path);
// For reading.
Result<OpenRun> open_run(const std::string& path);
// What LedgerReader::each is to pass over so that only these entries are visited.
std::vector<EntryKind> all_but(EntryKind kind);
// The entry that an answer or a reading hangs on, its first cause; Errc::integrity without one.
Result<Entry> cause_of(const LedgerReader& ledger, const Entry& entry);
// As drama reads it. `ledger` must outlive the view.
RecordView record_view(const LedgerReader& ledger);
// The entry that a word names: its number.
Result<Seq> entry_number(const std::string& word, const LedgerReader& ledger);

// A path as it stands if it has a slash or the ending; else FOLDER/NAME.toml in the data folder.
struct Document {
  std::string path;
  std::string text;
};
Result<Document> open_document(const std::string& folder, const std::string& name);
// The names of the documents there, sorted.
Result<std::vector<std::string>> documents(const std::string& folder);

// A scenario by name or file, as open_document finds it. One that says `extends = "NAME"` has every
// member of that scenario that it does not give itself (whole members: its calendar replaces the
// other's). Errc::schema names file and place.
Result<Scenario> open_scenario(const std::string& name);

// models/models.toml of the data folder, then wood/models.toml of the user's configuration folder,
// then `more` in order: each overrides those before it key by key.
Result<Registry> open_registry(const std::vector<std::string>& more = {});
// Errc::not_found, with the mind that may have been meant.
Result<MindSpec> known_mind(const Registry& registry, const std::string& name);
// Where model files are looked for: as given, else the places where they usually are.
std::vector<std::string> model_dirs(const std::vector<std::string>& given);

// Bytes that all models may take up together: as `given` ("8G", "512M", bytes), else three quarters
// of the machine's. Errc::usage names the option.
Result<std::int64_t> memory_for_models(const std::string& given);

// The user's signing key; made at the first use.
Result<SigningKey> signing_key();
// What a genesis says of the program.
Json build_json(const std::string& version);

}  // namespace wood::cli
