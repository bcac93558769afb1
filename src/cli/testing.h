// What the tests of the built program share: it is started as a person would start it, in a folder
// of its own.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "host/file.h"

namespace wood {

struct Ran {
  int status = -1;
  std::string out, err;
};

// A folder of its own for each test: keys, configuration and runs of the user stay untouched.
class Program : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "wood-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  // `input`: the file that is its standard input.
  Ran wood(const std::string& arguments, const std::string& before = "",
           const std::string& input = "/dev/null") {
    // A relative folder would not count as one (XDG).
    const std::string line =
        "cd '" + folder_ +
        "' && export XDG_DATA_HOME=\"$PWD/data\" XDG_CONFIG_HOME=\"$PWD/config\" "
        "XDG_CACHE_HOME=\"$PWD/cache\" WOOD_DATA='" +
        WOOD_SOURCE_DIR + "' && unset HF_HOME HF_HUB_CACHE HF_TOKEN HF_ENDPOINT && " + before +
        " '" + WOOD_BINARY_DIR + "/wood' " + arguments + " >out.txt 2>err.txt <'" + input + "'";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, read_file(path("out.txt")).value_or(""),
            read_file(path("err.txt")).value_or("")};
  }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(write_file(path(name), text));
  }
  std::string folder_;
};

inline bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace wood
