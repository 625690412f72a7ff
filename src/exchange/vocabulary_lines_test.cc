// SPDX-License-Identifier: MIT
#include "exchange/vocabulary_lines.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class VocabularyLines : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(file_); }
  Vocabulary read(std::string_view content) const {
    write_file(file_, content);
    return read_vocabulary_lines(file_);
  }
  std::string message(std::string_view content) const {
    try {
      static_cast<void>(read(content));
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }
  std::filesystem::path file_ = std::filesystem::path(testing::TempDir()) /
                                ("vocabulary_lines_" + std::to_string(::getpid()));
};

TEST_F(VocabularyLines, AreWordsInOrder) {
  EXPECT_THAT(read("Äpfel\r\n<eos>\nc").words(), ElementsAre("Äpfel", "<eos>", "c"));
}

TEST_F(VocabularyLines, SpellUnknownAsTextsDo) {
  EXPECT_THAT(read("<UNK>\nb\n").words(), ElementsAre("<unk>", "b"));
  EXPECT_THAT(read("<UNK>\n<unk>\n").words(), ElementsAre("<UNK>", "<unk>"));
}

TEST_F(VocabularyLines, WithMistakesAreNamed) {
  EXPECT_THAT(message("a\n\nb\n"), HasSubstr("line 2: empty"));
  EXPECT_THAT(message("a\nb c\n"), HasSubstr("line 2: more than a word"));
  EXPECT_THAT(message("a\nb\na\n"), HasSubstr("line 3: 'a' stands in line 1"));
  EXPECT_THAT(message("a\xff\n"), HasSubstr("line 1"));
  EXPECT_THAT(message(""), HasSubstr("no words"));
}

}  // namespace
}  // namespace stategrad::exchange
