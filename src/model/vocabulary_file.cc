// SPDX-License-Identifier: MIT
//
// vocab.txt and labels.tsv.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/atomic_file.h"
#include "model/format.h"
#include "model/model_directory.h"
#include "stategrad/errors.h"

namespace stategrad::model {
namespace fs = std::filesystem;

void write_vocabulary(const fs::path& directory, const Vocabulary& vocabulary) {
  std::string lines;
  for (const std::string& word : vocabulary.words()) lines += word + "\n";
  write_file(directory / kVocabularyName, lines);
  write_file(directory / kLabelsName, lines);
}

Vocabulary read_vocabulary(const fs::path& directory) {
  const fs::path path = directory / kVocabularyName;
  const std::string content = read_file(path);
  if (content.empty() || content.back() != '\n') {
    throw DataError(path.string(), "", "truncated: the last line has no end");
  }
  std::vector<std::string> words;
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t start = 0; start < content.size();) {
    const std::size_t end = content.find('\n', start);
    const std::string_view word = std::string_view(content).substr(start, end - start);
    const std::string place = fmt::format("line {}", words.size() + 1);
    if (word.empty()) throw DataError(path.string(), place, "empty where a word was expected");
    const auto [first, is_new] = seen.try_emplace(word, words.size() + 1);
    if (!is_new) {
      throw DataError(path.string(), place,
                      fmt::format("'{}' stands in line {} already", word, first->second));
    }
    words.emplace_back(word);
    start = end + 1;
  }
  return Vocabulary(std::move(words));
}

}  // namespace stategrad::model
