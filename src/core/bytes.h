// Bytes and their spellings: hex, base64, UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wood {

using Bytes = std::string;  // raw bytes; std::string because every store and hash takes it
using ByteView = std::string_view;

std::string hex(ByteView bytes);                          // lower case
std::optional<Bytes> from_hex(std::string_view text);     // even length, either case
std::string base64(ByteView bytes);                       // RFC 4648 §4, padded
std::optional<Bytes> from_base64(std::string_view text);  // strict: padded, canonical

void put_u32le(Bytes& out, std::uint32_t value);
void put_u64le(Bytes& out, std::uint64_t value);

// Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(ByteView bytes);
// The bytes with each maximal ill-formed part replaced by U+FFFD (Unicode 15, §3.9).
std::string to_utf8(ByteView bytes);

}  // namespace wood
