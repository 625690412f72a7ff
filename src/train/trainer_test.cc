// SPDX-License-Identifier: MIT
#include "train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>

#include "io/safetensors.h"
#include "model/model_directory.h"
#include "stategrad/errors.h"
#include "train/checkpoint.h"
#include "train/evaluate.h"
#include "train/test_support.h"

namespace stategrad::train {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr int kWindowsPerEpoch = 19;

/// Trains, asking to stop after some windows; says whether it was stopped.
bool train_until(TrainingJob job, int windows, ThreadTeam& team) {
  std::atomic<bool> stop = false;
  job.stop = &stop;
  TrainingCallbacks callbacks;
  int done = 0;
  callbacks.on_progress = [&](const Progress&) { stop = ++done >= windows; };
  try {
    train_model(job, callbacks, team);
    return false;
  } catch (const Interrupted&) {
    return true;
  }
}

/// The files of a finished model that must not depend on interruptions.
std::map<std::string, std::string> result_of(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const char* name : {"model.safetensors", "best.safetensors", "vocab.txt", "labels.tsv"}) {
    files[name] = read_bytes(directory / name);
    EXPECT_FALSE(files[name].empty()) << name;
  }
  // Of metrics.csv all but the times.
  std::istringstream metrics(read_bytes(directory / "metrics.csv"));
  for (std::string line; std::getline(metrics, line);) {
    std::size_t comma = 0;
    for (int i = 0; i < 4; ++i) comma = line.find(',', comma) + 1;
    files["metrics"] += line.substr(0, comma) + "\n";
  }
  return files;
}

class TrainModel : public testing::Test {
 protected:
  ThreadTeam team_{2};
  TemporaryDirectory place_;
};

TEST_F(TrainModel, LearnsASmallText) {
  auto job = small_job(place_.path() / "model");
  job.config.max_max_epoch = 12;
  job.config.max_epoch = 8;
  job.config.dropout = 1;
  std::vector<double> rates;
  std::vector<int> done;
  TrainingCallbacks callbacks;
  callbacks.on_epoch_begin = [&](int, double rate) { rates.push_back(rate); };
  callbacks.on_progress = [&](const Progress& progress) {
    EXPECT_EQ(progress.total, kWindowsPerEpoch);
    EXPECT_GT(progress.perplexity, 1);
    done.push_back(static_cast<int>(progress.done));
  };
  const TrainingSummary summary = train_model(job, callbacks, team_);
  ASSERT_EQ(summary.epochs.size(), 12U);
  EXPECT_EQ(done.size(), 12U * kWindowsPerEpoch);
  EXPECT_EQ(summary.tokens, 12 * kWindowsPerEpoch * 20);
  EXPECT_EQ(rates[7], 1);
  EXPECT_DOUBLE_EQ(rates[9], 0.64);
  // A word follows the one before with probability 0.82; knowing that gives a perplexity of 2.9.
  EXPECT_GT(summary.epochs.front().valid_perplexity, 7);
  EXPECT_LT(summary.epochs.back().valid_perplexity, 5);
}

TEST_F(TrainModel, LeavesAFinishedModel) {
  const auto job = small_job(place_.path() / "model");
  const TrainingSummary summary = train_model(job, {}, team_);
  EXPECT_FALSE(std::filesystem::exists(job.directory / "checkpoint"));
  const auto description = model::read_description(job.directory);
  EXPECT_TRUE(description.finished);
  EXPECT_EQ(description.epochs_done, 4);
  EXPECT_EQ(description.valid_perplexity, summary.epochs.back().valid_perplexity);
  const auto any = model::read_model(job.directory);
  const auto& model = std::get<LanguageModel<float>>(any);
  const auto valid = evaluate_windows(model, {job.data.valid, "valid"}, 4, 5, team_, nullptr);
  EXPECT_DOUBLE_EQ(valid.perplexity(), summary.epochs.back().valid_perplexity);
}

