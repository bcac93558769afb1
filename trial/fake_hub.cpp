#include "trial/fake_hub.h"

#include <algorithm>
#include <mutex>

#include "core/check.h"
#include "core/sha256.h"
#include "core/text.h"
#include "host/clock.h"
#include "trial/fake_loopback.h"

namespace wood {
namespace {

struct Response {
  int status = 200;
  std::vector<std::string> headers;
  std::string body;
};

std::string written(const Response& response) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " X\r\n";
  for (const std::string& header : response.headers) out += header + "\r\n";
  return out + "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" +
         response.body;
}

Response refusal(HubManner manner) {
  switch (manner) {
    case HubManner::past: return {416, {}, ""};
    case HubManner::busy: return {429, {"Retry-After: 1"}, "slowly"};
    case HubManner::broken: return {500, {}, "something broke"};
    case HubManner::expired: return {403, {}, "the signature has run out"};
    case HubManner::gated: return {403, {"X-Error-Code: GatedRepo"}, "gated"};
    case HubManner::nobody: return {401, {"X-Error-Code: RepoNotFound"}, "who are you?"};
    case HubManner::missing: return {404, {"X-Error-Code: EntryNotFound"}, "no such file"};
    case HubManner::portal: return {200, {}, "<html>Please pay for this network.</html>"};
    default: return {};
  }
}

}  // namespace

struct FakeHub::State {
  HubSetup setup;
  mutable std::mutex mutex;  // of requests
  std::vector<HubRequest> requests;
  std::unique_ptr<Loopback> loopback;  // last: its threads use the others

  HubManner note(const Taken& taken);
  [[nodiscard]] std::vector<std::string> said() const;
  [[nodiscard]] Response part(const Taken& taken, HubManner manner) const;
  Loopback::Sent meet(const Taken& taken);
};

HubManner FakeHub::State::note(const Taken& taken) {
  const std::lock_guard lock(mutex);
  requests.push_back(
      {taken.method, taken.path, taken.header("range"), taken.header("authorization")});
  const auto count = static_cast<std::size_t>(
      std::count_if(requests.begin(), requests.end(),
                    [&](const HubRequest& r) { return r.method == taken.method; }));
  const auto& manners = taken.method == "HEAD" ? setup.heads : setup.gets;
  return manners[std::min(count, manners.size()) - 1];
}

// What a hub's headers say of the file.
std::vector<std::string> FakeHub::State::said() const {
  std::vector<std::string> out = {"X-Repo-Commit: " + setup.commit};
  if (!setup.etag.empty()) {
    out.push_back("ETag: \"" + setup.etag + "\"");
    return out;
  }
  out.push_back("X-Linked-Etag: \"" + hex(sha256(setup.bytes)) + "\"");
  out.push_back("X-Linked-Size: " + std::to_string(setup.bytes.size()));
  return out;
}

// The bytes from the one that is asked for.
Response FakeHub::State::part(const Taken& taken, HubManner manner) const {
  Response out{200, said(), setup.bytes};
  if (manner == HubManner::other) std::reverse(out.body.begin(), out.body.end());
  if (manner == HubManner::shorter) out.body.resize(out.body.size() / 2);
  if (manner == HubManner::longer) out.body += "more";
  const std::string range = taken.header("range");
  const bool whole = manner == HubManner::no_range || manner == HubManner::short_cut;
  if (range.empty() || whole) return out;
  const std::int64_t from = to_int(range.substr(6, range.size() - 7)).value_or(0);
  const auto size = static_cast<std::int64_t>(out.body.size());
  if (from >= size) return {416, {"Content-Range: bytes */" + std::to_string(size)}, ""};
  out.status = 206;
  out.headers.push_back("Content-Range: bytes " + std::to_string(from) + "-" +
                        std::to_string(size - 1) + "/" + std::to_string(size));
  out.body.erase(0, static_cast<std::size_t>(from));
  return out;
}

Loopback::Sent FakeHub::State::meet(const Taken& taken) {
  const HubManner manner = note(taken);
  if (manner == HubManner::still) {
    sleep_us(3'000'000);
    return {"", true};
  }
  const bool head = taken.method == "HEAD";
  Response response = refusal(manner);
  const bool honest = response.status == 200 && response.body.empty();
  if (honest && taken.path.substr(0, taken.path.find('?')) != setup.path)
    response = refusal(HubManner::missing);
  else if (honest && !setup.elsewhere.empty())
    response = {302, said(), "Found. Redirecting to a storage."};
  else if (honest) response = part(taken, manner);
  if (response.status == 302)
    response.headers.push_back("Location: " + setup.elsewhere + setup.path + "?signed=yes");
  const std::string text = written(response);
  const std::size_t body = response.body.size();
  if (head) return {text.substr(0, text.size() - body), false};
  if (manner != HubManner::cut && manner != HubManner::short_cut) return {text, false};
  return {text.substr(0, text.size() - body + body / 2), true};
}

FakeHub::FakeHub() : state_(std::make_unique<State>()) {}

Result<std::unique_ptr<FakeHub>> FakeHub::start(HubSetup setup) {
  CHECK(!setup.heads.empty() && !setup.gets.empty());
  std::unique_ptr<FakeHub> hub(new FakeHub());
  State& s = *hub->state_;
  s.setup = std::move(setup);
  TRY(s.loopback, Loopback::start([&s](const Taken& taken) { return s.meet(taken); }));
  return hub;
}

FakeHub::~FakeHub() = default;

std::string FakeHub::address() const { return state_->loopback->address(); }

std::vector<HubRequest> FakeHub::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

std::vector<HubRequest> FakeHub::requests(const std::string& method) const {
  std::vector<HubRequest> out = requests();
  std::erase_if(out, [&](const HubRequest& r) { return r.method != method; });
  return out;
}

}  // namespace wood
