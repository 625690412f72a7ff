// SPDX-License-Identifier: MIT
#include "train/training_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "base/atomic_file.h"
#include "io/npy.h"
#include "stategrad/errors.h"
#include "train/test_support.h"

namespace stategrad::train {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class TrainingDataOfAConfiguration : public testing::Test {
 protected:
  TrainingDataOfAConfiguration() {
    write_file(place_.path() / "train.txt", "b a\nb c\n");
    write_file(place_.path() / "valid.txt", "a zebra\n");
    config_.data_path = place_.path().string();
  }
  TemporaryDirectory place_;
  Config config_;
};

TEST_F(TrainingDataOfAConfiguration, HasTextsAsIdsOfTheTrainingVocabulary) {
  config_.save_dict = (place_.path() / "dict").string();
  const TrainingData data = load_training_data(config_, 1);
  EXPECT_THAT(data.vocabulary.words(), ElementsAre("<eos>", "b", "a", "c", "<unk>", "<bos>"));
  EXPECT_THAT(data.train, ElementsAre(1, 2, 0, 1, 3, 0));
  EXPECT_THAT(data.valid, ElementsAre(2, 4, 0));
  EXPECT_TRUE(data.embeddings.empty());
  EXPECT_THAT(read_bytes(config_.save_dict), HasSubstr("b\t1\n"));
}

TEST_F(TrainingDataOfAConfiguration, PretrainedEmbeddingsBringTheirVocabularyAndSize) {
  io::write_npy<float>(place_.path() / "all.npy", std::array<std::int64_t, 2>{2, 3},
                       std::array<float, 6>{1, 2, 3, 4, 5, 6});
  write_file(place_.path() / "dict", "</s>\t0\nb\t1\n");
  config_.pretrained_embeddings = place_.path().string();
  take_embedding_size(config_, false);
  const TrainingData data = load_training_data(config_, 1);
  EXPECT_EQ(config_.embedding_size, 3);
  EXPECT_THAT(data.vocabulary.words(), ElementsAre("<eos>", "b", "<unk>", "<bos>"));
  EXPECT_THAT(data.train, ElementsAre(1, 2, 0, 1, 2, 0));
  EXPECT_EQ(data.embeddings.size(), 12U);
  config_.embedding_size = 7;
  EXPECT_THAT([&] { take_embedding_size(config_, true); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("7"), HasSubstr("3 dimensions"))));
}

}  // namespace
}  // namespace stategrad::train
