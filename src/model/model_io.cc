// SPDX-License-Identifier: MIT
#include "stategrad/model_io.h"

#include "model/model_directory.h"
#include "text/corpus.h"

namespace stategrad {

AnyLanguageModel load_model(const std::filesystem::path& directory, WhichWeights which) {
  return model::read_model(directory, which);
}

std::vector<WordId> load_text(const std::filesystem::path& directory,
                              const std::filesystem::path& file) {
  const Config config = model::read_description(directory).config;
  return text::read_word_ids(file, text::text_rules(config, file),
                             model::read_vocabulary(directory));
}

}  // namespace stategrad