TEST_F(TrainModel, KeepsTheBestModelBesideTheLast) {
  auto job = small_job(place_.path() / "model");
  job.config.max_max_epoch = 30;
  job.config.max_epoch = 30;
  job.config.learning_rate = 3;
  job.config.dropout = 1;
  const TrainingSummary summary = train_model(job, {}, team_);
  double best = summary.epochs[0].valid_perplexity;
  for (const EpochResult& epoch : summary.epochs) {
    EXPECT_EQ(epoch.best, epoch.epoch == 1 || epoch.valid_perplexity < best);
    best = std::min(best, epoch.valid_perplexity);
  }
  ASSERT_LT(best, summary.epochs.back().valid_perplexity);
  const auto any = model::read_model(job.directory, model::WhichWeights::kBest);
  const auto valid = evaluate_windows(std::get<LanguageModel<float>>(any),
                                      {job.data.valid, "valid"}, 4, 5, team_, nullptr);
  EXPECT_DOUBLE_EQ(valid.perplexity(), best);
}

TEST_F(TrainModel, GivesTheSameBytesForTheSameSeed) {
  const auto train = [&](const std::string& name, std::uint64_t seed) {
    auto job = small_job(place_.path() / name);
    job.config.save_path = "model";
    job.seed = seed;
    train_model(job, {}, team_);
    return result_of(job.directory);
  };
  const auto first = train("a", 1);
  EXPECT_EQ(train("b", 1), first);
  EXPECT_NE(train("c", 2).at("model.safetensors"), first.at("model.safetensors"));
}

TEST_F(TrainModel, AgreesToRoundingForAnyNumberOfThreads) {
  std::vector<double> perplexities;
  for (const int threads : {1, 2, 3}) {
    ThreadTeam team(threads);
    auto job = small_job(place_.path() / std::to_string(threads));
    job.config.dtype = DType::kFloat64;
    perplexities.push_back(train_model(job, {}, team).epochs.back().valid_perplexity);
  }
  EXPECT_NEAR(perplexities[1], perplexities[0], 1e-8);
  EXPECT_NEAR(perplexities[2], perplexities[0], 1e-8);
}

TEST_F(TrainModel, KeepsPretrainedEmbeddings) {
  auto job = small_job(place_.path() / "model");
  job.config.pretrained_embeddings = "somewhere";
  for (int i = 0; i < 12 * 6; ++i) job.data.embeddings.push_back(0.01 * i);
  train_model(job, {}, team_);
  const auto any = model::read_model(job.directory);
  const auto& embedding = std::get<LanguageModel<float>>(any).parameters().embedding;
  for (std::size_t i = 0; i < embedding.size(); ++i) {
    EXPECT_EQ(embedding[i], static_cast<float>(0.01 * static_cast<double>(i)));
  }
}

struct ResumeCase {
  std::string name;
  void (*configure)(Config&);
};

class Resume : public testing::TestWithParam<ResumeCase> {};

TEST_P(Resume, GivesTheWeightsOfAnUninterruptedTrainingBitForBit) {
  ThreadTeam team(2);
  const TemporaryDirectory place;
  const auto job_in = [&](const std::string& name) {
    auto job = small_job(place.path() / name);
    job.config.save_path = "model";
    GetParam().configure(job.config);
    return job;
  };
  const auto whole = job_in("whole");
  const auto epochs = train_model(whole, {}, team).epochs.size();
  const auto expected = result_of(whole.directory);
  // In the first window, in the middle of an epoch, at the end of one, and twice.
  for (const std::vector<int>& stops : std::vector<std::vector<int>>{
           {1}, {7}, {kWindowsPerEpoch}, {kWindowsPerEpoch + 4}, {3, 20, 2}}) {
    auto job = job_in("part" + std::to_string(stops[0]));
    for (const int windows : stops) {
      ASSERT_TRUE(train_until(job, windows, team));
      job.start = Start::kResume;
    }
    const TrainingSummary summary = train_model(job, {}, team);
    EXPECT_EQ(summary.epochs.size(), epochs);
    EXPECT_TRUE(result_of(job.directory) == expected) << "stopped after " << stops[0];
  }
}

