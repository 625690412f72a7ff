// SPDX-License-Identifier: MIT
//
// Batches and windows of a text: N ids are cut into B rows of N / B, and read in windows of T
// consecutive columns; targets are the inputs shifted by one. N / B / T - 1 windows, the rest is
// dropped.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "stategrad/types.h"

namespace stategrad::text {

class Windows {
 public:
  /// @param ids borrowed
  /// @throws DataError naming `file` if the text has less than one window
  Windows(std::span<const WordId> ids, int streams, int steps, const std::string& file);

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] int streams() const { return streams_; }  ///< B
  [[nodiscard]] int steps() const { return steps_; }      ///< T

  /// Copies window k, time-major: out[t*B + b].
  void inputs(std::int64_t k, std::span<WordId> out) const;
  void targets(std::int64_t k, std::span<WordId> out) const;

 private:
  void copy(std::int64_t first_column, std::span<WordId> out) const;
  std::span<const WordId> ids_;
  int streams_;
  int steps_;
  std::int64_t row_length_;
  std::int64_t count_;
};

}  // namespace stategrad::text
