// The rules that a compiler does not enforce: layers, purity, vendors, sizes, words.
//
//   wood_tidy ROOT            judges a source tree by its layers.txt; 1 if anything is wrong
//   wood_tidy --shrink ROOT   rewrites tidy-exceptions.txt downwards; it never adds a line
//   wood_tidy --canary DIR    judges each DIR/*.case, a small wrong tree, and demands its findings:
//                             a tidy that has gone blind fails this
//
// Text in, findings out: no compiler's view of the code, so a macro could hide from it. What that
// costs is nothing here, and what it saves is a dependency on libclang.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/text.h"

namespace {

namespace fs = std::filesystem;
using Tree = std::map<std::string, std::string>;  // path from the root → text
using Words = std::vector<std::string>;

struct Finding {
  std::string path;
  int line = 0;  // 0: the file as a whole
  std::string what;

  friend auto operator<=>(const Finding&, const Finding&) = default;
  [[nodiscard]] std::string text() const {
    return path + ":" + (line > 0 ? std::to_string(line) + ":" : "") + " " + what;
  }
};

// ---- The table
// ------------------------------------------------------------------------------------

struct Table {
  // layer → layers it may include → files of that layer (empty: all).
  std::map<std::string, std::map<std::string, std::set<std::string>>> layers;
  std::map<std::string, std::set<std::string>> below;  // everything that a test may include
  Words programs, pure, impure_headers, impure_words, floats, words;
  std::vector<std::pair<std::string, Words>> vendors;  // start of a header → who may include it
  std::map<std::string, int> sizes;
};

Words words_of(const std::string& text) {
  std::istringstream in(text);
  Words out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

void append(Words& to, const Words& more) { to.insert(to.end(), more.begin(), more.end()); }
bool among(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void read_layer(Table& table, const std::string& name, std::string rest) {
  auto& uses = table.layers[name];
  while (true) {
    rest = std::string(wood::trim(rest));
    if (rest.empty()) return;
    const std::size_t end = rest.find_first_of(" (");
    const std::string used = rest.substr(0, end);
    rest = end == std::string::npos ? "" : rest.substr(end);
    auto& files = uses[used];
    if (!rest.starts_with("(")) continue;
    const std::size_t close = rest.find(')');
    for (const std::string& file : words_of(rest.substr(1, close - 1))) files.insert(file);
    rest = close == std::string::npos ? "" : rest.substr(close + 1);
  }
}

void read_pure(Table& table, const std::string& key, const Words& values) {
  if (key == "layers") append(table.pure, values);
  if (key == "headers") append(table.impure_headers, values);
  if (key == "words") append(table.impure_words, values);
  if (key == "floats") append(table.floats, values);
}

Table read_table(const std::string& text) {
  Table table;
  std::string section;
  for (const std::string& raw : wood::split(text, '\n')) {
    const std::string line(wood::trim(raw.substr(0, raw.find('#'))));
    if (line.empty()) continue;
    if (line.front() == '[') {
      section = line;
      continue;
    }
    const std::size_t colon = line.find(':');
    const std::string key = line.substr(0, colon);
    const std::string rest = colon == std::string::npos ? "" : line.substr(colon + 1);
    if (section == "[layers]") read_layer(table, key, rest);
    if (section == "[programs]") append(table.programs, words_of(line));
    if (section == "[pure]") read_pure(table, key, words_of(rest));
    if (section == "[vendors]") table.vendors.emplace_back(key, words_of(rest));
    if (section == "[sizes]")
      table.sizes[key] = static_cast<int>(wood::to_int(wood::trim(rest)).value_or(0));
    if (section == "[words]") append(table.words, words_of(line));
  }
  return table;
}

// A cycle between layers, or a layer that is used and has no line, as findings about the table.
void close_table(Table& table, std::vector<Finding>& found) {
  for (const auto& [name, uses] : table.layers)
    for (const auto& [used, files] : uses) {
      table.below[name].insert(used);
      if (!table.layers.contains(used))
        found.push_back({"layers.txt", 0, name + " uses " + used + ", which has no line"});
    }
  for (std::size_t round = 0; round < table.layers.size(); ++round)
    for (auto& [name, below] : table.below)
      for (const std::string& used : std::set<std::string>(below))
        below.insert(table.below[used].begin(), table.below[used].end());
  for (const auto& [name, below] : table.below)
    if (below.contains(name))
      found.push_back({"layers.txt", 0, name + " stands in a cycle of layers"});
}

// ---- A file
// ---------------------------------------------------------------------------------------

// The text with the insides of comments, strings and character literals made blank, lines kept.
class Blanker {
 public:
  explicit Blanker(const std::string& text) : in_(text), out_(text) {}

  std::string run() {
    while (at_ < in_.size()) {
      if (starts("//")) blank_to(in_.find('\n', at_));
      else if (starts("/*")) blank_to(after("*/", at_ + 2));
      else if (starts("R\"")) raw_string();
      else if (in_[at_] == '"') literal('"');
      else if (in_[at_] == '\'' && !separates_digits()) literal('\'');
      else ++at_;
    }
    return out_;
  }

 private:
  [[nodiscard]] bool starts(std::string_view what) const {
    return in_.compare(at_, what.size(), what) == 0;
  }
  [[nodiscard]] std::size_t after(std::string_view what, std::size_t from) const {
    const std::size_t found = in_.find(what, from);
    return found == std::string::npos ? found : found + what.size();
  }
  [[nodiscard]] bool separates_digits() const {
    return at_ > 0 && std::isxdigit(static_cast<unsigned char>(in_[at_ - 1])) != 0;
  }
  void blank_to(std::size_t end) {
    for (end = std::min(end, in_.size()); at_ < end; ++at_)
      if (out_[at_] != '\n') out_[at_] = ' ';
  }
  void raw_string() {
    const std::size_t open = in_.find('(', at_);
    if (open == std::string::npos) return blank_to(open);
    blank_to(after(")" + in_.substr(at_ + 2, open - at_ - 2) + "\"", open));
  }
  void literal(char quote) {
    // An #include's "name" stays readable.
    const std::size_t line =
        in_.rfind('\n', at_) == std::string::npos ? 0 : in_.rfind('\n', at_) + 1;
    std::size_t end = at_ + 1;
    while (end < in_.size() && in_[end] != quote && in_[end] != '\n')
      end += in_[end] == '\\' ? 2 : 1;
    if (in_.compare(line, 8, "#include") == 0) at_ = end + 1;
    else blank_to(end + 1);
  }

  const std::string& in_;
  std::string out_;
  std::size_t at_ = 0;
};

struct Source {
  std::string path;
  std::string code;   // blanked
  std::string layer;  // "" for programs
  bool test = false;
  std::vector<std::pair<int, std::string>> own, foreign;  // includes: line, name
};

Source read_source(const std::string& path, const std::string& text, const Table& table) {
  Source out{.path = path, .code = Blanker(text).run(), .layer = {}, .own = {}, .foreign = {}};
  out.test = path.find("_test.") != std::string::npos || path.ends_with("/testing.h");
  if (path.starts_with("src/")) out.layer = path.substr(4, path.find('/', 4) - 4);
  if (!table.layers.contains(out.layer)) out.layer.clear();
  int number = 0;
  for (const std::string& line : wood::split(out.code, '\n')) {
    ++number;
    if (!line.starts_with("#include")) continue;
    const std::size_t open = line.find_first_of("<\"");
    const std::size_t close = line.find_last_of(">\"");
    if (open == std::string::npos || close <= open) continue;
    (line[open] == '"' ? out.own : out.foreign)
        .emplace_back(number, line.substr(open + 1, close - open - 1));
  }
  return out;
}

// ---- Rules
// ----------------------------------------------------------------------------------------

void judge_layers(const Source& file, const Table& table, std::vector<Finding>& found) {
  if (file.path.starts_with("src/") && file.layer.empty())
    return found.push_back({file.path, 0, "stands on no layer of layers.txt"});
  if (file.layer.empty()) return;  // a program
  for (const auto& [line, name] : file.own) {
    const std::string used = name.substr(0, name.find('/'));
    if (used == file.layer || (file.test && among(table.programs, used))) continue;
    if (!table.layers.contains(used)) {
      found.push_back({file.path, line, "includes " + name + ", which stands on no layer"});
      continue;
    }
    if (file.test && table.below.contains(file.layer) && table.below.at(file.layer).contains(used))
      continue;
    const auto& uses = table.layers.at(file.layer);
    const auto it = uses.find(used);
    if (it == uses.end()) {
      found.push_back(
          {file.path, line, file.layer + " may not include " + used + " (" + name + ")"});
    } else if (!it->second.empty() && !it->second.contains(name.substr(used.size() + 1))) {
      found.push_back(
          {file.path, line, "of " + used + ", " + file.layer + " may not include " + name});
    }
  }
}

bool fits(const std::string& pattern, const std::string& path) {
  return pattern.starts_with("*") ? path.ends_with(pattern.substr(1)) : path == pattern;
}

// Headers of the C++ library have no dot; those of the operating system have no folder, or one of
// these.
bool system_header(const std::string& name) {
  static const Words folders = {"sys", "net", "netinet", "arpa", "linux"};
  const std::size_t slash = name.find('/');
  return name.ends_with(".h") &&
         (slash == std::string::npos || among(folders, name.substr(0, slash)));
}

void judge_vendors(const Source& file, const Table& table, std::vector<Finding>& found) {
  const bool pure = among(table.pure, file.layer) && !file.test;
  for (const auto& [line, name] : file.foreign) {
    auto it = table.vendors.end();
    for (auto vendor = table.vendors.begin(); vendor != table.vendors.end(); ++vendor)
      if (name.starts_with(vendor->first) &&
          (it == table.vendors.end() || vendor->first.size() > it->first.size()))
        it = vendor;
    if (it != table.vendors.end()) {
      if (std::none_of(it->second.begin(), it->second.end(),
                       [&](const auto& p) { return fits(p, file.path); }))
        found.push_back(
            {file.path, line, "<" + name + "> is for " + wood::join(it->second, ", ") + " alone"});
    } else if (name.find('.') == std::string::npos) {
      if (pure && among(table.impure_headers, name))
        found.push_back({file.path, line, "<" + name + "> in the pure layer " + file.layer});
    } else if (!system_header(name)) {
      found.push_back({file.path, line, "<" + name + "> is in no line of [vendors]"});
    } else if (pure) {
      found.push_back({file.path, line,
                       "<" + name + ">, the operating system's, in the pure layer " + file.layer});
    }
  }
}

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool has_word(const std::string& text, const std::string& word) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const bool starts = at == 0 || !is_word_char(text[at - 1]);
    const std::size_t end = at + word.size();
    if (starts && (end == text.size() || !is_word_char(text[end]))) return true;
  }
  return false;
}

void judge_purity(const Source& file, const Table& table, std::vector<Finding>& found) {
  if (!among(table.pure, file.layer) || file.test) return;
  const bool floats = std::any_of(table.floats.begin(), table.floats.end(),
                                  [&](const auto& start) { return file.path.starts_with(start); });
  int number = 0;
  for (const std::string& line : wood::split(file.code, '\n')) {
    ++number;
    for (const std::string& word : table.impure_words)
      if (has_word(line, word) && !(floats && (word == "float" || word == "double")))
        found.push_back({file.path, number, word + " in the pure layer " + file.layer});
  }
}

void judge_words(const std::string& path, const std::string& text, const Table& table,
                 std::vector<Finding>& found) {
  int number = 0;
  for (const std::string& line : wood::split(text, '\n')) {
    ++number;
    for (const std::string& word : table.words)
      if (has_word(line, word)) found.push_back({path, number, "says " + word});
  }
}

// Depth first over the includes of our own; a file met again on the way down closes a cycle.
void find_cycles(const std::map<std::string, Source>& files, const std::string& path,
                 std::map<std::string, int>& state, std::vector<Finding>& found) {
  state[path] = 1;
  for (const auto& [line, name] : files.at(path).own) {
    const std::string next = "src/" + name;
    if (!files.contains(next)) continue;
    if (state[next] == 1) found.push_back({path, line, "closes a cycle of includes with " + next});
    if (state[next] == 0) find_cycles(files, next, state, found);
  }
  state[path] = 2;
}

// ---- Sizes
// ----------------------------------------------------------------------------------------

struct Size {
  std::string rule, path, name;  // name: of a function, else ""
  int line = 0;
  int value = 0;
  [[nodiscard]] std::string key() const {
    return rule + " " + path + (name.empty() ? "" : " " + name);
  }
};

std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// The name of the function that this head (all between the last ; { } and the {) declares; "" if it
// is a namespace, a class or an initialiser.
std::string function_name(std::string head) {
  head = std::string(wood::trim(head));
  while (head.starts_with("template")) {
    int depth = 0;
    std::size_t at = head.find('<');
    for (; at < head.size(); ++at) {
      depth += head[at] == '<' ? 1 : head[at] == '>' ? -1 : 0;
      if (depth == 0) break;
    }
    head = at < head.size() ? std::string(wood::trim(head.substr(at + 1))) : "";
  }
  static const Words others = {"namespace", "class",  "struct",          "union",
                               "enum",      "extern", "inline namespace"};
  for (const std::string& other : others)
    if (head.starts_with(other) && !is_word_char((head + " ")[other.size()])) return "";
  const std::size_t open = head.find('(');
  if (open == std::string::npos) return "";
  std::size_t end = open;
  while (end > 0 && std::isspace(static_cast<unsigned char>(head[end - 1])) != 0) --end;
  std::size_t start = end;
  while (start > 0 &&
         (is_word_char(head[start - 1]) || head[start - 1] == ':' || head[start - 1] == '~'))
    --start;
  const std::string name = start == end ? "operator" : head.substr(start, end - start);
  if (name != "TEST" && name != "TEST_F" && name != "RC_GTEST_PROP") return name;
  const std::size_t second = std::min(head.find(',', open), head.size() - 1) + 1;
  return std::string(wood::trim(head.substr(second, head.find_first_of(",)", second) - second)));
}

// Preprocessor lines hold braces that need not match; they are made blank, continuations too.
std::string without_directives(const std::string& code) {
  std::string out;
  bool inside = false;
  for (const std::string& line : wood::split(code, '\n')) {
    inside = inside || wood::trim(line).starts_with("#");
    if (!inside) out += line;
    inside = inside && line.ends_with("\\");
    out += '\n';
  }
  return out;
}

void measure_functions(const Source& file, std::vector<Size>& sizes) {
  const std::string code = without_directives(file.code);
  std::string head;
  int line = 1;
  int head_line = 1;
  int inside = 0;  // open braces since a function or an initialiser began
  Size now;
  for (const char c : code) {
    if (inside > 0) {
      inside += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (inside == 0 && !now.name.empty()) {
        now.value = line - now.line + 1;
        sizes.push_back(now);
      }
    } else if (c == '{') {
      const std::string name = function_name(head);
      const std::string_view kind = wood::trim(head);
      const bool opens =
          name.empty() && !kind.ends_with("=") && kind.find_first_of("=") == std::string_view::npos;
      now = {"function", file.path, name, head_line, 0};
      inside = opens ? 0 : 1;
      head.clear();
    } else if (c == '}' || c == ';') {
      head.clear();
    } else if (!head.empty() || std::isspace(static_cast<unsigned char>(c)) == 0) {
      if (head.empty()) head_line = line;
      head += c;
    }
    line += c == '\n';
  }
}

std::vector<Size> measure(const Source& file, const std::string& text) {
  std::vector<Size> sizes;
  const Words lines = wood::split(text, '\n');
  const std::string kind = file.path.substr(file.path.find_last_of('.') + 1);
  sizes.push_back(
      {kind, file.path, "", 0, static_cast<int>(std::count(text.begin(), text.end(), '\n'))});
  Size widest{"columns", file.path, "", 0, 0};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const int width = static_cast<int>(columns(lines[i]));
    if (width > widest.value) widest.value = width, widest.line = static_cast<int>(i) + 1;
  }
  sizes.push_back(widest);
  measure_functions(file, sizes);
  return sizes;
}

