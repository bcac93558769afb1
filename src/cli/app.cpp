#include "cli/app.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "core/text.h"

namespace wood::cli {
namespace {

using Parsed = std::variant<Call, Help, Version>;

// One verb as CLI11 holds it.
struct Bound {
  const Verb* verb = nullptr;
  std::string path;
  CLI::App* app = nullptr;
  std::vector<CLI::Option*> options;  // beside verb->options
};

// Not called bind: argument-dependent lookup would prefer std::bind, which does nothing.
void declare(const Verb& verb, const std::string& path, CLI::App* app, std::vector<Bound>& out) {
  app->set_help_flag();
  app->add_flag("-h,--help");
  app->allow_extras();
  Bound bound{&verb, path, app, {}};
  for (const Option& option : verb.options) {
    CLI::Option* made = option.kind == Option::Kind::flag ? app->add_flag(option.name)
                                                          : app->add_option(option.name);
    if (option.kind != Option::Kind::flag)
      made->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    // As many as come.
    if (option.many && (option.position() || option.words)) made->expected(-1);
    bound.options.push_back(made);
  }
  out.push_back(std::move(bound));
  for (const Verb& inner : verb.verbs)
    declare(inner, path + " " + inner.name, app->add_subcommand(inner.name), out);
}

std::string hint(std::string_view word, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(word, names);
  return nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?";
}

tl::unexpected<Error> wrong(const std::string& path, const std::string& what) {
  return fail(Errc::usage, path + ": " + what);
}

std::vector<std::string> names_of(const Verb& verb, bool positions) {
  std::vector<std::string> out;
  for (const Option& option : verb.options)
    if (option.position() == positions) out.push_back(option.name);
  if (!positions) out.emplace_back("--help");
  return out;
}

tl::unexpected<Error> extra(const Bound& bound, const std::string& word) {
  if (word.size() > 1 && word.front() == '-') {
    const std::string option = word.substr(0, word.find('='));
    return wrong(bound.path,
                 "there is no option " + option + hint(option, names_of(*bound.verb, false)));
  }
  if (!bound.verb->verbs.empty() && !bound.verb->act) {
    std::vector<std::string> names = {"help"};
    for (const Verb& verb : bound.verb->verbs) names.push_back(verb.name);
    const std::string mend = hint(word, names);
    return wrong(bound.path, "there is no verb \"" + word + "\"" +
                                 (mend.empty() ? "; `wood help` lists them" : mend));
  }
  const std::size_t taken = names_of(*bound.verb, true).size();
  return wrong(bound.path, "\"" + word + "\" is one word too many: it takes " +
                               (taken == 0   ? "none"
                                : taken == 1 ? "one"
                                             : "two"));
}

Status check_value(const Bound& bound, const Option& option, const std::string& value) {
  if (option.kind == Option::Kind::integer && !to_int(value))
    return wrong(bound.path, option.name + " wants a whole number, not \"" + value + "\"");
  if (option.kind == Option::Kind::choice &&
      std::find(option.choices.begin(), option.choices.end(), value) == option.choices.end()) {
    const std::string mend = hint(value, option.choices);
    return wrong(bound.path, option.name + " is one of " + join(option.choices, ", ") + ", not \"" +
                                 value + "\"" + mend);
  }
  if (value.empty()) return wrong(bound.path, option.name + " is empty");
  return {};
}

Result<Args> read_args(const Bound& bound) {
  Args args;
  for (std::size_t i = 0; i < bound.options.size(); ++i) {
    const Option& option = bound.verb->options[i];
    const CLI::Option& given = *bound.options[i];
    if (given.count() == 0) {
      if (option.required)
        return wrong(bound.path, option.name + " is missing: " + option.about + " (try " +
                                     bound.path + " --help)");
      continue;
    }
    if (given.count() > 1 && !option.many)
      return wrong(bound.path,
                   option.name + " was given " + std::to_string(given.count()) + " times");
    if (option.kind == Option::Kind::flag) {
      args.add(option.name, "true");
      continue;
    }
    for (const std::string& value : given.results()) {
      TRY_STATUS(check_value(bound, option, value));
      args.add(option.name, value);
    }
  }
  return args;
}

// `wood help run` is `wood run --help`.
std::vector<std::string> without_help(std::vector<std::string> words) {
  if (words.empty() || words.front() != "help") return words;
  words.erase(words.begin());
  words.emplace_back("--help");
  return words;
}

// The innermost verb that was named.
const Bound& named(const std::vector<Bound>& all) {
  const Bound* out = &all.front();
  for (const Bound& bound : all)
    if (bound.app->parsed() && bound.path.size() > out->path.size()) out = &bound;
  return *out;
}

}  // namespace

Result<Parsed> parse(const Verb& root, std::vector<std::string> words) {
  words = without_help(std::move(words));
  CLI::App app;
  std::vector<Bound> all;
  declare(root, root.name, &app, all);
  CLI::Option* version = app.add_flag("--version");
  std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    // What is left to CLI11: an option without its value, of which it names the option first.
    const std::string what = replace_all(error.what(), "\n", " ");
    const std::string option = what.substr(0, what.find(':'));
    return wrong(named(all).path, option.starts_with("--") ? option + " wants a value" : what);
  }
  if (version->count() > 0) return Parsed(Version{});
  const Bound& bound = named(all);
  for (const Bound& outer : all)
    if (outer.app->parsed() && outer.app->get_option("--help")->count() > 0)
      return Parsed(Help{bound.verb, bound.path, true});
  for (const Bound* at : {&std::as_const(all).front(), &bound})
    if (const auto extras = at->app->remaining(); !extras.empty())
      return extra(*at, extras.front());
  if (!bound.verb->act) return Parsed(Help{bound.verb, bound.path, false});
  // `wood minds --json pull x`: what stands before the inner verb would be lost.
  for (const Bound& outer : all)
    for (std::size_t i = 0; &outer != &bound && i < outer.options.size(); ++i)
      if (outer.options[i]->count() > 0)
        return wrong(bound.path, outer.verb->options[i].name + " of " + outer.path +
                                     " stands before it; put what " + bound.verb->name +
                                     " is to know behind it");
  TRY(Args args, read_args(bound));
  return Parsed(Call{bound.verb, bound.path, std::move(args)});
}

}  // namespace wood::cli
