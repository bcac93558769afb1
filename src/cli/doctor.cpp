// wood doctor: what is installed, and what a run would use.
#include "cli/open.h"
#include "cli/presence.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/text.h"
#include "drama/scenario.h"
#include "host/file.h"
#include "host/paths.h"
#include "minds/engine.h"
#include "minds/kernels.h"

namespace wood::cli {
namespace {

enum class Health { good, note, bad };

class Examination {
 public:
  explicit Examination(const Console& console) : console_(console) {}

  void add(Health health, const std::string& what, const std::string& found) {
    static constexpr const char* words[] = {"ok", "note", "wrong"};
    static constexpr Tone tones[] = {Tone::good, Tone::warn, Tone::bad};
    const auto index = static_cast<int>(health);
    grid_.row({{words[index], tones[index]}, {what, Tone::strong}, printable(found)});
    json_.push(Json::object({{"found", found}, {"health", words[index]}, {"what", what}}));
    bad_ = bad_ || health == Health::bad;
  }
  int finish(const Args& args) {
    console_.print(args.has("--json") ? json_.dump() + "\n" : grid_.text(console_.out));
    return bad_ ? Exit::environment : Exit::fine;
  }

 private:
  const Console& console_;
  Grid grid_{{{""}, {"what"}, {"found"}}};
  Json json_ = Json::array();
  bool bad_ = false;
};

void examine_engine(Examination& e) {
  const std::string version = engine_version();
  if (version.empty())
    return e.add(Health::note, "llama.cpp",
                 "built without: GGUF models cannot be asked in this process");
  const auto kernels = load_kernels("");
  e.add(kernels ? Health::good : Health::bad, "llama.cpp",
        version + (kernels ? ", kernels " + *kernels : ": " + kernels.error().what));
}

void examine_key(Examination& e) {
  const auto path = user_key_path();
  if (!path) return e.add(Health::bad, "key", path.error().what);
  if (!file_exists(*path))
    return e.add(Health::note, "key", "none yet; the first run makes one in " + *path);
  const auto key = user_key(*path);
  e.add(key ? Health::good : Health::bad, "key", key ? key->verifier().text() : key.error().what);
}

// Each cast of the default scenario: whether its minds are there.
void examine_casts(Examination& e, const Registry& registry) {
  const auto document = open_document("scenarios", "five-labs");
  if (!document) return e.add(Health::bad, "scenario", document.error().what);
  const auto scenario = parse_scenario(document->text);
  if (!scenario) return e.add(Health::bad, "scenario", scenario.error().what);
  const std::vector<std::string> dirs = model_dirs({});
  const std::string first = default_cast(*scenario, registry, dirs).name;
  for (const auto& [name, cast] : scenario->casts) {
    std::vector<std::string> faults;
    for (const Lack& lack : lacking(cast, registry, dirs)) faults.push_back(lack.what);
    const std::string role = name == scenario->cast_default ? " (default)"
                             : name == first                ? " (plays instead of it)"
                                                            : "";
    e.add(faults.empty()  ? Health::good
          : name == first ? Health::bad
                          : Health::note,
          "cast " + name + role, faults.empty() ? "can play" : join(faults, ", "));
  }
}

void examine_terminal(Examination& e, const Terminal& terminal) {
  e.add(Health::good, "terminal",
        std::string(terminal.person ? "a terminal of " : "no terminal; lines of ") +
            std::to_string(terminal.width) + " columns, " +
            (terminal.colour ? "colours" : "no colours") + ", " +
            (terminal.unicode ? "UTF-8" : "no UTF-8: sparklines and trees are drawn in ASCII"));
}

Result<int> list(const std::string& what, const Console& console) {
  std::vector<std::string> names;
  if (what == "minds") {
    TRY(const Registry registry, open_registry());
    names = registry.names();
  } else {
    TRY(names, documents(what));
  }
  for (const std::string& name : names) console.print(name + "\n");
  return Exit::fine;
}

Result<int> act(const Args& args, const Console& console) {
  if (args.has("--list")) return list(args.text("--list"), console);
  Examination e(console);
  e.add(Health::good, "program", "wood " + console.version);
  const auto data = data_dir();
  e.add(data ? Health::good : Health::bad, "data", data ? *data : data.error().what);
  examine_engine(e);
  const auto registry = open_registry();
  e.add(registry ? Health::good : Health::bad, "registry",
        registry ? std::to_string(registry->minds.size()) + " minds (`wood minds`)"
                 : registry.error().what);
  if (const auto config = config_home()) {
    const std::string users = *config + "/wood/models.toml";
    e.add(Health::good, "your minds",
          file_exists(users) ? users : "none; " + users + " would add some");
  }
  if (registry) examine_casts(e, *registry);
  examine_key(e);
  examine_terminal(e, console.out);
  return e.finish(args);
}

}  // namespace

Verb doctor_verb() {
  using K = Option::Kind;
  return {.name = "doctor",
          .about = "says what is installed and what a run would use",
          .text = "Ends with 3 if the default scenario could not be played on this machine.",
          .options = {{.name = "--json", .about = "as a JSON array"},
                      {.name = "--list",
                       .kind = K::choice,
                       .value = "WHAT",
                       .about = "only the names of these, one a line",
                       .choices = {"scenarios", "pipelines", "minds"}}},
          .examples = {{"wood doctor", "before the first run, or in a bug report"}},
          .act = act};
}

}  // namespace wood::cli
