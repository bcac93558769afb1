#include "drama/firewall.h"

#include "core/check.h"
#include "core/rng.h"
#include "core/text.h"

namespace wood {
namespace {

constexpr std::size_t kWords = 4;  // different words that make a text one of a kind
constexpr std::size_t kHead =
    16;  // bytes of a text that its index holds; shorter texts are not watched

// A rolling hash over kHead bytes: polynomial in an odd base, arithmetic modulo 2^64.
constexpr std::uint64_t kBase = 0x9E3779B97F4A7C15ULL;
constexpr std::uint64_t power(std::size_t n) { return n == 0 ? 1 : kBase * power(n - 1); }
constexpr std::uint64_t kLead = power(kHead - 1);

std::uint64_t roll(std::uint64_t hash, char out, char in) {
  return (hash - static_cast<unsigned char>(out) * kLead) * kBase + static_cast<unsigned char>(in);
}
std::uint64_t hash_of(std::string_view head) {
  std::uint64_t hash = 0;
  for (const char c : head) hash = hash * kBase + static_cast<unsigned char>(c);
  return hash;
}

bool telling(const std::string& text) {
  if (text.size() < kHead) return false;
  std::set<std::string> words;
  for (const std::string& word : split(lower(text), ' '))
    if (word.size() > 1) words.insert(word);
  return words.size() >= kWords;
}

}  // namespace

std::string canary(std::uint64_t seed, std::int64_t n) {
  Bytes raw;
  put_u64le(raw, Chance(seed, "canary", 0, n).bits(0));
  return std::string(kCanaryMark) + hex(raw);
}

void Firewall::plant(const std::string& nonce, const Audience& audience, Seq fact) {
  canaries_[nonce] = {fact, audience};
}

void Firewall::index(const std::string& text) {
  const std::string head = text.substr(0, kHead);
  heads_[head].push_back(&text);
  filter_[hash_of(head) >> 48] = true;
}

void Firewall::told(const std::string& text, const Audience& audience, Seq fact, Way way,
                    std::int64_t turn) {
  if (!telling(text)) return;
  const bool open = audience.kind == Audience::Kind::everyone;
  const auto [it, fresh] = texts_.try_emplace(text);
  if (fresh) {
    it->second.fact = fact;
    index(it->first);
  }
  Text& known = it->second;
  known.turn = turn;
  known.open = known.open || open;
  auto& readers = way == Way::speech ? known.heard : known.facts;
  readers.insert(audience.names.begin(), audience.names.end());
  // Who was told a longer text was told its parts.
  for (auto& [other, part] : texts_) {
    if (&part == &known) continue;
    if (other.size() > text.size() && other.find(text) != std::string::npos) {
      known.open = known.open || part.open;
      known.facts.insert(part.facts.begin(), part.facts.end());
      known.heard.insert(part.heard.begin(), part.heard.end());
    } else if (other.size() < text.size() && text.find(other) != std::string::npos) {
      part.open = part.open || open;
      part.heard.insert(audience.names.begin(), audience.names.end());
    }
  }
}

void Firewall::wrote(const std::string& writer, const std::string& text, std::int64_t turn) {
  const auto it = texts_.find(text);
  if (it == texts_.end()) return;
  it->second.facts.insert(writer);
  it->second.turn = turn;
}

void Firewall::forget_before(std::int64_t turn, const std::set<std::string>& shown) {
  const std::size_t before = texts_.size();
  std::erase_if(texts_, [&](const auto& item) {
    return item.second.turn < turn && !shown.contains(item.first);
  });
  if (texts_.size() == before) return;
  heads_.clear();
  filter_.assign(filter_.size(), false);
  for (const auto& [text, known] : texts_) index(text);
}

// Calls visit(text, what is known of it) for every watched text in the prompt until one says stop.
template <class Visit>
void Firewall::each_text(const std::string& prompt, Visit visit) {
  if (prompt.size() < kHead || heads_.empty()) return;
  std::uint64_t hash = hash_of(std::string_view(prompt).substr(0, kHead));
  for (std::size_t i = 0;; ++i) {
    const auto it = filter_[hash >> 48] ? heads_.find(prompt.substr(i, kHead)) : heads_.end();
    if (it != heads_.end())
      for (const std::string* text : it->second)
        if (prompt.compare(i, text->size(), *text) == 0 && !visit(texts_.at(*text))) return;
    if (i + kHead >= prompt.size()) return;
    hash = roll(hash, prompt[i], prompt[i + kHead]);
  }
}

const Leak* Firewall::scan_text(const Ask& ask, const std::string& prompt) {
  const Leak* leak = nullptr;
  each_text(prompt, [&](const Text& known) {
    if (known.open || known.facts.contains(ask.reader)) return true;
    if (known.heard.contains(ask.reader)) {
      ++counts_.disclosures;
      return true;
    }
    leaks_.push_back({ask.reader, ask.prompt, "text", known.fact});
    leak = &leaks_.back();
    return false;
  });
  return leak;
}

void Firewall::answered(const std::string& reader, const std::string& answer) {
  each_text(answer, [&](Text& known) {
    if (known.facts.contains(reader) || known.heard.contains(reader))
      known.heard.insert(desk_.begin(), desk_.end());
    return true;
  });
}

const Leak* Firewall::scan(const Ask& ask) {
  ++counts_.prompts;
  std::string prompt;
  for (const Message& message : ask.messages) prompt += message.content + '\n';
  ask.facts.dump_to(prompt);
  const Leak* leak = nullptr;
  for (std::size_t i = prompt.find(kCanaryMark); i != std::string::npos && leak == nullptr;
       i = prompt.find(kCanaryMark, i + 1)) {
    const auto it = canaries_.find(prompt.substr(i, kCanaryMark.size() + 16));
    if (it == canaries_.end() || it->second.audience.admits(ask.reader)) continue;
    leaks_.push_back({ask.reader, ask.prompt, "canary", it->second.fact});
    leak = &leaks_.back();
  }
  if (leak == nullptr) leak = scan_text(ask, prompt);
  if (leak != nullptr) ++counts_.leaks;
  return leak;
}

void Firewall::state(Bytes& out) const {
  const auto names = [&](const std::set<std::string>& set) {
    for (const std::string& name : set) out += name + ",";
    out += ' ';
  };
  for (const auto& [text, known] : texts_) {
    out += "text " + Json(text).dump() + " " + std::to_string(known.fact.value) + " " +
           std::to_string(known.turn) + (known.open ? " open " : " ");
    names(known.facts);
    names(known.heard);
    out += '\n';
  }
  for (const auto& [nonce, canary] : canaries_)
    out += "canary " + nonce + " " + std::to_string(canary.fact.value) + " " +
           canary.audience.json().dump() + "\n";
  for (const Leak& leak : leaks_)
    out += "leak " + leak.reader + " " + std::to_string(leak.prompt.value) + " " + leak.kind + " " +
           std::to_string(leak.fact.value) + "\n";
  names(desk_);
  out += "firewall " + std::to_string(counts_.prompts) + " " + std::to_string(counts_.facts) + " " +
         std::to_string(counts_.disclosures) + " " + std::to_string(counts_.leaks) + "\n";
}

std::vector<Reply> GuardedPanel::ask(std::span<const Ask> asks) {
  for (const Ask& ask : asks)
    if (firewall_.counts().leaks == 0) firewall_.scan(ask);
  if (firewall_.counts().leaks == 0) {
    std::vector<Reply> out = inner_.ask(asks);
    for (std::size_t i = 0; i < asks.size(); ++i)
      if (const auto* answer = std::get_if<Answer>(&out[i]);
          answer != nullptr && asks[i].task.starts_with("desk."))
        firewall_.answered(asks[i].reader, answer->text);
    return out;
  }
  return std::vector<Reply>(asks.size(),
                            Failure{Errc::limit, "held back: the firewall found a leak", {}});
}

}  // namespace wood
