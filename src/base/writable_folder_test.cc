// SPDX-License-Identifier: MIT
#include "base/writable_folder.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

class WritableFolder : public testing::Test {
 protected:
  WritableFolder() { fs::create_directories(place_); }
  ~WritableFolder() override { fs::remove_all(place_); }
  fs::path place_ = fs::path(testing::TempDir()) / ("writable_" + std::to_string(::getpid()));
};

TEST_F(WritableFolder, MayExistOrBeMade) {
  EXPECT_NO_THROW(require_writable_folder(place_, "for the model"));
  EXPECT_NO_THROW(require_writable_folder(place_ / "a" / "b", "for the model"));
  EXPECT_FALSE(fs::exists(place_ / "a"));
}

TEST_F(WritableFolder, MayNotBeOrStandBelowAFile) {
  write_file(place_ / "notes", "x");
  for (const fs::path& path : {place_ / "notes", place_ / "notes" / "model"}) {
    EXPECT_THAT([&] { require_writable_folder(path, "for the model"); },
                ThrowsMessage<DataError>(
                    HasSubstr("notes: is a file, a folder for the model was expected")));
  }
}

TEST_F(WritableFolder, ReadOnlyPlacesAreNamed) {
  EXPECT_THAT([] { require_writable_folder("/proc/model", "for the model"); },
              ThrowsMessage<DataError>(HasSubstr("/proc/model: cannot write to the folder")));
}

}  // namespace
}  // namespace stategrad
