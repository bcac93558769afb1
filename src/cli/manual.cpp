#include "cli/manual.h"

#include <algorithm>

#include "cli/table.h"
#include "core/text.h"

namespace wood::cli {
namespace {

std::string spelled(const Option& option) {
  if (option.position()) return option.name;
  return option.kind == Option::Kind::flag ? option.name : option.name + " " + option.value;
}

std::string about(const Option& option) {
  std::string out = option.about;
  if (option.kind == Option::Kind::choice) out += " (" + join(option.choices, ", ") + ")";
  if (option.many && !option.words) out += "; may be given more than once";
  return out;
}

std::string paragraph(const std::string& text, int width, const std::string& indent = "") {
  std::string out;
  for (const std::string& line : wrapped(text, width - static_cast<int>(indent.size())))
    out += indent + line + "\n";
  return out;
}

// "  name    about" with what does not fit on the line under itself.
std::string entry(const std::string& name, const std::string& text, int column, int width) {
  const int room = std::max(20, width - column);
  const std::vector<std::string> lines = wrapped(text, room);
  std::string out = "  " + name;
  const int used = 2 + columns(name);
  const std::string indent(static_cast<std::size_t>(column), ' ');
  out += used + 2 <= column ? std::string(static_cast<std::size_t>(column - used), ' ')
                            : "\n" + indent;
  for (std::size_t i = 0; i < lines.size(); ++i) out += (i > 0 ? indent : "") + lines[i] + "\n";
  return out;
}

void list_options(const Verb& verb, bool positions, const Terminal& terminal, int width,
                  std::string& out) {
  std::string body;
  for (const Option& option : verb.options)
    if (option.position() == positions) body += entry(spelled(option), about(option), 26, width);
  if (!positions) body += entry("--help", "this text", 26, width);
  if (!body.empty())
    out += "\n" + toned(terminal, Tone::strong, positions ? "Arguments" : "Options") + "\n" + body;
}

// ---- roff ----

std::string roff(std::string text) {
  text = replace_all(std::move(text), "\\", "\\e");
  text = replace_all(std::move(text), "-", "\\-");
  if (!text.empty() && (text.front() == '.' || text.front() == '\'')) text.insert(0, "\\&");
  return text;
}

void man_verb_text(const Verb& verb, const std::string& path, std::string& out) {
  if (verb.act) {
    out += ".SS " + roff(usage_line(verb, path)) + "\n" + roff(verb.about + ".") + "\n";
    if (!verb.text.empty()) out += ".PP\n" + roff(verb.text) + "\n";
    for (const Option& option : verb.options)
      out += ".TP\n.B " + roff(spelled(option)) + "\n" + roff(about(option)) + "\n";
    for (const Example& example : verb.examples)
      out += ".PP\n" + roff(example.about) + ":\n.PP\n.EX\n    " + roff(example.line) + "\n.EE\n";
  }
  for (const Verb& inner : verb.verbs) man_verb_text(inner, path + " " + inner.name, out);
}

// ---- completions ----

void flatten(const Verb& verb, const std::string& path,
             std::vector<std::pair<std::string, const Verb*>>& out) {
  out.emplace_back(path, &verb);
  for (const Verb& inner : verb.verbs) flatten(inner, path + " " + inner.name, out);
}

std::string bash_words(const Verb& verb) {
  std::vector<std::string> words;
  for (const Verb& inner : verb.verbs) words.push_back(inner.name);
  for (const Option& option : verb.options) {
    if (!option.position()) words.push_back(option.name);
    else if (option.kind == Option::Kind::choice) words.push_back(join(option.choices, " "));
  }
  words.emplace_back("--help");
  return join(words, " ");
}

// What completes the value of an option, as a command for the case arm.
std::string bash_values(const Option& option) {
  switch (option.kind) {
    case Option::Kind::choice:
      return "COMPREPLY=($(compgen -W '" + join(option.choices, " ") + "' -- \"$cur\"))";
    case Option::Kind::file: return "COMPREPLY=($(compgen -f -- \"$cur\"))";
    case Option::Kind::folder: return "COMPREPLY=($(compgen -d -- \"$cur\"))";
    case Option::Kind::mind:
      return "COMPREPLY=($(compgen -W \"$(wood doctor --list minds 2>/dev/null)\" -- \"$cur\"))";
    case Option::Kind::scenario:
      return "COMPREPLY=($(compgen -W \"$(wood doctor --list scenarios 2>/dev/null)\" -- "
             "\"$cur\"))";
    default: return "COMPREPLY=()";
  }
}

std::string zsh_quoted(const std::string& text) {
  std::string out = replace_all(text, "'", "'\\''");
  out = replace_all(std::move(out), "[", "\\[");
  out = replace_all(std::move(out), "]", "\\]");
  return replace_all(std::move(out), ":", "\\:");
}

std::string zsh_action(const Option& option) {
  switch (option.kind) {
    case Option::Kind::choice: return "(" + join(option.choices, " ") + ")";
    case Option::Kind::file: return "_files";
    case Option::Kind::folder: return "_files -/";
    case Option::Kind::mind: return "{compadd -- $(wood doctor --list minds 2>/dev/null)}";
    case Option::Kind::scenario:
      return "{compadd -- $(wood doctor --list scenarios 2>/dev/null); _files -g \"*.toml\"}";
    default: return " ";
  }
}

std::string zsh_arguments(const Verb& verb) {
  std::string out;
  for (const Option& option : verb.options) {
    const std::string text = zsh_quoted(option.about);
    out += " \\\n        '";
    if (option.position())
      out += std::string(option.many       ? "*"
                         : option.required ? ""
                                           : ":") +
             ":" + option.name + ":" + zsh_action(option);
    else
      out +=
          (option.many ? "*" : "") + option.name + "[" + text + "]" +
          (option.kind == Option::Kind::flag ? "" : ":" + option.value + ":" + zsh_action(option));
    out += "'";
  }
  return out + " \\\n        '--help[how to use it]'";
}

std::string function_name(const std::string& path) { return "_" + replace_all(path, " ", "_"); }

std::string zsh_function(const std::string& path, const Verb& verb) {
  std::string out = function_name(path) + "() {\n";
  const std::string own = verb.act ? "_arguments -s" + zsh_arguments(verb) : "";
  if (verb.verbs.empty()) return out + "    " + own + "\n}\n\n";
  out += "    local -a verbs=(";
  for (const Verb& inner : verb.verbs)
    out += "\n        '" + inner.name + ":" + zsh_quoted(inner.about) + "'";
  out += "\n    )\n";
  // Of a verb that does something of its own, an inner one is only a first word among others.
  const std::string inner = function_name(path) + "_$";
  const std::string there = "$+functions[" + inner + "words[2]]";
  out += verb.act ? "    (( CURRENT == 2 )) && _describe verb verbs\n    if (( CURRENT == 2 || ! " +
                        there + " )); then\n        " + own + "\n"
                  : "    if (( CURRENT == 2 )); then\n        _describe verb verbs\n";
  out +=
      "    else\n        local verb=$words[2]\n        shift words\n        (( CURRENT-- ))\n"
      "        (( $+functions[" +
      inner + "verb] )) && " + inner +
      "verb\n"
      "    fi\n}\n\n";
  return out;
}

}  // namespace

std::string usage_line(const Verb& verb, const std::string& path) {
  std::string out = path;
  if (!verb.act) return out + " VERB …";
  bool options = false;
  for (const Option& option : verb.options) {
    if (option.position()) {
      const std::string name = option.name + (option.many ? "…" : "");
      out += option.required ? " " + name : " [" + name + "]";
    } else if (option.required) out += " " + spelled(option);
    else options = true;
  }
  return options ? out + " [OPTIONS]" : out;
}

std::string help_text(const Verb& verb, const std::string& path, const Terminal& terminal) {
  const int width = std::min(terminal.width, 100);
  const auto strong = [&](const char* text) { return toned(terminal, Tone::strong, text); };
  std::string out =
      path + ": " + verb.about + "\n\n" + strong("Usage") + "\n  " + usage_line(verb, path) + "\n";
  if (verb.act && !verb.verbs.empty()) out += "  " + path + " VERB …\n";
  if (!verb.text.empty()) out += "\n" + paragraph(verb.text, width);
  if (!verb.verbs.empty()) {
    out += "\n" + strong("Verbs") + "\n";
    for (const Verb& inner : verb.verbs) out += entry(inner.name, inner.about, 16, width);
  }
  list_options(verb, true, terminal, width, out);
  if (verb.act) list_options(verb, false, terminal, width, out);
  if (!verb.examples.empty()) {
    out += "\n" + strong("Examples") + "\n";
    for (const Example& example : verb.examples)
      out += "  " + example.line + "\n" +
             toned(terminal, Tone::dim, paragraph(example.about, width, "      "));
  }
  if (!verb.verbs.empty()) out += "\nMore of a verb: " + path + " VERB --help\n";
  return out;
}

std::string man_page(const Verb& root) {
  std::string out =
      ".\\\" Made by `wood man`; a test compares it with the program.\n"
      ".TH WOOD 1 \"\" \"\" \"Thousand Token Wood\"\n.SH NAME\n" +
      roff(root.name) + " \\- " + roff(root.about) + "\n.SH SYNOPSIS\n.B wood\n.I VERB\n" +
      roff("[OPTIONS]") + "\n.SH DESCRIPTION\n" + roff(root.text) + "\n.SH VERBS\n";
  for (const Verb& verb : root.verbs) man_verb_text(verb, root.name + " " + verb.name, out);
  out +=
      ".SH EXIT STATUS\n.TP\n.B 0\nEverything is as it should be.\n.TP\n.B 1\nA finding: a ledger "
      "that does "
      "not verify, a replay that diverges, a leak.\n.TP\n.B 2\nThe command line, or a file it "
      "names, is "
      "wrong.\n.TP\n.B 3\nThis machine lacks something, or something failed.\n"
      ".SH ENVIRONMENT\n.TP\n.B WOOD_DATA\nThe folder that holds scenarios, pipelines and models.\n"
      ".TP\n.B WOOD_KERNELS\nThe CPU kernels of llama.cpp: haswell, sse42, x64 or "
      "skylakex.\n"
      ".TP\n.B XDG_CONFIG_HOME\nWhere wood/models.toml adds minds to the registry and overrides "
      "them; "
      "~/.config if unset.\n"
      ".TP\n.B HF_HOME\nWhere the files of the model hub are, in hub, and the token, in token; "
      "~/.cache/huggingface if unset. HF_HUB_CACHE names the folder of the files itself.\n"
      ".TP\n.B HF_TOKEN\nWho asks the model hub, for models whose licence has to be accepted.\n"
      ".TP\n.B HF_ENDPOINT\nThe model hub; https://huggingface.co if unset.\n"
      ".TP\n.B NO_COLOR\nIf set, nothing is coloured.\n"
      ".TP\n.B SSL_CERT_FILE\nThe roots to trust where something is asked over TLS.\n"
      ".SH FILES\n.TP\n.B runs/NAME\\-SEED.wood\nThe ledger of a run: one SQLite file, never "
      "overwritten.\n";
  return out;
}

std::string bash_completion(const Verb& root) {
  std::vector<std::pair<std::string, const Verb*>> all;
  flatten(root, root.name, all);
  std::string out =
      "# bash completion of wood; made by `wood completion bash`.\n_wood() {\n"
      "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path=wood word\n"
      "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n        case \"$path $word\" in\n";
  std::vector<std::string> paths;
  for (const auto& [path, verb] : all)
    if (path != root.name) paths.push_back("'" + path + "'");
  out += "        " + join(paths, "|") +
         ") path=\"$path $word\" ;;\n        esac\n    done\n"
         "    case \"$path $prev\" in\n";
  for (const auto& [path, verb] : all)
    for (const Option& option : verb->options)
      if (!option.position() && option.kind != Option::Kind::flag)
        out += "    '" + path + " " + option.name + "') " + bash_values(option) + "; return ;;\n";
  out += "    esac\n    case \"$path\" in\n";
  for (const auto& [path, verb] : all) {
    out += "    '" + path + "') COMPREPLY=($(compgen -W '" + bash_words(*verb) + "' -- \"$cur\"))";
    for (const Option& option : verb->options) {
      if (!option.position() || option.kind == Option::Kind::choice) continue;
      if (option.kind == Option::Kind::file) out += "; COMPREPLY+=($(compgen -f -- \"$cur\"))";
      else if (option.kind == Option::Kind::mind)
        out +=
            "; COMPREPLY+=($(compgen -W \"$(wood doctor --list minds 2>/dev/null)\" -- \"$cur\"))";
      else if (option.kind == Option::Kind::scenario)
        out +=
            "; COMPREPLY+=($(compgen -W \"$(wood doctor --list scenarios 2>/dev/null)\" -- "
            "\"$cur\")"
            " $(compgen -f -X '!*.toml' -- \"$cur\"))";
    }
    out += " ;;\n";
  }
  return out + "    esac\n}\ncomplete -o filenames -F _wood wood\n";
}

std::string zsh_completion(const Verb& root) {
  std::vector<std::pair<std::string, const Verb*>> all;
  flatten(root, root.name, all);
  std::string out = "#compdef wood\n# zsh completion of wood; made by `wood completion zsh`.\n\n";
  for (const auto& [path, verb] : all) out += zsh_function(path, *verb);
  return out + "_wood \"$@\"\n";
}

}  // namespace wood::cli
