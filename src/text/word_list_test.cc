// SPDX-License-Identifier: MIT
#include "text/word_list.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class WordList : public TextTest {
 protected:
  void expect_refused(const std::string& content, const std::string& needle) {
    write("list", content);
    EXPECT_THAT([&] { (void)read_word_list(folder_ / "list"); },
                ThrowsMessage<DataError>(HasSubstr(needle)));
  }
};

TEST_F(WordList, IdsDecideTheOrder) {
  write("list", "b\t1\r\n\na\t0\nc d\t2");
  EXPECT_THAT(read_word_list(folder_ / "list"), ElementsAre("a", "b", "c d"));
}

TEST_F(WordList, WhatIsWrittenReadsBack) {
  const Vocabulary vocabulary({"Löwe", "<unk>", "x"});
  write_word_list(vocabulary, folder_ / "deep" / "list");
  EXPECT_EQ(read("deep/list"), "Löwe\t0\n<unk>\t1\nx\t2\n");
  EXPECT_EQ(read_word_list(folder_ / "deep" / "list"), vocabulary.words());
}

TEST_F(WordList, BadLinesAreNamed) {
  expect_refused("a\t0\nb\t0\n", "line 2: the id 0 stands twice, for 'a' and 'b'");
  expect_refused("a\t0\na\t1\n", "line 2: the word 'a' stands twice");
  expect_refused("a 0\n", "line 1: 'word<TAB>id' was expected");
  expect_refused("a\tzero\n", "line 1: 'zero' is no id");
  expect_refused("a\t-1\n", "'-1' is no id");
  expect_refused("a\t0\nb\t2\n", "no word has the id 1");
  expect_refused("\n", "no words");
}

TEST_F(WordList, MillionWordsAreRead) {
  std::string lines;
  for (int i = 0; i < 1'000'000; ++i) {
    lines += "word" + std::to_string(i) + "\t" + std::to_string(i) + "\n";
  }
  write("list", lines);
  const auto words = read_word_list(folder_ / "list");
  ASSERT_EQ(words.size(), 1'000'000U);
  EXPECT_EQ(words[123'456], "word123456");
}

}  // namespace
}  // namespace stategrad::text
