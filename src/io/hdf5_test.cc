// SPDX-License-Identifier: MIT
#include "io/hdf5.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include <cmath>
#include <numeric>

#include "base/random.h"
#include "io/io_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class Hdf5 : public FolderTest {
 protected:
  static std::vector<double> numbers(std::size_t count) {
    std::vector<double> values(count);
    std::iota(values.begin(), values.end(), 0.5);
    return values;
  }
  void write(const std::string& name, Hdf5Storage storage) const {
    Hdf5Writer file(folder_ / name, storage);
    const auto values = numbers(6000);
    file.write<double>("/deep/sums", {10, 20, 30}, values);
    file.write<std::int64_t>("/count", {2}, std::vector<std::int64_t>{7, -8});
    file.write_texts("/words", {"the", "Löwe", ""});
    file.create_growing<float>("/grads", {2, 2});
    for (int i = 0; i < 300; ++i) {
      const auto x = static_cast<float>(i);
      file.append<float>("/grads", std::vector<float>{x, x + 1, x + 2, x + 3});
    }
    file.set_attribute("/", "magic", std::string("what it is"));
    file.set_attribute("/deep/sums", "delays", 50);
    file.commit();
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
};

TEST_F(Hdf5, H5pyFindsWhatWasWritten) {
  write("disk.h5", Hdf5Storage::kDisk);
  write("memory.h5", Hdf5Storage::kMemory);
  const std::string found = python(R"(
import h5py
for name in ('disk.h5', 'memory.h5'):
    f = h5py.File(name)
    print(f.attrs['magic'].decode(), f['deep/sums'].attrs['delays'], f['deep/sums'].shape, f['deep/sums'][9, 19, 29])
    print(f['count'][()].tolist(), [w.decode() for w in f['words'][()]], list(f['words'].asstr()))
    print(f['grads'].shape, f['grads'].dtype, f['grads'][299].tolist(), f['grads'].compression)
)");
  const std::string once =
      "what it is 50 (10, 20, 30) 5999.5\n[7, -8] ['the', 'Löwe', ''] ['the', 'Löwe', '']\n"
      "(300, 2, 2) float32 [[299.0, 300.0], [301.0, 302.0]] gzip\n";
  EXPECT_EQ(found, once + once);
}

TEST_F(Hdf5, WhatIsWrittenReadsBack) {
  write("a.h5", Hdf5Storage::kDisk);
  const Hdf5Reader file(folder_ / "a.h5");
  std::vector<double> values(6000);
  file.read<double>("/deep/sums", {10, 20, 30}, values);
  EXPECT_EQ(values, numbers(6000));
  EXPECT_THAT(file.shape("/grads"), ElementsAre(300, 2, 2));
  EXPECT_THAT(file.read_texts("/words"), ElementsAre("the", "Löwe", ""));
  EXPECT_EQ(file.text_attribute("/", "magic"), "what it is");
  EXPECT_EQ(file.integer_attribute("/deep/sums", "delays"), 50);
  EXPECT_TRUE(file.has_attribute("/", "magic"));
  EXPECT_FALSE(file.has_attribute("/", "tragic"));
}

TEST_F(Hdf5, SameCallsGiveTheSameBytes) {
  write("a.h5", Hdf5Storage::kDisk);
  write("b.h5", Hdf5Storage::kDisk);
  EXPECT_EQ(read_file(folder_ / "a.h5"), read_file(folder_ / "b.h5"));
}

