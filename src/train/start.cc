// SPDX-License-Identifier: MIT
#include "train/start.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/memory.h"
#include "base/training_size.h"
#include "model/initialise.h"
#include "stategrad/errors.h"
#include "text/windows.h"
#include "train/resources.h"

namespace stategrad::train {
namespace {

void check_ids(const std::vector<WordId>& ids, std::int64_t vocab_size, const std::string& file) {
  for (const WordId id : ids) {
    if (id < 0 || id >= vocab_size) {
      throw UsageError(fmt::format("{}: word id {} is not in 0..{}", file, id, vocab_size - 1));
    }
  }
}

/// Where a training of this job stands before its first window.
TrainingProgress first_progress(const TrainingJob& job, std::int64_t windows, int threads) {
  TrainingProgress progress;
  progress.config = config_items(job.config);
  progress.seed = job.seed;
  progress.threads = threads;
  progress.vocabulary_digest = digest(job.data.vocabulary);
  progress.train_digest = digest(job.data.train);
  progress.valid_digest = digest(job.data.valid);
  progress.windows = windows;
  return progress;
}

/// @throws DataError if the saved training was of something else than the job
void check_same(const TrainingJob& job, const TrainingProgress& saved,
                const TrainingProgress& now) {
  const std::string checkpoint = checkpoint_file(job.directory).string();
  const std::string difference = configuration_difference(saved.config, now.config);
  if (!difference.empty()) {
    throw DataError(checkpoint, "", difference + ": a resumed training must keep it");
  }
  if (saved.seed != now.seed) {
    throw DataError(checkpoint, "",
                    fmt::format("seed was {} and is {} now: a resumed training must keep it",
                                saved.seed, now.seed));
  }
  const auto compare = [](const std::string& before, const std::string& after,
                          const std::string& file, std::string_view what) {
    if (before == after) return;
    throw DataError(
        file, "",
        fmt::format("{} is not the one that the unfinished training began with: restore "
                    "it, or --overwrite trains anew",
                    what));
  };
  compare(saved.train_digest, now.train_digest, job.data.train_file, "this text");
  compare(saved.valid_digest, now.valid_digest, job.data.valid_file, "this text");
  compare(saved.vocabulary_digest, now.vocabulary_digest, job.data.train_file, "its vocabulary");
}

/// The progress to begin with: of the checkpoint when resuming, if there is one.
TrainingProgress starting_progress(const TrainingJob& job, std::int64_t windows, int threads) {
  TrainingProgress progress = first_progress(job, windows, threads);
  if (job.start != Start::kResume) return progress;
  auto saved = read_progress(job.directory);
  if (!saved) return progress;
  check_same(job, *saved, progress);
  saved->config = progress.config;
  return *std::move(saved);
}

}  // namespace

TrainingProgress check_start(const TrainingJob& job, int threads) {
  const Config& config = job.config;
  const TrainingData& data = job.data;
  check_ids(data.train, data.vocabulary.size(), data.train_file);
  check_ids(data.valid, data.vocabulary.size(), data.valid_file);
  // Both texts must have a window before anything is written.
  const text::Windows train(data.train, config.batch_size, config.num_steps, data.train_file);
  const text::Windows valid(data.valid, config.batch_size, config.num_steps, data.valid_file);
  const Architecture shape = architecture_of(config, data.vocabulary.size());
  check_memory(config, shape);
  if (job.memory_limit) check_memory_limit(config, shape, *job.memory_limit, resident_memory());
  check_disk(config, shape, job.directory);
  return starting_progress(job, train.count(), threads);
}

template <class Real>
Parameters<Real> initial_parameters(const TrainingJob& job, std::uint64_t seed) {
  Parameters<Real> parameters(architecture_of(job.config, job.data.vocabulary.size()));
  model::initialise(parameters, {job.config.init_scale, job.config.forget_bias, seed});
  const std::vector<double>& given = job.data.embeddings;
  if (given.empty()) return parameters;
  if (given.size() != parameters.embedding.size()) {
    throw UsageError(fmt::format("the pretrained embeddings have {} numbers instead of {} x {}",
                                 given.size(), parameters.architecture.vocab_size,
                                 parameters.architecture.embedding_size));
  }
  std::transform(given.begin(), given.end(), parameters.embedding.begin(),
                 [](double value) { return static_cast<Real>(value); });
  return parameters;
}

template Parameters<float> initial_parameters(const TrainingJob&, std::uint64_t);
template Parameters<double> initial_parameters(const TrainingJob&, std::uint64_t);

}  // namespace stategrad::train
