// What a terminal shows: tables whose columns stand under each other in any script, sparklines,
// tones. Text from outside (what a mind said, what a file is called) goes through printable()
// first: an escape sequence in an answer must not move the reader's cursor.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/terminal.h"

namespace wood::cli {

enum class Tone { plain, strong, dim, good, bad, warn };

// The text in that tone, if the terminal has colours.
std::string toned(const Terminal& terminal, Tone tone, std::string_view text);

// Columns a UTF-8 text takes: wide characters two, combining ones none.
int columns(std::string_view text);
// Control characters as U+FFFD, ill-formed parts too; line breaks as a space.
std::string printable(std::string_view text);
// Cut to so many columns, with an ellipsis if something is missing.
std::string fitted(std::string_view text, int columns_max);
// Broken at spaces into lines of so many columns.
std::vector<std::string> wrapped(std::string_view text, int columns_max);

// One character a value, at most `count` of them (evenly picked, the last always), from the lowest
// to the highest. All equal: the middle.
std::string sparkline(std::span<const std::int64_t> values, const Terminal& terminal,
                      int count = 40);

struct Cell {
  Cell(std::string what, Tone in = Tone::plain) : text(std::move(what)), tone(in) {}
  Cell(const char* what) : text(what) {}
  Cell(std::int64_t value) : text(std::to_string(value)) {}
  std::string text;
  Tone tone = Tone::plain;
};

enum class Align { left, right };
struct Column {
  std::string head;
  Align align = Align::left;
};

class Grid {
 public:
  explicit Grid(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void row(std::vector<Cell> cells);  // one a column
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  // Two spaces between columns; the widest left-aligned column gives way where the terminal is
  // narrow.
  [[nodiscard]] std::string text(const Terminal& terminal) const;

 private:
  [[nodiscard]] std::vector<int> widths(const Terminal& terminal) const;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// Pebbles with two digits and, if asked for, a sign: "40.00", "+3.50".
enum class Sign { minus, both };
std::string pebbles(std::int64_t millipebbles, Sign sign = Sign::minus);
// "1 234 567": thousands apart.
std::string grouped(std::int64_t value);
// "3.2 GiB", "512 B".
std::string bytes_text(std::int64_t bytes);
// "850 ms", "12.4 s", "3 min 05 s".
std::string duration(std::int64_t microseconds);

}  // namespace wood::cli
