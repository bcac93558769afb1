#include "minds/mind.h"

namespace wood {

const char* name(Finish finish) {
  switch (finish) {
    case Finish::stop: return "stop";
    case Finish::length: return "length";
    case Finish::refused: return "refused";
  }
  return "unknown";
}

Failure kept_here(const std::string& mind) {
  return {Errc::local,
          "mind " + mind +
              " is outside this machine, which what it would be asked must not leave; cast one "
              "that is inside",
          {}};
}

bool cancelled(const Ask& ask) {
  return ask.cancel != nullptr && ask.cancel->load(std::memory_order_relaxed);
}

Failure cancelled_ask(Usage usage) {
  return {Errc::timeout, "cancelled by who asked", std::move(usage)};
}

}  // namespace wood
