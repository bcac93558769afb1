#include "serve/kept.h"

namespace wood::serve {
namespace {

constexpr std::size_t kAnswersMax = 512;
constexpr std::size_t kBytesMax = 16 << 20;  // of all of them
constexpr std::size_t kEachMax = 1 << 20;

}  // namespace

void Kept::at(std::uint64_t version) {
  if (version == version_) return;
  answers_.clear();
  bytes_ = 0;
  version_ = version;
}

const Response* Kept::find(std::uint64_t version, std::string_view question) {
  at(version);
  const auto it = answers_.find(question);
  return it == answers_.end() ? nullptr : &it->second;
}

void Kept::keep(std::uint64_t version, std::uint64_t now, std::string question,
                const Response& response) {
  if (version != now || response.status != 200) return;
  at(version);
  const std::size_t bytes = response.content().size();
  if (answers_.size() >= kAnswersMax || bytes > kEachMax || bytes > kBytesMax - bytes_) return;
  if (answers_.try_emplace(std::move(question), response).second) bytes_ += bytes;
}

}  // namespace wood::serve
