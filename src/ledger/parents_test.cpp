// The table of causes: an honest run passes, and whoever takes a cause away, or names another for
// want of it, is found out although he signs with the true key.
#include "ledger/parents.h"

#include <gtest/gtest.h>

#include "ledger/testing.h"
#include "ledger/verify.h"

namespace wood {
namespace {

using K = EntryKind;

// What the judge says of a log of these entries; "" if nothing.
std::string judged(const std::vector<Draft>& drafts) {
  ParentJudge judge;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const Status status = judge.next({Seq{static_cast<std::int64_t>(i)}, drafts[i]});
    if (!status) return status.error().what;
  }
  return "";
}

std::vector<Draft> honest() { return drafts_of(small_ledger(memory_store())->store()); }

TEST(Parents, HasARuleForEveryKindInOrder) {
  const auto& rules = parent_rules();
  ASSERT_EQ(rules.size(), static_cast<std::size_t>(kEntryKinds));
  for (int i = 0; i < kEntryKinds; ++i) {
    const auto kind = static_cast<K>(i);
    const auto& rule = *std::find_if(rules.begin(), rules.end(),
                                     [&](const ParentRule& r) { return r.kind == kind; });
    for (const auto* demand : {&rule.one_of, &rule.some_of})
      for (const K one : *demand)
        EXPECT_NE(std::find(rule.may.begin(), rule.may.end(), one), rule.may.end()) << name(kind);
  }
}

TEST(Parents, AnHonestRunPasses) {
  EXPECT_EQ(judged(honest()), "");
  EXPECT_EQ(judged(drafts_of(small_ledger(memory_store(), {.turns = 3})->store())), "");
}

TEST(Parents, DroppingAnyParentFails) {
  for (std::size_t entry = 1; entry < honest().size(); ++entry)
    for (std::size_t parent = 0; parent < honest()[entry].from.size(); ++parent) {
      auto drafts = honest();
      auto& from = drafts[entry].from;
      from.erase(from.begin() + static_cast<std::ptrdiff_t>(parent));
      EXPECT_NE(judged(drafts), "") << entry;
    }
}

// In this run every cause is the entry before. The one before that is of a kind that cannot be it;
// only where a kind may have several sorts of causes (a prompt, a check, an event) replay must
// tell.
TEST(Parents, NamingAnotherInsteadFails) {
  for (std::size_t entry = 2; entry < honest().size(); ++entry) {
    auto drafts = honest();
    drafts[entry].from.back() = Seq{static_cast<std::int64_t>(entry) - 2};
    const K kind = drafts[entry].kind;
    if (kind == K::prompt || kind == K::check || kind == K::event) continue;
    EXPECT_NE(judged(drafts), "") << entry;
  }
}

TEST(Parents, StructureIsJudgedToo) {
  const auto forged = [](auto forge) {
    auto drafts = honest();
    forge(drafts);
    return judged(drafts);
  };
  EXPECT_NE(forged([](auto& d) { d.erase(d.begin()); }).find("genesis"), std::string::npos);
  EXPECT_NE(forged([](auto& d) { d.push_back(d[0]); }).find("seal"), std::string::npos);
  EXPECT_NE(forged([](auto& d) { d[10] = d[0]; }).find("genesis"), std::string::npos);
  EXPECT_NE(forged([](auto& d) { d[5] = d[4]; }).find("second answer"), std::string::npos);
  EXPECT_NE(forged([](auto& d) { d[6] = d[5]; }).find("second reading"), std::string::npos);
  EXPECT_NE(forged([](auto& d) { d[6].turn = 0; }).find("goes back"), std::string::npos);
  EXPECT_NE(forged([](auto& d) { d[4].from = {Seq{2}}; }).find("cannot be caused"),
            std::string::npos);
  EXPECT_NE(forged([](auto& d) { d[4].from = {Seq{4}}; }).find("not before"), std::string::npos);
  EXPECT_NE(forged([](auto& d) {
              d[9].from = {Seq{8}, Seq{7}};
            }).find("cannot be caused"),
            std::string::npos);
  EXPECT_NE(forged([](auto& d) { d[9].from = {Seq{8}}; }).find("causes"), std::string::npos);
}

TEST(Parents, ATurnHasOneSuccessor) {
  auto drafts = drafts_of(small_ledger(memory_store(), {.turns = 2})->store());
  ASSERT_EQ(drafts[18].kind, K::turn);
  ASSERT_EQ(drafts[9].kind, K::turn);
  drafts[19] = drafts[18];
  EXPECT_NE(judged(drafts).find("second turn"), std::string::npos);
}

TEST(Parents, NumbersMustFollow) {
  ParentJudge judge;
  EXPECT_NE(judge.next({Seq{1}, honest()[1]}).error().what.find("place"), std::string::npos);
}

TEST(Parents, ADemandForOneOfSomeKindsIsHeard) {
  // A verdict of a check alone: without the event it judges.
  auto drafts = honest();
  drafts[8] = {K::verdict, "magistrate", {Seq{7}}, 1, Json::object()};
  drafts[9] = {K::event, "world", {Seq{8}}, 1, Json::object()};
  drafts.resize(10);
  EXPECT_NE(judged(drafts).find("needs a cause of kind event"), std::string::npos);
}

// Signed with the true key: what is left to catch the forgery is the table.
TEST(Parents, AForgeryThatIsSignedFailsToVerify) {
  auto drafts = honest();
  drafts[4].from = {Seq{2}};
  auto forger = *Ledger::create(memory_store(), {"small", test_key()});
  forger->blob(std::string(9'000, 'x') + "1");
  for (Draft& draft : drafts) forger->append(std::move(draft));
  ASSERT_TRUE(forger->commit());
  const Verified found = verify(forger->store(), {test_key().verifier()});
  ASSERT_EQ(found.findings.size(), 1U);
  EXPECT_NE(found.findings[0].find("entry 4 (answer)"), std::string::npos);
}

}  // namespace
}  // namespace wood
