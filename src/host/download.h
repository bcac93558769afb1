// One file from one URL onto disk, however often the connection is cut: taken up by Range, tried
// again after what passes, its redirects followed by hand, so that a token reaches only the host
// that it was meant for. What the headers of a model hub mean: minds/hub.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "host/http.h"
#include "host/part_file.h"

namespace wood {

struct Source {
  std::string url;
  std::string token = {};  // sent to the URL's own origin and to no other
};

struct Patience {
  std::int64_t first_ms = 1'000;  // before the second try; doubled with each
  std::int64_t longest_ms = 60'000;
  std::int64_t stall_ms_max = 60'000;  // without a byte: as if cut
  int tries_max = 6;                   // one after another that gain nothing
};

// Who looks on; each may be empty.
struct Onlooker {
  std::function<void(std::int64_t have)> on_bytes = {};
  std::function<void(const std::string& why, std::int64_t wait_ms)> on_wait = {};
  std::function<bool()> stop = {};  // ends it with an error; what came stays
};

class Download {
 public:
  Download(Source source, Patience patience, Onlooker onlooker);

  // What a HEAD is answered, whatever its status; redirects are followed while they stay with the
  // origin. An error is the network's.
  Result<HttpResponse> look();
  // Fills the file up. `bytes`: what it must come to, if that is known; Errc::integrity if the
  // server has more or fewer.
  Status fill(PartFile& file, std::optional<std::int64_t> bytes);

 private:
  struct Answer {
    HttpResponse response;
    std::string from;   // the host
    bool left = false;  // by another origin than the source's
  };
  using Sink = std::function<Status(const HttpResponse&, ByteView)>;

  Result<Answer> ask(const HttpRequest& first);
  Result<Answer> get(PartFile& file, std::optional<std::int64_t> bytes);
  Status pause(int tried, const Result<Answer>& answer);
  [[nodiscard]] Status going() const;

  Source source_;
  std::string origin_;
  Patience patience_;
  Onlooker onlooker_;
  Http http_;
};

}  // namespace wood
