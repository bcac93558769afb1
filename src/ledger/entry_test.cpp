#include "ledger/entry.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ledger/ledger.h"
#include "ledger/testing.h"

namespace wood {
namespace {

Entry example() {
  return {
      Seq{1'042},
      {EntryKind::answer, "fenn", {Seq{1'040}, Seq{1'041}}, 17, Json::object({{"text", "buy"}})}};
}

TEST(Entry, WhatOutsideNestsCanBeReadBack) {
  const std::string deepest = std::string(kDepthOutside, '[') + std::string(kDepthOutside, ']');
  const auto outside = parse_json(deepest);
  ASSERT_TRUE(outside);
  Entry entry = example();
  for (int wrapped = 0; wrapped < 20; ++wrapped)
    entry.draft.body = Json::object({{"value", wrapped == 0 ? *outside : entry.draft.body}});
  const auto back = decode(encode(entry));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back->draft.body, entry.draft.body);
}

TEST(Entry, HasTheBytesOfTheFormat) {
  EXPECT_EQ(encode(example()),
            R"({"body":{"text":"buy"},"by":"fenn","from":[1040,1041],"kind":"answer",)"
            R"("seq":1042,"turn":17})");
}

TEST(Entry, SortsItsCauses) {
  Entry entry = example();
  entry.draft.from = {Seq{7}, Seq{3}, Seq{7}};
  EXPECT_NE(encode(entry).find("\"from\":[3,7]"), std::string::npos);
}

TEST(Entry, KindsHaveNames) {
  for (int i = 0; i < kEntryKinds; ++i) {
    const auto kind = static_cast<EntryKind>(i);
    EXPECT_EQ(entry_kind(name(kind)), kind);
  }
  EXPECT_FALSE(entry_kind("rumour"));
}

TEST(Entry, WhatIsNotCanonicalIsRefused) {
  const std::string good = encode(example());
  ASSERT_TRUE(decode(good));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string out = good;
    return out.replace(out.find(from), from.size(), to);
  };
  const std::string cases[] = {
      "",
      "[]",
      "{}",
      good + " ",
      with("{\"body\"", "{ \"body\""),
      with("\"turn\":17", "\"turn\":17,\"what\":1"),
      with(",\"turn\":17", ""),
      with("answer", "rumour"),
      with("1040,1041", "1041,1040"),
      with("1040,1041", "1040,1040"),
      with("1040,1041", "1040,1042"),
      with("1040,1041", "-1,1041"),
      with("1040,1041", "\"1040\""),
      with("\"turn\":17", "\"turn\":-1"),
      with("\"turn\":17", "\"turn\":\"17\""),
      with("\"turn\":17", "\"turn\":9007199254740993"),
      with("\"seq\":1042", "\"seq\":-1"),
      with("\"text\":\"buy\"", "\"text\":1.5"),
      with("\"text\":\"buy\"", "\"text\":9007199254740993"),
      with("\"text\":\"buy\"", "\"text\":\"\\u0062uy\""),
      with("\"text\":\"buy\"", "\"text\":\"\xFF\""),
      with("{\"text\":\"buy\"}", "[]"),
      with("\"buy\"", "\"" + std::string(kEntryBytesMax, 'x') + "\""),
  };
  for (const std::string& bad : cases) {
    const auto entry = decode(bad);
    ASSERT_FALSE(entry) << bad.substr(0, 200);
    EXPECT_EQ(entry.error().code, Errc::parse);
  }
}

TEST(EntryDeathTest, WhatNobodyCouldReadIsNeverWritten) {
  Entry entry = example();
  entry.draft.body.set("text", "\xFF");
  EXPECT_DEATH((void)encode(entry), "is_utf8");
  entry = example();
  entry.draft.body.set("text", std::string(kEntryBytesMax, 'x'));
  EXPECT_DEATH((void)encode(entry), "kEntryBytesMax");
  entry = example();
  entry.draft.from = {Seq{1'042}};
  EXPECT_DEATH((void)encode(entry), "seq");
}

// A value of any shape; strings are of any bytes that are UTF-8.
Json arbitrary(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 6 : 4)) {
    case 0: return Json();
    case 1: return Json(*rc::gen::arbitrary<bool>());
    case 2: return Json(*rc::gen::arbitrary<std::int64_t>());
    case 3: return Json(to_utf8(*rc::gen::arbitrary<std::string>()));
    case 4: {
      Json out = Json::array();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) out.push(arbitrary(depth - 1));
      return out;
    }
    default: {
      Json out = Json::object();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
        out.set(to_utf8(*rc::gen::arbitrary<std::string>()), arbitrary(depth - 1));
      return out;
    }
  }
}

