#include "market/book.h"

#include <algorithm>
#include <bit>

namespace wood {
namespace {

constexpr std::int64_t prices_most = 64 * 64 * 64;

bool crosses(Side side, Ticks limit, Ticks price) {
  return side == Side::bid ? price <= limit : price >= limit;
}
bool inside(Band band, Ticks price) { return price >= band.low && price <= band.high; }
std::uint64_t from_bit(std::int64_t bit) { return ~0ULL << bit; }
std::uint64_t to_bit(std::int64_t bit) { return ~0ULL >> (63 - bit); }
std::int64_t lowest(std::uint64_t word) { return std::countr_zero(word); }
std::int64_t highest(std::uint64_t word) { return 63 - std::countl_zero(word); }

}  // namespace

// ---- which prices are in use

Book::Bits::Bits(std::int64_t prices)
    : leaves_(static_cast<std::size_t>((prices + 63) / 64)),
      middle_(static_cast<std::size_t>((prices + 4095) / 4096)) {}

void Book::Bits::set(std::int64_t price) {
  leaves_[static_cast<std::size_t>(price >> 6)] |= 1ULL << (price & 63);
  middle_[static_cast<std::size_t>(price >> 12)] |= 1ULL << (price >> 6 & 63);
  root_ |= 1ULL << (price >> 12);
}

void Book::Bits::clear(std::int64_t price) {
  auto& leaf = leaves_[static_cast<std::size_t>(price >> 6)];
  leaf &= ~(1ULL << (price & 63));
  if (leaf != 0) return;
  auto& middle = middle_[static_cast<std::size_t>(price >> 12)];
  middle &= ~(1ULL << (price >> 6 & 63));
  if (middle == 0) root_ &= ~(1ULL << (price >> 12));
}

std::int64_t Book::Bits::up(std::int64_t from) const {
  std::int64_t leaf = from >> 6;
  if (leaf >= static_cast<std::int64_t>(leaves_.size())) return -1;
  if (const auto word = leaves_[static_cast<std::size_t>(leaf)] & from_bit(from & 63); word != 0)
    return leaf << 6 | lowest(word);
  if (++leaf >= static_cast<std::int64_t>(leaves_.size())) return -1;
  std::int64_t middle = leaf >> 6;
  auto word = middle_[static_cast<std::size_t>(middle)] & from_bit(leaf & 63);
  if (word == 0) {
    if (middle == 63) return -1;
    const auto rest = root_ & from_bit(middle + 1);
    if (rest == 0) return -1;
    middle = lowest(rest);
    word = middle_[static_cast<std::size_t>(middle)];
  }
  leaf = middle << 6 | lowest(word);
  return leaf << 6 | lowest(leaves_[static_cast<std::size_t>(leaf)]);
}

std::int64_t Book::Bits::down(std::int64_t from) const {
  if (from < 0) return -1;
  std::int64_t leaf = from >> 6;
  if (const auto word = leaves_[static_cast<std::size_t>(leaf)] & to_bit(from & 63); word != 0)
    return leaf << 6 | highest(word);
  if (--leaf < 0) return -1;
  std::int64_t middle = leaf >> 6;
  auto word = middle_[static_cast<std::size_t>(middle)] & to_bit(leaf & 63);
  if (word == 0) {
    if (middle == 0) return -1;
    const auto rest = root_ & to_bit(middle - 1);
    if (rest == 0) return -1;
    middle = highest(rest);
    word = middle_[static_cast<std::size_t>(middle)];
  }
  leaf = middle << 6 | highest(word);
  return leaf << 6 | highest(leaves_[static_cast<std::size_t>(leaf)]);
}

// ---- placing

Book::Book(BookSpec spec)
    : spec_(spec),
      levels_(static_cast<std::size_t>(spec.price_max.value + 1)),
      bids_(spec.price_max.value + 1),
      asks_(spec.price_max.value + 1) {
  CHECK(spec.price_max.value >= 1 && spec.price_max.value < prices_most);
  CHECK(spec.stride >= 1 && spec.first.value >= 0);
}

OrderId Book::next_id() const { return {spec_.first.value + count_ * spec_.stride}; }

OrderId Book::place(const Incoming& order, Band band, std::vector<BookEvent>& out) {
  const OrderId id = next_id();
  ++count_;
  slots_.push_back(none);
  run(id, order, band, out);
  return id;
}

void Book::run(OrderId id, const Incoming& order, Band band, std::vector<BookEvent>& out) {
  CHECK(order.lots.value > 0 && order.owner.some());
  CHECK(order.price.value >= 1 && order.price <= spec_.price_max);
  const Ticks opposite = best(other(order.side));
  if (order.kind == OrderKind::post_only && opposite.value != 0 &&
      crosses(order.side, order.price, opposite)) {
    out.emplace_back(Dropped{order.lots, CancelReason::would_take, {}});
    return;
  }
  if (order.kind == OrderKind::fok) {
    const Sweep ahead = sweep(order, band);
    if (ahead.lots < order.lots) {
      const auto why = ahead.outside ? CancelReason::halted
                       : ahead.self  ? CancelReason::self_trade
                                     : CancelReason::unfilled;
      out.emplace_back(Dropped{order.lots, why, ahead.outside ? ahead.next : Ticks{}});
      return;
    }
  }
  Lots left = order.lots;
  match(order, left, band, out);
  if (left.value == 0) return;
  if (order.kind != OrderKind::limit && order.kind != OrderKind::post_only) {
    out.emplace_back(Dropped{left, CancelReason::unfilled, {}});
    return;
  }
  rest(id, order, left);
  out.emplace_back(Rested{left});
}

// Leaves in `left` what may still rest; a rest that was dropped is reported here and left is 0.
void Book::match(const Incoming& order, Lots& left, Band band, std::vector<BookEvent>& out) {
  while (left.value > 0) {
    const Ticks price = best(other(order.side));
    if (price.value == 0 || !crosses(order.side, order.price, price)) return;
    if (!inside(band, price)) {
      out.emplace_back(Dropped{left, CancelReason::halted, price});
      left = {};
      return;
    }
    Queue& queue = levels_[static_cast<std::size_t>(price.value)];
    const Slot slot = queue.head;
    Order& maker = nodes_[slot].order;
    if (maker.owner == order.owner) {
      out.emplace_back(Dropped{left, CancelReason::self_trade, {}});
      left = {};
      return;
    }
    const Lots lots = std::min(left, maker.lots);
    const Lots owned = std::min(lots, maker.lots - maker.borrow);
    left -= lots;
    maker.lots -= lots;
    maker.borrow -= lots - owned;
    queue.lots -= lots;
    out.emplace_back(
        Fill{maker.id, maker.owner, price, lots, maker.lots, lots - owned, maker.hold});
    if (maker.lots.value == 0) remove(slot);
  }
}

void Book::rest(OrderId id, const Incoming& in, Lots lots) {
  Slot slot = 0;
  if (unused_.empty()) {
    slot = static_cast<Slot>(nodes_.size());
    CHECK(slot != none);
    nodes_.emplace_back();
  } else {
    slot = unused_.back();
    unused_.pop_back();
  }
  Node& node = nodes_[slot];
  node.order = {id, in.owner, in.side, in.price, lots, std::min(lots, in.borrow), in.hold, in.turn};
  Queue& queue = levels_[static_cast<std::size_t>(in.price.value)];
  node.prev = queue.tail;
  node.next = none;
  if (queue.tail == none) {
    queue.head = slot;
    (in.side == Side::bid ? bids_ : asks_).set(in.price.value);
  } else {
    nodes_[queue.tail].next = slot;
  }
  queue.tail = slot;
  queue.lots += lots;
  if (in.side == Side::bid) bid_ = std::max(bid_, in.price);
  else ask_ = ask_.value == 0 ? in.price : std::min(ask_, in.price);
  link_own(slot);
  slots_[static_cast<std::size_t>((id.value - spec_.first.value) / spec_.stride - base_)] = slot;
  ++open_;
}

void Book::remove(Slot slot) {
  Node& node = nodes_[slot];
  const Order& order = node.order;
  Queue& queue = levels_[static_cast<std::size_t>(order.price.value)];
  (node.prev == none ? queue.head : nodes_[node.prev].next) = node.next;
  (node.next == none ? queue.tail : nodes_[node.next].prev) = node.prev;
  queue.lots -= order.lots;
  if (queue.head == none) {
    (order.side == Side::bid ? bids_ : asks_).clear(order.price.value);
    if (order.price == best(order.side))
      (order.side == Side::bid ? bid_ : ask_) = next_level(order.side, order.price);
  }
  unlink_own(slot);
  slots_[static_cast<std::size_t>((order.id.value - spec_.first.value) / spec_.stride - base_)] =
      none;
  unused_.push_back(slot);
  --open_;
}

void Book::link_own(Slot slot) {
  Node& node = nodes_[slot];
  const auto owner = static_cast<std::size_t>(node.order.owner.value);
  if (own_.size() <= owner) own_.resize(owner + 1, none);
  node.own_prev = none;
  node.own_next = own_[owner];
  if (own_[owner] != none) nodes_[own_[owner]].own_prev = slot;
  own_[owner] = slot;
}

void Book::unlink_own(Slot slot) {
  const Node& node = nodes_[slot];
  if (node.own_prev == none) own_[static_cast<std::size_t>(node.order.owner.value)] = node.own_next;
  else nodes_[node.own_prev].own_next = node.own_next;
  if (node.own_next != none) nodes_[node.own_next].own_prev = node.own_prev;
}

// ---- finding, cancelling, replacing

Book::Slot Book::slot_of(OrderId id) const {
  const std::int64_t offset = id.value - spec_.first.value;
  if (offset < 0 || offset % spec_.stride != 0) return none;
  const std::int64_t at = offset / spec_.stride - base_;
  return at < 0 || at >= static_cast<std::int64_t>(slots_.size())
             ? none
             : slots_[static_cast<std::size_t>(at)];
}

const Order* Book::find(OrderId id) const {
  const Slot slot = slot_of(id);
  return slot == none ? nullptr : &nodes_[slot].order;
}

bool Book::cancel(OrderId id) {
  const Slot slot = slot_of(id);
  if (slot == none) return false;
  remove(slot);
  return true;
}

bool Book::replace(OrderId id, const Incoming& order, Band band, std::vector<BookEvent>& out) {
  const Slot slot = slot_of(id);
  CHECK(slot != none);
  Order& old = nodes_[slot].order;
  CHECK(old.owner == order.owner && old.side == order.side && order.lots.value > 0);
  if (order.price == old.price && order.lots <= old.lots) {
    levels_[static_cast<std::size_t>(old.price.value)].lots -= old.lots - order.lots;
    old.lots = order.lots;
    old.borrow = order.borrow;
    old.hold = order.hold;
    return true;
  }
  remove(slot);
  run(id, order, band, out);
  return false;
}

void Book::trim() {
  std::size_t gone = 0;
  while (gone < slots_.size() && slots_[gone] == none) ++gone;
  slots_.erase(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(gone));
  base_ += static_cast<std::int64_t>(gone);
}

}  // namespace wood
