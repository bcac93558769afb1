// wood play of the built program: a game from a file of lines, and the same game gone on with.
#include <gtest/gtest.h>

#include "cli/testing.h"

namespace wood {
namespace {

class Play : public Program {
 protected:
  Ran play(const std::string& arguments, const std::string& moves) {
    write("moves.txt", moves);
    return wood("play " + arguments, "", "moves.txt");
  }
};

TEST_F(Play, AGameIsPlayedToItsEndAndIsOnRecord) {
  const Ran ran = play("--cast rules --seed 5 --turns 4 --out a.wood",
                       "# a game\n"
                       "me\nmarket\n"
                       "lend oona 20 at 8% for 3 days\n"
                       "tip fenn firewood up planted The frost comes early.\n"
                       "\n"
                       "book honey\ncreatures\nlaw\nstory 1\ntrace 12\n"
                       "short honey 2\n"
                       "next 3\n"
                       "never read\n");
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.err, "") << ran.err;
  for (const char* part :
       {"You are the Patron", "at a heat of 30", "lend: recorded at the next dawn",
        "── Day 1, autumn ──", "── Day 4, autumn ──", "you  lend: loan refused", "they sell",
        "and it fades by 5 a day", "the villagers send", "you  short: ", "did better",
        "wood verify a.wood"})
    EXPECT_TRUE(has(ran.out, part)) << part << "\n" << ran.out;
  EXPECT_EQ(wood("verify a.wood").status, 0);
  EXPECT_TRUE(has(ran.out, "     0  ")) << "what an entry goes back to: " << ran.out;
  const std::string shown = wood("show a.wood --turn 1").out;
  EXPECT_TRUE(has(shown, "patron tips fenn that firewood goes up")) << shown;
}

TEST_F(Play, IsLeftAndGoneOnWith) {
  const Ran left = play("--cast rules --seed 5 --turns 4 --out b.wood", "whisper pip hello\nn 2\n");
  EXPECT_EQ(left.status, 130) << left.err;
  EXPECT_TRUE(has(left.err, "left behind day 2; go on with it:\n  wood play b.wood")) << left.err;
  const Ran rest = play("b.wood", "n 2\n");
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_FALSE(has(rest.out, "── Day 2")) << rest.out;
  EXPECT_TRUE(has(rest.out, "── Day 3")) << rest.out;

  // As if it had never been left; a file of any name is one that has a path.
  const Ran plain = play("--cast rules --seed 5 --turns 4 --out games/one", "n 1\nsay hello\n");
  EXPECT_EQ(plain.status, 130) << plain.err;
  EXPECT_TRUE(has(plain.err, "what waited for the dawn was not recorded")) << plain.err;
  EXPECT_TRUE(has(plain.err, "wood play games/one")) << plain.err;
  EXPECT_EQ(play("games/one", "n 9\n").status, 0);

  const Ran whole =
      play("--cast rules --seed 5 --turns 4 --out c.wood", "whisper pip hello\nn 4\n");
  EXPECT_EQ(whole.status, 0) << whole.err;
  const auto root = [&](const std::string& file) {
    const std::string report = wood("show " + file + " --report").out;
    return report.substr(report.find("record"), report.find("\nmargin") - report.find("record"));
  };
  EXPECT_EQ(root("b.wood"), root("c.wood"));
}

TEST_F(Play, WhatIsWrongIsSaidAndTheGameGoesOn) {
  const Ran ran = play("--cast rules --seed 5 --turns 1 --out d.wood",
                       "fly\nlend nobody 5 at 3%\nbook gold\nstory 9\ntrace x\ntrace 999999\n"
                       "{\"act\":\"kill\"}\n{\"act\":\"swap\",\"who\":\"pip\",\"mind\":\"x\"}\n"
                       "next never\nhelp lend\nhelp "
                       "zzz\n{\"control\":\"start\"}\n{\"act\":\"kill\",\"who\":\"all\"}\n\n");
  EXPECT_EQ(ran.status, 0) << ran.err;
  for (const char* part :
       {"\"fly\" is not known", "\"nobody\" is no creature", "book GOOD", "there is no turn 9",
        "the number before a line", "999999", "$.who is missing", "there is no \"x\" in this run",
        "next [DAYS]", "here `next` plays"})
    EXPECT_TRUE(has(ran.err, part)) << part << "\n" << ran.err;
  EXPECT_TRUE(has(ran.out, "lend WHO PEBBLES at RATE%"));
  EXPECT_TRUE(has(ran.out, "you  kill: killed")) << ran.out;
}

// He whom a person plays does nothing by the calendar.
TEST_F(Play, ThePlayerIsThePatron) {
  ASSERT_EQ(wood("run --cast rules --seed 5 --turns 5 --quiet --out run.wood").status, 0);
  ASSERT_TRUE(has(wood("show run.wood --turn 4").out, "patron lends"));
  const Ran ran = play("--cast rules --seed 5 --turns 5 --out played.wood", "n 5\n");
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_FALSE(has(wood("show played.wood --turn 4").out, "patron lends"));
  EXPECT_EQ(wood("verify played.wood").status, 0);

  const Ran nobody = play("pair --cast rules --seed 5", "n 1\n");
  EXPECT_EQ(nobody.status, 2);
  EXPECT_TRUE(has(nobody.err, "has no Patron to play")) << nobody.err;
  const Ran crowd = play("--creatures 300 --seed 5 --out crowd.wood", "n 1\n");
  EXPECT_EQ(crowd.status, 2);
  EXPECT_TRUE(has(crowd.err, "at most 198 creatures")) << crowd.err;
  EXPECT_FALSE(file_exists(path("crowd.wood"))) << "nothing is left behind";
}

// A run that is ended early says why.
TEST_F(Play, AnEarlyEndIsExplained) {
  const Ran ran = play("--cast rules --seed 5 --turns 9 --out f.wood", "{\"act\":\"stop\"}\nn 9\n");
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "The run was ended early: operator")) << ran.out;
}

// Until the run has ended nobody reads what is not his to read.
TEST_F(Play, ThePatronSeesWhatThePatronMaySee) {
  const Ran ran = play("--cast rules --seed 6 --turns 12 --out e.wood", "next 11\nstory 7\nquit\n");
  const std::string all = wood("show e.wood").out;
  ASSERT_TRUE(has(all, " whispers to ")) << "this seed has a whisper between creatures";
  EXPECT_FALSE(has(ran.out, " whispers to ")) << ran.out;
}

}  // namespace
}  // namespace wood
