// SPDX-License-Identifier: MIT
#include "model/embeddings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <limits>

#include "base/atomic_file.h"
#include "io/npy.h"
#include "model/model_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class Embeddings : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("embeddings_" + std::to_string(::getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(std::vector<std::int64_t> shape, std::vector<float> values, const std::string& dict) {
    io::write_npy<float>(folder_ / "all.npy", shape, values);
    write_file(folder_ / "dict", dict);
  }
  void expect_refused(const std::string& needle) {
    EXPECT_THAT([&] { (void)read_pretrained_embeddings(folder_, 0.05, 1); },
                ThrowsMessage<DataError>(HasSubstr(needle)));
  }
  std::filesystem::path folder_;
};

TEST_F(Embeddings, MatrixOfAModelIsWritten) {
  const auto model = tiny_model<double>(CellKind::kGru);
  write_embeddings(model, folder_ / "deep" / "emb.npy");
  const auto found = io::read_npy<float>(folder_ / "deep" / "emb.npy");
  EXPECT_THAT(found.shape, ElementsAre(7, 3));
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    EXPECT_EQ(found.values[i], static_cast<float>(model.parameters().embedding[i]));
  }
}

TEST_F(Embeddings, DictDecidesTheIdsAndMissingSpecialWordsGetRows) {
  write({3, 2}, {1, 2, 3, 4, 5, 6}, "cat\t2\n</s>\t0\nthe\t1\n");
  const auto found = read_pretrained_embeddings(folder_, 0.05, 1);
  EXPECT_THAT(found.vocabulary.words(), ElementsAre("<eos>", "the", "cat", "<unk>", "<bos>"));
  EXPECT_EQ(found.embedding_size, 2);
  ASSERT_EQ(found.values.size(), 10U);
  EXPECT_EQ(found.values[5], 6);
  for (std::size_t i = 6; i < 10; ++i) {
    EXPECT_NE(found.values[i], 0);
    EXPECT_LE(std::abs(found.values[i]), 0.05);
  }
}

TEST_F(Embeddings, WrongShapesAndNumbersAreRefused) {
  write({3, 2, 1}, {1, 2, 3, 4, 5, 6}, "a\t0\nb\t1\nc\t2\n");
  expect_refused("3 dimensions");
  write({3, 2}, {1, 2, 3, 4, 5, 6}, "a\t0\nb\t1\n");
  expect_refused("3 rows, but");
  write({1, 2}, {1, std::numeric_limits<float>::infinity()}, "a\t0\n");
  expect_refused("row 0: inf");
}

TEST_F(Embeddings, MissingFilesAreNamed) {
  expect_refused("all.npy");
  io::write_npy<float>(folder_ / "all.npy", std::array<std::int64_t, 2>{1, 1},
                       std::array<float, 1>{1});
  expect_refused("dict");
}

}  // namespace
}  // namespace stategrad::model
