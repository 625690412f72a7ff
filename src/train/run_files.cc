// SPDX-License-Identifier: MIT
#include "train/run_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/atomic_file.h"
#include "base/text_format.h"
#include "base/training_size.h"
#include "model/model_directory.h"
#include "stategrad/version.h"

namespace stategrad::train {
namespace {

model::ModelDescription describe(const TrainingJob& job, const TrainingProgress& progress) {
  const std::vector<EpochResult>& epochs = progress.epochs;
  model::ModelDescription description;
  description.architecture = architecture_of(job.config, job.data.vocabulary.size());
  description.dtype = job.config.dtype;
  description.config = job.config;
  description.config.vocab_size = job.data.vocabulary.size();
  description.seed = progress.seed;
  description.epochs_done = static_cast<int>(epochs.size());
  description.version = STATEGRAD_VERSION;
  if (epochs.empty()) return description;
  description.train_perplexity = epochs.back().train_perplexity;
  description.valid_perplexity = epochs.back().valid_perplexity;
  description.best_valid_perplexity =
      std::min_element(epochs.begin(), epochs.end(), [](const auto& a, const auto& b) {
        return a.valid_perplexity < b.valid_perplexity;
      })->valid_perplexity;
  return description;
}

}  // namespace

template <class Real>
LanguageModel<Real> snapshot(const Vocabulary& vocabulary, const Parameters<Real>& parameters) {
  Parameters<Real> copy(parameters.architecture);
  const auto from = named_tensors(parameters);
  const auto to = named_tensors(copy);
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
  }
  return LanguageModel<Real>(vocabulary, std::move(copy));
}

void write_first_files(const TrainingJob& job, const TrainingProgress& progress) {
  make_folders(job.directory);
  model::write_vocabulary(job.directory, job.data.vocabulary);
  model::write_description(job.directory, describe(job, progress));
}

template <class Real>
void write_epoch_files(const TrainingJob& job, const TrainingProgress& progress,
                       const LanguageModel<Real>& model, bool with_vocabulary) {
  if (with_vocabulary) model::write_vocabulary(job.directory, job.data.vocabulary);
  if (progress.epochs.back().best) {
    model::write_weights(job.directory, model, model::WhichWeights::kBest);
  }
  model::write_weights(job.directory, model, model::WhichWeights::kLast);
  write_metrics(job.directory, progress.epochs);
  model::write_description(job.directory, describe(job, progress));
}

void write_finished_description(const TrainingJob& job, const TrainingProgress& progress) {
  model::ModelDescription description = describe(job, progress);
  description.finished = true;
  model::write_description(job.directory, description);
}

void write_metrics(const std::filesystem::path& directory, const std::vector<EpochResult>& epochs) {
  std::string text =
      "epoch,learning_rate,train_perplexity,valid_perplexity,tokens_per_second,seconds\n";
  for (const EpochResult& epoch : epochs) {
    // The perplexities and the rate read back exactly; the times need no more than they measure.
    text +=
        fmt::format("{},{},{},{},{:.1f},{:.3f}\n", epoch.epoch, format_number(epoch.learning_rate),
                    format_number(epoch.train_perplexity), format_number(epoch.valid_perplexity),
                    epoch.tokens_per_second, epoch.seconds);
  }
  write_file(directory / "metrics.csv", text);
}

template LanguageModel<float> snapshot(const Vocabulary&, const Parameters<float>&);
template LanguageModel<double> snapshot(const Vocabulary&, const Parameters<double>&);
template void write_epoch_files(const TrainingJob&, const TrainingProgress&,
                                const LanguageModel<float>&, bool);
template void write_epoch_files(const TrainingJob&, const TrainingProgress&,
                                const LanguageModel<double>&, bool);

}  // namespace stategrad::train
