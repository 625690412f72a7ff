// SPDX-License-Identifier: MIT
//
// What the tests of this room share: an empty folder, and the Penn Treebank where there is one.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "base/atomic_file.h"

namespace stategrad::text {

class TextTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("text_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& content) const {
    write_file(folder_ / name, content, Durable::kNo);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    return read_file(folder_ / name);
  }

  std::filesystem::path folder_;
};

/// The folder of the Penn Treebank files, if they are on this machine.
inline std::optional<std::filesystem::path> penn_treebank() {
  const char* given = std::getenv("STATEGRAD_DATA");
  const std::filesystem::path folder =
      given != nullptr ? given : STATEGRAD_SOURCE_DIR "/../shared/data/ptb";
  if (!std::filesystem::exists(folder / "train.txt")) return std::nullopt;
  return folder;
}

}  // namespace stategrad::text
