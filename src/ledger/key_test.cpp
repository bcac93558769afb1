#include "ledger/key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "ledger/testing.h"

namespace wood {
namespace {

constexpr const char* kDash = "\xE2\x80\x94 ";

TEST(Key, ReadsWhatItWrites) {
  const SigningKey key = *SigningKey::generate("wood");
  EXPECT_EQ(SigningKey::parse(key.secret_text())->verifier(), key.verifier());
  EXPECT_EQ(*VerifierKey::parse(key.verifier().text()), key.verifier());
  for (const char* bad : {"", "wood", "wood+1", "wood+00000000+AAAA", "wood+00000000+!",
                          "PRIVATE+KEY+wood+00000000+AAAA"}) {
    EXPECT_EQ(VerifierKey::parse(bad).error().code, Errc::parse) << bad;
    EXPECT_EQ(SigningKey::parse(bad).error().code, Errc::parse) << bad;
  }
  std::string other = key.verifier().text();
  other[5] = other[5] == '0' ? '1' : '0';
  EXPECT_FALSE(VerifierKey::parse(other)) << "an id that is another key's";
}

TEST(Key, NamesHaveNoSpaceAndNoPlus) {
  for (const char* bad :
       {"", "two words", "a+b", "a\nb", "a\tb", "a\xC2\xA0z", "a\xE3\x80\x80", "\xFF"})
    EXPECT_EQ(SigningKey::generate(bad).error().code, Errc::usage) << bad;
  EXPECT_TRUE(SigningKey::generate("example.com/fenn"));
}

// RFC 8032 §7.1, test 2: the secret 4ccd…a6fb signs the byte 72.
TEST(Key, SignsAsRfc8032Says) {
  const Bytes seed = *from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  VerifierKey verifier;
  verifier.name = "rfc8032";
  const Bytes point = *from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  std::copy(point.begin(), point.end(), verifier.key.begin());
  const auto key =
      SigningKey::parse("PRIVATE+KEY+rfc8032+" + hex(verifier.id()) + "+" + base64("\x01" + seed));
  ASSERT_TRUE(key) << key.error().what;
  EXPECT_EQ(key->verifier(), verifier);
  EXPECT_EQ(hex(key->sign("\x72")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

// The example of Go's sumdb/note documentation, whose format C2SP signed-note describes.
TEST(Note, ForeignOneVerifies) {
  const auto key =
      VerifierKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ASSERT_TRUE(key) << key.error().what;
  const auto note = parse_note(
      "If you think cryptography is the answer to your problem,\n"
      "then you don't know what your problem is.\n\n" +
      std::string(kDash) +
      "PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR"
      "Zb6KE6RyyBwJnAM=\n");
  ASSERT_TRUE(note) << note.error().what;
  EXPECT_TRUE(verify_note(*note, *key));
}

TEST(Note, ChangedOneFails) {
  const SigningKey key = *SigningKey::generate("wood");
  const std::string text = key.sign_note("origin\n1\nroot\n");
  Note note = *parse_note(text);
  EXPECT_TRUE(verify_note(note, key.verifier()));
  note.text[0] = 'O';
  EXPECT_EQ(verify_note(note, key.verifier()).error().code, Errc::integrity);
  const Status foreign = verify_note(*parse_note(text), SigningKey::generate("wood")->verifier());
  EXPECT_EQ(foreign.error().code, Errc::integrity);
}

TEST(Note, OthersMaySignToo) {
  const SigningKey key = *SigningKey::generate("wood");
  const SigningKey witness = *SigningKey::generate("witness.example");
  const std::string text = "origin\n1\nroot\n";
  const std::string both = key.sign_note(text) + witness.sign_note(text).substr(text.size() + 1);
  const Note note = *parse_note(both);
  EXPECT_EQ(note.signatures.size(), 2U);
  EXPECT_TRUE(verify_note(note, key.verifier()));
  EXPECT_TRUE(verify_note(note, witness.verifier()));
}

TEST(Note, MalformedIsRefused) {
  const std::string dash = kDash;
  std::string crowd = "a\n\n";
  for (int i = 0; i < 65; ++i) crowd += dash + "n AAAAAAAA\n";
  const std::string cases[] = {"",
                               "a\n",
                               "a\n\n",
                               "a\n\n- n AAAAAAAA\n",
                               "a\n\n" + dash + "n AAAAAAAA",
                               "a\n\n" + dash + "nAAAAAAAA\n",
                               "a\n\n" + dash + " AAAAAAAA\n",
                               "a\n\n" + dash + "n+m AAAAAAAA\n",
                               "a\n\n" + dash + "n AAAA\n",
                               "a\n\n" + dash + "n ?\n",
                               "a\tb\n\n" + dash + "n AAAAAAAA\n",
                               "\xFF\n\n" + dash + "n AAAAAAAA\n",
                               crowd};
  for (const std::string& bad : cases) EXPECT_EQ(parse_note(bad).error().code, Errc::parse) << bad;
  EXPECT_TRUE(parse_note("a\n\n" + dash + "n AAAAAAAA\n"));
}

TEST(Checkpoint, ReadsWhatItWrites) {
  const Checkpoint point{"wood/x", 12, sha256("a")};
  const auto read = Checkpoint::parse(point.text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->text(), point.text());
  const std::string root = base64(view(sha256("")));
  const std::string cases[] = {"",
                               "a\n1\n",
                               "a\n01\n" + root + "\n",
                               "a\n-1\n" + root + "\n",
                               "\n1\n" + root + "\n",
                               "a\n1\nAA==\n",
                               "a\n1\n" + root,
                               "a\n1\n" + root + "\nmore\n"};
  for (const std::string& bad : cases)
    EXPECT_EQ(Checkpoint::parse(bad).error().code, Errc::parse) << bad;
}

class UserKey : public ::testing::Test {
 protected:
  Scratch folder_{"key-folder"};
  std::string path_ = folder_.path() + "/wood/key";
  void TearDown() override {
    (void)remove_file(path_);
    (void)::rmdir((folder_.path() + "/wood").c_str());
    (void)::rmdir(folder_.path().c_str());
  }
};

TEST_F(UserKey, IsMadeOnceAndForNobodyElse) {
  const auto made = user_key(path_);
  ASSERT_TRUE(made) << made.error().what;
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600);
  ASSERT_EQ(::stat((folder_.path() + "/wood").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700);
  EXPECT_EQ(user_key(path_)->verifier(), made->verifier());
}

TEST_F(UserKey, ThatOthersCanReadIsRefused) {
  ASSERT_TRUE(user_key(path_));
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  EXPECT_EQ(user_key(path_).error().code, Errc::environment);
}

TEST_F(UserKey, ThatIsNoneSaysWhichFile) {
  ASSERT_TRUE(write_secret(path_, "not a key\n"));
  const auto key = user_key(path_);
  EXPECT_EQ(key.error().code, Errc::parse);
  EXPECT_NE(key.error().what.find(path_), std::string::npos);
}

TEST(UserKeyPath, IsInTheUsersData) {
  ::setenv("XDG_DATA_HOME", "/somewhere", 1);
  EXPECT_EQ(*user_key_path(), "/somewhere/wood/key");
  ::unsetenv("XDG_DATA_HOME");
}

}  // namespace
}  // namespace wood
