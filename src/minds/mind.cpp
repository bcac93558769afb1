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

}  // namespace wood
