// SPDX-License-Identifier: MIT
#include "sinks/forecast.h"

#include <gmock/gmock.h>

#include <limits>

#include "io/io_test_util.h"
#include "sinks/hdf5_sink.h"
#include "sinks/npy_sink.h"
#include "sinks/npz_sink.h"
#include "sinks/statistics_sink.h"
#include "sinks/tree_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

namespace fs = std::filesystem;
using enum OutputFormat;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

using Formats = std::vector<OutputFormat>;

class Forecast : public io::FolderTest {
 protected:
  struct Tree {
    std::uint64_t files = 0;
    std::uint64_t folders = 0;
    std::uint64_t bytes = 0;
  };
  void write(const SmallRun& small, GradientSink&& sink) const {
    sink.begin(small.run);
    small.play(sink);
    sink.finish();
  }
  [[nodiscard]] Tree written() const {
    Tree tree;
    for (const auto& entry : fs::recursive_directory_iterator(out())) {
      if (entry.is_directory()) {
        ++tree.folders;
      } else {
        ++tree.files;
        tree.bytes += entry.file_size();
      }
    }
    return tree;
  }
  [[nodiscard]] fs::path out() const { return folder_ / "out"; }
  void start_again() const { fs::remove_all(out()); }
};

std::uint64_t sum_of_sizes(const OutputForecast& forecast) {
  std::uint64_t bytes = 0;
  for (const auto& [size, count] : forecast.files_of_size) bytes += size * count;
  return bytes;
}

TEST_F(Forecast, NpyIsExactToTheByte) {
  const std::vector<StateOfLayer> both{{StateKind::kCell, 0}, {StateKind::kHidden, 0}};
  for (const auto& steps : {std::vector<int>{2}, {0, 1, 2}}) {
    for (const auto& states : {std::vector<StateOfLayer>{{StateKind::kCell, 0}}, both}) {
      const SmallRun small(steps, 3, states);
      start_again();
      write(small, NpySink(out()));
      const OutputForecast forecast = forecast_output(small.run, Formats{kNpy}, DType::kFloat64);
      const Tree tree = written();
      EXPECT_EQ(forecast.files, tree.files);
      EXPECT_EQ(forecast.folders, tree.folders);
      EXPECT_EQ(forecast.bytes, tree.bytes);
      EXPECT_EQ(sum_of_sizes(forecast), tree.bytes);
      EXPECT_EQ(forecast.scratch_bytes, 0U);
      EXPECT_FALSE(forecast.upper_bound);
    }
  }
}

TEST_F(Forecast, NpzIsAnUpperBoundWithTheRightNumberOfFiles) {
  const SmallRun small({0, 2}, 3);
  write(small, NpzSink(out()));
  const OutputForecast forecast = forecast_output(small.run, Formats{kNpz}, DType::kFloat32);
  const Tree tree = written();
  EXPECT_EQ(forecast.files, tree.files);
  EXPECT_EQ(forecast.folders, tree.folders);
  EXPECT_TRUE(forecast.upper_bound);
  EXPECT_GE(forecast.bytes, tree.bytes);
  EXPECT_LT(forecast.bytes, tree.bytes + 4 * 1000);
  EXPECT_GE(forecast.scratch_bytes, 128U + 2 * 6 * 4);
}

TEST_F(Forecast, SingleFilesAreUpperBounds) {
  const SmallRun small({0, 2}, 3);
  write(small, Hdf5Sink(out(), {}));
  for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
    const OutputForecast hdf5 = forecast_output(small.run, Formats{kHdf5}, dtype);
    EXPECT_EQ(hdf5.files, 1U);
    EXPECT_EQ(hdf5.folders, 0U);
    EXPECT_TRUE(hdf5.upper_bound);
    EXPECT_GE(hdf5.bytes, written().bytes);
  }
  start_again();
  write(small, StatisticsSink(out(), {}));
  const OutputForecast sums = forecast_output(small.run, Formats{kStatistics}, DType::kFloat32);
  EXPECT_EQ(sums.files, 1U);
  EXPECT_TRUE(sums.upper_bound);
  EXPECT_GE(sums.bytes, written().bytes);
}

