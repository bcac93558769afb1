#include "core/result.h"

namespace wood {
const char* name(Errc code) {
  switch (code) {
    case Errc::usage: return "usage";
    case Errc::parse: return "parse";
    case Errc::schema: return "schema";
    case Errc::io: return "io";
    case Errc::not_found: return "not_found";
    case Errc::exists: return "exists";
    case Errc::network: return "network";
    case Errc::timeout: return "timeout";
    case Errc::remote: return "remote";
    case Errc::model: return "model";
    case Errc::integrity: return "integrity";
    case Errc::diverged: return "diverged";
    case Errc::environment: return "environment";
    case Errc::limit: return "limit";
    case Errc::local: return "local";
  }
  return "unknown";
}
}  // namespace wood
