#include "minds/hub.h"

#include <cstdio>

#include "core/text.h"
#include "host/clock.h"
#include "host/digest.h"
#include "host/lock.h"

namespace wood {
namespace {

constexpr std::int64_t kLockAgainUs = 200'000;

// What a hub says of a file.
struct Described {
  std::string digest;  // names its blob: the SHA-256 of a large file, else git's own
  std::string sha256;  // "" if the hub gives none
  std::string commit;
  std::optional<std::int64_t> bytes;
};

std::string escaped(std::string_view text, std::string_view kept) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain || kept.find(c) != std::string_view::npos) out += c;
    else out += "%" + hex(std::string_view(&c, 1));
  }
  return out;
}

std::string page_of(const Hub& hub, const HubFile& file) {
  std::string endpoint = hub.endpoint;
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return endpoint + "/" + file.repo;
}

std::string url_of(const Hub& hub, const HubFile& file) {
  return page_of(hub, file) + "/resolve/" + escaped(file.revision, "._-~") + "/" +
         escaped(file.file, "._-~/");
}

// Not in the clear to another machine.
bool may_send_token(const Hub& hub) {
  return hub.endpoint.starts_with("https://") || is_local(hub.endpoint);
}

std::string unquoted(std::string text) {
  if (text.starts_with("W/")) text.erase(0, 2);
  return replace_all(std::move(text), "\"", "");
}

tl::unexpected<Error> wants_to_know(const Hub& hub, const HubFile& file, int status,
                                    const std::string& code) {
  const std::string page = page_of(hub, file);
  const std::string refusal = page + " answers " + std::to_string(status) + ": ";
  std::string mend = "set HF_TOKEN to a token of an account that may read it";
  if (!hub.token.empty() && !may_send_token(hub))
    mend = "a token is not sent over http:// to another machine: name the hub by https://";
  else if (!hub.token.empty()) mend = "the token that was sent (HF_TOKEN) may not read it";
  if (code == "GatedRepo" || (code.empty() && status == 403))
    return fail(Errc::environment, refusal +
                                       "the model is gated: accept its licence on its page (" +
                                       page + ") with your account; " + mend);
  if (code == "RepoNotFound" || code.empty())
    return fail(Errc::environment,
                refusal +
                    "there is no repository of that name, or it is private or gated; see "
                    "whether the page is there, accept the licence if it asks for that, and " +
                    mend);
  return fail(Errc::environment, refusal + code + "; " + mend);
}

tl::unexpected<Error> refused(const Hub& hub, const HubFile& file, const HttpResponse& response) {
  const std::string code = response.header("X-Error-Code");
  const std::string page = page_of(hub, file);
  if (response.status == 401 || response.status == 403)
    return wants_to_know(hub, file, response.status, code);
  if (response.status != 404)
    return fail(Errc::remote, page + " answers " + std::to_string(response.status) + " for " +
                                  file.file + "; try again later, or --mirror URL");
  if (code == "RepoNotFound")
    return fail(Errc::not_found, "there is no repository " + page + ": correct `repo`");
  if (code == "RevisionNotFound")
    return fail(Errc::not_found,
                page + " has no revision " + file.revision + ": correct `revision`");
  return fail(Errc::not_found, "there is no file " + file.file + " in " + page + " at revision " +
                                   file.revision + "; its files are listed on " + page + "/tree/" +
                                   file.revision + ": correct `file` or `repo`");
}

Result<Described> describe(const Hub& hub, const HubFile& file, const HttpResponse& response) {
  Described out;
  const std::string linked = unquoted(response.header("X-Linked-Etag"));
  const bool led = response.status >= 300 && response.status < 400 && !response.redirect.empty();
  if (response.status != 200 && !led) return refused(hub, file, response);
  out.digest = linked.empty() ? unquoted(response.header("ETag")) : linked;
  out.commit = lower(response.header("X-Repo-Commit"));
  // Both become names of files.
  if (!is_commit(out.commit) || !is_plain_name(out.digest) || out.digest.size() > 128)
    return fail(Errc::remote, page_of(hub, file) +
                                  " does not answer as a model hub does: no commit and no digest "
                                  "of " +
                                  file.file + "; correct HF_ENDPOINT or --mirror");
  if (digest_from_hex(lower(linked))) out.sha256 = out.digest = lower(linked);
  // Of a response that leads elsewhere, Content-Length is its own.
  out.bytes = to_int(response.header("X-Linked-Size"));
  if (!out.bytes && !led) out.bytes = to_int(response.header("Content-Length"));
  if (out.bytes && *out.bytes < 0) out.bytes.reset();
  return out;
}

