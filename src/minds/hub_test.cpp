#include "minds/hub.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "core/sha256.h"
#include "trial/fake_hub.h"

namespace wood {
namespace {

namespace fs = std::filesystem;
using enum HubManner;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Two of them at least, for the pieces in which a body comes.
std::string some_bytes(std::size_t size = 300'000) {
  std::string out = "GGUF";
  for (std::size_t i = 0; out.size() < size; ++i) out += static_cast<char>(i * 7 + i / 251);
  return out;
}

// A hub, and an empty cache to fetch into.
class HubPull : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "hub-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    setup_.bytes = some_bytes();
    options_.patience = {.first_ms = 1, .longest_ms = 4, .stall_ms_max = 1'000, .tries_max = 4};
    options_.onlooker.on_wait = [this](const std::string& why, std::int64_t) {
      waits_.push_back(why);
    };
  }
  void TearDown() override { fs::remove_all(folder_); }

  void start() {
    auto hub = FakeHub::start(setup_);
    ASSERT_TRUE(hub) << hub.error().what;
    hub_ = std::move(*hub);
  }
  Result<Pulled> pull(const std::string& sha256 = "") {
    if (hub_ == nullptr) start();
    const Hub hub{hub_->address(), "hf_secret", folder_ + "/hub"};
    return wood::pull(hub, file_, sha256, options_);
  }
  std::string fault(const std::string& sha256 = "") {
    const auto pulled = pull(sha256);
    return pulled ? "" : pulled.error().what;
  }
  // It is there, and it is the hub's.
  void expect_right(const Result<Pulled>& pulled) {
    ASSERT_TRUE(pulled) << pulled.error().what;
    EXPECT_EQ(pulled->sha256, hex(sha256(setup_.bytes)));
    EXPECT_EQ(read_file(pulled->path).value_or(""), setup_.bytes);
    EXPECT_EQ(HubCache(folder_ + "/hub", file_).find(), pulled->path);
    EXPECT_EQ(growing(), "");
  }
  void expect_nothing() {
    EXPECT_EQ(HubCache(folder_ + "/hub", file_).find(), "");
    for (const auto& item : fs::recursive_directory_iterator(folder_))
      EXPECT_TRUE(item.is_directory() || item.path().extension() == ".lock") << item.path();
  }
  // The .incomplete, if there is one.
  std::string growing() const {
    for (const auto& item : fs::recursive_directory_iterator(folder_))
      if (item.path().extension() == ".incomplete") return item.path().string();
    return "";
  }