TEST_F(Forecast, TreesInOneFolderShareTheirMappings) {
  const SmallRun small({0, 2}, 2);
  write(small, NpySink(out()));
  write(small, NpzSink(out()));
  const OutputForecast forecast =
      forecast_output(small.run, Formats{kNpy, kNpz, kNull}, DType::kFloat32);
  EXPECT_EQ(forecast.files, written().files);
  EXPECT_EQ(forecast.folders, written().folders);
  EXPECT_GE(forecast.bytes, written().bytes);
}

TEST_F(Forecast, NullWritesNothing) {
  SmallRun small({});
  small.run.windowed = false;
  const OutputForecast forecast = forecast_output(small.run, Formats{kNull}, DType::kFloat32);
  EXPECT_EQ(forecast.files + forecast.bytes, 0U);
  EXPECT_EQ(to_line(forecast, ""), "will write nothing");
  EXPECT_NO_THROW(require_space(forecast, ""));
}

TEST_F(Forecast, TreesOfContinuousRunsAreWrongUse) {
  SmallRun small({});
  small.run.windowed = false;
  EXPECT_THROW((void)forecast_output(small.run, Formats{kNpz}, DType::kFloat32), UsageError);
}

TEST_F(Forecast, HugeRunsDoNotOverflow) {
  SmallRun small({2}, 1);
  small.run.architecture.size = small.run.rows = std::numeric_limits<int>::max();
  const OutputForecast forecast = forecast_output(small.run, Formats{kNpy, kNpz}, DType::kFloat32);
  EXPECT_EQ(forecast.bytes, std::numeric_limits<std::uint64_t>::max());
  EXPECT_THROW(require_space(forecast, folder_), ResourceError);
}

TEST_F(Forecast, LineSaysHowMuchGoesWhere) {
  OutputForecast forecast;
  forecast.files = 3650;
  forecast.bytes = 239'200'000;
  EXPECT_EQ(to_line(forecast, "gradients/x"), "will write 3,650 files, 239.2 MB to gradients/x");
  forecast.files = 1;
  forecast.upper_bound = true;
  EXPECT_EQ(to_line(forecast, "g"), "will write 1 file, at most 239.2 MB to g");
}

TEST_F(Forecast, RoomIsAskedOfTheDiskOfTheNearestParent) {
  OutputForecast forecast;
  forecast.files = 1;
  forecast.bytes = available_bytes(folder_) + 10'000'000'000;
  forecast.files_of_size[forecast.bytes] = 1;
  const fs::path absent = folder_ / "not" / "yet";
  EXPECT_THAT(
      [&] { require_space(forecast, absent); },
      ThrowsMessage<ResourceError>(AllOf(HasSubstr(absent.string() + ": "),
                                         HasSubstr("of disk are needed"), HasSubstr("are free"))));
  EXPECT_NO_THROW(require_space(forecast, absent, 100'000'000'000)) << "reclaimed";
}

TEST_F(Forecast, SizesAreRoundedUpToTheBlocksOfTheDisk) {
  OutputForecast forecast;
  forecast.files = forecast.bytes = available_bytes(folder_) / 256;
  forecast.files_of_size[1] = forecast.files;
  EXPECT_THAT([&] { require_space(forecast, folder_); },
              ThrowsMessage<ResourceError>(HasSubstr("of disk are needed")));
}

TEST_F(Forecast, RoomForCompressingIsAskedToo) {
  OutputForecast forecast;
  forecast.files = forecast.bytes = 1;
  forecast.files_of_size[1] = 1;
  EXPECT_NO_THROW(require_space(forecast, folder_));
  forecast.scratch_bytes = std::numeric_limits<std::uint64_t>::max() / 2;
  EXPECT_THROW(require_space(forecast, folder_), ResourceError);
}

TEST_F(Forecast, FreeFilesAreAsked) {
  OutputForecast forecast;
  forecast.files = std::numeric_limits<std::uint64_t>::max() / 2;
  forecast.files_of_size[0] = forecast.files;
  try {
    require_space(forecast, folder_);
    GTEST_SKIP() << "this disk has no limit for the number of files";
  } catch (const ResourceError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("files and folders are needed"),
                                    HasSubstr("fewer time steps or delays")));
  }
  EXPECT_NO_THROW(require_space(forecast, folder_, 0, forecast.files)) << "reclaimed";
}

}  // namespace
}  // namespace stategrad::sinks
