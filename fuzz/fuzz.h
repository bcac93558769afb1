// What a fuzz target gives: the function that libFuzzer calls, and texts that driver.cpp, which
// runs the targets without libFuzzer, begins with.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);
std::vector<std::string_view> fuzz_seeds();

inline std::string_view fuzz_text(const unsigned char* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