using Exceptions = std::map<std::string, int>;  // Size::key() → what is tolerated

Exceptions read_exceptions(const std::string& text) {
  Exceptions out;
  for (const std::string& raw : wood::split(text, '\n')) {
    const std::string line(wood::trim(raw.substr(0, raw.find('#'))));
    const std::size_t cut = line.find(' ');
    if (cut != std::string::npos)
      out[line.substr(cut + 1)] = static_cast<int>(wood::to_int(line.substr(0, cut)).value_or(0));
  }
  return out;
}

// An exception holds for exactly the size that it names: larger is a breach, smaller must be
// written down, so that what has shrunk cannot grow again.
void judge_sizes(const std::map<std::string, Size>& large, const Table& table,
                 const Exceptions& exceptions, std::vector<Finding>& found) {
  for (const auto& [key, size] : large) {
    const auto it = exceptions.find(key);
    const int most = it != exceptions.end() ? it->second : table.sizes.at(size.rule);
    const std::string what =
        size.rule == "columns" ? "a line has " + std::to_string(size.value) + " columns"
        : size.name.empty()    ? "has " + std::to_string(size.value) + " lines"
                               : size.name + " has " + std::to_string(size.value) + " lines";
    if (size.value > most)
      found.push_back({size.path, size.line, what + ", at most " + std::to_string(most)});
  }
  for (const auto& [key, most] : exceptions) {
    const auto it = large.find(key);
    if (it == large.end()) found.push_back({"tidy-exceptions.txt", 0, "no longer needed: " + key});
    else if (it->second.value < most)
      found.push_back({"tidy-exceptions.txt", 0,
                       "has shrunk to " + std::to_string(it->second.value) + ": " + key});
  }
}

