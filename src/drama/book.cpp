#include "drama/book.h"

#include <algorithm>
#include <array>

#include "core/check.h"

namespace wood {

int rank(const std::string& kind) {
  static constexpr std::array<std::string_view, 12> order = {
      "rules", "persona", "market", "self", "treasury", "memory",
      "deal",  "tip",     "news",   "talk", "draft",    "thought"};
  const auto it = std::find(order.begin(), order.end(), kind);
  return static_cast<int>(it - order.begin());
}

FactPtr FactBook::publish(Sink& sink, Publish fact) {
  const bool world = fact.audience.kind == Audience::Kind::world;
  if (const FactPtr old = world || fact.keep != 1 ? nullptr : newest(fact.channel))
    if (old->data == fact.data && old->kind == fact.kind &&
        old->audience.kind == fact.audience.kind && old->audience.names == fact.audience.names)
      return old;
  auto made = std::make_shared<Fact>();
  made->audience = fact.audience;
  made->kind = fact.kind;
  made->data = fact.data;
  Json body = Json::object(
      {{"audience", fact.audience.json()}, {"data", std::move(fact.data)}, {"kind", fact.kind}});
  made->entry = sink.append(
      {EntryKind::fact, std::move(fact.by), std::move(fact.from), fact.turn, std::move(body)});
  ++published_;
  if (world) return made;
  const auto keep = [&](Channel& channel) {
    channel.facts.push_back(made);
    while (channel.facts.size() > fact.keep) channel.facts.pop_front();
  };
  if (fact.audience.kind == Audience::Kind::everyone) keep(open_[fact.channel]);
  for (const std::string& reader : fact.audience.names) keep(named_[reader][fact.channel]);
  return made;
}

void FactBook::retire(const std::string& channel, const std::vector<std::string>& readers) {
  for (const std::string& reader : readers)
    if (const auto it = named_.find(reader); it != named_.end()) it->second.erase(channel);
}

FactPtr FactBook::newest(const std::string& channel) const {
  const auto open = open_.find(channel);
  if (open != open_.end() && !open->second.facts.empty()) return open->second.facts.back();
  // A private channel is named "kind/reader…", so its reader is at hand without a search.
  const std::size_t slash = channel.find('/');
  if (slash == std::string::npos) return nullptr;
  const std::string reader = channel.substr(slash + 1, channel.find('/', slash + 1) - slash - 1);
  const auto channels = named_.find(reader);
  if (channels == named_.end()) return nullptr;
  const auto it = channels->second.find(channel);
  return it == channels->second.end() ? nullptr : it->second.facts.back();
}

std::vector<FactPtr> FactBook::admitted(const std::string& reader) const {
  std::vector<FactPtr> out;
  for (const auto& [name, channel] : open_)
    out.insert(out.end(), channel.facts.begin(), channel.facts.end());
  if (const auto it = named_.find(reader); it != named_.end())
    for (const auto& [name, channel] : it->second)
      out.insert(out.end(), channel.facts.begin(), channel.facts.end());
  std::sort(out.begin(), out.end(), [](const FactPtr& a, const FactPtr& b) {
    const int ra = rank(a->kind);
    const int rb = rank(b->kind);
    return ra != rb ? ra < rb : a->entry < b->entry;
  });
  return out;
}

std::set<std::string> FactBook::texts() const {
  std::set<std::string> out;
  const auto take = [&](const Channel& channel) {
    for (const FactPtr& fact : channel.facts)
      if (const Json* text = fact->data.find("text");
          text != nullptr && text->is(Json::Kind::string))
        out.insert(text->string());
  };
  for (const auto& [name, channel] : open_) take(channel);
  for (const auto& [reader, channels] : named_)
    for (const auto& [name, channel] : channels) take(channel);
  return out;
}

void FactBook::state(Bytes& out) const {
  const auto write = [&](const std::string& reader, const std::string& name,
                         const Channel& channel) {
    out += "fact " + reader + " " + name;
    for (const FactPtr& fact : channel.facts) {
      out += " " + std::to_string(fact->entry.value) + " " + fact->kind + " " +
             fact->audience.json().dump() + " ";
      fact->data.dump_to(out);
    }
    out += '\n';
  };
  for (const auto& [name, channel] : open_) write("*", name, channel);
  for (const auto& [reader, channels] : named_)
    for (const auto& [name, channel] : channels) write(reader, name, channel);
  out += "published " + std::to_string(published_) + "\n";
}

}  // namespace wood
