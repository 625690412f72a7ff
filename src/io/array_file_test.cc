// SPDX-License-Identifier: MIT
#include "io/array_file.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/atomic_file.h"
#include "io/half.h"
#include "io/io_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

using testing::ElementsAre;

class ArrayFiles : public FolderTest {};

TEST(Half, IsWhatNumpySays) {
  EXPECT_EQ(from_half(0x3c00), 1.0f);
  EXPECT_EQ(from_half(0xc000), -2.0f);
  EXPECT_EQ(from_half(0x7bff), 65504.0f);
  EXPECT_EQ(from_half(0x0001), std::ldexp(1.0f, -24));
  EXPECT_EQ(from_half(0x03ff), std::ldexp(1023.0f, -24));
  EXPECT_TRUE(std::isinf(from_half(0x7c00)));
  EXPECT_TRUE(std::isnan(from_half(0x7c01)));
  EXPECT_TRUE(std::signbit(from_half(0x8000)));
  EXPECT_EQ(from_bfloat16(0x3fc0), 1.5f);
}

TEST_F(ArrayFiles, OfEveryTypeOfNumberInNpz) {
  python(
      "import numpy\n"
      "numpy.savez_compressed('a.npz', **{t: numpy.array([[1, -2, 3]] if t[0] != 'u' else [[1, 2, "
      "3]], t).T for t in ('float16', 'float32', 'float64', 'int32', 'int64')})\n");
  const auto file = open_array_file(folder_ / "a.npz");
  EXPECT_EQ(file->arrays().size(), 5u);
  for (const auto& [name, array] : file->arrays()) {
    EXPECT_EQ(array.dtype, name);
    EXPECT_THAT(array.shape, ElementsAre(3, 1));
    EXPECT_THAT(file->read(name), ElementsAre(1, -2, 3));
  }
  EXPECT_THROW((void)file->read("absent"), DataError);
}

TEST_F(ArrayFiles, OfSafetensorsHaveMetadata) {
  python(
      "import struct\n"
      "h = b'{\"__metadata__\": {\"k\": \"v\"}, \"x\": {\"dtype\": \"BF16\", \"shape\": [2], "
      "\"data_offsets\": [0, 4]}}'\n"
      "open('a', 'wb').write(struct.pack('<Q', len(h)) + h + bytes([0x80, 0x3f, 0, 0xc0]))\n");
  const auto file = open_array_file(folder_ / "a");
  EXPECT_EQ(file->attributes().at("k"), "v");
  EXPECT_EQ(file->arrays().at("x").dtype, "bfloat16");
  EXPECT_THAT(file->read("x"), ElementsAre(1, -2));
}

TEST_F(ArrayFiles, OfNoKindAreRefused) {
  for (const char* content : {"", "hello", "\x93NUMPY", "PK\x03\x04 no zip"}) {
    write_file(folder_ / "a", content);
    EXPECT_THROW((void)open_array_file(folder_ / "a"), DataError) << content;
  }
  EXPECT_THROW((void)open_array_file(folder_ / "absent"), DataError);
}

TEST(ArrayInfo, OfNoValuesMayHaveAnyOtherSizes) {
  const std::int64_t large = std::int64_t{1} << 40;
  EXPECT_EQ((ArrayInfo{"float32", {large, large, 0}}.count()), 0);
}

}  // namespace
}  // namespace stategrad::io
