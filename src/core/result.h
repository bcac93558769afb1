// Failures of the outside world: a file, the network, a model, bytes somebody else wrote.
// Bugs are CHECK (check.h). Refusals by the rules are enums or variants of their own.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace wood {

enum class Errc {
  usage,        // the caller's command line or request is wrong
  parse,        // bytes are not in the format they should be in
  schema,       // well-formed, but not what the schema asks for
  io,           // a file or device failed
  not_found,    // no such file, entry, model, name
  exists,       // would overwrite
  network,      // a connection failed or was cut
  timeout,      // no answer in time
  remote,       // the other side answered with an error
  model,        // a model file or context could not be used
  integrity,    // a digest, signature, link or state hash does not match
  diverged,     // a re-enactment differs from the record
  environment,  // this machine lacks something
  limit,        // a configured limit was reached
  local,        // what it takes must not leave this machine
};

// The name of a code as it is printed and recorded, e.g. "parse".
const char* name(Errc code);

struct Error {
  Errc code = Errc::io;
  std::string what;  // what failed, where, and the mend; one line, no trailing full stop

  // The same error with its place put in front: "during: what".
  [[nodiscard]] Error during(std::string_view place) && {
    return Error{code, std::string(place) + ": " + std::move(what)};
  }
  [[nodiscard]] Error during(std::string_view place) const& { return Error(*this).during(place); }
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> fail(Errc code, std::string what) {
  return tl::unexpected<Error>(Error{code, std::move(what)});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

using Status = Result<void>;

}  // namespace wood

// Hands an error on to the caller: TRY(auto x, f()); or TRY_STATUS(g());
#define WOOD_JOIN2(a, b) a##b
#define WOOD_JOIN(a, b) WOOD_JOIN2(a, b)
#define WOOD_TRY_IMPL(tmp, decl, expr)                   \
  auto tmp = (expr);                                     \
  if (!tmp) return ::wood::fail(std::move(tmp).error()); \
  decl = std::move(*tmp)
#define TRY(decl, expr) WOOD_TRY_IMPL(WOOD_JOIN(try_tmp_, __COUNTER__), decl, expr)
#define TRY_STATUS(expr)                                                 \
  do {                                                                   \
    auto try_status = (expr);                                            \
    if (!try_status) return ::wood::fail(std::move(try_status).error()); \
  } while (false)
