// SPDX-License-Identifier: MIT
#include "io/npy.h"

#include <gmock/gmock.h>

#include <numeric>

#include "io/io_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Npy : public FolderTest {};

TEST_F(Npy, NumpyReadsWhatWeWrite) {
  const std::vector<float> values = {1, 2.5F, -3, 4, 5, 1e-30F};
  const std::vector<double> one = {0.1};
  write_npy<float>(folder_ / "a.npy", std::vector<std::int64_t>{2, 3}, values);
  write_npy<double>(folder_ / "b.npy", std::vector<std::int64_t>{1}, one);
  write_npy<double>(folder_ / "c.npy", std::vector<std::int64_t>{}, one, Durable::kNo);
  write_npy<float>(folder_ / "d.npy", std::vector<std::int64_t>{0, 4}, {});
  EXPECT_EQ(python("import numpy as np\n"
                   "a, b, c, d = (np.load(x + '.npy') for x in 'abcd')\n"
                   "assert (a == np.array([[1, 2.5, -3], [4, 5, 1e-30]], np.float32)).all()\n"
                   "assert a.dtype == np.float32 and b.dtype == np.float64\n"
                   "print(b.tolist(), c.shape, float(c), d.shape)\n"),
            "[0.1] () 0.1 (0, 4)\n");
}

TEST_F(Npy, WeReadWhatNumpyWrites) {
  python(
      "import numpy as np\n"
      "x = np.arange(24).reshape(2, 3, 4)\n"
      "for t in ('f4', 'f8', 'i4', 'i8'): np.save(t, x.astype(t))\n"
      "np.save('fortran', np.asfortranarray(x.astype('f4')))\n"
      "for v in ((1, 0), (2, 0), (3, 0)):\n"
      "  with open(f'v{v[0]}.npy', 'wb') as f: np.lib.format.write_array(f, x.astype('f8'), v)\n");
  std::vector<double> expected(24);
  std::iota(expected.begin(), expected.end(), 0);
  for (const char* name : {"f4", "f8", "i4", "i8", "fortran", "v1", "v2", "v3"}) {
    const auto array = read_npy<double>(folder_ / (std::string(name) + ".npy"));
    EXPECT_THAT(array.shape, ElementsAre(2, 3, 4)) << name;
    EXPECT_EQ(array.values, expected) << name;
  }
  EXPECT_EQ(read_npy_header(folder_ / "f4.npy").count(), 24);
}

TEST_F(Npy, EveryTruncationAndExtraBytesAreRefused) {
  const std::vector<float> values = {1, 2, 3, 4};
  write_npy<float>(folder_ / "a.npy", std::vector<std::int64_t>{2, 2}, values);
  const std::string whole = read_file(folder_ / "a.npy");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(folder_ / "cut.npy", whole.substr(0, size), Durable::kNo);
    EXPECT_THROW((void)read_npy<float>(folder_ / "cut.npy"), DataError) << size;
    EXPECT_THROW((void)read_npy_header(folder_ / "cut.npy"), DataError) << size;
  }
  write_file(folder_ / "long.npy", whole + "x");
  EXPECT_THROW((void)read_npy<float>(folder_ / "long.npy"), DataError);
}

std::string message_for(const std::filesystem::path& file) {
  try {
    (void)read_npy<float>(file);
  } catch (const DataError& e) {
    return e.what();
  }
  return "no error";
}

std::string with_header(const std::string& dictionary) {
  std::string text = dictionary + "\n";
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(text.size());
  bytes += '\0';
  return bytes + text;
}

TEST_F(Npy, DamagedHeadersAreRefusedWithTheirOffset) {
  const std::vector<std::string> headers = {
      "{}",
      "{'descr': '<f4'}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,), }",
      "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 16)}",
      "{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} trailing",
      "{'descr",
  };
  for (const std::string& header : headers) {
    write_file(folder_ / "a.npy", with_header(header) + "abcd", Durable::kNo);
    EXPECT_THAT(message_for(folder_ / "a.npy"), HasSubstr("a.npy: offset ")) << header;
  }
  write_file(folder_ / "text.npy", "just some text that is long enough");
  EXPECT_THAT(message_for(folder_ / "text.npy"), HasSubstr("no npy file"));
  write_file(folder_ / "complex.npy", with_header("{'descr': '<c8', 'fortran_order': False, "
                                                  "'shape': (1,), }") +
                                          "abcdefgh");
  EXPECT_THAT(message_for(folder_ / "complex.npy"), HasSubstr("'<c8'"));
}

TEST_F(Npy, ValuesThatDoNotFitTheShapeAreWrongUse) {
  const std::vector<float> values(5);
  EXPECT_THROW(write_npy<float>(folder_ / "a.npy", std::vector<std::int64_t>{2, 3}, values),
               UsageError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.npy"));
}

}  // namespace
}  // namespace stategrad::io
