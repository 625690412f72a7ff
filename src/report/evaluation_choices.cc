// SPDX-License-Identifier: MIT
#include "report/evaluation_choices.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/model_angles.h"
#include "stategrad/errors.h"

namespace stategrad::report {

int subspace_size(const EvaluationChoices& choices, const Architecture& shape) {
  constexpr int kDefault = 5;
  const int most = std::min(shape.size, shape.embedding_size);
  if (choices.subspace < 0 || choices.subspace > most) {
    throw UsageError(
        fmt::format("--subspace {}: a number from 1 to {} was expected, the smaller of "
                    "the sizes of states and embeddings",
                    choices.subspace, most));
  }
  return choices.subspace == 0 ? std::min(kDefault, most) : choices.subspace;
}

void check(const EvaluationChoices& choices, std::span<const std::string> classes,
           const Architecture& shape, std::span<const std::string> vocabulary) {
  check(choices.whitening);
  static_cast<void>(subspace_size(choices, shape));
  static_cast<void>(find_differences(choices.differences, classes, shape.embedding_size));
  for (const std::string& other : choices.others) {
    check_other_model(other, choices, vocabulary, shape.embedding_size);
  }
}

}  // namespace stategrad::report
