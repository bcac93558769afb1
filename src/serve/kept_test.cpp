#include "serve/kept.h"

#include <gtest/gtest.h>

namespace wood::serve {
namespace {

TEST(Kept, IsGivenAgainUntilSomethingChanges) {
  Kept kept;
  EXPECT_EQ(kept.find(1, "/v1/run"), nullptr);
  kept.keep(1, 1, "/v1/run", text_response("one", "text/plain"));
  ASSERT_NE(kept.find(1, "/v1/run"), nullptr);
  EXPECT_EQ(kept.find(1, "/v1/run")->content(), "one");
  EXPECT_EQ(kept.find(1, "/v1/runs"), nullptr);
  EXPECT_EQ(kept.find(2, "/v1/run"), nullptr);
  EXPECT_EQ(kept.find(1, "/v1/run"), nullptr) << "what was gone does not come back";
}

TEST(Kept, AnAnswerThatWasOvertakenIsNotKept) {
  Kept kept;
  kept.keep(1, 2, "/v1/run", text_response("old", "text/plain"));
  EXPECT_EQ(kept.find(1, "/v1/run"), nullptr);
  EXPECT_EQ(kept.find(2, "/v1/run"), nullptr);
}

TEST(Kept, RefusalsAndWhatIsTooMuchAreNotKept) {
  Kept kept;
  kept.keep(1, 1, "/no", response(Problem{404, "nothing", "path", "look elsewhere"}));
  EXPECT_EQ(kept.find(1, "/no"), nullptr);
  kept.keep(1, 1, "/long", text_response(std::string((1 << 20) + 1, 'x'), "text/plain"));
  EXPECT_EQ(kept.find(1, "/long"), nullptr);
  const Response each = text_response(std::string(1 << 20, 'x'), "text/plain");
  for (int i = 0; i < 20; ++i) kept.keep(1, 1, "/" + std::to_string(i), each);
  EXPECT_NE(kept.find(1, "/15"), nullptr);
  EXPECT_EQ(kept.find(1, "/16"), nullptr) << "16 MiB in all";
}

}  // namespace
}  // namespace wood::serve
