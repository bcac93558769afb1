// What llama.cpp's converter makes of a schema's parts, as far as a fair test of it must know: in
// which order its grammar has an object's members, so that an instance is not rejected for the
// order alone, and which keywords it does not read. Taken from common/json-schema*.cpp of the
// release; no validator.
#pragma once

#include <string>
#include <vector>

#include "json.h"  // llama.cpp's

namespace peer {

using Json = common_json;

// The instance in compact JSON, as this schema's grammar orders members: required ones first, each
// group in the order of `properties`, then what no property names. Where the schema has options,
// once for each that gives another text, at most kTextsMax: who asks whether a grammar takes the
// instance asks for any of them.
inline constexpr std::size_t kTextsMax = 16;
std::vector<std::string> ordered(const Json& value, const Json& schema, const Json& root);

// The instance as Python's json.dumps writes it, members in the order of the file: what the public
// benchmark feeds.
std::string spaced(const Json& value);

// Whether some object in it has a member that no `properties` names where nothing is said of
// others. llama.cpp's grammars are closed there, like ours.
bool unnamed(const Json& value, const Json& schema, const Json& root);

// Keywords of the schema, as far as it is reached from its root, that check values and that the
// converter passes over without a word. Sorted, each once.
std::vector<std::string> skipped(const Json& root);

}  // namespace peer
