// SPDX-License-Identifier: MIT
#include "text/dataset.h"

#include <fmt/format.h>

#include <unordered_set>

#include "text/corpus.h"
#include "text/word_list.h"

namespace stategrad::text {

DataFiles data_files(const Config& config) {
  const std::filesystem::path folder = config.data_path;
  const std::string suffix = config.vocab == 0 ? "" : fmt::format("_{}k-unk", config.vocab);
  const auto file = [&](const char* part) {
    return folder / fmt::format("{}{}.txt", part, suffix);
  };
  DataFiles files{file("train"), file("valid"), file("test")};
  if (config.valid_as_test) files.test = files.valid;
  if (!config.other_test.empty()) files.test = config.other_test;
  return files;
}

Vocabulary training_vocabulary(const Config& config) {
  const std::filesystem::path train = data_files(config).train;
  const WordCounts counts = count_words(train, text_rules(config, train));
  if (config.read_vocab_from_file.empty()) return build_vocabulary(counts);
  std::vector<std::string> words = read_word_list(config.read_vocab_from_file);
  const std::unordered_set<std::string> known(words.begin(), words.end());
  for (std::string& word : words_by_count(counts)) {
    if (!known.contains(word)) words.push_back(std::move(word));
  }
  add_special_words(words);
  return Vocabulary(std::move(words));
}

}  // namespace stategrad::text
