// What a mind is asked, as a pipeline file says it: the parts that all kinds of steps share which
// ask somebody.
#pragma once

#include <string>

#include "pipeline/step.h"
#include "pipeline/table.h"

namespace wood {

// A question; what the table does not say it takes from `inherited`.
Result<Question> parse_question(Table& table, const Question& inherited);
// Whether there is enough of it to be asked: a schema, a task, a prompt.
Status check_question(const Table& table, const Question& q);
// "name", "@seat", "route:step".
Status check_mind(const Table& table, const char* key, const std::string& mind);

// The schema's part at a place such as "good" or "orders[].good"; null if there is none.
Json* schema_at(Json& schema, const std::string& place);

}  // namespace wood
