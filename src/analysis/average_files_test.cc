// SPDX-License-Identifier: MIT
#include "analysis/average_files.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::ThrowsMessage;

class AverageFiles : public FolderTest {};

TEST_F(AverageFiles, AreFoundByClassInTheOrderOfTheDelays) {
  for (const char* name : {"delay_10_avg.npy", "delay_9_avg.npy", "delay_9_avg_norm.npy",
                           "delay_2_avg_nouns.npy", "delay_x_avg.npy", "xdelay_1_avg.npy"}) {
    write_matrix(folder_ / name, {1, 1, {1}});
  }
  EXPECT_THAT(find_averages(folder_, ""), ElementsAre(Pair(9, average_file(folder_, 9, "")),
                                                      Pair(10, folder_ / "delay_10_avg.npy")));
  EXPECT_THAT(find_averages(folder_, "nouns"),
              ElementsAre(Pair(2, average_file(folder_, 2, "nouns"))));
  EXPECT_EQ(average_file(folder_, 3, "nouns", "_norm"), folder_ / "delay_3_avg_nouns_norm.npy");
  EXPECT_THAT([&] { (void)find_averages(folder_, "verbs"); },
              ThrowsMessage<DataError>(HasSubstr("no averages delay_<d>_avg_verbs.npy")));
  EXPECT_THROW((void)find_averages(folder_ / "absent", ""), DataError);
}

TEST_F(AverageFiles, MustFitTheEmbeddings) {
  write_matrix(folder_ / "a.npy", {1, 2, {1, 2}});
  EXPECT_THAT(read_average(folder_ / "a.npy", 2).values, ElementsAre(1, 2));
  EXPECT_THAT([&] { (void)read_average(folder_ / "a.npy", 3); },
              ThrowsMessage<DataError>(HasSubstr("2 dimensions, but the normalisation has 3")));
}

}  // namespace
}  // namespace stategrad::analysis
