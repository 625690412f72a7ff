// SPDX-License-Identifier: MIT
//
// Used gradients summed by signature, delay and block of the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stategrad::sinks {

struct ClassScheme;

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

/// The sums over all signatures, with S = 1.
[[nodiscard]] UsedSums total_sums(const UsedSums& sums);

/// Adds sums of one block to those of that block among all.
/// @throws InternalError unless the shapes fit
void add_block(const UsedSums& part, int block, UsedSums& all);

/// Bytes of the sums.
[[nodiscard]] std::uint64_t used_sums_bytes(const UsedSumsShape& shape);

}  // namespace stategrad::sinks