const ResumeCase kResumeCases[] = {
    {"sgd_dropout", [](Config&) {}},
    {"adam",
     [](Config& config) {
       config.optimizer = Optimizer::kAdam;
       config.learning_rate = 0.01;
     }},
    {"adagrad_no_emb_dropout_false",
     [](Config& config) {
       config.optimizer = Optimizer::kAdagrad;
       config.learning_rate = 0.3;
       config.no_emb_dropout = false;
     }},
    {"sampled_gru",
     [](Config& config) {
       config.softmax = Softmax::kSampled;
       config.basic_cell = CellKind::kGru;
       config.num_layers = 2;
     }},
    {"early_stopping_float64",
     [](Config& config) {
       config.trainer = TrainerKind::kEarlyStopping;
       config.early_stop = 2;
       config.max_max_epoch = 40;
       config.max_epoch = 40;
       config.learning_rate = 3;
       config.dtype = DType::kFloat64;
     }},
    {"rnn_reset_after_ignored", [](Config& config) { config.basic_cell = CellKind::kRnn; }},
};

INSTANTIATE_TEST_SUITE_P(Recipes, Resume, testing::ValuesIn(kResumeCases),
                         [](const auto& test) { return test.param.name; });

class Interruption : public TrainModel {};

TEST_F(Interruption, SaysWhereItStoppedAndHowToGoOn) {
  auto job = small_job(place_.path() / "model");
  std::atomic<bool> stop = true;
  job.stop = &stop;
  EXPECT_THAT([&] { train_model(job, {}, team_); },
              ThrowsMessage<Interrupted>(AllOf(HasSubstr("epoch 1 after window 0 of 19"),
                                               HasSubstr("checkpoint"), HasSubstr("--resume"))));
  EXPECT_FALSE(model::read_description(job.directory).finished);
}

TEST_F(Interruption, KeepsTheModelOfTheLastWholeEpoch) {
  auto job = small_job(place_.path() / "model");
  ASSERT_TRUE(train_until(job, kWindowsPerEpoch + 3, team_));
  EXPECT_EQ(model::read_description(job.directory).epochs_done, 1);
  (void)model::read_model(job.directory);
}

TEST_F(Interruption, OfAnOverwritingTrainingKeepsTheOldModelUntilTheFirstEpochIsDone) {
  auto job = small_job(place_.path() / "model");
  train_model(job, {}, team_);
  const auto old_files = result_of(job.directory);
  const auto old_description = read_bytes(job.directory / "model.json");
  job.start = Start::kOverwrite;
  job.config.size = 9;
  ASSERT_TRUE(train_until(job, 5, team_));
  EXPECT_TRUE(result_of(job.directory) == old_files);
  EXPECT_EQ(read_bytes(job.directory / "model.json"), old_description);
  (void)model::read_model(job.directory);

  job.start = Start::kResume;
  train_model(job, {}, team_);
  EXPECT_EQ(model::read_description(job.directory).architecture.size, 9);
  (void)model::read_model(job.directory, model::WhichWeights::kBest);
}

class Refusal : public TrainModel {
 protected:
  void expect_error(const TrainingJob& job, const std::string& text) {
    EXPECT_THAT([&] { train_model(job, {}, team_); }, ThrowsMessage<Error>(HasSubstr(text)));
  }
};

TEST_F(Refusal, ResumesOnlyTheSameTraining) {
  auto job = small_job(place_.path() / "model");
  ASSERT_TRUE(train_until(job, 5, team_));
  job.start = Start::kResume;
  auto changed = job;
  changed.config.learning_rate = 0.5;
  expect_error(changed, "learning_rate was 1 and is 0.5 now");
  changed = job;
  changed.seed = 2;
  expect_error(changed, "seed was 1 and is 2 now");
  changed = job;
  changed.data.train[7] = 3;
  expect_error(changed, "train.txt: this text is not the one");
  changed = job;
  changed.config.max_max_epoch = 5;
  EXPECT_EQ(train_model(changed, {}, team_).epochs.size(), 5U);
}

