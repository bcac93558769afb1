// wood trace: where a decision came from. The causes are in the entries; this only follows them.
#include <map>
#include <set>

#include "cli/describe.h"
#include "cli/open.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/text.h"

namespace wood::cli {
namespace {

// The entries that can be reached from one within so many steps, and those cut off.
struct Provenance {
  std::map<Seq, Entry> entries;
  std::map<Seq, std::int64_t> depth;
  std::set<Seq> cut;  // entries whose causes are not followed
};

Result<Provenance> follow(const LedgerReader& ledger, Seq root, std::int64_t depth_max) {
  Provenance out;
  std::vector<Seq> layer = {root};
  for (std::int64_t depth = 0; !layer.empty(); ++depth) {
    std::set<Seq> next;
    for (const Seq seq : layer) {
      TRY(Entry entry, ledger.entry(seq));
      for (const Seq parent : entry.draft.from) {
        if (depth == depth_max) out.cut.insert(seq);
        else if (!out.entries.contains(parent)) next.insert(parent);
      }
      out.depth[seq] = depth;
      out.entries.emplace(seq, std::move(entry));
    }
    layer.clear();
    for (const Seq seq : next)
      if (!out.entries.contains(seq)) layer.push_back(seq);
  }
  return out;
}

class Tree {
 public:
  Tree(const Provenance& provenance, const Terminal& terminal)
      : provenance_(provenance), terminal_(terminal) {}

  std::string text(Seq root) {
    line(root, "", "");
    return std::move(out_);
  }

 private:
  void line(Seq seq, const std::string& head, const std::string& below) {
    const Entry& entry = provenance_.entries.at(seq);
    const Draft& draft = entry.draft;
    const bool again = !shown_.insert(seq).second;
    const std::string number = std::to_string(seq.value);
    const std::string left = head + number + " " + name(draft.kind) + " ";
    const std::string by = draft.by + (draft.turn > 0 ? " t" + std::to_string(draft.turn) : "");
    const int room = std::max(20, terminal_.width - columns(left) - columns(by) - 2);
    const bool causes = !draft.from.empty();
    const std::string what =
        again && causes ? "(its causes stand above)" : fitted(described(entry), room);
    out_ += toned(terminal_, Tone::dim, head) + toned(terminal_, Tone::strong, number) + " " +
            toned(terminal_, Tone::good, name(draft.kind)) + " " +
            toned(terminal_, Tone::dim, printable(by)) + "  " + what + "\n";
    if (again) return;
    if (provenance_.cut.contains(seq)) {
      out_ += toned(terminal_, Tone::dim,
                    below + corner() + "… " + std::to_string(draft.from.size()) +
                        " causes further back (--depth)") +
              "\n";
      return;
    }
    for (std::size_t i = 0; i < draft.from.size(); ++i) {
      const bool last = i + 1 == draft.from.size();
      line(draft.from[i], below + (last ? corner() : tee()), below + (last ? "   " : bar()));
    }
  }
  [[nodiscard]] const char* corner() const { return terminal_.unicode ? "└─ " : "`- "; }
  [[nodiscard]] const char* tee() const { return terminal_.unicode ? "├─ " : "|- "; }
  [[nodiscard]] const char* bar() const { return terminal_.unicode ? "│  " : "|  "; }

  const Provenance& provenance_;
  const Terminal& terminal_;
  std::set<Seq> shown_;
  std::string out_;
};

std::string dot(const Provenance& provenance) {
  const auto quoted = [](const std::string& text) {
    return "\"" + replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\"") + "\"";
  };
  std::string out =
      "digraph provenance {\n  rankdir=RL;\n  node [shape=box, fontname=\"sans-serif\"];\n";
  for (const auto& [seq, entry] : provenance.entries) {
    const std::string number = std::to_string(seq.value);
    out += "  " + number + " [label=" +
           quoted(number + " " + name(entry.draft.kind) + " " + printable(entry.draft.by) + ": " +
                  fitted(described(entry), 60)) +
           "];\n";
    for (const Seq parent : entry.draft.from)
      if (provenance.entries.contains(parent))
        out += "  " + number + " -> " + std::to_string(parent.value) + ";\n";
  }
  return out + "}\n";
}

Result<std::string> json_text(const LedgerReader& ledger, const Provenance& provenance, Seq root) {
  Json entries = Json::array();
  for (const auto& [seq, entry] : provenance.entries) {
    TRY(const Bytes bytes, ledger.bytes(seq));
    TRY(Json value, parse_json(bytes, Floats::refuse, kDepthInside));
    value.set("depth", provenance.depth.at(seq));
    entries.push(std::move(value));
  }
  Json cut = Json::array();
  for (const Seq seq : provenance.cut) cut.push(seq.value);
  return Json::object(
             {{"cut", std::move(cut)}, {"entries", std::move(entries)}, {"root", root.value}})
             .dump() +
         "\n";
}

Result<int> act(const Args& args, const Console& console) {
  TRY(const OpenRun run, open_run(args.text("FILE")));
  TRY(const Seq root, entry_number(args.text("ENTRY"), *run.ledger));
  const std::int64_t depth = args.integer("--depth").value_or(6);
  if (depth < 0 || depth > 1'000) return fail(Errc::usage, "--depth is 0 to 1000");
  if (args.has("--json") && args.has("--dot"))
    return fail(Errc::usage, "--json and --dot are two forms: give one");
  TRY(const Provenance provenance, follow(*run.ledger, root, depth));
  if (args.has("--json")) {
    TRY(const std::string text, json_text(*run.ledger, provenance, root));
    console.print(text);
  } else {
    console.print(args.has("--dot") ? dot(provenance) : Tree(provenance, console.out).text(root));
  }
  return Exit::fine;
}

}  // namespace

Verb trace_verb() {
  using K = Option::Kind;
  return {
      .name = "trace",
      .about = "shows what caused an entry: the provenance of a decision",
      .text =
          "Every entry names the entries that caused it; trace follows them back and prints the "
          "tree. An entry that stands in it twice is followed once.",
      .options =
          {run_argument(),
           {.name = "ENTRY",
            .kind = K::integer,
            .value = "ENTRY",
            .about = "the number of the entry",
            .required = true},
           {.name = "--depth", .kind = K::integer, .value = "N", .about = "so many steps back (6)"},
           {.name = "--json", .about = "the entries as one JSON object"},
           {.name = "--dot", .about = "the graph, for Graphviz"}},
      .examples = {{"wood trace runs/five-labs-7.wood 512", "why did this happen?"},
                   {"wood trace runs/five-labs-7.wood 512 --depth 20 --dot | dot -Tsvg -o why.svg",
                    "the same as a picture"}},
      .act = act};
}

}  // namespace wood::cli
