// wood keys: the key that signs this user's runs.
#include "cli/open.h"
#include "cli/verb.h"
#include "host/env.h"
#include "host/file.h"

namespace wood::cli {
namespace {

Result<int> show(const Args& args, const Console& console) {
  TRY(const std::string path, user_key_path());
  if (!file_exists(path))
    return fail(Errc::not_found,
                "there is no key yet: `wood keys new` or the first run makes one in " + path);
  TRY(const SigningKey key, user_key(path));
  if (args.has("--json"))
    console.print(
        Json::object(
            {{"file", path}, {"id", hex(key.verifier().id())}, {"vkey", key.verifier().text()}})
            .dump() +
        "\n");
  else console.print(key.verifier().text() + "\n");
  return Exit::fine;
}

Result<int> make(const Args&, const Console& console) {
  TRY(const std::string path, user_key_path());
  if (file_exists(path))
    return fail(Errc::exists,
                path +
                    " holds a key already, and runs are signed with it; to change keys, move that "
                    "file away and keep it: `wood verify --key` still needs its public half");
  TRY(const SigningKey key, user_key(path));
  console.print(key.verifier().text() + "\n");
  console.complain("The secret is in " + path +
                   ", for you alone. Give the line above to who verifies your runs.\n");
  return Exit::fine;
}

}  // namespace

Verb keys_verb() {
  return {.name = "keys",
          .about = "the key that signs runs",
          .text =
              "Checkpoints are signed with Ed25519. Who pins the public key with `wood verify "
              "--key` knows that "
              "a run comes from its holder; without it, a forger could sign a log of his own.",
          .examples = {{"wood keys show", "the public key, to give away"}},
          .verbs = {{.name = "new",
                     .about = "makes the key, if there is none",
                     .examples = {{"wood keys new", "once; the first run would do it too"}},
                     .act = make},
                    {.name = "show",
                     .about = "prints the public key (vkey)",
                     .options = {{.name = "--json", .about = "with its file and id"}},
                     .examples = {{"wood keys show", "the key to pin"}},
                     .act = show}}};
}

}  // namespace wood::cli
