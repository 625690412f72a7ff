// SPDX-License-Identifier: MIT
#include "sinks/pack.h"

#include <gmock/gmock.h>

#include "io/io_test_util.h"
#include "io/npy.h"
#include "sinks/tree_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::ThrowsMessage;

class Pack : public io::FolderTest {
 protected:
  /// A matrix [2, 3] of one number in a file below "tree".
  void make(const std::string& file, int number) const {
    fs::create_directories((tree() / file).parent_path());
    const std::vector<float> values(6, static_cast<float>(number));
    io::write_npy<float>(tree() / file, std::vector<std::int64_t>{2, 3}, values, Durable::kNo);
  }
  [[nodiscard]] fs::path tree() const { return folder_ / "tree"; }
  void expect_refusal(const std::string& file, const std::string& reason) const {
    EXPECT_THAT([&] { pack(tree(), {}); },
                ThrowsMessage<DataError>(AllOf(HasSubstr(file), HasSubstr(reason))));
  }
  [[nodiscard]] bool packed(const std::string& folder) const {
    return fs::exists(tree() / folder / "all.npz");
  }
};

TEST_F(Pack, NumpyReadsTheFilesInNumericOrder) {
  for (const int number : {10, 9, 100, 0}) make(std::to_string(number) + ".npy", number);
  make("0011.npy", 11);
  make("18446744073709551617.npy", 20);  // 2^64 + 1
  const PackSummary summary = pack(tree(), {});
  EXPECT_EQ(summary.folders, 1U);
  EXPECT_EQ(summary.files, 6U);
  EXPECT_EQ(summary.bytes_read, 6U * (128 + 24));
  EXPECT_EQ(summary.bytes_written, fs::file_size(tree() / "all.npz"));
  EXPECT_THAT(summary.notes, IsEmpty());
  EXPECT_TRUE(fs::exists(tree() / "9.npy"));
  EXPECT_EQ(python(R"(
import numpy
archive = numpy.load('tree/all.npz')
a = archive['arr_0']
print(archive.files, a.dtype, a.shape, a[:, 0, 0].tolist(), (a == a[:, :1, :1]).all())
)"),
            "['arr_0'] float32 (6, 2, 3) [0.0, 9.0, 10.0, 11.0, 100.0, 20.0] True\n");
}

TEST_F(Pack, FilesOfNumpyKeepTheirTypeWhateverTheirOrder) {
  python(R"(
import numpy, os
os.mkdir('tree')
numpy.save('tree/0.npy', numpy.arange(6.).reshape(2, 3))
numpy.save('tree/1.npy', numpy.asfortranarray(numpy.arange(6.).reshape(2, 3)) / 3)
)");
  pack(tree(), {});
  EXPECT_EQ(python(R"(
import numpy
a = numpy.load('tree/all.npz')['arr_0']
print(a.dtype, (a[0] == numpy.load('tree/0.npy')).all(), (a[1] == numpy.load('tree/1.npy')).all())
)"),
            "float64 True True\n");
}

TEST_F(Pack, FoldersOfDelaysAreFoundAtEveryPlaceOfATree) {
  const std::vector<std::string> folders{"delay_0", "timestep_3/delay_1", "cell/layer_0/delay_0",
                                         "hidden/layer_1/timestep_0/delay_12", "layer_4/delay_0"};
  for (const std::string& folder : folders) make(folder + "/0.npy", 1);
  make("old/delay_0/0.npy", 1);
  make("timestep_3/0.npy", 1);
  EXPECT_EQ(pack(tree(), {}).folders, folders.size());
  for (const std::string& folder : folders) EXPECT_TRUE(packed(folder)) << folder;
  EXPECT_FALSE(packed(""));
  EXPECT_FALSE(packed("old/delay_0"));
  EXPECT_FALSE(packed("timestep_3"));
}

TEST_F(Pack, LinksInACircleEnd) {
  make("delay_0/0.npy", 1);
  fs::create_directory_symlink(tree(), tree() / "cell");
  fs::create_directory_symlink("delay_0", tree() / "delay_1");
  EXPECT_EQ(pack(tree(), {}).files, 1U);
}

TEST_F(Pack, FilesOfOtherNamesArePassedOverWithANote) {
  for (const char* name : {"0.npy", "avg.npy", "b.npy", "c.npy", "-1.npy"}) make(name, 1);
  write_file(tree() / "mapping.txt", "");
  make("delay_0/1.npy", 1);
  make("delay_0/x.npy", 1);
  const PackSummary summary = pack(tree(), {});
  EXPECT_EQ(summary.files, 2U);
  EXPECT_THAT(summary.notes, ElementsAre(AllOf(HasSubstr("-1.npy, avg.npy, b.npy and 1 more"),
                                               Not(HasSubstr("mapping"))),
                                         AllOf(HasSubstr("delay_0: "), HasSubstr("x.npy"))));
}

