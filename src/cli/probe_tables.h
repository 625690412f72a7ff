// SPDX-License-Identifier: MIT
//
// What `pos` draws, as tables.
#pragma once

#include <string>
#include <vector>

#include "analysis/probe_file.h"
#include "analysis/projections.h"
#include "io/table.h"

namespace stategrad::cli {

/// C, class_weight, multi_class, score: a row per set of parameters.
[[nodiscard]] io::Table grid_table(const std::vector<analysis::ProbeScore>& scores);

/// A row per true class: its name, how many vectors it has, and the share of them that is taken for
/// each class, empty without any.
[[nodiscard]] io::Table confusion_table(const analysis::ProbeFile& probe,
                                        const analysis::LabelledVectors& data);

/// A row per class that the probe knows: its name, its bias, and its weights w_1 ... w_E.
[[nodiscard]] io::Table weight_table(const analysis::ProbeFile& probe);

/// A row per vector: word, class, and its coordinates `axis`_1 ...
[[nodiscard]] io::Table coordinate_table(const analysis::Projection& projection,
                                         const std::vector<std::string>& words,
                                         const std::vector<std::string>& classes,
                                         const std::string& axis);

}  // namespace stategrad::cli
