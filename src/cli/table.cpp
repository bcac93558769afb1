#include "cli/table.h"

#include <algorithm>
#include <array>

#include "core/bytes.h"
#include "core/check.h"
#include "core/text.h"

namespace wood::cli {
namespace {

struct Range {
  char32_t first, last;
};
// East Asian wide and the emoji blocks; marks that stand on the character before them. Blocks, not
// single characters: off by one column in a rare script is a crooked line, not an error.
constexpr std::array<Range, 12> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1F64F},
                                          {0x1F680, 0x1F6FF},
                                          {0x1F900, 0x1FAFF},
                                          {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 8> kNone = {{{0x0300, 0x036F},
                                         {0x0483, 0x0489},
                                         {0x0591, 0x05BD},
                                         {0x1AB0, 0x1AFF},
                                         {0x200B, 0x200F},
                                         {0x20D0, 0x20FF},
                                         {0xFE00, 0xFE0F},
                                         {0xFE20, 0xFE2F}}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](Range range) { return c >= range.first && c <= range.last; });
}

// The character at text[at], and its bytes. The text is well-formed.
char32_t character(std::string_view text, std::size_t at, std::size_t& length) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (at + length > text.size()) length = text.size() - at;
  if (length == 1) return lead;
  char32_t c = lead & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) c = (c << 6) | (byte(at + i) & 0x3F);
  return c;
}

int columns_of(char32_t c) { return within(kNone, c) ? 0 : within(kWide, c) ? 2 : 1; }

std::string padding(int count) {
  return std::string(static_cast<std::size_t>(std::max(0, count)), ' ');
}

}  // namespace

std::string toned(const Terminal& terminal, Tone tone, std::string_view text) {
  static constexpr const char* codes[] = {"", "1", "2", "32", "31", "33"};
  const char* code = codes[static_cast<int>(tone)];
  if (!terminal.colour || *code == '\0' || text.empty()) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

int columns(std::string_view text) {
  int sum = 0;
  std::size_t length = 1;
  for (std::size_t at = 0; at < text.size(); at += length)
    sum += columns_of(character(text, at, length));
  return sum;
}

std::string printable(std::string_view text) {
  const std::string clean = to_utf8(text);
  std::string out;
  std::size_t length = 1;
  for (std::size_t at = 0; at < clean.size(); at += length) {
    const char32_t c = character(clean, at, length);
    if (c == '\n' || c == '\t' || c == '\r') out += ' ';
    else if (c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
             (c >= 0x2066 && c <= 0x2069))
      out += "\xEF\xBF\xBD";  // controls, and the marks that turn the direction of what follows
    else out += clean.substr(at, length);
  }
  return out;
}

std::string fitted(std::string_view text, int columns_max) {
  if (columns(text) <= columns_max) return std::string(text);
  int sum = 0;
  std::size_t at = 0;
  for (std::size_t length = 1; at < text.size(); at += length) {
    const int wide = columns_of(character(text, at, length));
    if (sum + wide > columns_max - 1) break;
    sum += wide;
  }
  return std::string(text.substr(0, at)) + "…";
}

std::vector<std::string> wrapped(std::string_view text, int columns_max) {
  std::vector<std::string> lines(1);
  for (const std::string& word : split(text, ' ')) {
    if (word.empty()) continue;
    std::string& line = lines.back();
    if (line.empty()) line = word;
    else if (columns(line) + 1 + columns(word) <= columns_max) line += " " + word;
    else lines.push_back(word);
  }
  return lines;
}

std::string sparkline(std::span<const std::int64_t> values, const Terminal& terminal, int count) {
  static constexpr const char* blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr const char* plain[] = {"_", ".", ",", "-", "~", "=", "^", "#"};
  if (values.empty() || count < 1) return "";
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const std::size_t shown = std::min(values.size(), static_cast<std::size_t>(count));
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t at = shown == 1 ? values.size() - 1 : i * (values.size() - 1) / (shown - 1);
    const std::int64_t level = *high == *low ? 3 : (values[at] - *low) * 7 / (*high - *low);
    out += (terminal.unicode ? blocks : plain)[level];
  }
  return out;
}

void Grid::row(std::vector<Cell> cells) {
  CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<int> Grid::widths(const Terminal& terminal) const {
  std::vector<int> out;
  for (const Column& column : columns_) out.push_back(columns(column.head));
  for (const auto& cells : rows_)
    for (std::size_t i = 0; i < cells.size(); ++i)
      out[i] = std::max(out[i], columns(cells[i].text));
  int sum = 2 * (static_cast<int>(out.size()) - 1);
  for (const int width : out) sum += width;
  int widest = -1;
  for (std::size_t i = 0; i < out.size(); ++i)
    if (columns_[i].align == Align::left &&
        (widest < 0 || out[i] > out[static_cast<std::size_t>(widest)]))
      widest = static_cast<int>(i);
  if (terminal.person && sum > terminal.width && widest >= 0) {
    int& width = out[static_cast<std::size_t>(widest)];
    width = std::max(std::min(width, 12), width - (sum - terminal.width));
  }
  return out;
}

std::string Grid::text(const Terminal& terminal) const {
  const std::vector<int> wide = widths(terminal);
  std::string out;
  const auto line = [&](const std::vector<Cell>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string shown = fitted(cells[i].text, wide[i]);
      const std::string gap = padding(wide[i] - columns(shown));
      const std::string cell = toned(terminal, cells[i].tone, shown);
      if (i > 0) text += "  ";
      if (columns_[i].align == Align::right) text += gap + cell;
      else text += i + 1 == cells.size() ? cell : cell + gap;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  std::vector<Cell> head;
  for (const Column& column : columns_) head.emplace_back(column.head, Tone::dim);
  line(head);
  for (const auto& cells : rows_) line(cells);
  return out;
}

std::string pebbles(std::int64_t millipebbles, Sign sign) {
  return (sign == Sign::both && millipebbles > 0 ? "+" : "") + decimal(millipebbles, 3, 2);
}

std::string grouped(std::int64_t value) {
  std::string out = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = out.size(); at > first + 3;) out.insert(at -= 3, 1, ' ');
  return out;
}

std::string bytes_text(std::int64_t bytes) {
  static constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1'024) return std::to_string(bytes) + " B";
  int unit = 0;
  while (bytes >= 1'024 * 1'024 && unit < 3) bytes /= 1'024, ++unit;
  return decimal(bytes * 10 / 1'024, 1) + " " + units[unit];
}

std::string duration(std::int64_t microseconds) {
  if (microseconds < 1'000'000) return std::to_string(microseconds / 1'000) + " ms";
  if (microseconds < 60'000'000) return decimal(microseconds / 100'000, 1) + " s";
  const std::int64_t seconds = microseconds / 1'000'000;
  if (seconds < 3'600)
    return std::to_string(seconds / 60) + " min " + (seconds % 60 < 10 ? "0" : "") +
           std::to_string(seconds % 60) + " s";
  return std::to_string(seconds / 3'600) + " h " + (seconds / 60 % 60 < 10 ? "0" : "") +
         std::to_string(seconds / 60 % 60) + " min";
}

}  // namespace wood::cli
