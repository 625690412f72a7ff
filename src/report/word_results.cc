// SPDX-License-Identifier: MIT
#include "report/word_results.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stategrad::report {

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
        std::optional<double> mean;
        if (sums.count[d] > 0) mean = sums.norm[d] / static_cast<double>(sums.count[d]);
        row.push_back(cell_of(mean));
      }
      table.add(std::move(row));
    }
  }
  return table;
}

ResultPart words_part(const sinks::ClassStatistics& head) {
  return {"words", nullptr, {{"words.csv", words_table(head)}}};
}

}  // namespace stategrad::report
