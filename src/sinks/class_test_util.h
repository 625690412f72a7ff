// SPDX-License-Identifier: MIT
//
// What the tests of sums by class share.
#pragma once

#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "sinks/class_merge.h"
#include "sinks/class_sums.h"
#include "sinks/h5_test_util.h"
#include "sinks/statistics_file.h"

namespace stategrad::sinks {

class ClassSumsTest : public H5Test {
 protected:
  static constexpr int kBlocks = 4;

  static GradientOptions both_states() {
    GradientOptions options = continuous();
    options.states = {{StateKind::kCell, 1}, {StateKind::kHidden, 0}};
    return options;
  }
  /// Words 0 and 1 are in "low", words 1 and 2 in "middle", the others in no class.
  static ClassScheme scheme() {
    return {{"low", "middle"}, {"list", "list"}, {{}, {0}, {0, 1}, {1}}};
  }
  [[nodiscard]] std::vector<std::int32_t> signatures() const {
    std::vector<std::int32_t> of;
    for (const WordId word : text_) of.push_back(word == 0 ? 1 : word == 1 ? 2 : word == 2 ? 3 : 0);
    return of;
  }
  /// Any number that tells the matrices apart.
  static double first_entry(const GradientBlock& block) {
    return std::abs(std::get<const double*>(block.values)[0]);
  }

  [[nodiscard]] ClassSumsOptions sums_options(const std::filesystem::path& parts) const {
    return {.directory = parts,
            .run = describe_run(plan(both_states()), provenance()),
            .blocks = kBlocks,
            .classes = scheme(),
            .signature = signature_,
            .sample = {3, 17, 38},
            .leading = first_entry};
  }
  [[nodiscard]] ModelTables tables() const {
    const auto& embedding = model_.parameters().embedding;
    return {
        std::vector<double>(embedding.begin(), embedding.end()), model_.vocabulary().words(),
        std::vector<double>(
            scheme().signatures.size() * static_cast<std::size_t>(shape().embedding_size), 0.5)};
  }
  /// The parts of a pass over these sources; none: all.
  [[nodiscard]] std::vector<std::filesystem::path> parts(const std::string& name,
                                                         std::vector<std::int64_t> sources) const {
    GradientOptions options = both_states();
    options.sources = std::move(sources);
    ClassSums sink(sums_options(folder_ / name));
    run(options, sink);
    std::set<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / name)) {
      found.insert(entry.path());
    }
    return {found.begin(), found.end()};
  }
  /// The file of a pass over these sources.
  [[nodiscard]] std::filesystem::path file_of(const std::string& name,
                                              std::vector<std::int64_t> sources = {}) const {
    const ModelTables model_tables = tables();
    const std::filesystem::path file = folder_ / (name + ".h5");
    merge_class_statistics(parts(name, std::move(sources)), true, &model_tables, file);
    return file;
  }

  std::vector<std::int32_t> signature_ = signatures();
};

}  // namespace stategrad::sinks
