#include "market/instrument.h"

namespace wood {

const char* name(Side side) { return side == Side::bid ? "bid" : "ask"; }

const char* name(OrderKind kind) {
  switch (kind) {
    case OrderKind::limit: return "limit";
    case OrderKind::market: return "market";
    case OrderKind::ioc: return "ioc";
    case OrderKind::fok: return "fok";
    case OrderKind::post_only: return "post_only";
  }
  CHECK(false);
}

}  // namespace wood