TEST_F(Pack, ProgressIsToldAfterEachFile) {
  for (const char* name : {"delay_0/0.npy", "delay_0/1.npy", "delay_1/0.npy"}) make(name, 1);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> calls;
  PackOptions options;
  options.on_progress = [&](std::uint64_t done, std::uint64_t total) {
    calls.emplace_back(done, total);
  };
  pack(tree(), options);
  EXPECT_THAT(calls, ElementsAre(std::pair(1U, 3U), std::pair(2U, 3U), std::pair(3U, 3U)));
}

TEST_F(Pack, StoppingKeepsTheFoldersThatWerePackedBefore) {
  for (const char* name : {"delay_0/0.npy", "delay_1/0.npy", "delay_1/1.npy"}) make(name, 1);
  PackOptions options;
  options.on_progress = [](std::uint64_t done, std::uint64_t) {
    if (done == 2) throw Interrupted("stopped");
  };
  EXPECT_THROW(pack(tree(), options), Interrupted);
  EXPECT_THAT(files_below(tree()),
              ElementsAre("delay_0/0.npy", "delay_0/all.npz", "delay_1/0.npy", "delay_1/1.npy"));
}

TEST_F(Pack, ArchivesThatAreThereAreRefusedBeforeAnythingIsWritten) {
  make("delay_0/0.npy", 1);
  make("delay_1/0.npy", 1);
  write_file(tree() / "delay_1/all.npz", "precious");
  expect_refusal("delay_1/all.npz", "--overwrite");
  EXPECT_FALSE(packed("delay_0"));
  EXPECT_EQ(read_file(tree() / "delay_1/all.npz"), "precious");
  EXPECT_EQ(pack(tree(), {.overwrite = true}).folders, 2U);
  EXPECT_NE(read_file(tree() / "delay_1/all.npz"), "precious");
}

TEST_F(Pack, OddShapesAndTypesAreNamed) {
  make("2.npy", 1);
  make("10.npy", 1);
  const std::vector<float> six(6);
  io::write_npy<float>(tree() / "9.npy", std::vector<std::int64_t>{3, 2}, six);
  expect_refusal("9.npy", "3 x 2 numbers of type '<f4', but 2.npy has 2 x 3");
  const std::vector<double> exact(6);
  io::write_npy<double>(tree() / "9.npy", std::vector<std::int64_t>{2, 3}, exact);
  expect_refusal("9.npy", "'<f8', but 2.npy has 2 x 3 numbers of type '<f4'");
  EXPECT_THAT(files_below(tree()), ElementsAre("10.npy", "2.npy", "9.npy"));
}

TEST_F(Pack, ArraysThatAreNoMatricesOfRealNumbersAreRefused) {
  const std::vector<float> six(6);
  make("1.npy", 1);
  io::write_npy<float>(tree() / "0.npy", std::vector<std::int64_t>{6}, six);
  expect_refusal("0.npy", "a matrix");
  python("import numpy\nnumpy.save('tree/0.npy', numpy.zeros((2, 3), 'i4'))\n");
  expect_refusal("0.npy", "'<i4'");
}

TEST_F(Pack, TruncatedFilesAreNamed) {
  make("0.npy", 1);
  make("1.npy", 1);
  write_file(tree() / "1.npy", read_file(tree() / "0.npy").substr(0, 140));
  expect_refusal("1.npy", "truncated");
  EXPECT_FALSE(packed(""));
}

TEST_F(Pack, MissingFolderIsNamed) {
  expect_refusal("tree", "cannot read the folder");
  write_file(tree(), "a file");
  expect_refusal("tree", "cannot read the folder");
}

TEST_F(Pack, FolderWithoutMatricesIsNamed) {
  fs::create_directories(tree() / "delay_0");
  expect_refusal("tree", "nothing to pack");
}

TEST_F(Pack, FullDiskIsAResourceErrorThatLeavesNothing) {
  for (int i = 0; i < 100; ++i) make(std::to_string(i) + ".npy", i);
  {
    const FullDisk disk(500);
    EXPECT_THAT([&] { pack(tree(), {}); }, ThrowsMessage<ResourceError>(HasSubstr("all.npz")));
  }
  EXPECT_EQ(files_below(tree()).size(), 100U);
}

}  // namespace
}  // namespace stategrad::sinks
