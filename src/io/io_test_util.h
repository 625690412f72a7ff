// SPDX-License-Identifier: MIT
//
// What the tests of this room share: an empty folder, and numpy and h5py as oracles.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "base/atomic_file.h"

namespace stategrad::io {

class FolderTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("io_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Runs a Python script in the folder and returns what it prints; its failure is the test's.
  std::string python(const std::string& script) const {
    write_file(folder_ / "script.py", script);
    const std::string command = "cd '" + folder_.string() + "' && /usr/bin/python3 script.py 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
    EXPECT_EQ(pclose(pipe), 0) << output;
    return output;
  }

  std::filesystem::path folder_;
};

}  // namespace stategrad::io
