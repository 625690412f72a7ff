// SPDX-License-Identifier: MIT
#include "sinks/npz_sink.h"

#include <gmock/gmock.h>

#include "io/io_test_util.h"
#include "sinks/tree_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class NpzTree : public io::FolderTest {
 protected:
  template <class Real = float>
  void write(const SmallRun& small) const {
    NpzSink sink(out());
    sink.begin(small.run);
    small.play<Real>(sink);
    sink.finish();
  }
  [[nodiscard]] fs::path out() const { return folder_ / "deep" / "out"; }
};

TEST_F(NpzTree, EachFolderHasOneArchiveAndItsMapping) {
  const SmallRun small({0, 2});
  write(small);
  EXPECT_THAT(files_below(out()),
              ElementsAre("timestep_0/delay_0/all.npz", "timestep_0/delay_0/mapping.txt",
                          "timestep_2/delay_0/all.npz", "timestep_2/delay_0/mapping.txt",
                          "timestep_2/delay_1/all.npz", "timestep_2/delay_1/mapping.txt"));
  EXPECT_EQ(read_file(out() / "timestep_2/delay_1/mapping.txt"),
            "0\tcat\tcat-sat-\n1\tthe\tthe-mat-\n");
}

TEST_F(NpzTree, NumpyReadsTheWindowsInOrder) {
  const SmallRun small({2}, 2, {{StateKind::kCell, 0}, {StateKind::kHidden, 1}});
  write<double>(small);
  EXPECT_EQ(python(R"(
import numpy
archive = numpy.load('deep/out/hidden/layer_1/delay_1/all.npz')
a = archive['arr_0']
print(archive.files, a.dtype, a.shape, a[0].tolist(), a[1, 1].tolist())
)"),
            "['arr_0'] float32 (2, 2, 3) [[10210.0, 10211.0, 10212.0], [10213.0, 10214.0, "
            "10215.0]] [11213.0, 11214.0, 11215.0]\n");
}

TEST_F(NpzTree, InterruptedPassLeavesNoFiles) {
  const SmallRun small({2});
  {
    NpzSink sink(out());
    sink.begin(small.run);
    small.play(sink, 4);
    EXPECT_EQ(files_below(out()).size(), 2U) << "collected under temporary names";
  }
  EXPECT_THAT(files_below(out()), IsEmpty());
}

TEST_F(NpzTree, FullDiskIsAResourceErrorThatLeavesNothing) {
  const SmallRun small({2});
  {
    NpzSink sink(out());
    sink.begin(small.run);
    const FullDisk disk(160);  // the header and one matrix of 24 bytes
    EXPECT_THAT([&] { small.play(sink); },
                ThrowsMessage<ResourceError>(HasSubstr("delay_0/all.npz")));
  }
  EXPECT_THAT(files_below(out()), IsEmpty());
}

TEST_F(NpzTree, DiskThatFillsAtTheEndLeavesNothing) {
  const SmallRun small({2});
  {
    NpzSink sink(out());
    sink.begin(small.run);
    small.play(sink);
    const FullDisk disk(100);
    EXPECT_THAT([&] { sink.finish(); }, ThrowsMessage<ResourceError>(HasSubstr("delay_0/all.npz")));
  }
  EXPECT_THAT(files_below(out()), IsEmpty());
}

}  // namespace
}  // namespace stategrad::sinks
