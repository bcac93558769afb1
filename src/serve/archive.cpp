#include "serve/archive.h"

#include <utility>

namespace wood::serve {
namespace {

constexpr std::size_t kTaken = 4 << 20;  // bytes filed at once

}  // namespace

Status Relay::commit(const Batch& batch) {
  TRY_STATUS(inner_->commit(batch));
  on_commit_(batch);
  return {};
}

Archive::Archive(std::shared_ptr<ScratchFile> scratch)
    : scratch_(std::move(scratch)),
      logs_{Column<Place>(scratch_), Column<Place>(scratch_)},
      blobs_(scratch_),
      points_(scratch_) {}

Status Archive::commit(const Batch& batch) {
  // One write a batch.
  Bytes all;
  const auto put = [&](const Bytes& bytes) {
    const Place place{static_cast<std::int64_t>(all.size()),
                      static_cast<std::int64_t>(bytes.size())};
    all += bytes;
    return place;
  };
  std::vector<Place> logs[2];
  for (const Bytes& bytes : batch.record) logs[0].push_back(put(bytes));
  for (const Bytes& bytes : batch.margin) logs[1].push_back(put(bytes));
  std::vector<Blob> blobs;
  for (const Bytes& bytes : batch.blobs) blobs.push_back({sha256(bytes), put(bytes)});
  std::vector<Point> points;
  for (const StoredCheckpoint& point : batch.checkpoints)
    points.push_back({static_cast<std::int64_t>(point.log), point.size, put(point.note)});
  auto at = scratch_->add(all);
  if (!at) return fail(std::move(at).error().during("the copy that readers see"));
  const auto there = [&](Place place) { return Place{place.at + *at, place.bytes}; };
  for (const std::size_t log : {0U, 1U})
    for (const Place place : logs[log]) logs_[log].push(there(place));
  for (const Blob& blob : blobs) {
    if (find(blob.digest)) continue;
    rows_.add(blob.digest, static_cast<std::uint32_t>(blobs_.size()));
    blobs_.push({blob.digest, there(blob.place)});
  }
  for (const Point& point : points) points_.push({point.log, point.size, there(point.place)});
  return {};
}

Status Archive::take(Store& other) {
  Batch some;
  std::size_t bytes = 0;
  const auto full = [&](std::size_t more) -> Status {
    if ((bytes += more) < kTaken) return {};
    bytes = 0;
    return commit(std::exchange(some, {}));
  };
  for (const Log log : {Log::record, Log::margin})
    TRY_STATUS(other.each(log, [&](std::int64_t, ByteView entry) -> Status {
      (log == Log::record ? some.record : some.margin).emplace_back(entry);
      return full(entry.size());
    }));
  TRY_STATUS(other.each_blob([&](const std::string&, ByteView blob) -> Status {
    some.blobs.emplace_back(blob);
    return full(blob.size());
  }));
  TRY(some.checkpoints, other.checkpoints());
  return commit(some);
}

Result<Bytes> Archive::read(Place place) const {
  TRY_STATUS(scratch_->readable());  // or the place may be none
  Bytes out(static_cast<std::size_t>(place.bytes), '\0');
  TRY_STATUS(scratch_->read(out.data(), out.size(), place.at));
  return out;
}

std::optional<std::uint32_t> Archive::find(const Digest& digest) const {
  return rows_.find(digest, [&](std::uint32_t row) { return blobs_[row].digest == digest; });
}

std::optional<std::uint32_t> Archive::find(const std::string& sha256) const {
  const auto digest = DigestIndex::named(sha256);
  return digest ? find(*digest) : std::nullopt;
}

Result<Bytes> Archive::entry(Log log, std::int64_t seq) {
  if (seq < 0 || seq >= size(log))
    return fail(Errc::not_found,
                std::string(wood::name(log)) + " entry " + std::to_string(seq) + " is not there");
  return read(logs_[static_cast<std::size_t>(log)][static_cast<std::size_t>(seq)]);
}

Status Archive::each(Log log, const std::function<Status(std::int64_t, ByteView)>& visit) {
  for (std::int64_t seq = 0; seq < size(log); ++seq) {
    TRY(const Bytes bytes, entry(log, seq));
    TRY_STATUS(visit(seq, bytes));
  }
  return {};
}

Result<Bytes> Archive::blob(const std::string& sha256) {
  const auto row = find(sha256);
  if (!row) return fail(Errc::not_found, "blob " + sha256 + " is not there");
  return read(blobs_[*row].place);
}

Status Archive::each_blob(const std::function<Status(const std::string&, ByteView)>& visit) {
  for (std::size_t row = 0; row < blobs_.size(); ++row) {
    const Blob blob = blobs_[row];
    TRY(const Bytes bytes, read(blob.place));
    TRY_STATUS(visit(hex(blob.digest), bytes));
  }
  return {};
}

Result<std::vector<StoredCheckpoint>> Archive::checkpoints() {
  std::vector<StoredCheckpoint> out;
  for (std::size_t row = 0; row < points_.size(); ++row) {
    const Point point = points_[row];
    TRY(Bytes note, read(point.place));
    out.push_back({static_cast<Log>(point.log), point.size, std::move(note)});
  }
  return out;
}

std::unique_ptr<Archive> Archive::copy() const { return std::make_unique<Archive>(*this); }

}  // namespace wood::serve
