#include "cli/casts.h"

#include <algorithm>

#include "cli/open.h"
#include "core/fields.h"
#include "core/text.h"
#include "core/toml.h"

namespace wood::cli {
namespace {

Result<NamedCast> read_cast(const Scenario& scenario, const Document& document) {
  TRY(const Toml parsed, parse_toml(document.text));
  Fields top(parsed.value, "");
  NamedCast out;
  out.name = top.string("name");
  out.about = top.string("about", "");
  const Json* cast = top.any("cast");
  TRY_STATUS(top.done());
  if (cast == nullptr || !cast->is(Json::Kind::object))
    return fail(Errc::schema, "there is no [cast] table");
  Fields minds(*cast, "cast");
  const std::string everyone = minds.string("everyone", "");
  for (const CreatureSpec& creature : scenario.creatures) {
    const std::string by_role =
        creature.role.empty() ? everyone : minds.string(creature.role.c_str(), everyone);
    const std::string mind = minds.string(creature.name.c_str(), by_role);
    if (mind.empty())
      return fail(Errc::schema, "cast: nobody plays " + creature.name +
                                    (creature.role.empty() ? "" : " (" + creature.role + ")") +
                                    "; name him, his role, or everyone");
    out.minds[creature.name] = mind;
  }
  TRY_STATUS(minds.done());
  return out;
}

}  // namespace

Result<NamedCast> named_cast(const Scenario& scenario, const std::string& name) {
  if (const auto own = scenario.casts.find(name); own != scenario.casts.end())
    return NamedCast{name, name, "", own->second};
  const auto document = open_document("casts", name);
  if (document) {
    auto cast = read_cast(scenario, *document);
    if (!cast) return fail(std::move(cast).error().during(document->path));
    cast->word = name;
    return cast;
  }
  if (name.find('/') != std::string::npos || name.ends_with(".toml"))
    return fail(Error(document.error()));
  std::vector<std::string> names;
  for (const auto& [other, cast] : scenario.casts) names.push_back(other);
  if (const auto files = documents("casts"))
    for (const std::string& file : *files)
      if (std::find(names.begin(), names.end(), file) == names.end()) names.push_back(file);
  const std::string nearest = nearest_name(name, names);
  return fail(Errc::not_found, "scenario " + scenario.name + " has no cast \"" + name + "\"; " +
                                   (nearest.empty() ? "there are " + join(names, ", ")
                                                    : "did you mean \"" + nearest + "\"?"));
}

}  // namespace wood::cli
