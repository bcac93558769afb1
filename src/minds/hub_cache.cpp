#include "minds/hub_cache.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "core/text.h"
#include "host/env.h"
#include "host/file.h"

namespace wood {
namespace {

bool is_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

Result<std::string> hub_home() {
  if (std::string given = env("HF_HOME"); !given.empty()) return given;
  TRY(const std::string cache, cache_home());
  return cache + "/huggingface";
}

std::string folder_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

}  // namespace

HubFile hub_file(const MindSpec& spec) { return {spec.repo, spec.revision, spec.file}; }

Result<std::string> hub_cache() {
  if (std::string given = env("HF_HUB_CACHE"); !given.empty()) return given;
  TRY(const std::string home, hub_home());
  return home + "/hub";
}

std::string hub_token() {
  std::string token(trim(env("HF_TOKEN")));
  if (token.empty())
    if (const auto home = hub_home()) token = trim(read_file(*home + "/token").value_or(""));
  // What is not one word could end the header and begin another.
  const auto odd = [](unsigned char c) { return c <= ' ' || c >= 0x7f; };
  return std::any_of(token.begin(), token.end(), odd) ? "" : token;
}

HubCache::HubCache(std::string folder, HubFile file)
    : folder_(std::move(folder)),
      file_(std::move(file)),
      repo_(folder_ + "/models--" + replace_all(file_.repo, "/", "--")) {}

std::string HubCache::snapshot(const std::string& commit) const {
  return repo_ + "/snapshots/" + commit + "/" + file_.file;
}

std::string HubCache::blob(const std::string& digest) const { return repo_ + "/blobs/" + digest; }

std::string HubCache::lock(const std::string& digest) const {
  return folder_ + "/.locks/" + std::filesystem::path(repo_).filename().string() + "/" + digest +
         ".lock";
}

std::string HubCache::find() const {
  std::string commit = file_.revision;
  if (!is_commit(commit)) {
    const auto ref = read_file(repo_ + "/refs/" + file_.revision);
    commit = trim(ref.value_or(""));
  }
  if (!is_commit(commit)) return "";
  std::string path = snapshot(commit);
  return is_file(path) ? path : "";
}

Status HubCache::prepare() const {
  TRY_STATUS(make_folders(repo_ + "/blobs"));
  return make_folders(folder_of(lock("x")));
}

Result<std::string> HubCache::keep(const std::string& digest, const std::string& commit) const {
  const std::string path = snapshot(commit);
  TRY_STATUS(make_folders(folder_of(path)));
  std::string up = "../../";
  for (const char c : file_.file) up += c == '/' ? "../" : "";
  TRY_STATUS(point_link(path, up + "blobs/" + digest));
  if (is_commit(file_.revision)) return path;
  const std::string ref = repo_ + "/refs/" + file_.revision;
  TRY_STATUS(make_folders(folder_of(ref)));
  TRY_STATUS(write_file(ref, commit));
  return path;
}

std::string model_file(const MindSpec& spec, const std::vector<std::string>& dirs) {
  if (spec.file.starts_with("/")) return is_file(spec.file) ? spec.file : "";
  for (const std::string& dir : dirs)
    if (std::string path = dir + "/" + spec.file; is_file(path)) return path;
  const auto cache = spec.repo.empty() ? Result<std::string>("") : hub_cache();
  return cache && !cache->empty() ? HubCache(*cache, hub_file(spec)).find() : "";
}

bool is_plain_name(std::string_view name) {
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), fine);
}

bool is_repo_name(std::string_view name) {
  const std::size_t slash = name.find('/');
  return slash != std::string_view::npos && is_plain_name(name.substr(0, slash)) &&
         is_plain_name(name.substr(slash + 1));
}

bool is_path_within(std::string_view path) {
  const auto odd = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (std::any_of(path.begin(), path.end(), odd)) return false;
  const std::vector<std::string> parts = split(path, '/');
  return std::none_of(parts.begin(), parts.end(), [](const std::string& part) {
    return part.empty() || part == "." || part == "..";
  });
}

bool is_commit(std::string_view name) { return name.size() == 40 && from_hex(name).has_value(); }

}  // namespace wood
