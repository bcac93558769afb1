// wood completion, wood man: the verbs read by other programs.
#include "cli/manual.h"
#include "cli/verb.h"

namespace wood::cli {

Verb completion_verb() {
  return {
      .name = "completion",
      .about = "prints completions for a shell",
      .text = "They are made from the same description as the parser.",
      .options = {{.name = "SHELL",
                   .kind = Option::Kind::choice,
                   .value = "SHELL",
                   .about = "which shell",
                   .choices = {"bash", "zsh"},
                   .required = true}},
      .examples = {{"source <(wood completion bash)", "for this shell"},
                   {"wood completion zsh > ~/.zfunc/_wood", "for good, if ~/.zfunc is in fpath"}},
      .act = [](const Args& args, const Console& console) -> Result<int> {
        const Verb root = program();
        console.print(args.text("SHELL") == "bash" ? bash_completion(root) : zsh_completion(root));
        return Exit::fine;
      }};
}

Verb man_verb() {
  return {.name = "man",
          .about = "prints the manual page",
          .text = "",
          .options = {},
          .examples = {{"wood man | man -l -", "reads it"}},
          .act = [](const Args&, const Console& console) -> Result<int> {
            console.print(man_page(program()));
            return Exit::fine;
          }};
}

}  // namespace wood::cli
