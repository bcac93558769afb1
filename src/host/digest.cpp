#include "host/digest.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

namespace wood {
namespace {

using Stamp = std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t>;

struct Known {
  std::mutex mutex;
  std::map<Stamp, Digest> digests;
};

Result<Digest> read_digest(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return fail(Errc::io, "cannot open " + path + ": " + std::strerror(errno));
  Hasher hasher;
  std::vector<char> buffer(1 << 20);
  std::size_t count = 0;
  while ((count = std::fread(buffer.data(), 1, buffer.size(), file)) > 0)
    hasher.add({buffer.data(), count});
  const bool failed = std::ferror(file) != 0;
  std::fclose(file);
  if (failed) return fail(Errc::io, "cannot read " + path);
  return hasher.finish();
}

}  // namespace

Result<Digest> file_sha256(const std::string& path) {
  static Known known;
  struct stat info {};
  if (stat(path.c_str(), &info) != 0)
    return fail(Errc::not_found, "no file " + path + ": " + std::strerror(errno));
  const Stamp stamp{path, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
  {
    const std::lock_guard lock(known.mutex);
    if (const auto it = known.digests.find(stamp); it != known.digests.end()) return it->second;
  }
  TRY(const Digest digest, read_digest(path));
  const std::lock_guard lock(known.mutex);
  return known.digests[stamp] = digest;
}

}  // namespace wood