TEST_F(Refusal, NamesATextThatIsTooShort) {
  auto job = small_job(place_.path() / "model");
  job.data.valid.resize(20);
  expect_error(job, "valid.txt");
  EXPECT_FALSE(std::filesystem::exists(job.directory));
}

TEST_F(Refusal, NamesAFileThatStandsInTheWay) {
  const auto file = place_.path() / "file";
  std::ofstream(file) << "text";
  expect_error(small_job(file / "model"), "file");
}

TEST_F(Refusal, NamesATruncatedCheckpoint) {
  auto job = small_job(place_.path() / "model");
  ASSERT_TRUE(train_until(job, 5, team_));
  const auto file = checkpoint_file(job.directory);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 10);
  job.start = Start::kResume;
  expect_error(job, file.string());
}

TEST_F(Refusal, NamesProgressThatIsNoInteger) {
  auto job = small_job(place_.path() / "model");
  ASSERT_TRUE(train_until(job, 5, team_));
  const auto file = checkpoint_file(job.directory);
  auto metadata = io::Safetensors(file).metadata();
  auto progress = nlohmann::json::parse(metadata["progress"]);
  progress["threads"] = 1e300;
  metadata["progress"] = progress.dump();
  io::write_safetensors(file, metadata, {});
  job.start = Start::kResume;
  expect_error(job, "threads is no integer");
}

class Divergence : public TrainModel {};

TEST_F(Divergence, SaysWhereAndKeepsTheLastGoodModel) {
  auto job = small_job(place_.path() / "model");
  job.config.max_epoch = 1;
  job.config.lr_decay = 1e30;
  job.config.max_grad_norm = 1e6;
  EXPECT_THAT([&] { train_model(job, {}, team_); },
              ThrowsMessage<NumericalError>(AllOf(HasSubstr("diverged in epoch 2, window"),
                                                  HasSubstr("the model of epoch 1 is kept"))));
  const auto description = model::read_description(job.directory);
  EXPECT_EQ(description.epochs_done, 1);
  const auto any = model::read_model(job.directory);
  const auto valid = evaluate_windows(std::get<LanguageModel<float>>(any),
                                      {job.data.valid, "valid"}, 4, 5, team_, nullptr);
  EXPECT_DOUBLE_EQ(valid.perplexity(), *description.valid_perplexity);
}

TEST_F(Divergence, IsSeenInTheFirstEpochToo) {
  auto job = small_job(place_.path() / "model");
  job.config.learning_rate = 1e6;
  EXPECT_THAT([&] { train_model(job, {}, team_); },
              ThrowsMessage<NumericalError>(HasSubstr("no epoch was finished before")));
  job = small_job(place_.path() / "huge");
  job.config.init_scale = 1e30;
  EXPECT_THROW(train_model(job, {}, team_), NumericalError);
}

/// Limits the size of files that this process can write, as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  sighandler_t handler_;
};

TEST_F(TrainModel, LeavesTheStateBeforeWhenTheDiskIsFull) {
  auto job = small_job(place_.path() / "model");
  std::optional<FileSizeLimit> limit;
  std::map<std::string, std::string> after_epoch_2;
  TrainingCallbacks callbacks;
  callbacks.on_epoch_end = [&](const EpochResult& epoch) {
    if (epoch.epoch != 2) return;
    after_epoch_2 = result_of(job.directory);
    after_epoch_2["checkpoint"] = read_bytes(checkpoint_file(job.directory));
    limit.emplace(1000);
  };
  EXPECT_THROW(train_model(job, callbacks, team_), ResourceError);
  limit.reset();
  auto files = result_of(job.directory);
  files["checkpoint"] = read_bytes(checkpoint_file(job.directory));
  EXPECT_TRUE(files == after_epoch_2);

  job.start = Start::kResume;
  train_model(job, {}, team_);
  const auto whole = small_job(place_.path() / "whole");
  train_model(whole, {}, team_);
  EXPECT_EQ(read_bytes(job.directory / "model.safetensors"),
            read_bytes(whole.directory / "model.safetensors"));
}

}  // namespace
}  // namespace stategrad::train
