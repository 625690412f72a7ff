// SPDX-License-Identifier: MIT
#include "analysis/gradient_folders.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// Matrix k of time step t and delay d holds 100 t + 10 d + k + (0, 1, 2, 3, 4, 5) / 8; two delays
/// at time step 1, one at 0; twelve windows, so that 10 comes after 9.
constexpr const char* kTree = R"(
import os
def matrix(t, d, k): return (100 * t + 10 * d + k + numpy.arange(6.).reshape(2, 3) / 8).astype('f')
for t, d in ((0, 0), (1, 0), (1, 1)):
    folder = f'timestep_{t}/delay_{d}'
    os.makedirs(folder)
    for k in range(12): save(f'{folder}/{k}.npy', matrix(t, d, k))
    with open(folder + '/mapping.txt', 'w') as file:
        for k in range(12): file.write(f'{k}\tw{k % 3}\tw{k % 3}-\n')
)";
constexpr const char* kPack = R"(
import glob, os
for folder in glob.glob('timestep_*/delay_*'):
    files = [f'{folder}/{k}.npy' for k in range(12)]
    numpy.savez_compressed(folder + '/all.npz', numpy.array([load(f) for f in files]))
)";
constexpr const char* kRemoveFiles = R"(
for folder in glob.glob('timestep_*/delay_*'):
    for k in range(12): os.remove(f'{folder}/{k}.npy')
)";

class GradientFolders : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    run_python(kTree);
  }
  [[nodiscard]] Average mean(int delay, const AverageOptions& options = {}) const {
    return average(folders_of_delay(folder_, delay), options);
  }
  void expect_refused(int delay, const std::string& needle,
                      const AverageOptions& options = {}) const {
    EXPECT_THAT([&] { (void)mean(delay, options); }, ThrowsMessage<DataError>(HasSubstr(needle)));
  }
  /// The mean of delay 0 is the mean over k of k + 50.
  void expect_the_mean(double base = 55.5, std::int64_t count = 24) const {
    const Average result = mean(0);
    EXPECT_EQ(result.count, count);
    EXPECT_EQ(result.mean.rows, 2);
    EXPECT_THAT(result.mean.values, ElementsAre(base, base + 0.125, base + 0.25, base + 0.375,
                                                base + 0.5, base + 0.625));
  }
};

TEST_F(GradientFolders, TheMeanIsOverFilesAndTimeSteps) {
  EXPECT_THAT(delays_below(folder_), ElementsAre(0, 1));
  expect_the_mean();
  EXPECT_EQ(mean(1).mean.values[0], 115.5);
}

TEST_F(GradientFolders, PackedFoldersGiveTheSameAndBothCountOnce) {
  run_python(kPack);
  expect_the_mean();
  run_python(std::string("import glob, os\n") + kRemoveFiles);
  expect_the_mean();
}

TEST_F(GradientFolders, OneTimeStepMayStandAlone) {
  folder_ /= "timestep_0";
  expect_the_mean(5.5, 12);
}

TEST_F(GradientFolders, ClassesTakeTheMatricesOfTheirWords) {
  const AverageOptions options{.takes = [](std::string_view word) { return word == "w2"; }};
  // k = 2, 5, 8, 11
  for (const bool packed : {false, true}) {
    if (packed) run_python(std::string(kPack) + kRemoveFiles);
    const Average result = mean(0, options);
    EXPECT_EQ(result.count, 8);
    EXPECT_EQ(result.mean.values[0], 56.5);
  }
  expect_refused(0, "none of the words", {.takes = [](std::string_view) { return false; }});
}

TEST_F(GradientFolders, EveryMatrixIsReported) {
  for (const bool packed : {false, true}) {
    if (packed) run_python(std::string(kPack) + kRemoveFiles);
    int reported = 0;
    (void)mean(0, {.takes = [](std::string_view word) { return word == "w0"; },
                   .on_matrix = [&] { ++reported; }});
    EXPECT_EQ(reported, 24);
  }
}

TEST_F(GradientFolders, WhatIsMissingIsNamed) {
  expect_refused(7, "has no delay 7: its delays are 0 to 1");
  EXPECT_THAT([&] { (void)delays_below(folder_ / "timestep_0" / "delay_0"); },
              ThrowsMessage<DataError>(HasSubstr("holds no state gradients")));
  EXPECT_THROW((void)delays_below(folder_ / "absent"), DataError);
  std::filesystem::create_directories(folder_ / "timestep_2" / "delay_1");
  expect_refused(1, "timestep_2/delay_1: holds no state gradients");
}

TEST_F(GradientFolders, OddMatricesAreNamed) {
  run_python("save('timestep_1/delay_0/3.npy', numpy.zeros((3, 2)))");
  expect_refused(0, "timestep_1/delay_0/3.npy: a matrix of 3 x 2, but ");
  run_python("save('timestep_1/delay_0/3.npy', numpy.zeros(6))");
  expect_refused(0, "shape [6] where a matrix [H, E]");
  run_python("save('timestep_1/delay_0/3.npy', numpy.full((2, 3), numpy.nan))");
  expect_refused(0, "timestep_1/delay_0/3.npy: row 0, column 0: nan");
  write_file(folder_ / "timestep_1/delay_0/3.npy",
             read_file(folder_ / "timestep_1/delay_0/4.npy", 100).substr(0, 100));
  expect_refused(0, "timestep_1/delay_0/3.npy: offset 100: truncated");
}

TEST_F(GradientFolders, OddMatricesOfArchivesAreNamed) {
  run_python(std::string(kPack) + kRemoveFiles +
             "a = numpy.zeros((12, 2, 3)); a[5, 1, 2] = numpy.inf\n"
             "numpy.savez('timestep_1/delay_1/all.npz', a)\n");
  expect_refused(1, "all.npz: matrix 5, row 1, column 2: inf");
  run_python("numpy.savez('timestep_1/delay_1/all.npz', numpy.zeros((12, 6)))");
  expect_refused(1, "all.npz: matrix 0: an array of shape [6]");
}

TEST_F(GradientFolders, ArchivesOfOtherFilesAreRefused) {
  run_python("numpy.savez('timestep_1/delay_1/all.npz', numpy.zeros((11, 2, 3)))");
  expect_refused(1, "all.npz: holds 11 matrices, but 12 .npy files");
  run_python("save('timestep_1/delay_0/03.npy', numpy.zeros((2, 3)))");
  expect_refused(0, "has the same number as");
}

TEST_F(GradientFolders, MappingsMustFit) {
  const AverageOptions options{.takes = [](std::string_view) { return true; }};
  const auto write = [&](const std::string& content) {
    write_file(folder_ / "timestep_1/delay_1/mapping.txt", content);
  };
  write("0\tw0\tw0-\n");
  expect_refused(1, "mapping.txt: has 1 lines, but the folder has 12 matrices", options);
  write("0 w0\n");
  expect_refused(1, "mapping.txt: line 1: 'number<TAB>word<TAB>words'", options);
  std::string lines;
  for (int k = 1; k <= 12; ++k) lines += std::to_string(k) + "\tw\tw-\n";
  write(lines);
  expect_refused(1, "mapping.txt: has no line for ", options);
  std::filesystem::remove(folder_ / "timestep_1/delay_1/mapping.txt");
  expect_refused(1, "mapping.txt", options);
}

}  // namespace
}  // namespace stategrad::analysis
