// SPDX-License-Identifier: MIT
#include "text/dataset.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;

class Dataset : public TextTest {
 protected:
  Config config() const {
    Config config;
    config.data_path = folder_.string();
    return config;
  }
};

TEST_F(Dataset, FileNamesFollowVocab) {
  Config plain = config();
  EXPECT_EQ(data_files(plain).train, folder_ / "train.txt");
  EXPECT_EQ(data_files(plain).test, folder_ / "test.txt");
  plain.vocab = 10;
  EXPECT_EQ(data_files(plain).valid, folder_ / "valid_10k-unk.txt");
}

TEST_F(Dataset, TestFileMayBeAnotherOrTheValidationFile) {
  Config other = config();
  other.valid_as_test = true;
  EXPECT_EQ(data_files(other).test, folder_ / "valid.txt");
  other.other_test = "elsewhere.txt";
  EXPECT_EQ(data_files(other).test, "elsewhere.txt");
}

TEST_F(Dataset, VocabularyIsThatOfTheTrainingFile) {
  write("train.txt", "b a\nb c\n");
  EXPECT_THAT(training_vocabulary(config()).words(),
              ElementsAre("<eos>", "b", "a", "c", "<unk>", "<bos>"));
}

TEST_F(Dataset, WordListKeepsItsIdsAndNewWordsFollow) {
  write("train.txt", "b a\nb c\n");
  write("list", "c\t0\nzebra\t1\n<unk>\t2\n");
  Config with_list = config();
  with_list.read_vocab_from_file = (folder_ / "list").string();
  EXPECT_THAT(training_vocabulary(with_list).words(),
              ElementsAre("c", "zebra", "<unk>", "<eos>", "b", "a", "<bos>"));
}

TEST_F(Dataset, PennTreebankHasItsPublishedSize) {
  const auto folder = penn_treebank();
  if (!folder) GTEST_SKIP() << "no Penn Treebank here (STATEGRAD_DATA)";
  Config treebank;
  treebank.data_path = folder->string();
  const Vocabulary vocabulary = training_vocabulary(treebank);
  // 10,000 words of the distribution (with <unk> and the end of sentence) and <bos>.
  EXPECT_EQ(vocabulary.size(), 10'001);
  EXPECT_EQ(vocabulary.word(0), "the");
}

}  // namespace
}  // namespace stategrad::text
