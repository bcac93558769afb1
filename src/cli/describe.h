// An entry in one line, for people: what trace, replay and verify print of one. No line break, no
// control character, whatever the entry holds.
#pragma once

#include <string>

#include "ledger/ledger.h"

namespace wood::cli {

std::string described(const Entry& entry);
// "lots 3, price 905, side buy": the members of an object, nested ones as JSON; `without` left out.
std::string members_text(const Json& object, const std::vector<std::string>& without = {});
// What a vote's body says was decided: "approve", "12", "no outcome".
std::string outcome_text(const Json& vote);
// A text as text_in() wrote it: the string, or the beginning of one that stands as a blob.
std::string text_of(const Json* value);

}  // namespace wood::cli
