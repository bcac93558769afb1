#include "minds/card.h"

#include <algorithm>

#include "core/prompt_format.h"
#include "core/text.h"
#include "host/file.h"

namespace wood {
namespace {

using Kind = Json::Kind;

constexpr const char* kMend =
    "; write the card anew (train/card.py), or take it away and the model is not checked";

// "0.815", "1" or "1.0" in parts per million, further digits cut off.
std::optional<std::int64_t> fraction_ppm(std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  std::string part(dot == text.npos ? "" : text.substr(dot + 1));
  if (whole.empty() || part.size() > 18 || (dot != text.npos && part.empty())) return {};
  if ((std::string(whole) + part).find_first_not_of("0123456789") != std::string::npos) return {};
  part.resize(6, '0');
  const auto ones = to_int(whole), rest = to_int(part);
  if (!ones || !rest || *ones > 1) return {};
  const std::int64_t ppm = *ones * 1'000'000 + *rest;
  return ppm <= 1'000'000 ? std::optional(ppm) : std::nullopt;
}

std::string item(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

class Reading {
 public:
  Result<ModelCard> card(const Json& document);

 private:
  void fault(const std::string& path, const std::string& what) {
    faults_.push_back(path + " " + what);
  }
  // The member, if it is there and of that kind; of another kind is a fault.
  const Json* member(const Json& in, const std::string& path, const char* key, Kind kind);
  std::string text(const Json& in, const std::string& path, const char* key);
  const Json::Array& items(const Json& in, const std::string& path, const char* key, Kind each);
  std::optional<std::int64_t> ppm(const Json& in, const std::string& path, const char* key);

  const Json* model(const Json& document);
  void read_hashes(const Json& model);
  void read_licence(const Json& model);
  void read_properties(const Json& model);
  void read_metric(const Json& metric, const std::string& path);
  void read_model_card(const Json& model);

  ModelCard card_;
  std::string at_;  // of the model
  std::vector<std::string> faults_;
};

const Json* Reading::member(const Json& in, const std::string& path, const char* key, Kind kind) {
  const Json* found = in.find(key);
  if (found == nullptr || found->is(kind)) return found;
  fault((path.empty() ? "" : path + ".") + key,
        std::string("must be of kind ") + name(kind) + ", not " + name(found->kind()));
  return nullptr;
}

std::string Reading::text(const Json& in, const std::string& path, const char* key) {
  const Json* found = member(in, path, key, Kind::string);
  return found == nullptr ? "" : found->string();
}

const Json::Array& Reading::items(const Json& in, const std::string& path, const char* key,
                                  Kind each) {
  static const Json::Array none;
  const Json* list = member(in, path, key, Kind::array);
  if (list == nullptr) return none;
  const Json::Array& all = list->items();
  const auto other =
      std::find_if(all.begin(), all.end(), [&](const Json& j) { return !j.is(each); });
  if (other == all.end()) return all;
  fault(item((path.empty() ? "" : path + ".") + key, static_cast<std::size_t>(other - all.begin())),
        std::string("must be of kind ") + name(each) + ", not " + name(other->kind()));
  return none;
}

std::optional<std::int64_t> Reading::ppm(const Json& in, const std::string& path, const char* key) {
  const Json* found = member(in, path, key, Kind::string);
  if (found == nullptr) return {};
  const auto value = fraction_ppm(found->string());
  if (!value)
    fault(path + "." + key,
          "is \"" + found->string() + "\", must be a fraction from 0 to 1 such as \"0.8150\"");
  return value;
}

// What the whole document is about, or else among the components: a model that it was made of may
// stand there too.
const Json* Reading::model(const Json& document) {
  const auto is_model = [](const Json& component) {
    return component.str_or("type", "") == "machine-learning-model";
  };
  const Json* metadata = member(document, "", "metadata", Kind::object);
  const Json* about =
      metadata == nullptr ? nullptr : member(*metadata, "metadata", "component", Kind::object);
  at_ = "metadata.component";
  if (about != nullptr && is_model(*about)) return about;
  const Json::Array& components = items(document, "", "components", Kind::object);
  for (std::size_t i = 0; i < components.size(); ++i)
    if (is_model(components[i])) {
      at_ = item("components", i);
      return &components[i];
    }
  fault("components", "holds no component of type machine-learning-model");
  return nullptr;
}

void Reading::read_hashes(const Json& model) {
  const Json::Array& hashes = items(model, at_, "hashes", Kind::object);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const std::string path = item(at_ + ".hashes", i);
    if (text(hashes[i], path, "alg") != "SHA-256") continue;
    card_.sha256 = lower(text(hashes[i], path, "content"));
    if (card_.sha256.size() != 64 ||
        card_.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
      fault(path + ".content", "is no SHA-256: 64 hexadecimal digits");
  }
}

void Reading::read_licence(const Json& model) {
  const Json::Array& licences = items(model, at_, "licenses", Kind::object);
  if (licences.empty()) return;
  const std::string path = at_ + ".licenses[0]";
  card_.licence = text(licences[0], path, "expression");
  const Json* one = member(licences[0], path, "license", Kind::object);
  if (one == nullptr) return;
  card_.licence = text(*one, path + ".license", "id");
  if (card_.licence.empty()) card_.licence = text(*one, path + ".license", "name");
}

void Reading::read_properties(const Json& model) {
  const Json::Array& properties = items(model, at_, "properties", Kind::object);
  bool ours = false;
  for (std::size_t i = 0; i < properties.size(); ++i) {
    const std::string path = item(at_ + ".properties", i);
    const std::string key = properties[i].str_or("name", "");
    if (!key.starts_with("wood:")) continue;
    ours = true;
    const std::string value = text(properties[i], path, "value");
    if (key == "wood:prompt-format" || key == "wood:parameters") {
      const auto number = to_int(value);
      if (!number || *number < 1)
        fault(path + ".value", "(" + key + ") is \"" + value + "\", must be a whole number from 1");
      else if (key == "wood:parameters") card_.parameters = *number;
      else card_.prompt_format = number;
    }
    if (key == "wood:form") card_.form = value;
    if (key == "wood:teacher") card_.teacher = value;
    if (key == "wood:tempers") card_.tempers = value;
    if (key == "wood:seeds") card_.seeds = value;
  }
  if (ours && !card_.prompt_format && faults_.empty())
    fault(at_ + ".properties", "has wood: properties, but no wood:prompt-format");
}

// "creature.act" is the model's; "creature.act majority", "creature.act chance" are to compare.
void Reading::read_metric(const Json& metric, const std::string& path) {
  const std::string type = text(metric, path, "type");
  const std::string task = type.substr(0, type.find(' '));
  const std::string what = task.size() == type.size() ? "" : type.substr(task.size() + 1);
  const auto value = ppm(metric, path, "value");
  if (task.empty()) fault(path + ".type", "is missing: the task that was measured");
  if (!value) {
    if (metric.find("value") == nullptr) fault(path + ".value", "is missing");
    return;
  }
  if (type == "json_valid") {
    card_.json_valid_ppm = value;
    return;
  }
  const auto same = [&](const Accuracy& accuracy) { return accuracy.task == task; };
  auto it = std::find_if(card_.accuracies.begin(), card_.accuracies.end(), same);
  if (!what.empty()) {
    if (it == card_.accuracies.end()) return;
    if (what == "majority") it->majority_ppm = value;
    if (what == "chance") it->chance_ppm = value;
    return;
  }
  if (it != card_.accuracies.end()) return fault(path + ".type", "is " + task + " once more");
  Accuracy accuracy;
  accuracy.task = task;
  accuracy.right_ppm = *value;
  accuracy.asked = text(metric, path, "slice");
  const Json* interval = member(metric, path, "confidenceInterval", Kind::object);
  if (interval != nullptr) {
    accuracy.low_ppm = ppm(*interval, path + ".confidenceInterval", "lowerBound");
    accuracy.high_ppm = ppm(*interval, path + ".confidenceInterval", "upperBound");
  }
  card_.accuracies.push_back(std::move(accuracy));
}

void Reading::read_model_card(const Json& model) {
  const Json* inner = member(model, at_, "modelCard", Kind::object);
  if (inner == nullptr) return;
  const std::string path = at_ + ".modelCard";
  if (const Json* how = member(*inner, path, "modelParameters", Kind::object))
    card_.architecture = text(*how, path + ".modelParameters", "modelArchitecture");
  if (const Json* use = member(*inner, path, "considerations", Kind::object))
    for (const Json& failure :
         items(*use, path + ".considerations", "technicalLimitations", Kind::string))
      card_.failures.push_back(failure.string());
  const Json* numbers = member(*inner, path, "quantitativeAnalysis", Kind::object);
  // A stranger measures what he likes; ours are fractions by task.
  if (numbers == nullptr || !card_.prompt_format) return;
  const std::string list = path + ".quantitativeAnalysis";
  const Json::Array& metrics = items(*numbers, list, "performanceMetrics", Kind::object);
  for (std::size_t i = 0; i < metrics.size(); ++i)
    read_metric(metrics[i], item(list + ".performanceMetrics", i));
}

Result<ModelCard> Reading::card(const Json& document) {
  if (document.str_or("bomFormat", "") != "CycloneDX") fault("bomFormat", "must be \"CycloneDX\"");
  const Json* found = faults_.empty() ? model(document) : nullptr;
  if (found != nullptr) {
    card_.name = text(*found, at_, "name");
    read_hashes(*found);
    read_licence(*found);
    read_properties(*found);
    read_model_card(*found);
  }
  if (!faults_.empty()) return fail(Errc::schema, join(faults_, "; ") + kMend);
  return std::move(card_);
}

Status same_digest(const std::string& gguf, const Digest& digest, const std::string& wanted,
                   const std::string& who) {
  if (wanted.empty() || lower(wanted) == hex(digest)) return {};
  return fail(Errc::model, gguf + " has SHA-256 " + hex(digest) + ", " + who + " says " + wanted +
                               "; take the file that belongs to it");
}

}  // namespace

std::string model_card_path(std::string_view gguf) {
  if (gguf.ends_with(".gguf")) gguf.remove_suffix(5);
  return std::string(gguf) + ".cdx.json";
}

Result<ModelCard> parse_model_card(std::string_view text) {
  auto document = parse_json(text, Floats::nearest);
  if (!document) return fail(document.error().code, document.error().what + kMend);
  return Reading().card(*document);
}

Result<std::optional<ModelCard>> model_card_beside(const std::string& gguf) {
  const std::string path = model_card_path(gguf);
  if (!file_exists(path)) return std::optional<ModelCard>();
  TRY(const Bytes text, read_file(path));
  auto card = parse_model_card(text);
  if (!card) return fail(std::move(card).error().during(path));
  card->path = path;
  return std::optional(std::move(*card));
}

Status check_prompt_format(const MindSpec& spec, const ModelCard& card) {
  if (spec.style != Style::terse || !card.prompt_format || *card.prompt_format == kPromptFormat)
    return {};
  return fail(Errc::model,
              card.path + " says that the model was trained on prompt format " +
                  std::to_string(*card.prompt_format) + ", and this program writes format " +
                  std::to_string(kPromptFormat) +
                  ": train it anew (train/README.md), take the file of this release, or set "
                  "style = \"full\" in the registry's entry of " +
                  spec.name);
}

Status check_model_file(const MindSpec& spec, const std::string& gguf, const Digest& digest) {
  TRY_STATUS(same_digest(gguf, digest, spec.sha256, "the registry"));
  TRY(const std::optional<ModelCard> card, model_card_beside(gguf));
  if (!card) return {};
  TRY_STATUS(same_digest(gguf, digest, card->sha256, card->path));
  return check_prompt_format(spec, *card);
}

Json json(const ModelCard& card) {
  const auto or_null = [](const std::optional<std::int64_t>& value) {
    return value ? Json(*value) : Json();
  };
  Json accuracies = Json::array();
  for (const Accuracy& a : card.accuracies)
    accuracies.push(Json::object({{"asked", a.asked},
                                  {"chance_ppm", or_null(a.chance_ppm)},
                                  {"high_ppm", or_null(a.high_ppm)},
                                  {"low_ppm", or_null(a.low_ppm)},
                                  {"majority_ppm", or_null(a.majority_ppm)},
                                  {"right_ppm", a.right_ppm},
                                  {"task", a.task}}));
  return Json::object({{"accuracies", std::move(accuracies)},
                       {"architecture", card.architecture},
                       {"failures", Json::list(card.failures)},
                       {"form", card.form},
                       {"json_valid_ppm", or_null(card.json_valid_ppm)},
                       {"licence", card.licence},
                       {"name", card.name},
                       {"parameters", card.parameters},
                       {"path", card.path},
                       {"prompt_format", or_null(card.prompt_format)},
                       {"seeds", card.seeds},
                       {"sha256", card.sha256},
                       {"teacher", card.teacher},
                       {"tempers", card.tempers}});
}

}  // namespace wood
