// SPDX-License-Identifier: MIT
#include "io/npz_items.h"

#include <gmock/gmock.h>

#include "io/io_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class NpzItemsTest : public FolderTest {
 protected:
  void refuse(const std::string& script, const std::string& message) const {
    python("import numpy\n" + script);
    EXPECT_THAT([&] { NpzItems items(folder_ / "x.npz"); },
                ThrowsMessage<DataError>(HasSubstr(message)));
  }
  static void read_all(const std::filesystem::path& file) {
    NpzItems items(file);
    while (!items.next().empty()) {
    }
  }
};

TEST_F(NpzItemsTest, AreThoseThatNumpyWrote) {
  for (const std::string save : {"savez", "savez_compressed"}) {
    for (const std::string type : {"float32", "float64"}) {
      python("import numpy\nnumpy." + save + "('x.npz', numpy.arange(12, dtype='" + type +
             "').reshape(2, 2, 3) / 8)\n");
      NpzItems items(folder_ / "x.npz");
      EXPECT_EQ(items.count(), 2);
      EXPECT_THAT(items.item_shape(), ElementsAre(2, 3));
      EXPECT_THAT(items.next(), ElementsAre(0, 0.125, 0.25, 0.375, 0.5, 0.625));
      EXPECT_THAT(items.next(), ElementsAre(0.75, 0.875, 1, 1.125, 1.25, 1.375));
      EXPECT_TRUE(items.next().empty());
      EXPECT_TRUE(items.next().empty());
    }
  }
}

TEST_F(NpzItemsTest, OtherArchivesAreRefused) {
  refuse("numpy.savez('x.npz', a=numpy.zeros(3), b=numpy.zeros(3))", "2 arrays");
  refuse("numpy.savez('x.npz', numpy.arange(3))", "'<i8'");
  refuse("numpy.savez('x.npz', numpy.float64(3))", "single number");
  refuse("numpy.savez('x.npz', numpy.asfortranarray(numpy.zeros((2, 3))))", "Fortran");
  refuse("numpy.savez('x.npz', numpy.zeros((2, 0)))", "without values");
  EXPECT_THROW(NpzItems items(folder_ / "absent.npz"), DataError);
}

TEST_F(NpzItemsTest, AlteredItemsAreFoundByTheChecksum) {
  python("import numpy\nnumpy.savez('x.npz', numpy.ones((50, 7)))\n");
  std::string bytes = read_file(folder_ / "x.npz");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(folder_ / "x.npz", bytes);
  EXPECT_THAT([&] { read_all(folder_ / "x.npz"); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("x.npz"), HasSubstr("altered"))));
}

TEST_F(NpzItemsTest, ArraysShorterOrLongerThanTheirHeaderAreRefused) {
  const std::string script =
      "import io, numpy, zipfile\n"
      "b = io.BytesIO()\n"
      "numpy.save(b, numpy.ones((5, 2)))\n"
      "zipfile.ZipFile('short.npz', 'w').writestr('a.npy', b.getvalue()[:-3])\n"
      "zipfile.ZipFile('long.npz', 'w').writestr('a.npy', b.getvalue() + b'x')\n";
  python(script);
  EXPECT_THAT([&] { read_all(folder_ / "short.npz"); },
              ThrowsMessage<DataError>(HasSubstr("item 4 of 5 is missing")));
  EXPECT_THAT([&] { read_all(folder_ / "long.npz"); },
              ThrowsMessage<DataError>(HasSubstr("more bytes")));
}

}  // namespace
}  // namespace stategrad::io
