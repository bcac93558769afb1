#include "serve/target.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/bytes.h"

namespace wood::serve {
namespace {

TEST(Target, PathAndQueryAreDecoded) {
  const auto target = parse_target("/v1/books/wild%20honey?turn=3&text=a+b%26c&flag");
  ASSERT_TRUE(target) << target.error().what;
  EXPECT_EQ(target->path, "/v1/books/wild honey");
  EXPECT_EQ(target->segments, (std::vector<std::string>{"v1", "books", "wild honey"}));
  EXPECT_EQ(target->query.at("turn"), "3");
  EXPECT_EQ(target->query.at("text"), "a b&c");
  EXPECT_EQ(target->query.at("flag"), "");
  EXPECT_TRUE(parse_target("/")->segments.empty());
}

TEST(Target, WhatLeadsElsewhereIsRefused) {
  for (const char* text : {"/../etc/passwd",
                           "/v1/../../x",
                           "/%2e%2e/x",
                           "/v1/..%2f..%2fetc",
                           "/a%5c..%5cb",
                           "/./x",
                           "v1/run",
                           "http://elsewhere/v1/run",
                           "*",
                           "",
                           "/a b",
                           "/a\"b",
                           "/a#b",
                           "/%",
                           "/%4",
                           "/%zz",
                           "/%00",
                           "/a%0d%0ab",
                           "/%ff",
                           "/a?x=%ed%a0%80",
                           "/a?x=1&x=2",
                           "/a\\b",
                           "/\x80"})
    EXPECT_FALSE(parse_target(text)) << text;
  EXPECT_FALSE(parse_target("/" + std::string(kTargetBytesMax, 'a')));
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += "%" + hex(std::string(1, c));
  return out;
}

RC_GTEST_PROP(Target, GivesBackWhatWasEscaped, ()) {
  const auto word = *rc::gen::nonEmpty(rc::gen::string<std::string>());
  const auto target = parse_target("/x?" + escaped("k" + word) + "=" + escaped(word));
  const bool printable = is_utf8(word) && std::none_of(word.begin(), word.end(), [](char c) {
                           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                         });
  RC_ASSERT(target.has_value() == printable);
  if (printable) RC_ASSERT(target->query.at("k" + word) == word);
}

// Whatever comes, what is let through names no way up and holds no control character.
RC_GTEST_PROP(Target, LetsNothingThroughThatLeadsUp, ()) {
  const auto tail = *rc::gen::container<std::string>(
      rc::gen::element('.', '/', '%', '2', 'e', 'f', 'E', 'F', '\\', '5', 'c', 'a', '?', '&', '='));
  if (const auto target = parse_target("/" + tail)) {
    for (const std::string& segment : target->segments) {
      RC_ASSERT(segment != "..");
      RC_ASSERT(segment.find_first_of("/\\") == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace wood::serve