// ---- A tree
// ---------------------------------------------------------------------------------------

struct Judgement {
  std::vector<Finding> found;
  std::map<std::string, Size> large;  // what exceeds the table, exceptions or not
};

bool is_code(const std::string& path) { return path.ends_with(".cpp") || path.ends_with(".h"); }

Judgement judge(const Tree& tree) {
  Judgement out;
  const auto text_of = [&](const char* path) {
    return tree.contains(path) ? tree.at(path) : std::string();
  };
  Table table = read_table(text_of("layers.txt"));
  close_table(table, out.found);
  std::map<std::string, Source> files;
  for (const auto& [path, text] : tree) {
    if (path != "layers.txt") judge_words(path, text, table, out.found);
    const bool ours =
        path.starts_with("src/") || among(table.programs, path.substr(0, path.find('/')));
    if (is_code(path) && ours) files.emplace(path, read_source(path, text, table));
  }
  std::map<std::string, int> state;
  for (const auto& [path, file] : files) {
    judge_layers(file, table, out.found);
    judge_vendors(file, table, out.found);
    judge_purity(file, table, out.found);
    if (state[path] == 0) find_cycles(files, path, state, out.found);
    for (const Size& size : measure(file, tree.at(path))) {
      const auto it = table.sizes.find(size.rule);
      if (it == table.sizes.end() || size.value <= it->second) continue;
      Size& kept = out.large[size.key()];  // of two functions of one name, the longer
      if (size.value > kept.value) kept = size;
    }
  }
  judge_sizes(out.large, table, read_exceptions(text_of("tidy-exceptions.txt")), out.found);
  std::sort(out.found.begin(), out.found.end());
  return out;
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Every text of ours; not what is built, installed or recorded, and not the canaries.
Tree read_tree(const fs::path& root) {
  static const Words kinds = {".h",  ".cpp", ".md",  ".toml", ".cmake", ".sh",  ".ts",
                              ".js", ".mjs", ".css", ".html", ".play",  ".json"};
  Tree tree;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator();
       ++it) {
    const std::string path = fs::relative(it->path(), root).generic_string();
    const std::string name = it->path().filename().string();
    if (it->is_directory()) {
      const bool skip = name.starts_with(".") || name.starts_with("build") ||
                        name == "node_modules" || name == "runs" || name == "dist" ||
                        path == "tools/tidy";
      if (skip) it.disable_recursion_pending();
    } else if (among(kinds, it->path().extension().string()) || name == "CMakeLists.txt" ||
               path == "layers.txt" || path == "tidy-exceptions.txt") {
      tree[path] = read_file(it->path());
    }
  }
  return tree;
}

