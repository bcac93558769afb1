// The version of the terse rendering (agents/prompt.h) that this program speaks. Terse models are
// trained on one rendering and understand no other: what changes a word of it raises this number,
// and a model whose card says another one is not asked (minds/card.h).
#pragma once

namespace wood {

inline constexpr int kPromptFormat = 3;

}  // namespace wood