// A page of a portal, saved as a model, is found out at least by this.
bool looks_like_gguf(const std::string& path) {
  char magic[4] = {};
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return false;
  const bool whole = std::fread(magic, 1, sizeof magic, file) == sizeof magic;
  std::fclose(file);
  return whole && std::string_view(magic, sizeof magic) == "GGUF";
}

std::string mebibytes(std::int64_t bytes) {
  return decimal((bytes * 10 + (1 << 19)) >> 20, 1) + " MiB";
}

// One pull on its way.
class Pull {
 public:
  Pull(const Hub& hub, const HubFile& file, std::string pinned, const PullOptions& options)
      : hub_(hub),
        file_(file),
        pinned_(lower(pinned)),
        options_(options),
        cache_(hub.cache, file),
        download_({url_of(hub, file), may_send_token(hub) ? hub.token : ""}, options.patience,
                  options.onlooker) {}

  Result<Pulled> run();

 private:
  Result<std::unique_ptr<FileLock>> locked() const;
  Result<bool> there();
  Status check_room(const std::string& part) const;
  Status fill(PartFile& part);
  Status fetch();
  Status as_said(const std::string& sha256, std::int64_t bytes) const;
  Status as_pinned(const std::string& path, const std::string& sha256) const;
  Status stop() const;

  const Hub& hub_;
  const HubFile& file_;
  std::string pinned_;
  const PullOptions& options_;
  HubCache cache_;
  Download download_;
  Described said_;
  Pulled out_;
};

Status Pull::stop() const {
  const auto& stop = options_.onlooker.stop;
  return stop && stop() ? Status(fail(Errc::environment, "stopped")) : Status();
}

// Waits while another process has it.
Result<std::unique_ptr<FileLock>> Pull::locked() const {
  for (bool told = false;; told = true) {
    TRY(auto lock, FileLock::attempt(cache_.lock(said_.digest)));
    if (lock != nullptr) return lock;
    if (!told && options_.onlooker.on_wait)
      options_.onlooker.on_wait("another pull of it is under way", 0);
    TRY_STATUS(stop());
    sleep_us(kLockAgainUs);
  }
}

// As the hub says.
Status Pull::as_said(const std::string& sha256, std::int64_t bytes) const {
  if (said_.bytes && bytes != *said_.bytes)
    return fail(Errc::integrity, "it has " + std::to_string(bytes) + " bytes, the hub says " +
                                     std::to_string(*said_.bytes));
  if (!said_.sha256.empty() && sha256 != said_.sha256)
    return fail(Errc::integrity, "its SHA-256 is " + sha256 + ", the hub says " + said_.sha256);
  return {};
}

// As the registry says; where nobody gives a digest, at least of the right kind.
Status Pull::as_pinned(const std::string& path, const std::string& sha256) const {
  if (!pinned_.empty() && sha256 != pinned_)
    return fail(Errc::integrity, "its SHA-256 is " + sha256 + ", the registry says " + pinned_);
  if (said_.sha256.empty() && pinned_.empty() && file_.file.ends_with(".gguf") &&
      !looks_like_gguf(path))
    return fail(Errc::integrity, "it is no GGUF");
  return {};
}

