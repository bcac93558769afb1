// Rows of one shape, one behind the other: those of the last block in memory, all before them in a
// scratch file. What it keeps in memory is two blocks and 8 bytes a block, however many rows there
// are; a row costs one pread() at most, a scan one a block.
//
// Not for two threads at once; a copy is another thread's own: it shares the file, whose blocks do
// not change unless set() is used.
#pragma once

#include <algorithm>
#include <type_traits>
#include <vector>

#include "core/check.h"
#include "host/scratch.h"

namespace wood {

template <class Row>
class Column {
 public:
  explicit Column(std::shared_ptr<ScratchFile> scratch) : scratch_(std::move(scratch)) {
    static_assert(std::is_trivially_copyable_v<Row> && std::is_default_constructible_v<Row>);
  }

  [[nodiscard]] std::size_t size() const { return blocks_.size() * rows() + tail_.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }

  // A file that cannot be written (ScratchFile::written()) leaves the row in memory: nothing is
  // lost.
  void push(const Row& row) {
    tail_.push_back(row);
    if (tail_.size() < rows() || !scratch_->written()) return;
    const auto at = scratch_->add(bytes_of(tail_));
    if (!at) return;
    blocks_.push_back(*at);
    tail_.clear();
  }

  // What cannot be read (ScratchFile::readable()) is a row of zeros. CHECK: i < size().
  Row operator[](std::size_t i) const {
    CHECK(i < size());
    const std::size_t block = i / rows();
    if (block >= blocks_.size()) return tail_[i - blocks_.size() * rows()];
    if (block != seen_block_) {
      seen_.resize(rows());
      auto* to = reinterpret_cast<char*>(seen_.data());
      const bool read = scratch_->read(to, rows() * sizeof(Row), blocks_[block]).has_value();
      seen_block_ = read ? block : kNone;
      if (!read) return Row{};
    }
    return seen_[i % rows()];
  }
  [[nodiscard]] Row back() const { return (*this)[size() - 1]; }

  // In place of the row that is there. CHECK: i < size().
  void set(std::size_t i, const Row& row) {
    CHECK(i < size());
    const std::size_t block = i / rows();
    if (block >= blocks_.size()) {
      tail_[i - blocks_.size() * rows()] = row;
      return;
    }
    const auto within = static_cast<std::int64_t>(i % rows() * sizeof(Row));
    const ByteView bytes(reinterpret_cast<const char*>(&row), sizeof(Row));
    if (scratch_->write(bytes, blocks_[block] + within) && block == seen_block_)
      seen_[i % rows()] = row;
  }

  // The first row of which `holds` is not true; rows of which it is stand before all others.
  template <class Holds>
  [[nodiscard]] std::size_t partition_point(Holds holds) const {
    std::size_t low = 0, high = size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (holds((*this)[middle])) low = middle + 1;
      else high = middle;
    }
    return low;
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  // A function, since a class may have columns of rows that it declares itself.
  static constexpr std::size_t rows() { return std::max<std::size_t>(1, 8192 / sizeof(Row)); }
  static ByteView bytes_of(const std::vector<Row>& rows) {
    return {reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(Row)};
  }

  std::shared_ptr<ScratchFile> scratch_;
  std::vector<std::int64_t> blocks_;  // where they lie
  std::vector<Row> tail_;             // behind the last block
  mutable std::vector<Row> seen_;     // the block that was read last
  mutable std::size_t seen_block_ = kNone;
};

}  // namespace wood
