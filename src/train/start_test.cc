// SPDX-License-Identifier: MIT
#include "train/start.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stategrad/errors.h"
#include "train/test_support.h"

namespace stategrad::train {
namespace {

TEST(CheckStart, SaysWhereATrainingStandsAndWritesNothing) {
  const TemporaryDirectory directory;
  const TrainingJob job = small_job(directory.path() / "model");
  const TrainingProgress progress = check_start(job, 3);
  EXPECT_EQ(progress.windows, 19);
  EXPECT_EQ(progress.threads, 3);
  EXPECT_EQ(progress.window, 0);
  EXPECT_TRUE(progress.epochs.empty());
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "model"));
}

TEST(CheckStart, RefusesWordsOutsideTheVocabulary) {
  const TemporaryDirectory directory;
  TrainingJob job = small_job(directory.path());
  job.data.valid[5] = 12;
  EXPECT_THAT([&] { (void)check_start(job, 1); },
              testing::ThrowsMessage<UsageError>(testing::HasSubstr("valid.txt: word id 12")));
}

TEST(InitialParameters, AreThoseOfTheSeedOrThePretrainedOnes) {
  const TemporaryDirectory directory;
  TrainingJob job = small_job(directory.path());
  EXPECT_EQ(flatten(initial_parameters<float>(job, 5)), flatten(initial_parameters<float>(job, 5)));
  EXPECT_NE(flatten(initial_parameters<float>(job, 5)), flatten(initial_parameters<float>(job, 6)));
  job.data.embeddings.assign(12 * 6, 0.25);
  const auto given = initial_parameters<double>(job, 5);
  EXPECT_EQ(given.embedding[17], 0.25);
  job.data.embeddings.pop_back();
  EXPECT_THAT(
      [&] { (void)initial_parameters<double>(job, 5); },
      testing::ThrowsMessage<UsageError>(testing::HasSubstr("71 numbers instead of 12 x 6")));
}

}  // namespace
}  // namespace stategrad::train