// Whether the blob is there and right. One that is not what its name says goes; one that is, and is
// not what the registry wants, is an error: others may use this cache.
Result<bool> Pull::there() {
  const std::string blob = cache_.blob(said_.digest);
  if (!file_exists(blob)) return false;
  TRY(const std::int64_t bytes, file_size(blob));
  TRY(const Digest digest, file_sha256(blob));
  const Status right = as_said(hex(digest), bytes);
  out_.sha256 = hex(digest);
  out_.bytes = bytes;
  if (right) {
    TRY_STATUS(as_pinned(blob, out_.sha256));
    return true;
  }
  if (options_.onlooker.on_wait)
    options_.onlooker.on_wait("the copy in the cache is wrong: " + right.error().what, 0);
  TRY_STATUS(remove_file(blob));
  return false;
}

Status Pull::check_room(const std::string& part) const {
  if (!said_.bytes) return {};
  const std::int64_t missing = *said_.bytes - file_size(part).value_or(0);
  TRY(const std::int64_t room, options_.room(hub_.cache));
  if (missing <= room) return {};
  return fail(Errc::environment,
              hub_.cache + " has room for " + mebibytes(room) + ", and " + file_.file + " needs " +
                  mebibytes(missing) +
                  " more; make room, or set HF_HUB_CACHE to a folder that has it");
}

// Fills the file up; Errc::integrity if it is another one.
Status Pull::fill(PartFile& part) {
  if (options_.on_begin) options_.on_begin(said_.bytes, part.size());
  TRY_STATUS(download_.fill(part, said_.bytes));
  out_.bytes = part.size();
  out_.taken_up = part.taken_up();
  out_.sha256 = hex(part.digest());
  TRY_STATUS(as_said(out_.sha256, out_.bytes));
  return as_pinned(part.path(), out_.sha256);
}

Status Pull::fetch() {
  const std::string blob = cache_.blob(said_.digest);
  const std::string growing = blob + ".incomplete";
  TRY_STATUS(check_room(growing));
  while (true) {
    TRY(const std::unique_ptr<PartFile> part, PartFile::open(growing));
    const Status right = fill(*part);
    if (right) return part->finish(blob);
    if (right.error().code != Errc::integrity) return right;
    TRY_STATUS(remove_file(growing));
    // What somebody left may have been written in another order, or half before a power cut.
    if (part->taken_up() == 0)
      return fail(Errc::integrity,
                  "what came is not the file: " + right.error().what +
                      "; it was thrown away: pull again, and from elsewhere if that ends the same");
    if (options_.onlooker.on_wait)
      options_.onlooker.on_wait("what lay there of it was wrong; from the start", 0);
  }
}

Result<Pulled> Pull::run() {
  TRY(const HttpResponse response, download_.look());
  TRY(said_, describe(hub_, file_, response));
  if (!pinned_.empty() && !said_.sha256.empty() && pinned_ != said_.sha256)
    return fail(Errc::integrity, "the hub's SHA-256 is " + said_.sha256 + ", the registry's is " +
                                     pinned_ +
                                     ": nothing was fetched; the repository has changed, or "
                                     "`sha256` or `revision` is wrong");
  out_.commit = said_.commit;
  out_.by_hub = !said_.sha256.empty();
  out_.by_registry = !pinned_.empty();
  TRY_STATUS(cache_.prepare());
  TRY(const std::unique_ptr<FileLock> lock, locked());
  TRY(const bool whole, there());
  out_.end = whole ? PullEnd::there : PullEnd::fetched;
  if (!whole) TRY_STATUS(fetch());
  TRY(out_.path, cache_.keep(said_.digest, said_.commit));
  return out_;
}

}  // namespace

Result<Pulled> pull(const Hub& hub, const HubFile& file, const std::string& sha256,
                    const PullOptions& options) {
  if (!is_repo_name(file.repo) || !is_path_within(file.revision) || !is_path_within(file.file))
    return fail(Errc::usage, file.repo + " " + file.revision + " " + file.file +
                                 ": that is no owner/name, revision and path within it");
  auto pulled = Pull(hub, file, sha256, options).run();
  if (pulled) return pulled;
  if (const auto& stop = options.onlooker.stop; stop && stop())
    return Pulled{.end = PullEnd::stopped};
  return fail(std::move(pulled).error().during(file.repo + " " + file.file));
}

}  // namespace wood
