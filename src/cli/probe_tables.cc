// SPDX-License-Identifier: MIT
#include "cli/probe_tables.h"

#include <fmt/format.h>

namespace stategrad::cli {

io::Table grid_table(const std::vector<analysis::ProbeScore>& scores) {
  io::Table table({"C", "class_weight", "multi_class", "score"});
  for (const auto& [parameters, score] : scores) {
    table.add({parameters.loss_weight, std::string(parameters.balanced ? "balanced" : "none"),
               analysis::to_string(parameters.scheme), score});
  }
  return table;
}

io::Table confusion_table(const analysis::ProbeFile& probe, const analysis::LabelledVectors& data) {
  const std::size_t K = probe.class_names.size();
  std::vector<std::string> columns = {"true", "count"};
  columns.insert(columns.end(), probe.class_names.begin(), probe.class_names.end());
  std::vector<std::vector<std::int64_t>> counts(K, std::vector<std::int64_t>(K));
  std::vector<std::int64_t> totals(K);
  const std::vector<int> predicted = probe.probe.predict(data.x);
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const auto label = static_cast<std::size_t>(data.y[i]);
    ++counts[label][static_cast<std::size_t>(predicted[i])];
    ++totals[label];
  }
  io::Table table(columns);
  for (std::size_t k = 0; k < K; ++k) {
    std::vector<io::Cell> row = {probe.class_names[k], totals[k]};
    for (const std::int64_t count : counts[k]) {
      row.emplace_back();
      if (totals[k] > 0) {
        row.back() = static_cast<double>(count) / static_cast<double>(totals[k]);
      }
    }
    table.add(row);
  }
  return table;
}

io::Table weight_table(const analysis::ProbeFile& file) {
  const analysis::Probe& probe = file.probe;
  std::vector<std::string> columns = {"class", "bias"};
  for (int e = 1; e <= probe.size; ++e) columns.push_back(fmt::format("w_{}", e));
  io::Table table(columns);
  for (std::size_t p = 0; p < probe.classes.size(); ++p) {
    std::vector<io::Cell> row = {file.class_names[static_cast<std::size_t>(probe.classes[p])],
                                 probe.bias[p]};
    const auto first = probe.weights.begin() + std::ptrdiff_t(p) * probe.size;
    row.insert(row.end(), first, first + probe.size);
    table.add(row);
  }
  return table;
}

io::Table coordinate_table(const analysis::Projection& projection,
                           const std::vector<std::string>& words,
                           const std::vector<std::string>& classes, const std::string& axis) {
  const int k = projection.coordinates.columns;
  std::vector<std::string> columns = {"word", "class"};
  for (int a = 1; a <= k; ++a) columns.push_back(fmt::format("{}_{}", axis, a));
  io::Table table(columns);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::vector<io::Cell> row = {words[i], classes[i]};
    const auto first = projection.coordinates.values.begin() + std::ptrdiff_t(i) * k;
    row.insert(row.end(), first, first + k);
    table.add(row);
  }
  return table;
}

}  // namespace stategrad::cli
