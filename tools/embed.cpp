// Writes a folder's files into a C++ source: what `wood serve` answers from memory
// (serve/assets.h).
//
//   wood_embed OUT.cpp FOLDER [NAME=FILE]...    NAME: the path of a file from elsewhere
//
// Each file is packed by gzip(1) too, and left plain where that saves nothing. String literals, not
// arrays: a compiler reads a megabyte of them in a second.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

#include "core/bytes.h"
#include "core/sha256.h"
#include "host/file.h"

namespace {

namespace fs = std::filesystem;
using wood::Bytes;

const char* type_of(const std::string& path) {
  static const std::map<std::string, const char*> types = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".webp", "image/webp"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".map", "application/json"}};
  const auto it = types.find(fs::path(path).extension().string());
  return it == types.end() ? "application/octet-stream" : it->second;
}

// gzip -9 without name and time: the same bytes from the same file.
bool packed(const std::string& file, Bytes& out) {
  std::string quoted = "'";
  for (const char c : file) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  std::FILE* pipe = popen(("gzip -9 -n -c < " + quoted + "'").c_str(), "r");
  if (pipe == nullptr) return false;
  char buffer[1 << 14];
  for (std::size_t n = 0; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  return pclose(pipe) == 0;
}

// In pieces, with octal escapes: they end by themselves, hex ones do not.
std::string literal(const Bytes& bytes) {
  std::string out = "\n    \"";
  std::size_t column = 0;
  for (const char c : bytes) {
    const auto value = static_cast<unsigned char>(c);
    if (value >= 0x20 && value < 0x7F && c != '"' && c != '\\' && c != '?') {
      out += c, column += 1;
    } else {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\%03o", static_cast<unsigned>(value));
      out += escape, column += 4;
    }
    if (column >= 90) out += "\"\n    \"", column = 0;
  }
  return out + "\"";
}

int complain(const std::string& what) {
  std::fprintf(stderr, "wood_embed: %s\n", what.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return complain("wood_embed OUT.cpp FOLDER [NAME=FILE]...");
  std::map<std::string, std::string> files;  // path → file
  const std::string folder = argv[2];
  for (const auto& item : fs::recursive_directory_iterator(folder))
    if (item.is_regular_file()) files[item.path().string().substr(folder.size())] = item.path();
  for (int i = 3; i < argc; ++i) {
    const std::string word = argv[i];
    files[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  }
  if (!files.contains("/index.html")) return complain(folder + " has no index.html");
  std::string data, table;
  std::size_t n = 0;
  for (const auto& [path, file] : files) {
    const auto plain = wood::read_file(file);
    Bytes gzip;
    if (!plain) return complain(plain.error().what);
    if (!packed(file, gzip)) return complain("gzip failed on " + file);
    if (gzip.size() >= plain->size()) gzip.clear();
    const std::string number = std::to_string(n++);
    data += "constexpr char plain" + number + "[] =" + literal(*plain) + ";\n";
    data += "constexpr char gzip" + number + "[] =" + literal(gzip) + ";\n";
    table += "    {\"" + path + "\", \"" + type_of(path) + "\", \"\\\"" +
             wood::hex(wood::sha256(*plain)).substr(0, 20) + "\\\"\", {plain" + number + ", " +
             std::to_string(plain->size()) + "}, {gzip" + number + ", " +
             std::to_string(gzip.size()) + "}},\n";
  }
  const std::string source =
      "// Written by tools/embed.cpp.\n#include \"serve/assets.h\"\n\nnamespace wood::serve {\n"
      "namespace {\n" +
      data + "constexpr Asset table[] = {\n" + table +
      "};\n}  // namespace\nstd::span<const Asset> assets() { return table; }\n"
      "}  // namespace wood::serve\n";
  if (const auto written = wood::write_file(argv[1], source); !written)
    return complain(written.error().what);
  return 0;
}
