// SPDX-License-Identifier: MIT
#include "io/npz.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include <cmath>

#include "base/random.h"
#include "io/io_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class Npz : public FolderTest {
 protected:
  /// An archive of `count` matrices [2, 3]; item i holds i, i + 1, ...
  void write(const std::string& name, int count, DType dtype = DType::kFloat32) const {
    NpzWriter writer(folder_ / name, dtype, {2, 3});
    for (int i = 0; i < count; ++i) {
      std::vector<float> single;
      std::vector<double> exact;
      for (int j = 0; j < 6; ++j) {
        single.push_back(static_cast<float>(i + j));
        exact.push_back(i + j);
      }
      writer.append(dtype == DType::kFloat32 ? std::as_bytes(std::span(single))
                                             : std::as_bytes(std::span(exact)));
    }
    writer.commit();
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
};

TEST_F(Npz, NumpyFindsTheArray) {
  write("all.npz", 1000);
  write("exact.npz", 2, DType::kFloat64);
  write("none.npz", 0);
  EXPECT_EQ(python(R"(
import numpy
a = numpy.load('all.npz')
print(a.files, a['arr_0'].shape, a['arr_0'].dtype, a['arr_0'][999].tolist())
b = numpy.load('exact.npz')['arr_0']
print(b.shape, b.dtype, b[1].tolist(), numpy.load('none.npz')['arr_0'].shape)
)"),
            "['arr_0'] (1000, 2, 3) float32 [[999.0, 1000.0, 1001.0], [1002.0, 1003.0, 1004.0]]\n"
            "(2, 2, 3) float64 [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]] (0, 2, 3)\n");
  EXPECT_LT(std::filesystem::file_size(folder_ / "all.npz"), 1000U * 24 / 2);
}

TEST_F(Npz, SameItemsGiveTheSameBytes) {
  write("a.npz", 50);
  write("b.npz", 50);
  EXPECT_EQ(read_file(folder_ / "a.npz"), read_file(folder_ / "b.npz"));
}

TEST_F(Npz, NoArchiveIsLargerThanItsUpperBound) {
  RandomStream random(1);
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{300'000}}) {
    std::vector<std::uint64_t> noise(size);
    for (std::uint64_t& value : noise) value = random.next();
    NpzWriter writer(folder_ / "noise.npz", DType::kFloat64, {static_cast<std::int64_t>(size)});
    writer.append(std::as_bytes(std::span(noise)));
    writer.commit();
    const auto bytes = std::filesystem::file_size(folder_ / "noise.npz");
    EXPECT_GT(bytes, 8 * size);
    EXPECT_LE(bytes, npz_upper_bound(8 * size)) << size;
  }
}

TEST_F(Npz, NothingIsLeftBehindWithoutCommit) {
  {
    NpzWriter writer(folder_ / "all.npz", DType::kFloat32, {1});
    const std::vector<float> item{1};
    writer.append(std::as_bytes(std::span(item)));
    EXPECT_EQ(files(), 1U);
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(Npz, FullDiskIsAResourceErrorThatLeavesNothing) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 5000;
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THAT([&] { write("all.npz", 1000); }, ThrowsMessage<ResourceError>(HasSubstr("all.npz")));
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  EXPECT_EQ(files(), 0U);
}

TEST_F(Npz, ItemOfAnotherSizeIsWrongUse) {
  NpzWriter writer(folder_ / "all.npz", DType::kFloat32, {2});
  const std::vector<float> item{1};
  EXPECT_THROW(writer.append(std::as_bytes(std::span(item))), UsageError);
}

TEST_F(Npz, SizesAreTriedInMemory) {
  const std::vector<float> same(10000, 3.5F);
  const auto small = npz_compressed_size(std::as_bytes(std::span(same)));
  EXPECT_GT(small, 100U);
  EXPECT_LT(small, 2000U);
  std::vector<float> all(10000);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = std::sin(static_cast<float>(i * i));
  const auto large = npz_compressed_size(std::as_bytes(std::span(all)));
  EXPECT_GT(large, 30000U);
  EXPECT_LE(large, npz_upper_bound(40000));
}

TEST_F(Npz, EntriesOfNumpysArchivesAreRead) {
  python("import numpy\nnumpy.savez('two.npz', a=numpy.zeros((3, 4)), b=numpy.arange(5))\n");
  const auto entries = read_npz_entries(folder_ / "two.npz");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].name, "a");
  EXPECT_THAT(entries[0].header.shape, testing::ElementsAre(3, 4));
  EXPECT_EQ(entries[1].header.dtype, "<i8");
}

TEST_F(Npz, DamagedArchivesAreRefused) {
  write("all.npz", 20);
  const std::string whole = read_file(folder_ / "all.npz");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{9}, whole.size() / 2, whole.size() - 1}) {
    write_file(folder_ / "cut.npz", whole.substr(0, size));
    EXPECT_THROW((void)read_npz_entries(folder_ / "cut.npz"), DataError) << size;
  }
  EXPECT_THROW((void)read_npz_entries(folder_ / "absent.npz"), DataError);
  python("import zipfile\nzipfile.ZipFile('text.zip', 'w').writestr('letter.txt', 'Dear')\n");
  EXPECT_THAT([&] { (void)read_npz_entries(folder_ / "text.zip"); },
              ThrowsMessage<DataError>(HasSubstr("letter.txt")));
}

}  // namespace
}  // namespace stategrad::io
