// SPDX-License-Identifier: MIT
#include "sinks/gradient_tree.h"

#include <gmock/gmock.h>

#include <limits>

#include "io/io_test_util.h"
#include "sinks/tree_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::vector<std::string> paths(const GradientTree& tree) {
  std::vector<std::string> result;
  for (const TreeFolder& folder : tree.folders()) result.push_back(folder.path.string());
  return result;
}

TEST(GradientTree, OneTimeStepNeedsFoldersForDelaysOnly) {
  const SmallRun small({2});
  const GradientTree tree(small.run);
  EXPECT_THAT(paths(tree), ElementsAre("delay_0", "delay_1"));
  EXPECT_EQ(tree.count_folders(), 2U);
  EXPECT_EQ(tree.num_windows(), 2);
}

TEST(GradientTree, SeveralTimeStepsHaveFoldersWithTheDelaysThatFitTheWindow) {
  const SmallRun small({0, 2}, 50);
  const GradientTree tree(small.run);
  EXPECT_THAT(paths(tree), ElementsAre("timestep_0/delay_0", "timestep_2/delay_0",
                                       "timestep_2/delay_1", "timestep_2/delay_2"));
  EXPECT_EQ(tree.count_folders(), 6U);
}

TEST(GradientTree, SeveralStatesHaveFoldersForStateAndLayer) {
  const std::vector<StateOfLayer> states{{StateKind::kHidden, 1}, {StateKind::kCell, 0}};
  const SmallRun one({1}, 1, states);
  EXPECT_THAT(paths(GradientTree(one.run)),
              ElementsAre("hidden/layer_1/delay_0", "cell/layer_0/delay_0"));
  const SmallRun two({0, 1}, 1, states);
  EXPECT_THAT(paths(GradientTree(two.run)),
              ElementsAre("hidden/layer_1/timestep_0/delay_0", "hidden/layer_1/timestep_1/delay_0",
                          "cell/layer_0/timestep_0/delay_0", "cell/layer_0/timestep_1/delay_0"));
  EXPECT_EQ(GradientTree(two.run).count_folders(), 12U);
}

TEST(GradientTree, EveryBlockFindsItsFolder) {
  const SmallRun small({0, 2}, 2, {{StateKind::kCell, 0}, {StateKind::kCell, 1}});
  GradientTree tree(small.run);
  int found = 0;
  for (int state = 0; state < 2; ++state) {
    for (const int step : {0, 2}) {
      for (int delay = 0; delay < std::min(2, step + 1); ++delay, ++found) {
        const TreeFolder& folder =
            tree.folder_of({.state_index = state, .time_step = step, .delay = delay});
        EXPECT_EQ(folder.state_index, state);
        EXPECT_EQ(folder.time_step, step);
        EXPECT_EQ(folder.delay, delay);
      }
    }
  }
  EXPECT_EQ(static_cast<std::size_t>(found), tree.folders().size());
}

TEST(GradientTree, ContinuousRunsAreWrongUse) {
  SmallRun small({});
  small.run.windowed = false;
  EXPECT_THAT([&] { GradientTree tree(small.run); },
              ThrowsMessage<UsageError>(HasSubstr("--windowed")));
}

class Mapping : public io::FolderTest {};

TEST_F(Mapping, HasALineForEachWindowThatIsThere) {
  const SmallRun small({2}, 3);
  GradientTree tree(small.run);
  TreeFolder& folder = tree.folders()[2];
  folder.path.clear();
  folder.written = 1;
  tree.write_mapping(folder_, folder);
  EXPECT_EQ(read_file(folder_ / "mapping.txt"), "0\tthe\tthe-cat-sat-\n");
  folder.written = 2;
  tree.write_mapping(folder_, folder);
  EXPECT_EQ(read_file(folder_ / "mapping.txt"), "0\tthe\tthe-cat-sat-\n1\ton\ton-the-mat-\n");
}

TEST_F(Mapping, SizeIsKnownBeforeForAnyNumberOfWindows) {
  SmallRun small({2}, 3);
  std::vector<WordId> text;
  for (int i = 0; i < 40'000; ++i) text.push_back(static_cast<WordId>(i * i % 7));
  small.run.text = text;
  for (const std::int64_t windows : {1, 10, 11, 100, 101, 12'345}) {
    small.run.num_windows = windows;
    GradientTree tree(small.run);
    for (TreeFolder& folder : tree.folders()) {
      folder.path.clear();
      folder.written = windows;
      tree.write_mapping(folder_, folder);
      EXPECT_EQ(tree.mapping_size(folder), std::filesystem::file_size(folder_ / "mapping.txt"))
          << windows << " windows, delay " << folder.delay;
    }
  }
}

TEST(GradientTree, BlocksAreConvertedToFloat32AsTheFieldWritesThem) {
  const std::vector<double> values{1, 4, 2, 5, 3, 1e-3};
  GradientBlock block{.rows = 3, .size = 2, .values = values.data()};
  std::vector<float> out(6);
  to_float32(block, out);
  EXPECT_THAT(out, ElementsAre(1, 2, 3, 4, 5, 1e-3F));
}

TEST(GradientTree, BlocksBeyondFloat32AreRefused) {
  const std::vector<double> values{1, 1e300};
  const GradientBlock block{.key = {.window = 7, .delay = 3},
                            .rows = 1,
                            .size = 2,
                            .values = values.data(),
                            .squared_norm = std::numeric_limits<double>::infinity()};
  std::vector<float> out(2);
  EXPECT_THAT([&] { to_float32(block, out); },
              ThrowsMessage<NumericalError>(HasSubstr("window 7")));
}

}  // namespace
}  // namespace stategrad::sinks
