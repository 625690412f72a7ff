// SPDX-License-Identifier: MIT
//
// Small models and texts for the tests of this room.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/random.h"
#include "model/initialise.h"
#include "model/parameters.h"
#include "train/trainer.h"

namespace stategrad::train {

/// A directory that is removed at the end of the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "stategrad_train_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

template <class Real>
Parameters<Real> copy_of(const Parameters<Real>& parameters) {
  Parameters<Real> copy(parameters.architecture);
  const auto from = named_tensors(parameters);
  const auto to = named_tensors(copy);
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
  }
  return copy;
}

/// All values, tensor after tensor.
template <class Real>
std::vector<Real> flatten(const Parameters<Real>& parameters) {
  std::vector<Real> values;
  for (const auto& tensor : named_tensors(parameters)) {
    values.insert(values.end(), tensor.values.begin(), tensor.values.end());
  }
  return values;
}

template <class Real>
Parameters<Real> random_parameters(const Architecture& shape, std::uint64_t seed, double scale) {
  Parameters<Real> parameters(shape);
  std::uint64_t stream = 0;
  for (const auto& tensor : named_tensors(parameters)) {
    RandomStream random(seed, ++stream);
    const auto trained = tensor.values.subspan(tensor.trained_from);
    for (Real& value : trained) value = static_cast<Real>(scale * (2 * random.uniform() - 1));
  }
  return parameters;
}

inline std::vector<WordId> random_ids(std::size_t count, std::int64_t vocab_size,
                                      std::uint64_t seed) {
  RandomStream random(seed, 77);
  std::vector<WordId> ids(count);
  for (WordId& id : ids) {
    id = static_cast<WordId>(random.below(static_cast<std::uint64_t>(vocab_size)));
  }
  return ids;
}

/// Words that mostly follow each other in a circle, so that there is something to learn.
inline std::vector<WordId> circular_text(std::size_t count, std::int64_t vocab_size,
                                         std::uint64_t seed) {
  RandomStream random(seed, 78);
  std::vector<WordId> ids(count);
  for (std::size_t i = 1; i < count; ++i) {
    ids[i] = random.uniform() < 0.8
                 ? static_cast<WordId>((ids[i - 1] + 1) % vocab_size)
                 : static_cast<WordId>(random.below(static_cast<std::uint64_t>(vocab_size)));
  }
  return ids;
}

/// A job of 4 epochs with 19 windows each, on 12 words.
inline TrainingJob small_job(const std::filesystem::path& directory) {
  TrainingJob job;
  std::vector<std::string> words;
  for (int i = 0; i < 10; ++i) words.push_back("w" + std::to_string(i));
  words.emplace_back(Vocabulary::kUnknown);
  words.emplace_back(Vocabulary::kBeginOfSentence);
  job.data.vocabulary = Vocabulary(words);
  job.data.train = circular_text(403, 10, 1);
  job.data.valid = circular_text(103, 10, 2);
  job.config.save_path = directory.string();
  job.config.data_path = "data";
  job.config.size = 8;
  job.config.embedding_size = 6;
  job.config.num_steps = 5;
  job.config.batch_size = 4;
  job.config.init_scale = 0.2;
  job.config.dropout = 0.8;
  job.config.max_epoch = 2;
  job.config.max_max_epoch = 4;
  job.directory = directory;
  return job;
}

}  // namespace stategrad::train
