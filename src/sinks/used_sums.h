// SPDX-License-Identifier: MIT
//
// Used gradients summed by signature, delay and block of the text.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "gradient/used_gradients.h"
#include "sinks/class_statistics.h"

namespace stategrad::sinks {

struct UsedSumsShape {
  int signatures = 1;  ///< S
  int delays = 1;      ///< D
  int blocks = 1;      ///< K
  int rows = 1;        ///< R
  bool operator==(const UsedSumsShape&) const = default;
};

/// Sums over used gradients u [R], with the signatures and blocks of their sources x_{t-d}.
struct UsedSums {
  UsedSumsShape shape;
  std::vector<std::int64_t> count;   ///< [S, D, K] number of u
  std::vector<double> norm;          ///< [S, D, K] Σ |u|
  std::vector<double> squared_norm;  ///< [S, D, K] Σ |u|²
  std::vector<double> sum;           ///< [S, D, K, R] Σ u

  UsedSums() = default;
  /// All zero. @throws ResourceError naming the sizes when the memory does not suffice
  explicit UsedSums(const UsedSumsShape& sizes);
  /// Index of [signature, delay, block].
  [[nodiscard]] std::size_t cell(int signature, int delay, int block) const;
  void add(std::size_t at, std::span<const double> values);
  /// @throws InternalError unless the shapes are equal
  UsedSums& operator+=(const UsedSums& other);
};

/// The sums over the signatures of a class, with S = 1.
[[nodiscard]] UsedSums class_sums(const UsedSums& sums, const ClassScheme& classes,
                                  int class_index);

/// What the sources of a pass are told apart by.
struct SourcesOfText {
  std::int64_t words = 0;                   ///< N, of the whole text, which the blocks divide
  std::span<const std::int32_t> signature;  ///< [N]; empty: all have the first one
};

/// A consumer of used gradients that adds them up; `sums` and the signatures must outlive it.
[[nodiscard]] std::function<void(const gradient::UsedGradient&)> adding_to(
    UsedSums& sums, const SourcesOfText& sources);

}  // namespace stategrad::sinks
