#include "cli/presence.h"

#include "cli/open.h"
#include "cli/table.h"
#include "host/env.h"
#include "host/file.h"
#include "minds/hub_cache.h"

namespace wood::cli {

Located locate(const MindSpec& spec, const std::vector<std::string>& dirs) {
  Located out;
  if (spec.kind == MindKind::scripted) {
    out.text = "built in";
    return out;
  }
  if (spec.kind == MindKind::openai) {
    out.text = spec.endpoint;
    if (spec.key_env.empty() || !env(spec.key_env).empty()) return out;
    out.presence = Presence::absent;
    out.text += ", but " + spec.key_env + " is not set";
    return out;
  }
  out.path = model_file(spec, dirs);
  if (out.path.empty()) {
    out.presence = Presence::absent;
    out.text = spec.repo.empty() ? spec.file + " is not there"
                                 : "not there; `wood minds pull " + spec.name + "` fetches it";
    return out;
  }
  out.bytes = file_size(out.path).value_or(0);
  out.text = bytes_text(out.bytes);
  auto card = model_card_beside(out.path);
  const Status fits = card && *card ? check_prompt_format(spec, **card) : Status();
  if (!card || !fits) {
    out.presence = Presence::refused;
    out.text = !card ? card.error().what : fits.error().what;
  }
  if (card) out.card = std::move(*card);
  return out;
}

std::vector<Lack> lacking(const std::map<std::string, std::string>& cast, const Registry& registry,
                          const std::vector<std::string>& dirs) {
  std::set<std::string> minds;
  for (const auto& [creature, mind] : cast) minds.insert(mind);
  std::map<std::string, bool> out;
  for (const std::string& mind : minds) {
    const MindSpec* spec = registry.find(mind);
    if (spec == nullptr) {
      out[mind + " is in no registry"] = false;
      continue;
    }
    const Located located = locate(*spec, dirs);
    if (!located.here()) out[located.text] = located.presence == Presence::absent;
  }
  std::vector<Lack> lacks;
  for (const auto& [what, absent] : out) lacks.push_back({what, absent});
  return lacks;
}

DefaultCast default_cast(const Scenario& scenario, const Registry& registry,
                         const std::vector<std::string>& dirs) {
  DefaultCast out{scenario.cast_default, ""};
  if (scenario.cast_otherwise.empty()) return out;
  std::vector<std::string> absent;
  for (const Lack& lack : lacking(scenario.casts.at(scenario.cast_default), registry, dirs))
    if (lack.absent) absent.push_back(lack.what);
  if (absent.empty()) return out;
  out.name = scenario.cast_otherwise;
  out.note =
      "the cast " + out.name + " plays instead of " + scenario.cast_default + ": " + absent.front();
  if (absent.size() > 1) out.note += ", nor are " + std::to_string(absent.size() - 1) + " more";
  return out;
}

}  // namespace wood::cli