int shrink(const fs::path& root) {
  const Judgement judgement = judge(read_tree(root));
  std::string out =
      "# What is larger than layers.txt allows. This list may only shrink: `wood_tidy --shrink "
      ".`\n";
  for (const auto& [key, most] : read_exceptions(read_file(root / "tidy-exceptions.txt"))) {
    const auto it = judgement.large.find(key);
    if (it != judgement.large.end())
      out += std::to_string(std::min(most, it->second.value)) + " " + key + "\n";
  }
  std::ofstream(root / "tidy-exceptions.txt", std::ios::binary) << out;
  return 0;
}

// A case is a tree in one file: "--- path" before each text; "--- expect" before the findings.
bool canary(const fs::path& path, const std::string& table) {
  Tree tree;
  std::string section;
  std::istringstream in(read_file(path));
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("--- ")) tree[section = line.substr(4)];
    else if (!section.empty()) tree[section] += line + "\n";
  }
  const std::string expected = tree["expect"];
  tree.erase("expect");
  tree.emplace("layers.txt", table);
  std::string found;
  for (const Finding& finding : judge(tree).found) found += finding.text() + "\n";
  if (found == expected) return true;
  std::printf("%s: expected\n%sbut found\n%s", path.c_str(), expected.c_str(), found.c_str());
  return false;
}

int run_canaries(const fs::path& folder) {
  const std::string table = read_file(folder / "layers.txt");
  int ran = 0;
  int failed = 0;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".case") ++ran, failed += !canary(entry.path(), table);
  std::printf("%d cases, %d wrong\n", ran, failed);
  return ran == 0 || failed > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Words args(argv + 1, argv + argc);
  if (args.size() == 2 && args[0] == "--canary") return run_canaries(args[1]);
  if (args.size() == 2 && args[0] == "--shrink") return shrink(args[1]);
  if (args.size() != 1) {
    std::fputs("usage: wood_tidy [--shrink | --canary] FOLDER\n", stderr);
    return 2;
  }
  const Judgement judgement = judge(read_tree(args[0]));
  for (const Finding& finding : judgement.found) std::puts(finding.text().c_str());
  std::printf("%zu findings\n", judgement.found.size());
  return judgement.found.empty() ? 0 : 1;
}
