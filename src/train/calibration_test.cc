// SPDX-License-Identifier: MIT
#include "train/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/memory.h"
#include "base/training_size.h"
#include "stategrad/errors.h"
#include "train/resources.h"
#include "train/test_support.h"

namespace stategrad::train {
namespace {

namespace fs = std::filesystem;

/// A clock that gains a second at every look.
TimingOptions ticking(double& now) {
  return {.seconds = 3, .clock = [&now] { return ++now; }};
}

TEST(ForecastTraining, CountsWindowsAndEpochsAtTheirMeanTime) {
  const TemporaryDirectory directory;
  const TrainingJob job = small_job(directory.path() / "model");
  ThreadTeam team(1);
  double now = 0;
  const TrainingForecast forecast = forecast_training(job, team, ticking(now));
  EXPECT_EQ(forecast.epochs, 4);
  EXPECT_EQ(forecast.windows, 4 * 19);
  EXPECT_EQ(forecast.window_seconds, 1);  // one look at the clock after each
  // 4 windows in the text, 3 of them timed together.
  EXPECT_NEAR(forecast.valid_seconds, 4.0 / 3, 1e-12);
  EXPECT_NEAR(forecast.seconds(), 4 * 19 + 4 * 4.0 / 3, 1e-9);
  const Architecture shape = architecture_of(job.config, job.data.vocabulary.size());
  EXPECT_EQ(forecast.disk, 2 * sizeof(float) * parameter_count(shape));
  EXPECT_GT(forecast.memory, estimate_memory(job.config, shape).total());
  EXPECT_FALSE(fs::exists(directory.path() / "model"));
}

TEST(ForecastTraining, CountsWhatIsLeftOfAnInterruptedTraining) {
  const TemporaryDirectory directory;
  TrainingJob job = small_job(directory.path());
  ThreadTeam team(1);
  std::atomic<bool> stop = false;
  job.stop = &stop;
  TrainingCallbacks callbacks;
  callbacks.on_progress = [&](const Progress& now) { stop = now.epoch == 2 && now.done == 7; };
  EXPECT_THROW(train_model(job, callbacks, team), Interrupted);
  job.start = Start::kResume;
  double now = 0;
  const std::string before = read_bytes(checkpoint_file(directory.path()));
  const TrainingForecast forecast = forecast_training(job, team, ticking(now));
  EXPECT_EQ(forecast.epochs, 3);
  EXPECT_EQ(forecast.windows, 3 * 19 - 7);
  EXPECT_EQ(read_bytes(checkpoint_file(directory.path())), before);
}

TEST(ForecastTraining, RefusesWhatTheTrainingWould) {
  const TemporaryDirectory directory;
  TrainingJob job = small_job(directory.path());
  ThreadTeam team(1);
  job.memory_limit = 1000;
  EXPECT_THAT([&] { (void)forecast_training(job, team, {}); },
              testing::ThrowsMessage<ResourceError>(testing::HasSubstr("memory limit is 1.0 kB")));
  EXPECT_THROW(train_model(job, {}, team), ResourceError);
  job.memory_limit.reset();
  job.data.valid.resize(7);
  EXPECT_THROW((void)forecast_training(job, team, {}), DataError);
}

TEST(ForecastTraining, MemoryIsThatOfTheTraining) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers take memory of their own";
#endif
  const TemporaryDirectory directory;
  TrainingJob job = small_job(directory.path());
  job.config.size = 300;
  job.config.embedding_size = 300;
  job.config.batch_size = 20;
  job.config.num_steps = 2;
  job.config.max_max_epoch = 1;
  std::vector<std::string> words;
  for (int i = 0; i < 20000; ++i) words.push_back("w" + std::to_string(i));
  job.data.vocabulary = Vocabulary(words);
  const Architecture shape = architecture_of(job.config, job.data.vocabulary.size());
  const auto before = static_cast<double>(resident_memory());
  ThreadTeam team(1);
  train_model(job, {}, team);
  const double taken = static_cast<double>(peak_memory()) - before;
  EXPECT_NEAR(estimate_memory(job.config, shape).total(), taken, 0.3 * taken);
}

TEST(ForecastStream, GrowsWithTheText) {
  const TemporaryDirectory directory;
  const TrainingJob job = small_job(directory.path());
  const auto model = std::get<LanguageModel<float>>(untrained_model(job));
  const auto text = random_ids(10001, 12, 1);
  ThreadTeam team(1);
  double now = 0;
  EXPECT_NEAR(forecast_stream(model, {text, "text"}, team, ticking(now)), 4, 1e-12);
  EXPECT_NEAR(forecast_stream(model, {std::span(text).first(100), "text"}, team, ticking(now)), 1,
              1e-12);
  EXPECT_THROW((void)forecast_stream(model, {std::span(text).first(1), "text"}, team, {}),
               DataError);
}

}  // namespace
}  // namespace stategrad::train
