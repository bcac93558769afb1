#include "ledger/key.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

#include "core/check.h"
#include "core/text.h"
#include "host/env.h"
#include "host/file.h"

namespace wood {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
constexpr char kEd25519 = '\x01';
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // em dash and a space

const unsigned char* data(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
ByteView chars(const std::array<unsigned char, 32>& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

constexpr std::size_t kSignaturesMax = 64;  // signed-note asks for at least 16

// Unicode's spaces beyond ASCII, in UTF-8.
constexpr std::string_view kSpaces[] = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

bool good_name(std::string_view name) {
  if (name.empty() || !is_utf8(name) || name.find_first_of(" +") != std::string_view::npos)
    return false;
  return std::none_of(name.begin(), name.end(), is_control) &&
         std::none_of(std::begin(kSpaces), std::end(kSpaces),
                      [&](std::string_view space) { return name.find(space) != name.npos; });
}

// "a+b+c" with exactly three parts; base64 may hold "+", so only the first two are cut off.
Result<std::array<std::string, 3>> three(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return fail(Errc::parse, "a key reads name+id+base64");
  return std::array<std::string, 3>{std::string(text.substr(0, first)),
                                    std::string(text.substr(first + 1, second - first - 1)),
                                    std::string(text.substr(second + 1))};
}

Result<std::array<unsigned char, 32>> key_bytes(const std::string& text) {
  const auto bytes = from_base64(text);
  if (!bytes || bytes->size() != 33 || bytes->front() != kEd25519)
    return fail(Errc::parse, "not base64 of an Ed25519 key");
  std::array<unsigned char, 32> out{};
  std::copy(bytes->begin() + 1, bytes->end(), out.begin());
  return out;
}

}  // namespace

std::string VerifierKey::id() const {
  const Digest digest = sha256(name + "\n" + kEd25519 + std::string(chars(key)));
  return std::string(view(digest).substr(0, 4));
}

std::string VerifierKey::text() const {
  return name + "+" + hex(id()) + "+" + base64(std::string(1, kEd25519) + std::string(chars(key)));
}

Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  TRY(const auto parts, three(trim(text)));
  VerifierKey out;
  out.name = parts[0];
  if (!good_name(out.name)) return fail(Errc::parse, "a key's name has no spaces and no +");
  TRY(out.key, key_bytes(parts[2]));
  if (hex(out.id()) != parts[1]) return fail(Errc::parse, "the key's id does not belong to it");
  return out;
}

Result<SigningKey> SigningKey::parse(std::string_view text) {
  constexpr std::string_view prefix = "PRIVATE+KEY+";
  text = trim(text);
  if (!text.starts_with(prefix)) return fail(Errc::parse, "not a signing key");
  TRY(const auto parts, three(text.substr(prefix.size())));
  SigningKey out;
  TRY(out.seed_, key_bytes(parts[2]));
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, out.seed_.data(), 32),
                EVP_PKEY_free);
  std::size_t size = 32;
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), out.verifier_.key.data(), &size) != 1)
    return fail(Errc::parse, "not a signing key");
  out.verifier_.name = parts[0];
  if (!good_name(parts[0]) || hex(out.verifier_.id()) != parts[1])
    return fail(Errc::parse, "the signing key's id does not belong to it");
  return out;
}

Result<SigningKey> SigningKey::generate(const std::string& name) {
  if (!good_name(name)) return fail(Errc::usage, "a key's name has no spaces and no +");
  SigningKey out;
  if (RAND_bytes(out.seed_.data(), 32) != 1)
    return fail(Errc::environment, "no random bytes to be had");
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, out.seed_.data(), 32),
                EVP_PKEY_free);
  std::size_t size = 32;
  CHECK(key && EVP_PKEY_get_raw_public_key(key.get(), out.verifier_.key.data(), &size) == 1);
  out.verifier_.name = name;
  return out;
}

std::string SigningKey::secret_text() const {
  return "PRIVATE+KEY+" + verifier_.name + "+" + hex(verifier_.id()) + "+" +
         base64(std::string(1, kEd25519) + std::string(chars(seed_)));
}

