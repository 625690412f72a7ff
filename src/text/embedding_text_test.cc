// SPDX-License-Identifier: MIT
#include "text/embedding_text.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

class EmbeddingText : public TextTest {
 protected:
  [[nodiscard]] TextEmbeddings embeddings_of(const std::string& content) const {
    write("vectors", content);
    return read_text_embeddings(folder_ / "vectors", {"cat", "Löwe", "<eos>"});
  }
  void expect_refused(const std::string& content, const std::string& needle) const {
    EXPECT_THAT([&] { (void)embeddings_of(content); }, ThrowsMessage<DataError>(HasSubstr(needle)));
  }
};

TEST_F(EmbeddingText, WantedWordsAreKeptInTheOrderOfTheFile) {
  const TextEmbeddings read =
      embeddings_of("4 2\n</s> 0.5 -1\ndog 1 2 \nL\xc3\xb6we 1e-3 0.1 \ncat 3 4\n");
  EXPECT_THAT(read.words, ElementsAre("</s>", "Löwe", "cat"));
  EXPECT_THAT(read.values, ElementsAre(0.5, -1, 1e-3, 0.1, 3, 4));
  EXPECT_EQ(read.size, 2);
  EXPECT_EQ(read.passed_over, 1);
}

TEST_F(EmbeddingText, BadLinesAreNamed) {
  expect_refused("cat 1 2\nL\xc3\xb6we 1 2 3\n", "line 2: 'Löwe' has 3 numbers");
  expect_refused("cat 1 2\ncat 1 2\n", "line 2: the word 'cat' stands twice");
  expect_refused("cat 1 two\n", "line 1: 'two' is no finite number");
  expect_refused("cat 1 nan\n", "line 1: 'nan' is no finite number");
  expect_refused("cat 1 2x\n", "line 1: '2x' is no finite number");
  expect_refused("dog 1 2\n", "none of its 1 words");
}

TEST_F(EmbeddingText, TheWordListMayHaveIds) {
  write("words", "cat\t0\n\n dog\nL\xc3\xb6we\t7\n");
  EXPECT_THAT(read_first_tokens(folder_ / "words"), UnorderedElementsAre("cat", "dog", "Löwe"));
  write("words", "\n");
  EXPECT_THAT([&] { (void)read_first_tokens(folder_ / "words"); },
              ThrowsMessage<DataError>(HasSubstr("no words")));
}

}  // namespace
}  // namespace stategrad::text
