// SPDX-License-Identifier: MIT
#include "sinks/describe.h"

#include <fmt/format.h>

#include <cmath>

#include "sinks/h5_test_util.h"
#include "sinks/hdf5_sink.h"
#include "sinks/statistics_sink.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class Describe : public H5Test {
 protected:
  [[nodiscard]] std::filesystem::path gradients() const { return folder_ / kGradientsFileName; }
  [[nodiscard]] std::filesystem::path statistics() const { return folder_ / kStatisticsFileName; }
  void write_both(const GradientOptions& options) const {
    Hdf5Sink single(folder_, provenance());
    run(options, single);
    StatisticsSink sums(folder_, provenance());
    run(options, sums);
  }
  void alter_gradients(const std::string& statement) const {
    write_both(windowed());
    python("import h5py, numpy\nwith h5py.File('gradients.h5', 'r+') as f:\n    " + statement +
           "\n");
  }
  void expect_refusal(const std::string& statement, const std::string& needle) const {
    alter_gradients(statement);
    EXPECT_THAT([&] { (void)describe_gradients_h5(gradients()); },
                ThrowsMessage<DataError>(AllOf(HasSubstr("gradients.h5"), HasSubstr(needle))));
  }
};

TEST_F(Describe, StatisticsHaveARowPerStateAndDelayWithItsNorms) {
  write_both(windowed());
  const Description description = describe_statistics(statistics());
  EXPECT_THAT(description.table.columns(), ElementsAre("state", "layer", "delay", "count",
                                                       "norm_of_mean", "root_mean_square_norm"));
  ASSERT_EQ(description.table.rows().size(), 8U);
  const gradient::KeepingSink kept = keep(windowed());
  std::vector<double> mean(15);
  double squared = 0;
  for (const auto& [place, block] : kept.blocks) {
    if (block.key.state_index != 1 || block.key.delay != 3) continue;
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += block.values[i] / 4;
    squared += block.squared_norm / 4;
  }
  double norm = 0;
  for (const double value : mean) norm += value * value;
  const auto& row = description.table.rows().back();
  EXPECT_EQ(std::get<std::string>(row[0]), "hidden");
  EXPECT_EQ(std::get<std::int64_t>(row[1]), 0);
  EXPECT_EQ(std::get<std::int64_t>(row[2]), 3);
  EXPECT_EQ(std::get<std::int64_t>(row[3]), 4);
  EXPECT_NEAR(std::get<double>(row[4]), std::sqrt(norm), 1e-12);
  EXPECT_NEAR(std::get<double>(row[5]), std::sqrt(squared), 1e-12);
}

TEST_F(Describe, NothingCountedHasNoNorms) {
  GradientOptions options = windowed();
  options.max_delay = 9;
  write_both(options);
  const auto row = describe_statistics(statistics()).table.rows()[8];
  EXPECT_EQ(std::get<std::int64_t>(row[3]), 0);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(row[4]));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(row[5]));
}

TEST_F(Describe, GradientsHaveARowPerStateAndDelayThatOccurs) {
  GradientOptions options = windowed();
  options.max_delay = 9;
  write_both(options);
  const Description description = describe_gradients_h5(gradients());
  std::string rows;
  for (const auto& row : description.table.rows()) {
    rows +=
        fmt::format("{}{}d{}:{} ", std::get<std::string>(row[0]), std::get<std::int64_t>(row[1]),
                    std::get<std::int64_t>(row[2]), std::get<std::int64_t>(row[3]));
  }
  EXPECT_EQ(rows,
            "cell1d0:8 cell1d1:8 cell1d2:8 cell1d3:4 cell1d4:4 cell1d5:4 cell1d6:4 "
            "hidden0d0:8 hidden0d1:8 hidden0d2:8 hidden0d3:4 hidden0d4:4 hidden0d5:4 hidden0d6:4 ");
}

TEST_F(Describe, FactsAreThoseOfThePass) {
  write_both(continuous());
  const Facts expected = facts_of(describe_run(plan(continuous()), provenance()));
  EXPECT_EQ(describe_gradients_h5(gradients()).facts, expected);
  Facts with_blocks = expected;
  with_blocks.emplace_back("blocks", std::int64_t{kDefaultBlocks});
  EXPECT_EQ(describe_statistics(statistics()).facts, with_blocks);
}

TEST_F(Describe, MagicTellsTheFilesApart) {
  write_both(continuous());
  EXPECT_EQ(magic_of_h5(gradients()), "stategrad gradients");
  EXPECT_EQ(magic_of_h5(statistics()), "stategrad statistics");
  python(
      "import h5py, numpy\n"
      "h5py.File('other.h5', 'w').attrs['magic'] = numpy.bytes_(b'abracadabra')\n"
      "h5py.File('plain.h5', 'w')['x'] = 1\n");
  EXPECT_EQ(magic_of_h5(folder_ / "other.h5"), "");
  EXPECT_EQ(magic_of_h5(folder_ / "plain.h5"), "");
  write_file(folder_ / "letter.txt", "Dear Sir or Madam");
  EXPECT_THROW((void)magic_of_h5(folder_ / "letter.txt"), DataError);
}

TEST_F(Describe, FilesOfTheOtherKindAreRefused) {
  write_both(continuous());
  EXPECT_THAT([&] { (void)describe_gradients_h5(statistics()); },
              ThrowsMessage<DataError>(HasSubstr("'stategrad statistics' where")));
  EXPECT_THAT([&] { (void)describe_statistics(gradients()); },
              ThrowsMessage<DataError>(HasSubstr("'stategrad gradients' where")));
}

TEST_F(Describe, GradientsThatDoNotFitTheirDescriptionAreRefused) {
  expect_refusal("del f['cell/layer_1/delay_2/gradients']", "/cell/layer_1/delay_2/gradients");
  expect_refusal("f['cell/layer_1/delay_2/gradients'].resize(7, axis=0)",
                 "[7, 3, 5] where [8, 3, 5]");
  expect_refusal("del f['hidden/layer_0/delay_3/time_step']", "missing");
  expect_refusal("del f['vocabulary']", "/vocabulary");
  expect_refusal("del f['text']; f['text'] = numpy.zeros(39, 'i4')", "[39] where [40]");
}

TEST_F(Describe, NewerAndIncompleteGradientsAreRefused) {
  expect_refusal("f.attrs['version'] = 2", "upgrade stategrad");
  expect_refusal("del f.attrs['complete']", "not complete");
}

TEST_F(Describe, TruncatedGradientsAreRefusedAnywhere) {
  write_both(windowed());
  const std::string whole = read_file(gradients());
  for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 41) {
    write_file(folder_ / "cut.h5", whole.substr(0, size));
    EXPECT_THROW((void)describe_gradients_h5(folder_ / "cut.h5"), DataError) << size;
  }
}

}  // namespace
}  // namespace stategrad::sinks