RC_GTEST_PROP(Entry, ReadsWhatItWrites, ()) {
  Entry entry;
  entry.seq = Seq{*rc::gen::inRange<std::int64_t>(0, 1'000'000)};
  entry.draft.kind = static_cast<EntryKind>(*rc::gen::inRange(0, kEntryKinds));
  entry.draft.by = to_utf8(*rc::gen::arbitrary<std::string>());
  entry.draft.turn = *rc::gen::inRange<std::int64_t>(0, 1'000);
  for (int i = *rc::gen::inRange(0, 5); i > 0 && entry.seq.value > 0; --i)
    entry.draft.from.push_back(Seq{*rc::gen::inRange<std::int64_t>(0, entry.seq.value)});
  entry.draft.body = Json::object({{"value", arbitrary(4)}});
  const Bytes bytes = encode(entry);
  const auto again = decode(bytes);
  RC_ASSERT(again.has_value());
  RC_ASSERT(encode(*again) == bytes);
  RC_ASSERT(again->draft.by == entry.draft.by);
  RC_ASSERT(parse_json(bytes)->dump() == bytes);
}

// Whatever a byte becomes: it is refused, or it is another entry, and that has other bytes.
RC_GTEST_PROP(Entry, AChangedByteIsNeverTheSameEntry, (const std::string& text)) {
  Entry entry = example();
  entry.draft.body.set("text", to_utf8(text));
  Bytes bytes = encode(entry);
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ *rc::gen::inRange(1, 256));
  const auto changed = decode(bytes);
  if (changed) RC_ASSERT(encode(*changed) == bytes);
}

TEST(Text, ThatIsLongOrNoUtf8IsABlob) {
  const auto run = *Ledger::create(memory_store(), {"text", test_key()});
  EXPECT_EQ(text_in(*run, "short"), Json("short"));
  const Json broken = text_in(*run, "a\xFF");
  EXPECT_EQ(broken.at("bytes").integer(), 2);
  EXPECT_EQ(broken.at("text").string(), "a\xEF\xBF\xBD");
  EXPECT_EQ(broken.at("sha256").string(), hex(sha256("a\xFF")));
  const Json clipped = text_in(*run, "na\xC3\xAFve", 3);
  EXPECT_EQ(clipped.at("text").string(), "na");
}

TEST(BlobRefs, AreFoundAtAnyDepthAndNothingElseIs) {
  const std::string digest(64, 'a');
  const auto refs = [](const std::string& text) { return blob_refs(*parse_json(text)); };
  const auto one = refs(R"({"a":[{"b":{"bytes":5,"sha256":")" + digest + R"("}}]})");
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].sha256, digest);
  EXPECT_EQ(one[0].bytes, 5);
  EXPECT_EQ(refs(R"({"bytes":5,"sha256":")" + digest + R"(","text":"x"})").size(), 1U);
  const auto bare = refs(R"({"blob":")" + digest + R"("})");
  ASSERT_EQ(bare.size(), 1U);
  EXPECT_EQ(bare[0].bytes, -1);
  EXPECT_EQ(refs(R"({"blob":{"bytes":5,"sha256":")" + digest + R"("}})").size(), 1U);
  const auto nested =
      refs(R"({"bytes":5,"holds":[")" + digest + R"("],"sha256":")" + digest + R"("})");
  ASSERT_EQ(nested.size(), 2U);
  EXPECT_EQ(nested[1].bytes, -1);
  EXPECT_TRUE(refs(R"({"bytes":5,"holds":["x"],"sha256":")" + digest + R"("})").empty());
  // A model card names the file that was loaded: no blob.
  EXPECT_TRUE(refs(R"({"card":{"bytes":5,"file":"m.gguf","sha256":")" + digest + R"("}})").empty());
  EXPECT_TRUE(refs(R"({"sha256":")" + digest + R"("})").empty());
  EXPECT_TRUE(refs(R"({"bytes":-5,"sha256":")" + digest + R"("})").empty());
  EXPECT_TRUE(refs(R"({"bytes":5,"sha256":"abc"})").empty());
}

}  // namespace
}  // namespace wood
