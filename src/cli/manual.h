// The verbs in words: help for the terminal, the man page, completions. All from verb.h's data.
#pragma once

#include <string>

#include "cli/verb.h"

namespace wood::cli {

std::string usage_line(const Verb& verb, const std::string& path);
std::string help_text(const Verb& verb, const std::string& path, const Terminal& terminal);
// roff, man(7). packaging/wood.1 is this text; a test compares them.
std::string man_page(const Verb& root);
// packaging/wood.bash and packaging/wood.zsh are these texts.
std::string bash_completion(const Verb& root);
std::string zsh_completion(const Verb& root);

}  // namespace wood::cli
