// SPDX-License-Identifier: MIT
//
// What analyze, merge and report let choose about the evaluation of sums.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "report/evaluation_choices.h"

namespace stategrad::cli {

struct EvaluationArguments {
  std::vector<std::string> differences;  ///< --difference
  int subspace = 0;                      ///< --subspace
  std::string whitening = "types";       ///< --whitening
  std::optional<double> shrinkage;       ///< --shrinkage
  std::vector<std::string> others;       ///< --compare
};

/// Adds --difference, --subspace, --whitening, --shrinkage and --compare.
void add_evaluation_options(CLI::App& command, EvaluationArguments& arguments);

/// @throws UsageError as report::parse_whitening_kind() and report::check() of a whitening
[[nodiscard]] report::EvaluationChoices evaluation_choices(const EvaluationArguments& arguments);

}  // namespace stategrad::cli
