// The cache of model files that the hub's own tools keep (huggingface_hub), so that what they
// fetched is found here and the other way round:
//
//   models--OWNER--NAME/blobs/DIGEST          the bytes
//   models--OWNER--NAME/refs/REVISION         the commit that it stands for
//   models--OWNER--NAME/snapshots/COMMIT/FILE a relative link to the blob
//   .locks/models--OWNER--NAME/DIGEST.lock    who is fetching it
//
// How a file comes there: hub.h.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "minds/registry.h"

namespace wood {

// A file of a repository on a model hub.
struct HubFile {
  std::string repo;  // "owner/name"
  std::string revision = "main";
  std::string file;
};
HubFile hub_file(const MindSpec& spec);

// $HF_HUB_CACHE, else $HF_HOME/hub, else huggingface/hub in $XDG_CACHE_HOME or ~/.cache.
Result<std::string> hub_cache();
// $HF_TOKEN, else what stands in $HF_HOME/token; "" if there is none. A secret.
std::string hub_token();

class HubCache {
 public:
  HubCache(std::string folder, HubFile file);

  // Where the file is, as the revision was when it was last fetched; "" if it is not.
  [[nodiscard]] std::string find() const;
  [[nodiscard]] std::string blob(const std::string& digest) const;
  [[nodiscard]] std::string lock(const std::string& digest) const;
  // Makes the folders of blobs and locks.
  [[nodiscard]] Status prepare() const;
  // Makes a blob the file of a commit, and the commit what the revision stands for. Where it is
  // now.
  [[nodiscard]] Result<std::string> keep(const std::string& digest,
                                         const std::string& commit) const;

 private:
  [[nodiscard]] std::string snapshot(const std::string& commit) const;

  std::string folder_;
  HubFile file_;
  std::string repo_;  // the repository's folder
};

// The file of a mind: in the model folders, in order, then in the hub's cache if its entry names a
// repository; "" if it is nowhere.
std::string model_file(const MindSpec& spec, const std::vector<std::string>& dirs);

// Whether names may become part of a path or an address: what a hub or an entry says is not let out
// of its folder.
bool is_plain_name(std::string_view name);   // letters, digits, "._-", no "." first
bool is_repo_name(std::string_view name);    // "owner/name"
bool is_path_within(std::string_view path);  // "a/b.gguf": no root, no "..", no empty part
bool is_commit(std::string_view name);       // 40 hexadecimal digits

}  // namespace wood
