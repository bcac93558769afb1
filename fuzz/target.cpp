// Request targets, and what the guard makes of the headers that come with them.
#include "serve/target.h"

#include "core/check.h"
#include "core/text.h"
#include "fuzz/fuzz.h"
#include "serve/assets.h"
#include "serve/guard.h"

std::vector<std::string_view> fuzz_seeds() {
  return {"/v1/handoffs/12/trace?depth=3&limit=20", "/v1/books/wild%20honey?turn=3",
          "/?open=0123456789abcdef", "/%2e%2e/%2e%2e/etc/passwd\n127.0.0.1:7070\nhttp://evil",
          "/v1/handoffs?text=a+b%26c&kind=reading\nlocalhost:7070\n\nBearer x; wood=y"};
}

// The target, then a Host, an Origin, and what stands for a token, a line each.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace wood::serve;
  static const Guard guard({{"localhost:7070"}, "a token that nobody knows", "cookie", "code"});
  std::vector<std::string> lines = wood::split(fuzz_text(data, size), '\n');
  lines.resize(4);
  const auto target = parse_target(lines[0]);
  if (!target) return 0;
  for (const std::string& segment : target->segments) {
    CHECK(segment != ".." && segment != ".");
    CHECK(segment.find_first_of("/\\") == std::string::npos);
  }
  (void)find_asset(target->path);
  const Request request{
      "GET",
      lines[0],
      {{"host", lines[1]}, {"origin", lines[2]}, {"authorization", lines[3]}, {"cookie", lines[3]}},
      ""};
  if (!guard.judge(request, *target) && target->path != "/healthz")
    CHECK(lines[3] == "Bearer a token that nobody knows" ||
          lines[3].find("wood=cookie") != std::string::npos);
  return 0;
}
