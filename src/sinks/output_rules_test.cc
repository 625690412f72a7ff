// SPDX-License-Identifier: MIT
#include "sinks/output_rules.h"

#include <gmock/gmock.h>

#include "io/io_test_util.h"
#include "sinks/tree_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

/// For root nothing is read-only; while this lives, the process is nobody's.
class Unprivileged {
 public:
  Unprivileged() {
    if (was_root_) become(kNobody);
  }
  ~Unprivileged() {
    if (was_root_) become(0);
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  static void become(uid_t user) { EXPECT_EQ(::setresuid(user, user, 0), 0); }
  bool was_root_ = ::geteuid() == 0;
};

constexpr fs::perms kReadOnly = fs::perms{0555};

class OutputRules : public io::FolderTest {
 protected:
  /// Files of ten bytes each.
  void make(const std::vector<std::string>& files) const {
    for (const std::string& file : files) {
      fs::create_directories((folder_ / file).parent_path());
      write_file(folder_ / file, "0123456789");
    }
  }
  void expect_refusal(const fs::path& directory, bool overwrite, const std::string& reason) const {
    EXPECT_THAT([&] { (void)check_output_folder(directory, overwrite); },
                ThrowsMessage<DataError>(HasSubstr(reason)));
  }
};

const std::vector<std::string> kRecognised{"gradients.h5",
                                           "statistics.h5",
                                           ".statistics.h5.tmp-4711-12",
                                           "delay_0/0.npy",
                                           "delay_0/12345.npy",
                                           "delay_0/mapping.txt",
                                           "delay_0/.7.npy.tmp-12-0",
                                           "delay_11/all.npz",
                                           "delay_11/.all.npz.tmp-12-0",
                                           "delay_11/.all.npz.tmp-12-0.aB3dE6",  // libzip's own
                                           "timestep_49/delay_1/3.npy",
                                           "cell/layer_0/delay_0/1.npy",
                                           "hidden/layer_2/timestep_3/delay_0/1.npy"};

const std::vector<std::string> kForeign{"notes.txt",
                                        "0.npy",
                                        "all.npz",
                                        "mapping.txt",
                                        "delay_0.npy",
                                        "delay_0_avg.npy",
                                        "delay_x/0.npy",
                                        "delay_0/avg.npy",
                                        "delay_0/-1.npy",
                                        "delay_0/0.npy.bak",
                                        "delay_0/.0.npy.tmp-12",
                                        "delay_0/.0.npy.tmp-12-x",
                                        "delay_0/.all.npz.tmp-12-0.aB3",
                                        "delay_0/gradients.h5",
                                        "delay_0/delay_1/0.npy",
                                        "timestep_1/0.npy",
                                        "timestep_1/timestep_2/delay_0/0.npy",
                                        "cell/delay_0/0.npy",
                                        "cell/layer_0/gradients.h5",
                                        "layer_0/delay_0/0.npy"};

TEST_F(OutputRules, AbsentAndEmptyFoldersAreFine) {
  for (const bool overwrite : {false, true}) {
    EXPECT_EQ(check_output_folder(folder_, overwrite).files, 0U);
    const ExistingOutput existing = check_output_folder(folder_ / "a" / "b", overwrite);
    EXPECT_EQ(existing.directory, folder_ / "a" / "b");
    EXPECT_EQ(existing.files + existing.bytes + existing.others, 0U);
  }
  EXPECT_FALSE(fs::exists(folder_ / "a"));
}

TEST_F(OutputRules, RelativePathsAreFine) {
  EXPECT_EQ(check_output_folder("stategrad_no_such_folder/x", false).files, 0U);
}

TEST_F(OutputRules, ContentIsRefusedWithoutOverwrite) {
  make({"delay_0/0.npy"});
  expect_refusal(folder_, false, "--overwrite");
  make({"other/notes.txt"});
  expect_refusal(folder_ / "other", false, "--overwrite");
}

TEST_F(OutputRules, AFileInTheWayIsRefused) {
  make({"file"});
  for (const bool overwrite : {false, true}) {
    expect_refusal(folder_ / "file", overwrite, "file: is a file");
    expect_refusal(folder_ / "file" / "below", overwrite, "file: is a file");
  }
}

TEST_F(OutputRules, AReadOnlyFolderIsRefused) {
  fs::permissions(folder_, kReadOnly);
  const Unprivileged user;
  for (const bool overwrite : {false, true}) {
    expect_refusal(folder_, overwrite, "cannot write");
    expect_refusal(folder_ / "below", overwrite, "cannot write");
  }
}

TEST_F(OutputRules, FilesOfAnEarlierPassAreCountedAndRemoved) {
  make(kRecognised);
  const ExistingOutput existing = check_output_folder(folder_, true);
  EXPECT_EQ(existing.files, kRecognised.size());
  EXPECT_EQ(existing.bytes, 10 * kRecognised.size());
  EXPECT_EQ(existing.others, 0U);
  clear_output_folder(existing);
  EXPECT_TRUE(fs::is_directory(folder_));
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(OutputRules, NothingElseIsEverRemoved) {
  make(kForeign);
  const ExistingOutput nothing = check_output_folder(folder_, true);
  EXPECT_EQ(nothing.files, 0U);
  EXPECT_GT(nothing.others, 0U);
  make(kRecognised);
  const ExistingOutput existing = check_output_folder(folder_, true);
  EXPECT_EQ(existing.files, kRecognised.size());
  EXPECT_EQ(existing.others, nothing.others);
  clear_output_folder(existing);
  std::vector<std::string> expected = kForeign;
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(files_below(folder_), expected);
  EXPECT_FALSE(fs::exists(folder_ / "delay_11"));
  EXPECT_TRUE(fs::exists(folder_ / "delay_0"));
}

TEST_F(OutputRules, LinksAreNotFollowed) {
  make({"elsewhere/0.npy", "out/statistics.h5"});
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "out" / "delay_0");
  expect_refusal(folder_ / "out", true, "delay_0: is no folder");
  EXPECT_THAT(files_below(folder_ / "elsewhere"), ElementsAre("0.npy"));
}

TEST_F(OutputRules, OurNamesOnOtherThingsAreRefusedEvenWithOverwrite) {
  make({"a/delay_0", "b/statistics.h5/x", "c/delay_0/0.npy/x", "d/cell"});
  expect_refusal(folder_ / "a", true, "delay_0: is no folder");
  expect_refusal(folder_ / "b", true, "statistics.h5: is no plain file");
  expect_refusal(folder_ / "c", true, "0.npy: is no plain file");
  expect_refusal(folder_ / "d", true, "cell: is no folder");
  EXPECT_EQ(files_below(folder_).size(), 4U);
}

TEST_F(OutputRules, WhatCannotBeRemovedIsNamed) {
  make({"delay_0/0.npy"});
  const ExistingOutput existing = check_output_folder(folder_, true);
  fs::permissions(folder_ / "delay_0", kReadOnly);
  {
    const Unprivileged user;
    EXPECT_THAT([&] { clear_output_folder(existing); },
                ThrowsMessage<DataError>(AllOf(HasSubstr("0.npy"), HasSubstr("remove"))));
  }
  fs::permissions(folder_ / "delay_0", fs::perms::owner_all);
}

}  // namespace
}  // namespace stategrad::sinks
