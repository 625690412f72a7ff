// SPDX-License-Identifier: MIT
#include "report/sentence_results.h"

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "base/atomic_file.h"

namespace stategrad::report {
namespace {

Json triangle_json(const std::vector<double>& norms, std::size_t& at, std::size_t words,
                   int max_delay) {
  Json rows = Json::array();
  for (std::size_t word = 0; word < words; ++word) {
    Json row = Json::array();
    const std::size_t delays = std::min(word + 1, static_cast<std::size_t>(max_delay));
    for (std::size_t delay = 0; delay < delays; ++delay)
      row.push_back(rounded(norms[at++], kSentenceDigits));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Json sentences_json(const sinks::ClassStatistics& head) {
  const sinks::SentenceNorms& found = head.sentences;
  if (found.sentences.empty()) return nullptr;
  Json states = Json::array();
  for (const StateOfLayer& state : head.run.states) states.push_back(state_json(state));
  Json sentences = Json::array();
  std::vector<std::size_t> at(head.run.states.size());
  for (const sinks::Sentence& sentence : found.sentences) {
    Json words = Json::array();
    for (const WordId word : sentence.words) {
      words.push_back(head.vocabulary[static_cast<std::size_t>(word)]);
    }
    Json norms = Json::array();
    for (std::size_t state = 0; state < at.size(); ++state) {
      norms.push_back(
          triangle_json(found.norms[state], at[state], sentence.words.size(), head.run.max_delay));
    }
    const bool typed = sentence.first == sinks::kTyped;
    sentences.push_back({{"position", typed ? Json(nullptr) : Json(sentence.first)},
                         {"words", std::move(words)},
                         {"norms", std::move(norms)}});
  }
  const auto taken =
      std::count_if(found.sentences.begin(), found.sentences.end(),
                    [](const sinks::Sentence& s) { return s.first != sinks::kTyped; });
  return {{"format", "stategrad sentences"},
          {"version", 1},
          {"max_delay", head.run.max_delay},
          {"of", found.of},
          {"taken", taken},
          {"states", std::move(states)},
          {"sentences", std::move(sentences)}};
}

void write_sentences(const std::filesystem::path& directory, const Json& sentences) {
  const std::filesystem::path path = directory / kSentencesFileName;
  if (sentences.is_null()) {
    std::error_code not_there;
    std::filesystem::remove(path, not_there);
    return;
  }
  write_file(path, sentences.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace stategrad::report
