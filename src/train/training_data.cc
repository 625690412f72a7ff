// SPDX-License-Identifier: MIT
#include "train/training_data.h"

#include <fmt/format.h>

#include <utility>

#include "model/embeddings.h"
#include "stategrad/errors.h"
#include "text/corpus.h"
#include "text/dataset.h"
#include "text/word_list.h"

namespace stategrad::train {
void take_embedding_size(Config& config, bool given) {
  if (config.pretrained_embeddings.empty()) return;
  const int size = model::pretrained_embedding_size(config.pretrained_embeddings);
  if (given && config.effective_embedding_size() != size) {
    throw UsageError(fmt::format(
        "embedding_size is {}, but the embeddings of pretrained_embeddings {} have {} dimensions",
        config.effective_embedding_size(), config.pretrained_embeddings, size));
  }
  config.embedding_size = size;
}

TrainingData load_training_data(const Config& config, std::uint64_t seed) {
  TrainingData data;
  const text::DataFiles files = text::data_files(config);
  data.train_file = files.train.string();
  data.valid_file = files.valid.string();
  if (config.pretrained_embeddings.empty()) {
    data.vocabulary = text::training_vocabulary(config);
  } else {
    model::PretrainedEmbeddings given =
        model::read_pretrained_embeddings(config.pretrained_embeddings, config.init_scale, seed);
    data.vocabulary = std::move(given.vocabulary);
    data.embeddings = std::move(given.values);
  }
  data.train =
      text::read_word_ids(files.train, text::text_rules(config, files.train), data.vocabulary);
  data.valid =
      text::read_word_ids(files.valid, text::text_rules(config, files.valid), data.vocabulary);
  if (!config.save_dict.empty()) text::write_word_list(data.vocabulary, config.save_dict);
  return data;
}

}  // namespace stategrad::train
