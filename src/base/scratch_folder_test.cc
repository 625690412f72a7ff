// SPDX-License-Identifier: MIT
#include "base/scratch_folder.h"

#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

namespace fs = std::filesystem;

class Scratch : public testing::Test {
 protected:
  const ScratchFolder base_{fs::temp_directory_path()};
};

TEST_F(Scratch, IsRemovedWithWhatIsInIt) {
  fs::path path;
  {
    const ScratchFolder scratch(base_.path());
    path = scratch.path();
    EXPECT_EQ(path.parent_path(), base_.path());
    fs::create_directory(path / "folder");
    write_file(path / "folder" / "file", "content");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(Scratch, OfAFolderThatIsAbsentIsAboveIt) {
  const ScratchFolder scratch(base_.path() / "none" / "such");
  EXPECT_EQ(scratch.path().parent_path(), base_.path());
  EXPECT_FALSE(fs::exists(base_.path() / "none"));
}

TEST_F(Scratch, InAFileCannotBe) {
  write_file(base_.path() / "file", "content");
  EXPECT_THROW(const ScratchFolder scratch(base_.path() / "file"), DataError);
}

}  // namespace
}  // namespace stategrad
