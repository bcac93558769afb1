// The model card that may lie beside a GGUF (house.gguf → house.cdx.json): CycloneDX 1.6, as
// train/card.py writes it. It says which prompts the file was trained on, what it is and how often
// it was right. A model without a card, or with a stranger's, is not held to a prompt format.
//
// Not to be confused with a mind's card in the genesis (Mind::card), which says who was asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/sha256.h"
#include "minds/registry.h"

namespace wood {

// Of asks of one task that were held out from training. Parts per million.
struct Accuracy {
  std::string task;
  std::int64_t right_ppm = 0;
  std::optional<std::int64_t> low_ppm, high_ppm;  // of the interval
  std::optional<std::int64_t> majority_ppm;       // what always giving the commonest answer gets
  std::optional<std::int64_t> chance_ppm;         // what a draw from the teacher's answers gets
  std::string asked;                              // of what: "held-out runs, 200 asks"
};

struct ModelCard {
  std::string path;  // of the card
  std::string name;
  std::string sha256;  // of the GGUF, in small letters; "": it does not say
  std::string licence;
  std::string architecture;  // "llama, 5 layers of width 192, …"
  // What only a card of this project says; empty or 0 elsewhere.
  std::optional<std::int64_t> prompt_format;
  std::int64_t parameters = 0;
  std::string form;                            // of the weights: "q8_0"
  std::string teacher;                         // whose answers it learned
  std::string tempers;                         // of the creatures it learned from
  std::string seeds;                           // of the runs it learned from
  std::vector<Accuracy> accuracies;            // as the card orders them
  std::optional<std::int64_t> json_valid_ppm;  // answers that were JSON without a grammar
  std::vector<std::string> failures;           // known ones
};

// models/x.gguf → models/x.cdx.json
std::string model_card_path(std::string_view gguf);

// Members that are not known are passed over. Errors name the member and the mend.
Result<ModelCard> parse_model_card(std::string_view text);
// None: no such file.
Result<std::optional<ModelCard>> model_card_beside(const std::string& gguf);

// Errc::model if the mind is asked tersely and the card says another prompt format than ours.
Status check_prompt_format(const MindSpec& spec, const ModelCard& card);
// The same, and the file's digest against the registry's and the card's, where they give one.
Status check_model_file(const MindSpec& spec, const std::string& gguf, const Digest& digest);

// As a program reads it; parts per million.
Json json(const ModelCard& card);

}  // namespace wood
