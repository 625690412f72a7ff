// SPDX-License-Identifier: MIT
#include "report/word_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/key_delays.h"

namespace stategrad::report {
namespace {

std::optional<double> mean_norm(const sinks::WordSums& sums, std::size_t at) {
  if (sums.count[at] == 0) return std::nullopt;
  return sums.norm[at] / static_cast<double>(sums.count[at]);
}

/// Places in head.words, the word that occurs most first; of equally frequent ones the smaller id.
std::vector<std::size_t> most_frequent(const sinks::WordSums& sums, std::size_t words,
                                       std::size_t delays) {
  std::vector<std::size_t> places(words);
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    return sums.count[a * delays] > sums.count[b * delays];
  });
  places.resize(std::min(words, std::size_t{kMostWords}));
  return places;
}

Json word_delays_of(const sinks::ClassStatistics& head, std::size_t state) {
  const sinks::WordSums& sums = head.word_sums[state];
  const auto delays = static_cast<std::size_t>(head.run.max_delay);
  std::vector<int> shown;
  for (int d = 0; d < head.run.max_delay; ++d) {
    if (is_key_delay(d)) shown.push_back(d);
  }
  Json words = Json::array();
  for (const std::size_t w : most_frequent(sums, head.words.size(), delays)) {
    Json norms = Json::array();
    for (const int d : shown) {
      norms.push_back(number_json(mean_norm(sums, w * delays + static_cast<std::size_t>(d))));
    }
    words.push_back({{"word", head.vocabulary[static_cast<std::size_t>(head.words[w])]},
                     {"count", sums.count[w * delays]},
                     {"norms", std::move(norms)}});
  }
  Json json = state_json(head.run.states[state]);
  json["delays"] = shown;
  json["of"] = head.words.size();
  json["words"] = std::move(words);
  return json;
}

}  // namespace

io::Table words_table(const sinks::ClassStatistics& head) {
  std::vector<std::string> columns = {"state", "layer", "word", "count"};
  for (int d = 0; d < head.run.max_delay; ++d) columns.push_back(fmt::format("norm_{}", d));
  io::Table table(columns);
  const auto delays = static_cast<std::size_t>(head.run.max_delay);
  for (std::size_t state = 0; state < head.run.states.size(); ++state) {
    const sinks::WordSums& sums = head.word_sums[state];
    for (std::size_t w = 0; w < head.words.size(); ++w) {
      std::vector<io::Cell> row = {std::string(to_string(head.run.states[state].state)),
                                   std::int64_t{head.run.states[state].layer},
                                   head.vocabulary[static_cast<std::size_t>(head.words[w])],
                                   sums.count[w * delays]};
      for (std::size_t d = w * delays; d < (w + 1) * delays; ++d) {
        row.push_back(cell_of(mean_norm(sums, d)));
      }
      table.add(std::move(row));
    }
  }
  return table;
}

ResultPart words_part(const sinks::ClassStatistics& head) {
  Json states = Json::array();
  for (std::size_t state = 0; state < head.run.states.size(); ++state) {
    states.push_back(word_delays_of(head, state));
  }
  return {"word_delays", std::move(states), {{"words.csv", words_table(head)}}};
}

}  // namespace stategrad::report
