#include "host/env.h"

#include <gtest/gtest.h>

namespace wood {
namespace {

TEST(Env, GivesWhatIsSet) {
  ::setenv("WOOD_ENV_TEST", "oak", 1);
  EXPECT_EQ(env("WOOD_ENV_TEST"), "oak");
  ::unsetenv("WOOD_ENV_TEST");
  EXPECT_EQ(env("WOOD_ENV_TEST"), "");
}

}  // namespace
}  // namespace wood