Bytes SigningKey::sign(ByteView message) const {
  const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.data(), 32),
                EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  CHECK(key && context);
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  Bytes out(64, '\0');
  std::size_t size = out.size();
  CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       data(message), message.size()) == 1);
  return out;
}

bool verify_signature(const VerifierKey& verifier, ByteView message, ByteView signature) {
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, verifier.key.data(), 32),
                EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!key || !context ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1)
    return false;
  return EVP_DigestVerify(context.get(), data(signature), signature.size(), data(message),
                          message.size()) == 1;
}

std::string SigningKey::sign_note(std::string_view text) const {
  CHECK(!text.empty() && text.back() == '\n');
  return std::string(text) + "\n" + std::string(kDash) + verifier_.name + " " +
         base64(verifier_.id() + sign(text)) + "\n";
}

Result<Note> parse_note(std::string_view note) {
  const std::size_t cut = note.rfind("\n\n");
  if (cut == std::string_view::npos || !is_utf8(note))
    return fail(Errc::parse, "not a signed note");
  if (std::any_of(note.begin(), note.end(), [](char c) { return c != '\n' && is_control(c); }))
    return fail(Errc::parse, "a signed note has no control characters");
  Note out;
  out.text = std::string(note.substr(0, cut + 1));
  std::string_view rest = note.substr(cut + 2);
  if (rest.empty() || rest.back() != '\n')
    return fail(Errc::parse, "a signed note ends in a line break");
  rest.remove_suffix(1);
  for (const std::string& line : split(rest, '\n')) {
    const std::string_view body =
        std::string_view(line).substr(std::min(kDash.size(), line.size()));
    const std::size_t space = body.find(' ');
    if (!line.starts_with(kDash) || space == std::string_view::npos ||
        !good_name(body.substr(0, space)))
      return fail(Errc::parse, "a signature line reads \"— name base64\"");
    const auto bytes = from_base64(body.substr(space + 1));
    if (!bytes || bytes->size() < 5) return fail(Errc::parse, "a signature is not base64");
    if (out.signatures.size() == kSignaturesMax) return fail(Errc::parse, "too many signatures");
    out.signatures.push_back(
        {std::string(body.substr(0, space)), bytes->substr(0, 4), bytes->substr(4)});
  }
  return out;
}

Status verify_note(const Note& note, const VerifierKey& key) {
  for (const Note::Signature& signature : note.signatures) {
    if (signature.name != key.name || signature.id != key.id()) continue;
    if (verify_signature(key, note.text, signature.signature)) return {};
    return fail(Errc::integrity, "the signature by " + key.name + " is wrong");
  }
  return fail(Errc::integrity, "not signed by " + key.text());
}

std::string Checkpoint::text() const {
  return origin + "\n" + std::to_string(size) + "\n" + base64(view(root)) + "\n";
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  const std::vector<std::string> lines = split(text, '\n');
  if (lines.size() != 4 || !lines[3].empty() || lines[0].empty())
    return fail(Errc::parse, "a checkpoint has three lines: origin, size, root");
  Checkpoint out;
  out.origin = lines[0];
  const auto size = to_int(lines[1]);
  const auto root = from_base64(lines[2]);
  if (!size || *size < 0 || std::to_string(*size) != lines[1] || !root || root->size() != 32)
    return fail(Errc::parse, "a checkpoint's size or root is malformed");
  out.size = *size;
  std::copy(root->begin(), root->end(), out.root.begin());
  return out;
}

Result<std::string> user_key_path() {
  TRY(const std::string home, data_home());
  return home + "/wood/key";
}

Result<SigningKey> user_key(const std::string& path) {
  if (!file_exists(path)) {
    TRY(const SigningKey key, SigningKey::generate("wood"));
    const Status wrote = write_secret(path, key.secret_text() + "\n");
    // Another process made one in the same moment: that one counts.
    if (!wrote && wrote.error().code != Errc::exists) return fail(wrote.error());
    if (wrote) return key;
  }
  if (open_to_others(path))
    return fail(Errc::environment, path + " can be read by others; chmod 600 " + path);
  TRY(const std::string text, read_file(path));
  auto key = SigningKey::parse(text);
  if (!key) return fail(std::move(key).error().during(path));
  return key;
}

}  // namespace wood
