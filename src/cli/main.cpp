// wood: the command line. What the verbs are stands in verb.cpp, what each does in a file of its
// name.
#include <cstdio>

#include "cli/app.h"
#include "cli/manual.h"
#include "cli/table.h"

namespace {

using namespace wood;
using namespace wood::cli;

int complain(const Console& console, const Error& error) {
  console.complain(toned(console.err, Tone::bad, "wood") + ": " + printable(error.what) + "\n");
  return exit_of(error.code);
}

int act(const std::variant<Call, Help, Version>& parsed, const Console& console) {
  if (std::holds_alternative<Version>(parsed)) {
    console.print("wood " + console.version + "\n");
    return Exit::fine;
  }
  if (const auto* help = std::get_if<Help>(&parsed)) {
    if (help->asked) console.print(help_text(*help->verb, help->path, console.out));
    else console.complain(help_text(*help->verb, help->path, console.err));
    return help->asked ? Exit::fine : Exit::usage;
  }
  const Call& call = std::get<Call>(parsed);
  auto done = call.verb->act(call.args, console);
  return done ? *done : complain(console, done.error());
}

}  // namespace

int main(int argc, char** argv) {
  const Console console{terminal_of(stdout), terminal_of(stderr), WOOD_VERSION};
  const Verb root = program();
  auto parsed = parse(root, {argv + 1, argv + argc});
  int status = parsed ? act(*parsed, console) : complain(console, parsed.error());
  // A full disk must not look like success.
  if ((std::fflush(stdout) != 0 || std::ferror(stdout) != 0) && status == Exit::fine) {
    console.complain("wood: the output could not be written\n");
    status = Exit::environment;
  }
  return status;
}
