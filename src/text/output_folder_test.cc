// SPDX-License-Identifier: MIT
#include "text/output_folder.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class OutputFolder : public TextTest {};

TEST_F(OutputFolder, AbsentOrEmptyFolderIsFineAndNothingIsMade) {
  check_corpus_folder(folder_, false);
  check_corpus_folder(folder_ / "a/b", false);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a"));
}

TEST_F(OutputFolder, ContentIsRefusedUnlessItMayBeOverwritten) {
  write("notes.txt", "mine\n");
  EXPECT_THAT([&] { check_corpus_folder(folder_, false); },
              ThrowsMessage<DataError>(HasSubstr("--overwrite")));
  check_corpus_folder(folder_, true);
}

TEST_F(OutputFolder, FileInThePlaceOfAFolderIsNamed) {
  write("file", "x");
  for (const char* name : {"file", "file/below"}) {
    EXPECT_THAT([&] { check_corpus_folder(folder_ / name, true); },
                ThrowsMessage<DataError>(HasSubstr("file: is a file")));
  }
}

}  // namespace
}  // namespace stategrad::text