TEST_F(Hdf5, NothingIsLeftBehindWithoutCommit) {
  {
    Hdf5Writer disk(folder_ / "a.h5", Hdf5Storage::kDisk);
    Hdf5Writer memory(folder_ / "b.h5", Hdf5Storage::kMemory);
    disk.create_growing<float>("/x", {1});
    disk.append<float>("/x", std::vector<float>{1});
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(Hdf5, FullDiskIsAResourceErrorThatLeavesNothing) {
  for (const Hdf5Storage storage : {Hdf5Storage::kDisk, Hdf5Storage::kMemory}) {
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = signal(SIGXFSZ, SIG_IGN);
    rlimit small = before;
    small.rlim_cur = 3000;
    setrlimit(RLIMIT_FSIZE, &small);
    EXPECT_THAT([&] { write("a.h5", storage); }, ThrowsMessage<ResourceError>(HasSubstr("a.h5")));
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    EXPECT_EQ(files(), 0U);
  }
}

TEST_F(Hdf5, MissingFolderIsNamed) {
  EXPECT_THAT([&] { write("nowhere/a.h5", Hdf5Storage::kDisk); },
              ThrowsMessage<DataError>(HasSubstr("nowhere")));
}

TEST_F(Hdf5, ReaderNamesWhatIsMissingOrDoesNotFit) {
  write("a.h5", Hdf5Storage::kDisk);
  const Hdf5Reader file(folder_ / "a.h5");
  std::vector<double> values(6000);
  const auto refuse = [&](const auto& call, const std::string& needle) {
    EXPECT_THAT(call, ThrowsMessage<DataError>(HasSubstr(needle)));
  };
  refuse([&] { file.read<double>("/other", {1}, values); }, "/other: this array is missing");
  refuse(
      [&] {
        file.read<double>("/deep/sums", {10, 600}, values);
      },
      "[10, 20, 30] where [10, 600]");
  std::vector<std::int64_t> whole(6000);
  refuse([&] { file.read<std::int64_t>("/deep/sums", {10, 20, 30}, whole); }, "another type");
  refuse([&] { (void)file.integer_attribute("/", "magic"); }, "no integer");
  refuse([&] { (void)file.text_attribute("/", "tragic"); }, "'tragic' is missing");
  refuse([&] { (void)file.read_texts("/count"); }, "list of texts");
}

TEST_F(Hdf5, TextsOfVariableLengthAreRefused) {
  write("a.h5", Hdf5Storage::kDisk);
  python(R"(
import h5py
with h5py.File('a.h5', 'r+') as f:
    f.attrs['mood'] = 'good'
    f['moods'] = ['good', 'bad']
)");
  const Hdf5Reader file(folder_ / "a.h5");
  EXPECT_THAT([&] { (void)file.text_attribute("/", "mood"); },
              ThrowsMessage<DataError>(HasSubstr("'mood' is no text of a fixed length")));
  EXPECT_THAT([&] { (void)file.read_texts("/moods"); },
              ThrowsMessage<DataError>(HasSubstr("/moods: a list of texts of a fixed length")));
}

TEST_F(Hdf5, TextsOfAnyLengthAndNumberReadBack) {
  std::vector<std::string> many;
  for (std::size_t i = 0; i < 9000; ++i) many.push_back(std::string(i % 300, 'x') + "ö");
  {
    Hdf5Writer file(folder_ / "a.h5", Hdf5Storage::kDisk);
    file.write_texts("/many", many);
    file.write_texts("/none", {});
    file.write_texts("/empty", {"", ""});
    file.set_attribute("/", "empty", std::string());
    file.set_attribute("/", "long", many.back());
    file.commit();
  }
  const Hdf5Reader file(folder_ / "a.h5");
  EXPECT_EQ(file.read_texts("/many"), many);
  EXPECT_THAT(file.read_texts("/none"), ElementsAre());
  EXPECT_THAT(file.read_texts("/empty"), ElementsAre("", ""));
  EXPECT_EQ(file.text_attribute("/", "empty"), "");
  EXPECT_EQ(file.text_attribute("/", "long"), many.back());
  EXPECT_LT(std::filesystem::file_size(folder_ / "a.h5"), 200'000U);
}

TEST_F(Hdf5, ContainsAnswersForEveryPart) {
  write("a.h5", Hdf5Storage::kDisk);
  const Hdf5Reader file(folder_ / "a.h5");
  EXPECT_TRUE(file.contains("/deep"));
  EXPECT_TRUE(file.contains("/deep/sums"));
  EXPECT_FALSE(file.contains("/deep/deeper/sums"));
  EXPECT_FALSE(file.contains("/words/sums"));
}

TEST_F(Hdf5, ArraysOfWhichLittleIsStoredAreFound) {
  write("a.h5", Hdf5Storage::kDisk);
  python(R"(
import h5py
with h5py.File('a.h5', 'r+') as f:
    f.create_dataset('huge', (1 << 40, 1 << 20), 'f8', chunks=(1, 1024))
    f.create_dataset('texts', (1 << 40,), h5py.string_dtype(length=8), chunks=(1024,))
)");
  const Hdf5Reader file(folder_ / "a.h5");
  file.require_stored("/grads");
  file.require_stored("/deep/sums");
  file.require_stored("/words");
  EXPECT_THAT([&] { file.require_stored("/huge"); },
              ThrowsMessage<DataError>(HasSubstr("too few bytes are stored")));
  EXPECT_THAT([&] { (void)file.read_texts("/texts"); },
              ThrowsMessage<DataError>(HasSubstr("too few bytes are stored")));
}

TEST_F(Hdf5, SizesAreBelowTheirBounds) {
  const std::vector<std::string> texts(1000, std::string(700, 'x'));
  std::vector<double> values(40'000);
  RandomStream random(1);
  for (double& value : values)
    value = std::ldexp(random.uniform(), static_cast<int>(random.below(900)));
  const auto size_of = [&](const auto& fill) {
    Hdf5Writer file(folder_ / "a.h5", Hdf5Storage::kDisk);
    fill(file);
    file.commit();
    return std::filesystem::file_size(folder_ / "a.h5");
  };
  const std::uintmax_t empty = size_of([](Hdf5Writer&) {});
  for (const std::int64_t items : {1, 100, 40'000}) {
    const auto count = static_cast<std::uint64_t>(items);
    const std::uint64_t item = 8 * values.size() / count;
    EXPECT_LE(size_of([&](Hdf5Writer& file) {
                file.write<double>("/x", {items, 40'000 / items}, values);
              }),
              empty + hdf5_array_bound(count, item));
    EXPECT_LE(size_of([&](Hdf5Writer& file) {
                file.create_growing<double>("/x", {40'000 / items});
                for (std::size_t i = 0; i < count; ++i) {
                  file.append<double>("/x", std::span(values).subspan(i * item / 8, item / 8));
                }
              }),
              empty + hdf5_growing_bound(count, item));
  }
  EXPECT_LE(size_of([&](Hdf5Writer& file) { file.write_texts("/x", texts); }),
            empty + hdf5_texts_bound(texts));
}

TEST_F(Hdf5, DamagedFilesAreRefused) {
  write("a.h5", Hdf5Storage::kDisk);
  const std::string whole = read_file(folder_ / "a.h5");
  for (const std::size_t size : {std::size_t{0}, std::size_t{20}, whole.size() / 2}) {
    write_file(folder_ / "cut.h5", whole.substr(0, size));
    EXPECT_THROW(Hdf5Reader(folder_ / "cut.h5"), DataError) << size;
  }
  EXPECT_THROW(Hdf5Reader(folder_ / "absent.h5"), DataError);
}

}  // namespace
}  // namespace stategrad::io
