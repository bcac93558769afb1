// The story's rows as the API gives them (docs/openapi.json).
#pragma once

#include "serve/eyes.h"
#include "serve/look.h"
#include "serve/readings.h"
#include "serve/recall.h"

namespace wood::serve {

Json turn_json(const Story& story, const Turn& turn);
Json candle_json(const Candle& candle);
Json good_json(const Story& story, int good);
Json line_json(const Line& line);
Json trade_json(const Story& story, const TradeRow& row);
Json thought_json(const Story& story, const Thought& thought, const Eyes& eyes);
Json decision_json(const Decision& decision, const Eyes& eyes);
Json verdict_json(const Verdict& verdict);
Json depth_json(const std::vector<Level>& levels);
// The same value with what may not be known yet taken out of its texts.
Json scrubbed(const Json& value, const Eyes& eyes);
// Whether two creatures did it by themselves.
bool private_act(std::string_view act);

struct CreatureAsked {
  int being = 0;
  const Thought* thought = nullptr;  // his last at that turn; null: none
  std::int64_t turn = 0;             // at the end of it
  const Look* look = nullptr;        // of that turn; null: not known
};
Json creature_json(const Story& story, const Eyes& eyes, const CreatureAsked& asked);

}  // namespace wood::serve
