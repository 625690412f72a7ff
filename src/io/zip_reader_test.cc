// SPDX-License-Identifier: MIT
#include "io/zip_reader.h"

#include <gmock/gmock.h>

#include "base/atomic_file.h"
#include "io/io_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

class ZipArchive : public FolderTest {
 protected:
  void SetUp() override {
    FolderTest::SetUp();
    python(
        "import zipfile\n"
        "z = zipfile.ZipFile('z', 'w')\n"
        "z.writestr('stored', 'abc' * 100)\n"
        "z.writestr('packed', 'abc' * 100, zipfile.ZIP_DEFLATED)\nz.close()\n");
  }
};

TEST_F(ZipArchive, GivesEntriesByNumberAndName) {
  const ZipReader archive(folder_ / "z");
  ASSERT_EQ(archive.size(), 2u);
  EXPECT_EQ(archive.name(1), "packed");
  EXPECT_EQ(archive.find("packed"), 1u);
  EXPECT_FALSE(archive.find("absent").has_value());
  for (std::size_t entry = 0; entry < 2; ++entry) {
    EXPECT_EQ(archive.bytes(entry), 300u);
    EXPECT_EQ(archive.read(entry).size(), 300u);
    EXPECT_EQ(archive.read_start(entry, 4), "abca");
  }
  EXPECT_NO_THROW(archive.require_stored(0));
  EXPECT_THROW(archive.require_stored(1), DataError);
}

TEST_F(ZipArchive, ThatWasAlteredIsRefused) {
  std::string content = read_file(folder_ / "z");
  content[40] = static_cast<char>(content[40] ^ 1);  // "stored" begins at 30 and 6 bytes of name
  write_file(folder_ / "z", content);
  const ZipReader archive(folder_ / "z");
  EXPECT_THROW((void)archive.read(0), DataError);
  content.resize(content.size() - 30);
  write_file(folder_ / "z", content);
  EXPECT_THROW(ZipReader(folder_ / "z"), DataError);
}

}  // namespace
}  // namespace stategrad::io
