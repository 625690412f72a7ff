// SPDX-License-Identifier: MIT
//
// What the tests of this room share: an empty folder, random matrices, and numpy as the oracle.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numbers>
#include <string>

#include "analysis/matrix.h"
#include "base/atomic_file.h"
#include "base/random.h"

namespace stategrad::analysis {

class FolderTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("analysis_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Runs a Python script in the folder after importing numpy and its load and save, and returns
  /// what it prints; its failure is the test's.
  [[nodiscard]] std::string python(const std::string& script) const {
    write_file(folder_ / "script.py", "import numpy\nfrom numpy import load, save\n" + script);
    const std::string command = "cd '" + folder_.string() + "' && /usr/bin/python3 script.py 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
    EXPECT_EQ(pclose(pipe), 0) << output;
    return output;
  }
  /// Runs a script that says nothing unless something is wrong.
  void run_python(const std::string& script) const { EXPECT_EQ(python(script), ""); }

  std::filesystem::path folder_;
};

inline double normal(RandomStream& random) {
  return std::sqrt(-2 * std::log(1 - random.uniform())) *
         std::cos(2 * std::numbers::pi * random.uniform());
}

inline Matrix random_matrix(int rows, int columns, std::uint64_t seed) {
  RandomStream random(seed);
  Matrix matrix{rows, columns, std::vector<double>(static_cast<std::size_t>(rows * columns))};
  for (double& value : matrix.values) value = normal(random);
  return matrix;
}

}  // namespace stategrad::analysis