  std::string folder_;
  HubSetup setup_;
  HubFile file_{"owner/name", "main", "model.gguf"};
  PullOptions options_;
  std::vector<std::string> waits_;
  std::unique_ptr<FakeHub> hub_;
};

TEST_F(HubPull, a_file_comes_into_the_layout_that_the_hubs_own_tools_keep) {
  const auto pulled = pull();
  expect_right(pulled);
  EXPECT_EQ(pulled->end, PullEnd::fetched);
  EXPECT_TRUE(pulled->by_hub);
  EXPECT_FALSE(pulled->by_registry);
  const std::string repo = folder_ + "/hub/models--owner--name";
  EXPECT_EQ(read_file(repo + "/refs/main").value_or(""), setup_.commit);
  const std::string link = repo + "/snapshots/" + setup_.commit + "/model.gguf";
  EXPECT_EQ(pulled->path, link);
  EXPECT_EQ(fs::read_symlink(link), "../../blobs/" + hex(sha256(setup_.bytes)));
  EXPECT_EQ(hub_->requests("HEAD").at(0).authorization, "Bearer hf_secret");

  MindSpec spec;
  spec.repo = file_.repo;
  spec.file = file_.file;
  EXPECT_EQ(model_file(spec, {}), "") << "the cache of the environment is another one";
}

TEST_F(HubPull, a_file_in_a_folder_and_a_revision_with_a_slash) {
  file_ = {"owner/name", "refs/pr/1", "Q4 K/model.gguf"};
  setup_.path = "/owner/name/resolve/refs%2fpr%2f1/Q4%20K/model.gguf";
  const auto pulled = pull();
  expect_right(pulled);
  EXPECT_TRUE(fs::read_symlink(pulled->path).string().starts_with("../../../blobs/"));
}

TEST_F(HubPull, a_commit_is_its_own_revision) {
  file_.revision = setup_.commit;
  setup_.path = "/owner/name/resolve/" + setup_.commit + "/model.gguf";
  expect_right(pull());
  EXPECT_FALSE(fs::exists(folder_ + "/hub/models--owner--name/refs"));
}

TEST_F(HubPull, what_was_cut_off_is_gone_on_with) {
  setup_.gets = {cut, cut, ok};
  expect_right(pull());
  const auto gets = hub_->requests("GET");
  ASSERT_EQ(gets.size(), 3U);
  EXPECT_EQ(gets[0].range, "");
  EXPECT_EQ(gets[1].range, "bytes=150000-");
  EXPECT_EQ(gets[2].range, "bytes=225000-");
}

TEST_F(HubPull, so_is_what_an_earlier_pull_left) {
  setup_.gets = {cut};
  options_.patience.tries_max = 1;
  EXPECT_NE(fault(), "");
  EXPECT_NE(growing(), "");
  setup_.gets = {ok};
  start();
  const auto pulled = pull();
  expect_right(pulled);
  EXPECT_EQ(pulled->taken_up, 150'000);
  EXPECT_EQ(hub_->requests("GET").at(0).range, "bytes=150000-");
}

TEST_F(HubPull, a_wrong_part_that_lay_there_is_left_behind) {
  const std::string blobs = folder_ + "/hub/models--owner--name/blobs/";
  ASSERT_TRUE(make_folders(blobs));
  const std::string part = blobs + hex(sha256(setup_.bytes)) + ".incomplete";
  for (const std::size_t size : {1'000U, 300'000U, 400'000U}) {
    fs::remove(blobs + hex(sha256(setup_.bytes)));
    ASSERT_TRUE(write_file(part, std::string(size, 'x')));
    const auto pulled = pull();
    expect_right(pulled);
    EXPECT_EQ(pulled->taken_up, 0);
  }
}

TEST_F(HubPull, a_server_that_ignores_a_range_is_read_from_the_start) {
  setup_.gets = {cut, no_range};
  expect_right(pull());
}

TEST_F(HubPull, one_that_never_gets_further_is_given_up) {
  setup_.gets = {short_cut};
  const std::string what = fault();
  EXPECT_TRUE(has(what, "4 times over")) << what;
  EXPECT_EQ(hub_->requests("GET").size(), 4U);
  EXPECT_EQ(HubCache(folder_ + "/hub", file_).find(), "");
}

TEST_F(HubPull, a_416_begins_again) {
  setup_.gets = {cut, past, ok};
  expect_right(pull());
  EXPECT_EQ(hub_->requests("GET").at(2).range, "");
}

TEST_F(HubPull, other_bytes_leave_nothing_that_looks_right) {
  setup_.gets = {other};
  const std::string what = fault();
  EXPECT_TRUE(has(what, "the hub says " + hex(sha256(setup_.bytes)))) << what;
  expect_nothing();
  // Nor does a part of another file that lay there.
  setup_.gets = {cut, other, ok};
  start();
  EXPECT_TRUE(has(fault(), "what came is not the file"));
  expect_nothing();
  expect_right(pull());
}

TEST_F(HubPull, a_wrong_length_is_found) {
  setup_.gets = {shorter};
  std::string what = fault();
  EXPECT_TRUE(has(what, "ends behind 150000 of 300000 bytes") || has(what, "416")) << what;
  EXPECT_EQ(HubCache(folder_ + "/hub", file_).find(), "");
  setup_.gets = {longer};
  start();
  what = fault();
  EXPECT_TRUE(has(what, "longer than the 300000 bytes")) << what;
  expect_nothing();
}

TEST_F(HubPull, the_token_stays_with_the_hub) {
  HubSetup storage = setup_;
  storage.gets = {cut, expired, ok};
  auto elsewhere = FakeHub::start(storage).value();
  setup_.elsewhere = elsewhere->address();
  expect_right(pull());
  ASSERT_EQ(elsewhere->requests().size(), 3U);
  EXPECT_TRUE(has(elsewhere->requests()[0].path, "?signed=yes"));
  for (const HubRequest& request : elsewhere->requests()) EXPECT_EQ(request.authorization, "");
  for (const HubRequest& request : hub_->requests())
    EXPECT_EQ(request.authorization, "Bearer hf_secret");
  EXPECT_EQ(hub_->requests("GET").size(), 3U) << "a signature that has run out is asked for anew";
}

TEST_F(HubPull, a_refusal_says_what_to_do) {
  setup_.heads = {gated, nobody, missing, portal, expired};
  std::string what = fault();
  EXPECT_TRUE(has(what, "is gated: accept its licence")) << what;
  EXPECT_TRUE(has(what, "owner/name")) << what;
  EXPECT_TRUE(has(what, "HF_TOKEN")) << what;
  EXPECT_FALSE(has(what, "hf_secret")) << what;
  what = fault();
  EXPECT_TRUE(has(what, "there is no repository of that name, or it is private")) << what;
  what = fault();
  EXPECT_TRUE(has(what, "no file model.gguf in")) << what;
  EXPECT_TRUE(has(what, "owner/name at revision main")) << what;
  what = fault();
  EXPECT_TRUE(has(what, "does not answer as a model hub does")) << what;
  EXPECT_TRUE(has(fault(), "is gated"));
  expect_nothing();
}

TEST_F(HubPull, without_a_token_the_mend_is_to_set_one) {
  setup_.heads = {gated};
  start();
  const auto pulled = wood::pull({hub_->address(), "", folder_ + "/hub"}, file_, "", options_);
  ASSERT_FALSE(pulled);
  EXPECT_TRUE(has(pulled.error().what, "set HF_TOKEN to a token")) << pulled.error().what;
  EXPECT_EQ(hub_->requests().at(0).authorization, "");
}

TEST_F(HubPull, what_passes_is_waited_for) {
  setup_.heads = {broken, ok};
  setup_.gets = {broken, busy, ok};
  const auto began = std::chrono::steady_clock::now();
  expect_right(pull());
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1'000))
      << "Retry-After is 1";
  ASSERT_EQ(waits_.size(), 3U);
  EXPECT_TRUE(has(waits_[0], "answers 500")) << waits_[0];
  EXPECT_TRUE(has(waits_[2], "answers 429 (too many requests)")) << waits_[2];
}

TEST_F(HubPull, what_does_not_pass_is_given_up) {
  setup_.gets = {broken};
  EXPECT_TRUE(has(fault(), "answers 500, 4 times over"));
  setup_.heads = {broken};
  start();
  EXPECT_TRUE(has(fault(), "answers 500"));
  hub_ = nullptr;
  const auto nobody_there =
      wood::pull({"http://127.0.0.1:1", "", folder_ + "/hub"}, file_, "", options_);
  ASSERT_FALSE(nobody_there);
  EXPECT_EQ(nobody_there.error().code, Errc::network);
}

TEST_F(HubPull, a_server_that_falls_silent_is_left) {
  setup_.gets = {still, ok};
  expect_right(pull());
  ASSERT_EQ(waits_.size(), 1U);
  EXPECT_TRUE(has(waits_[0], "nothing came for 1000 ms")) << waits_[0];
}

TEST_F(HubPull, the_registry_and_the_hub_are_compared_before_anything_is_fetched) {
  const std::string what = fault(std::string(64, 'a'));
  EXPECT_TRUE(has(what, "nothing was fetched")) << what;
  EXPECT_TRUE(hub_->requests("GET").empty());
  expect_nothing();
  const auto pulled = pull(hex(sha256(setup_.bytes)));
  expect_right(pulled);
  EXPECT_TRUE(pulled->by_hub && pulled->by_registry);
}

TEST_F(HubPull, without_the_hubs_digest_the_registrys_holds) {
  setup_.etag = std::string(40, 'b');
  const std::string what = fault(std::string(64, 'a'));
  EXPECT_TRUE(has(what, "the registry says aaaa")) << what;
  expect_nothing();
  const auto unpinned = pull();
  expect_right(unpinned);
  EXPECT_FALSE(unpinned->by_hub || unpinned->by_registry);
  EXPECT_TRUE(fs::exists(folder_ + "/hub/models--owner--name/blobs/" + setup_.etag));
  const auto pinned = pull(hex(sha256(setup_.bytes)));
  expect_right(pinned);
  EXPECT_TRUE(pinned->by_registry);
  // What is there and not what the registry wants is left to who else uses it.
  EXPECT_TRUE(has(fault(std::string(64, 'a')), "the registry says"));
  EXPECT_TRUE(fs::exists(folder_ + "/hub/models--owner--name/blobs/" + setup_.etag));
}

TEST_F(HubPull, without_any_digest_it_must_at_least_be_a_gguf) {
  setup_.etag = std::string(40, 'b');
  setup_.gets = {other};
  EXPECT_TRUE(has(fault(), "it is no GGUF"));
  expect_nothing();
}

TEST_F(HubPull, without_room_nothing_is_begun) {
  options_.room = [](const std::string&) -> Result<std::int64_t> { return 100'000; };
  const std::string what = fault();
  EXPECT_TRUE(has(what, "needs 0.3 MiB more; make room")) << what;
  EXPECT_TRUE(hub_->requests("GET").empty());
  expect_nothing();
  // What is there already needs no more room.
  options_.room = free_bytes;
  options_.patience.tries_max = 1;
  setup_.gets = {cut, ok};
  start();
  EXPECT_NE(fault(), "");
  options_.room = [](const std::string&) -> Result<std::int64_t> { return 160'000; };
  expect_right(pull());
}

TEST_F(HubPull, what_is_there_and_right_is_not_fetched_again) {
  expect_right(pull());
  const auto again = pull();
  expect_right(again);
  EXPECT_EQ(again->end, PullEnd::there);
  EXPECT_EQ(hub_->requests("GET").size(), 1U);
  // A bit that has fallen over is found and mended.
  std::string bytes = setup_.bytes;
  bytes[1'000] = static_cast<char>(bytes[1'000] ^ 1);
  ASSERT_TRUE(
      write_file(folder_ + "/hub/models--owner--name/blobs/" + hex(sha256(setup_.bytes)), bytes));
  const auto mended = pull();
  expect_right(mended);
  EXPECT_EQ(mended->end, PullEnd::fetched);
}

TEST_F(HubPull, two_at_once_fetch_it_once) {
  setup_.gets = {cut, cut, ok};
  start();
  options_.onlooker.on_wait = {};
  std::vector<PullEnd> ends(2, PullEnd::stopped);
  std::vector<std::thread> threads;
  for (PullEnd& end : ends)
    threads.emplace_back([&] {
      const auto pulled = pull();
      ASSERT_TRUE(pulled) << pulled.error().what;
      end = pulled->end;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_NE(ends[0], ends[1]);
  EXPECT_EQ(hub_->requests("GET").size(), 3U);
  expect_right(pull());
}

TEST_F(HubPull, a_wish_to_stop_keeps_what_came) {
  setup_.gets = {cut, ok};
  std::atomic<bool> wish = false;
  options_.onlooker.on_wait = [&](const std::string&, std::int64_t) { wish = true; };
  options_.onlooker.stop = [&] { return wish.load(); };
  const auto stopped = pull();
  ASSERT_TRUE(stopped) << stopped.error().what;
  EXPECT_EQ(stopped->end, PullEnd::stopped);
  EXPECT_EQ(file_size(growing()).value_or(0), 150'000);
  wish = false;
  options_.onlooker.on_wait = {};
  const auto rest = pull();
  expect_right(rest);
  EXPECT_EQ(rest->taken_up, 150'000);
}

// What a hub says becomes names of files.
TEST_F(HubPull, a_hub_cannot_write_beside_its_cache) {
  for (const std::string digest : {"../../evil", "..", "a/b", ""}) {
    setup_.etag = digest.empty() ? " " : digest;
    start();
    EXPECT_TRUE(has(fault(), "does not answer as a model hub does")) << digest;
  }
  setup_.etag = "";
  setup_.commit = "../../../evil";
  start();
  EXPECT_TRUE(has(fault(), "does not answer as a model hub does"));
  expect_nothing();
  for (const HubFile& odd : {HubFile{"owner", "main", "x"}, HubFile{"a/../b", "main", "x"},
                             HubFile{"a/b", "..", "x"}, HubFile{"a/b", "main", "../x"}})
    EXPECT_FALSE(wood::pull({hub_->address(), "", folder_}, odd, "", options_)) << odd.repo;
}

// Whatever is called a path within a folder does not lead out of it.
RC_GTEST_PROP(HubNames, stay_in_their_folder, ()) {
  const auto parts = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a", "..", ".", "", "b c", "...", "\n", "x.gguf"));
  std::string path;
  for (const std::string& part : parts) path += (path.empty() ? "" : "/") + part;
  if (!is_path_within(path)) return;  // most are not
  const std::string normal = (fs::path("/cache") / path).lexically_normal().string();
  RC_ASSERT(normal.starts_with("/cache/"));
  RC_ASSERT(!has(normal, "\n"));
}

RC_GTEST_PROP(HubNames, of_repositories_make_one_folder, (const std::string& name)) {
  if (!is_repo_name(name)) return;
  RC_ASSERT(std::count(name.begin(), name.end(), '/') == 1);
  RC_ASSERT(is_path_within(name));
}

TEST(HubToken, is_one_word_or_none) {
  ::setenv("HF_TOKEN", " hf_x \n", 1);
  EXPECT_EQ(hub_token(), "hf_x");
  ::setenv("HF_TOKEN", "hf_x\r\nHost: evil", 1);
  EXPECT_EQ(hub_token(), "");
  ::unsetenv("HF_TOKEN");
  std::string home = testing::TempDir() + "hfhome-XXXXXX";
  ASSERT_NE(mkdtemp(home.data()), nullptr);
  ::setenv("HF_HOME", home.c_str(), 1);
  EXPECT_EQ(hub_token(), "");
  ASSERT_TRUE(write_file(home + "/token", "hf_file\n"));
  EXPECT_EQ(hub_token(), "hf_file");
  EXPECT_EQ(hub_cache().value_or(""), home + "/hub");
  ::setenv("HF_HUB_CACHE", "/elsewhere", 1);
  EXPECT_EQ(hub_cache().value_or(""), "/elsewhere");
  ::unsetenv("HF_HUB_CACHE");
  ::unsetenv("HF_HOME");
  fs::remove_all(home);
}

}  // namespace
}  // namespace wood
