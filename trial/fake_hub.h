// A model hub on the loopback, with one file in one repository, honest or with faults: what
// `wood minds pull` is tried against. It answers HEAD and GET of /OWNER/NAME/resolve/REVISION/FILE.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace wood {

enum class HubManner {
  ok,
  cut,        // half of what was asked for, then the connection ends
  no_range,   // the whole file, whatever part was asked for
  short_cut,  // the same, and half of it
  other,      // other bytes of the same length
  shorter,    // a whole response with fewer bytes
  longer,     // with more
  past,       // 416
  busy,       // 429 with Retry-After: 1
  broken,     // 500
  expired,    // 403 without a reason, as a storage says whose signature has run out
  gated,      // 403, X-Error-Code: GatedRepo
  nobody,     // 401, X-Error-Code: RepoNotFound
  missing,    // 404, X-Error-Code: EntryNotFound
  portal,     // 200 with a page, and nothing of what a hub says
  still,      // nothing at all for 3 s
};

struct HubSetup {
  std::string path = "/owner/name/resolve/main/model.gguf";
  std::string bytes;
  std::string commit = std::string(40, 'c');
  std::string etag = {};       // "": the SHA-256 of a large file; else git's, and no X-Linked-Etag
  std::string elsewhere = {};  // address of the hub that a GET is led to
  std::vector<HubManner> heads = {HubManner::ok};  // in order of arrival; the last one goes on
  std::vector<HubManner> gets = {HubManner::ok};
};

struct HubRequest {
  std::string method;
  std::string path;
  std::string range;
  std::string authorization;
};

class FakeHub {
 public:
  static Result<std::unique_ptr<FakeHub>> start(HubSetup setup);
  ~FakeHub();
  FakeHub(const FakeHub&) = delete;
  FakeHub& operator=(const FakeHub&) = delete;

  [[nodiscard]] std::string address() const;  // "http://127.0.0.1:PORT"
  [[nodiscard]] std::vector<HubRequest> requests() const;
  // Of one method.
  [[nodiscard]] std::vector<HubRequest> requests(const std::string& method) const;

 private:
  FakeHub();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wood
