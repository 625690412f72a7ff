// SPDX-License-Identifier: MIT
#include "train/run_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

#include "stategrad/errors.h"
#include "train/test_support.h"

namespace stategrad::train {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class DecideStart : public testing::Test {
 protected:
  Start decide(bool resume, bool overwrite) {
    return decide_start({job_.directory, resume, overwrite}, job_.config);
  }
  void expect_error(bool resume, const std::string& text) {
    EXPECT_THAT([&] { decide(resume, false); }, ThrowsMessage<DataError>(HasSubstr(text)));
  }
  void train(bool to_the_end) {
    ThreadTeam team(1);
    std::atomic<bool> stop = !to_the_end;
    job_.stop = &stop;
    try {
      train_model(job_, {}, team);
    } catch (const Interrupted&) {
    }
  }

  TemporaryDirectory place_;
  TrainingJob job_ = small_job(place_.path() / "model");
};

TEST_F(DecideStart, BeginsInAnAbsentOrEmptyFolder) {
  EXPECT_EQ(decide(false, false), Start::kFresh);
  EXPECT_EQ(decide(false, true), Start::kFresh);
  expect_error(true, "there is no unfinished training here");
  std::filesystem::create_directory(job_.directory);
  EXPECT_EQ(decide(false, false), Start::kFresh);
}

TEST_F(DecideStart, AsksForResumeWhereATrainingIsUnfinished) {
  train(false);
  expect_error(false, "--resume goes on with it");
  EXPECT_EQ(decide(true, false), Start::kResume);
  EXPECT_EQ(decide(false, true), Start::kOverwrite);
}

TEST_F(DecideStart, NamesKeyAndValuesOfAnotherConfiguration) {
  train(false);
  job_.config.size = 9;
  expect_error(true, "size was 8 and is 9 now");
  expect_error(false, "another configuration (size was 8 and is 9 now)");
  expect_error(false, "--overwrite");
  EXPECT_EQ(decide(false, true), Start::kOverwrite);
}

TEST_F(DecideStart, LetsTheNumberOfEpochsGrowButNotShrink) {
  train(false);
  job_.config.max_max_epoch = 9;
  EXPECT_EQ(decide(true, false), Start::kResume);
  job_.config.max_max_epoch = 1;
  expect_error(true, "max_max_epoch was 4 and is 1 now");
}

TEST_F(DecideStart, IgnoresKeysThatDoNotDecideTheWeights) {
  train(false);
  job_.config.log = "another";
  job_.config.data_path = "moved";
  job_.config.valid_as_test = true;
  job_.config.max_delay = 3;
  EXPECT_EQ(decide(true, false), Start::kResume);
}

TEST_F(DecideStart, AsksForOverwriteWhereAModelIsFinished) {
  train(true);
  expect_error(false, "--overwrite replaces it");
  expect_error(true, "this model is finished");
  EXPECT_EQ(decide(false, true), Start::kOverwrite);
}

TEST_F(DecideStart, AsksForOverwriteWhereOtherFilesAre) {
  std::filesystem::create_directory(job_.directory);
  std::ofstream(job_.directory / "notes.txt") << "hello";
  expect_error(false, "--overwrite");
  expect_error(true, "there is no unfinished training here");
}

TEST_F(DecideStart, ResumesWhatWasCutOffBeforeItsFirstCheckpoint) {
  train(false);
  std::filesystem::remove_all(job_.directory / "checkpoint");
  EXPECT_EQ(decide(true, false), Start::kResume);
  job_.config.learning_rate = 7;
  expect_error(true, "learning_rate was 1 and is 7 now");
}

TEST_F(DecideStart, RefusesAFileAndAReadOnlyPlaceEvenToOverwrite) {
  std::ofstream(job_.directory) << "precious";
  expect_error(false, "model: is a file, a folder for the model was expected");
  EXPECT_THAT([&] { decide(false, true); }, ThrowsMessage<DataError>(HasSubstr("is a file")));
  job_.directory /= "below";
  EXPECT_THAT([&] { decide(false, true); }, ThrowsMessage<DataError>(HasSubstr("is a file")));
  job_.directory = "/proc/model";
  EXPECT_THAT([&] { decide(false, true); },
              ThrowsMessage<DataError>(HasSubstr("cannot write to the folder")));
}

TEST_F(DecideStart, ResumesWithTheSeedThatTheTrainingBeganWith) {
  job_.seed = 5;
  train(false);
  EXPECT_EQ(resumed_seed(job_.directory, std::nullopt), 5U);
  EXPECT_EQ(resumed_seed(job_.directory, 5), 5U);
  EXPECT_THAT([&] { (void)resumed_seed(job_.directory, 6); },
              ThrowsMessage<DataError>(HasSubstr("seed was 5 and is 6 now")));
  std::filesystem::remove_all(job_.directory / "checkpoint");
  EXPECT_EQ(resumed_seed(job_.directory, std::nullopt), 5U);
}

TEST_F(DecideStart, RefusesBothFlags) { EXPECT_THROW(decide(true, true), UsageError); }

}  // namespace
}  // namespace stategrad::train
