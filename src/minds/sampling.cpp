#include "minds/sampling.h"

namespace wood {

Sampling card_sampling(const Json& card) {
  Sampling out;
  const Json* said = card.find("sampling");
  if (said == nullptr) return out;
  out.temperature_milli = said->int_or("temperature_milli", out.temperature_milli);
  out.top_k = said->int_or("top_k", out.top_k);
  out.top_p_milli = said->int_or("top_p_milli", out.top_p_milli);
  out.tokens_max = said->int_or("tokens_max", out.tokens_max);
  return out;
}

Sampling Draw::over(const Sampling& card) const {
  Sampling out = card;
  if (temperature_milli >= 0) out.temperature_milli = temperature_milli;
  if (top_k >= 0) out.top_k = top_k;
  if (top_p_milli >= 0) out.top_p_milli = top_p_milli;
  if (tokens_max >= 0) out.tokens_max = tokens_max;
  return out;
}

}  // namespace wood
