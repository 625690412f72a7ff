// SPDX-License-Identifier: MIT
#include "sinks/output_format.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using enum OutputFormat;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

using Formats = std::vector<OutputFormat>;

TEST(OutputFormat, EveryNameIsReadBack) {
  for (const OutputFormat format : {kNpy, kNpz, kHdf5, kStatistics, kNull}) {
    EXPECT_THAT(parse_output_formats(to_string(format)), ElementsAre(format));
  }
  EXPECT_EQ(to_string(kHdf5), "hdf5");
}

TEST(OutputFormat, ListsAreSortedAndHaveEachFormatOnce) {
  EXPECT_THAT(parse_output_formats("statistics,npy,null,npy,hdf5,npz"),
              ElementsAre(kNpy, kNpz, kHdf5, kStatistics, kNull));
}

TEST(OutputFormat, UnknownNameIsRefusedWithTheNearestOne) {
  EXPECT_THAT([] { (void)parse_output_formats("npy,statistic"); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("'statistic'"),
                                              HasSubstr("npy, npz, hdf5, statistics, null"),
                                              HasSubstr("did you mean 'statistics'?"))));
  EXPECT_THAT([] { (void)parse_output_formats("NPY"); },
              ThrowsMessage<UsageError>(HasSubstr("unknown format 'NPY'")));
}

TEST(OutputFormat, MissingNameIsRefused) {
  for (const char* names : {"", ",", "npy,", ",npy", "npy,,npz"}) {
    EXPECT_THAT([=] { (void)parse_output_formats(names); },
                ThrowsMessage<UsageError>(HasSubstr("without a name")))
        << names;
  }
}

TEST(OutputFormat, OnlyNullWritesNoFiles) {
  EXPECT_FALSE(writes_files({}));
  EXPECT_FALSE(writes_files(Formats{kNull}));
  EXPECT_TRUE(writes_files(Formats{kStatistics, kNull}));
  EXPECT_TRUE(writes_files(Formats{kNpy}));
}

TEST(OutputFormat, TreesNeedWindowsAndHdf5HasThemByDefault) {
  EXPECT_TRUE(needs_windows(Formats{kNpy}));
  EXPECT_TRUE(needs_windows(Formats{kNpz, kStatistics}));
  EXPECT_FALSE(needs_windows(Formats{kHdf5, kStatistics, kNull}));
  EXPECT_TRUE(keeps_matrices(Formats{kHdf5, kStatistics}));
  EXPECT_FALSE(keeps_matrices(Formats{kStatistics, kNull}));
  EXPECT_TRUE(windowed_by_default(Formats{kHdf5}));
  EXPECT_TRUE(windowed_by_default(Formats{kNpy, kNull}));
  EXPECT_FALSE(windowed_by_default(Formats{kStatistics, kNull}));
}

TEST(OutputFormat, FilesWithAPlaceForEverySourceNeedThemAll) {
  GradientRun run;
  EXPECT_NO_THROW(require_all_sources(run));
  run.sources = {3, 4};
  EXPECT_THAT([&] { require_all_sources(run); },
              testing::ThrowsMessage<UsageError>(testing::HasSubstr("take the format statistics")));
}

}  // namespace
}  // namespace stategrad::sinks
