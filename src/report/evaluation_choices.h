// SPDX-License-Identifier: MIT
//
// What can be chosen about an evaluation, and be chosen anew for the same sums.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "report/difference_vectors.h"
#include "report/whitening_choice.h"
#include "stategrad/types.h"

namespace stategrad::report {

struct EvaluationChoices {
  std::vector<std::string> differences = {};  ///< as find_differences() reads them
  int subspace = 0;                           ///< k; 0: 5, or min(H, E) if that is less
  WhiteningChoice whitening = {};
  std::vector<std::string> others =
      {};  ///< folders of results of other models, for compare_models()
};

/// k for a model. @throws UsageError if it is not from 0 to min(H, E)
[[nodiscard]] int subspace_size(const EvaluationChoices& choices, const Architecture& shape);

/// What can be told before there are sums.
/// @throws UsageError or DataError as find_differences(), check() and subspace_size(), and as
///   check_other_model() of the others
void check(const EvaluationChoices& choices, std::span<const std::string> classes,
           const Architecture& shape, std::span<const std::string> vocabulary);

}  // namespace stategrad::report
