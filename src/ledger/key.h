// Signing keys (Ed25519) and signed notes: C2SP signed-note and tlog-checkpoint. One key signs a
// user's runs; the run's name is the checkpoint's origin.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/sha256.h"

namespace wood {

// A verifier key as text: "name+<8 hex of the key id>+base64(0x01 ‖ public key)".
struct VerifierKey {
  std::string name;
  std::array<unsigned char, 32> key{};

  static Result<VerifierKey> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string id() const;  // 4 bytes: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)[0..4)
  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;
};

class SigningKey {
 public:
  // A fresh key from the system's random source. Errc::usage: names have no space, no "+" and no
  // control character.
  static Result<SigningKey> generate(const std::string& name);
  // Of a stored secret: "PRIVATE+KEY+name+<id>+base64(0x01 ‖ seed)".
  static Result<SigningKey> parse(std::string_view text);

  [[nodiscard]] const VerifierKey& verifier() const { return verifier_; }
  [[nodiscard]] std::string secret_text() const;
  [[nodiscard]] Bytes sign(ByteView message) const;  // 64 bytes
  // text + blank line + "— name base64(id ‖ signature)\n". `text` ends in a line break.
  [[nodiscard]] std::string sign_note(std::string_view text) const;

 private:
  VerifierKey verifier_;
  std::array<unsigned char, 32> seed_{};
};

bool verify_signature(const VerifierKey& key, ByteView message, ByteView signature);

// A note taken apart. Signatures by other keys are kept: a witness may have signed too.
struct Note {
  std::string text;
  struct Signature {
    std::string name;
    Bytes id;  // 4 bytes
    Bytes signature;
  };
  std::vector<Signature> signatures;
};
// At most 64 signatures; whether they are good is for verify_note.
Result<Note> parse_note(std::string_view note);
// Ok if the note carries a good signature by `key`; others' are not looked at. Else
// Errc::integrity.
Status verify_note(const Note& note, const VerifierKey& key);

// A checkpoint's text: "origin\nsize\nbase64(root)\n".
struct Checkpoint {
  std::string origin;
  std::int64_t size = 0;
  Digest root{};

  [[nodiscard]] std::string text() const;
  static Result<Checkpoint> parse(std::string_view text);
};

// The user's key from the file at `path`: read, or made (mode 0600) if there is none. A file that
// others can read is Errc::environment: what it signs proves little.
Result<SigningKey> user_key(const std::string& path);
// $XDG_DATA_HOME/wood/key, else ~/.local/share/wood/key.
Result<std::string> user_key_path();

}  // namespace wood
