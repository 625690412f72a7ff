// SPDX-License-Identifier: MIT
#include "sinks/npy_sink.h"

#include <gmock/gmock.h>

#include <memory>

#include "io/io_test_util.h"
#include "sinks/tree_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

namespace fs = std::filesystem;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

class Npy : public io::FolderTest {
 protected:
  template <class Real = float>
  void write(const SmallRun& small) const {
    NpySink sink(folder_ / "deep" / "out");
    sink.begin(small.run);
    small.play<Real>(sink);
    sink.finish();
  }
  [[nodiscard]] fs::path out() const { return folder_ / "deep" / "out"; }
};

TEST_F(Npy, OneTimeStepGivesTheOriginalsFiles) {
  const SmallRun small({2});
  write(small);
  EXPECT_THAT(files_below(out()),
              ElementsAre("delay_0/0.npy", "delay_0/1.npy", "delay_0/mapping.txt", "delay_1/0.npy",
                          "delay_1/1.npy", "delay_1/mapping.txt"));
  EXPECT_EQ(read_file(out() / "delay_0/mapping.txt"), "0\tsat\tsat-\n1\tmat\tmat-\n");
  EXPECT_EQ(read_file(out() / "delay_1/mapping.txt"), "0\tcat\tcat-sat-\n1\tthe\tthe-mat-\n");
}

TEST_F(Npy, NumpyReadsFloat32MatricesOfUnitsByDirections) {
  const SmallRun small({0, 2}, 2, {{StateKind::kCell, 1}, {StateKind::kHidden, 1}});
  write(small);
  EXPECT_EQ(python(R"(
import glob, numpy
files = sorted(glob.glob('deep/out/*/*/*/*/*.npy'))
print(len(files))
for f in (files[0], files[-1]):
    a = numpy.load(f)
    print(f, a.dtype, a.shape, a.flags['C_CONTIGUOUS'], a.tolist())
)"),
            "12\n"
            "deep/out/cell/layer_1/timestep_0/delay_0/0.npy float32 (2, 3) True "
            "[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]\n"
            "deep/out/hidden/layer_1/timestep_2/delay_1/1.npy float32 (2, 3) True "
            "[[11210.0, 11211.0, 11212.0], [11213.0, 11214.0, 11215.0]]\n");
}

TEST_F(Npy, Float64PassesGiveTheSameFiles) {
  const SmallRun small({2});
  write(small);
  const std::string single = read_file(out() / "delay_1/1.npy");
  write<double>(small);
  EXPECT_EQ(read_file(out() / "delay_1/1.npy"), single);
}

TEST_F(Npy, InterruptedPassLeavesTheWindowsThatAreThereWithTheirMapping) {
  const SmallRun small({0, 2});
  {
    NpySink sink(out());
    sink.begin(small.run);
    small.play(sink, 4);
  }
  EXPECT_THAT(files_below(out()),
              ElementsAre("timestep_0/delay_0/0.npy", "timestep_0/delay_0/1.npy",
                          "timestep_0/delay_0/mapping.txt", "timestep_2/delay_0/0.npy",
                          "timestep_2/delay_0/mapping.txt", "timestep_2/delay_1/0.npy",
                          "timestep_2/delay_1/mapping.txt"));
  EXPECT_EQ(read_file(out() / "timestep_0/delay_0/mapping.txt"), "0\tthe\tthe-\n1\ton\ton-\n");
  EXPECT_EQ(read_file(out() / "timestep_2/delay_1/mapping.txt"), "0\tcat\tcat-sat-\n");
}

TEST_F(Npy, PassThatNeverBeganWritesNothing) {
  { const NpySink sink(out()); }
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(Npy, FullDiskIsAResourceErrorThatLeavesOnlyWholeFiles) {
  const SmallRun small({2});
  {
    NpySink sink(out());
    sink.begin(small.run);
    small.play(sink, 3);
    const FullDisk disk(100);
    EXPECT_THAT([&] { small.play(sink); },
                ThrowsMessage<ResourceError>(HasSubstr("delay_0/0.npy")));
  }
  EXPECT_THAT(files_below(out()), Each(Not(HasSubstr("tmp"))));
  EXPECT_THAT(files_below(out()), ElementsAre("delay_0/0.npy", "delay_0/mapping.txt",
                                              "delay_1/0.npy", "delay_1/mapping.txt"));
  EXPECT_EQ(fs::file_size(out() / "delay_0/0.npy"), 128U + 4 * 6);
}

TEST_F(Npy, FullDiskAtTheMappingIsAResourceErrorThatLeavesTheMatrices) {
  const SmallRun small({2});
  {
    auto sink = std::make_unique<NpySink>(out());
    sink->begin(small.run);
    small.play(*sink);
    const FullDisk disk(10);
    EXPECT_THAT([&] { sink->finish(); }, ThrowsMessage<ResourceError>(HasSubstr("mapping.txt")));
    sink.reset();
  }
  EXPECT_THAT(files_below(out()),
              ElementsAre("delay_0/0.npy", "delay_0/1.npy", "delay_1/0.npy", "delay_1/1.npy"));
}

TEST_F(Npy, FileInTheWayOfTheFoldersIsNamed) {
  const SmallRun small({2});
  fs::create_directories(out());
  write_file(out() / "delay_1", "");
  NpySink sink(out());
  EXPECT_THAT([&] { sink.begin(small.run); }, ThrowsMessage<DataError>(HasSubstr("delay_1")));
}

}  // namespace
}  // namespace stategrad::sinks
