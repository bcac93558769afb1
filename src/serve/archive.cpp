#include "serve/archive.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

namespace wood::serve {

// The bytes, behind one descriptor.
class Archive::File {
 public:
  explicit File(int file) : file_(file) {}
  ~File() { ::close(file_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] Status write(const Bytes& bytes, std::int64_t at) const {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t n =
          ::pwrite(file_, bytes.data() + done, bytes.size() - done, at + static_cast<off_t>(done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0)
        return fail(Errc::io, std::string("the copy that readers see: ") + std::strerror(errno));
      done += static_cast<std::size_t>(n);
    }
    return {};
  }

  [[nodiscard]] Status read(Bytes& out, std::int64_t at) const {
    for (std::size_t done = 0; done < out.size();) {
      const ssize_t n =
          ::pread(file_, out.data() + done, out.size() - done, at + static_cast<off_t>(done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return fail(Errc::io, "the copy that readers see cannot be read");
      done += static_cast<std::size_t>(n);
    }
    return {};
  }

 private:
  int file_;
};

Status Relay::commit(const Batch& batch) {
  TRY_STATUS(inner_->commit(batch));
  on_commit_(batch);
  return {};
}

Result<Batch> everything(Store& store) {
  Batch out;
  for (const Log log : {Log::record, Log::margin})
    TRY_STATUS(store.each(log, [&](std::int64_t, ByteView bytes) -> Status {
      (log == Log::record ? out.record : out.margin).emplace_back(bytes);
      return {};
    }));
  TRY_STATUS(store.each_blob([&](const std::string&, ByteView bytes) -> Status {
    out.blobs.emplace_back(bytes);
    return {};
  }));
  TRY(out.checkpoints, store.checkpoints());
  return out;
}

Result<std::unique_ptr<Archive>> Archive::create(const std::string& folder) {
  int file = ::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
  if (file < 0) {  // a file system that knows no such files
    std::string path = folder + "/.wood-XXXXXX";
    file = ::mkostemp(path.data(), O_CLOEXEC);
    if (file >= 0) ::unlink(path.c_str());
  }
  if (file < 0)
    return fail(Errc::io,
                folder + ": cannot hold the copy that readers see: " + std::strerror(errno));
  return std::unique_ptr<Archive>(new Archive(std::make_shared<File>(file)));
}

Status Archive::commit(const Batch& batch) {
  // One write a batch.
  Bytes all;
  const auto put = [&](const Bytes& bytes) {
    const Place place{end_ + static_cast<std::int64_t>(all.size()),
                      static_cast<std::int64_t>(bytes.size())};
    all += bytes;
    return place;
  };
  std::vector<Place> record, margin;
  for (const Bytes& bytes : batch.record) record.push_back(put(bytes));
  for (const Bytes& bytes : batch.margin) margin.push_back(put(bytes));
  std::vector<std::pair<std::string, Place>> blobs;
  for (const Bytes& bytes : batch.blobs) blobs.emplace_back(hex(sha256(bytes)), put(bytes));
  std::vector<Point> points;
  for (const StoredCheckpoint& point : batch.checkpoints)
    points.push_back({point.log, point.size, put(point.note)});
  TRY_STATUS(file_->write(all, end_));
  end_ += static_cast<std::int64_t>(all.size());
  logs_[0].insert(logs_[0].end(), record.begin(), record.end());
  logs_[1].insert(logs_[1].end(), margin.begin(), margin.end());
  for (const auto& [digest, place] : blobs)
    if (blobs_.emplace(digest, place).second) order_.push_back(digest);
  points_.insert(points_.end(), points.begin(), points.end());
  return {};
}

Result<Bytes> Archive::read(Place place) const {
  Bytes out(static_cast<std::size_t>(place.bytes), '\0');
  TRY_STATUS(file_->read(out, place.at));
  return out;
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
  const auto it = blobs_.find(sha256);
  if (it == blobs_.end()) return fail(Errc::not_found, "blob " + sha256 + " is not there");
  return read(it->second);
}

Status Archive::each_blob(const std::function<Status(const std::string&, ByteView)>& visit) {
  for (const std::string& digest : order_) {
    TRY(const Bytes bytes, blob(digest));
    TRY_STATUS(visit(digest, bytes));
  }
  return {};
}

Result<std::vector<StoredCheckpoint>> Archive::checkpoints() {
  std::vector<StoredCheckpoint> out;
  for (const Point& point : points_) {
    TRY(Bytes note, read(point.place));
    out.push_back({point.log, point.size, std::move(note)});
  }
  return out;
}

std::unique_ptr<Archive> Archive::copy() const {
  std::unique_ptr<Archive> out(new Archive(file_));
  out->end_ = end_;
  for (const std::size_t log : {0U, 1U}) out->logs_[log] = logs_[log];
  out->order_ = order_;
  out->blobs_ = blobs_;
  out->points_ = points_;
  return out;
}

}  // namespace wood::serve
