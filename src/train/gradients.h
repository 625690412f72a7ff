// SPDX-License-Identifier: MIT
//
// The gradients of one window.
#pragma once

#include <cstdint>
#include <vector>

#include "model/parameters.h"
#include "stategrad/types.h"

namespace stategrad::train {

/// Which rows of a [V, ...] gradient may differ from zero. Lists each row once, in no order that
/// matters but always the same for the same window.
class TouchedRows {
 public:
  TouchedRows() = default;
  explicit TouchedRows(std::int64_t rows) : marked_(static_cast<std::size_t>(rows), false) {}

  void add(WordId row) {
    const auto place = static_cast<std::size_t>(row);
    if (marked_[place]) return;
    marked_[place] = true;
    rows_.push_back(row);
  }
  void clear() {
    for (const WordId row : rows_) marked_[static_cast<std::size_t>(row)] = false;
    rows_.clear();
  }
  [[nodiscard]] const std::vector<WordId>& rows() const { return rows_; }

 private:
  std::vector<bool> marked_;
  std::vector<WordId> rows_;
};

/// Values in the shapes of the parameters. Rows that are not touched are zero.
template <class Real>
struct Gradients {
  Gradients() = default;
  explicit Gradients(const Architecture& shape)
      : values(shape), embedding_rows(shape.vocab_size), output_rows(shape.vocab_size) {}

  Parameters<Real> values;
  bool embedding_trained = true;  ///< false: frozen; its gradient is not formed and stays zero
  TouchedRows embedding_rows;     ///< words that the window reads
  bool output_sparse = false;     ///< sampled softmax: only output_rows of weight and bias
  TouchedRows output_rows;
};

}  // namespace stategrad::train
