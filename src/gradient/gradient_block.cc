// SPDX-License-Identifier: MIT
#include <cstddef>

#include "stategrad/errors.h"
#include "stategrad/gradient_sink.h"

namespace stategrad {
namespace {

/// out [columns, rows] = inᵀ [rows, columns], by squares that fit the nearest cache.
template <class In, class Out>
void transpose(const In* in, std::size_t rows, std::size_t columns, std::span<Out> out) {
  if (out.size() != rows * columns) {
    throw InternalError("the room for a transposed state gradient does not have R x H numbers");
  }
  constexpr std::size_t kSide = 16;
  for (std::size_t row = 0; row < rows; row += kSide) {
    for (std::size_t column = 0; column < columns; column += kSide) {
      const std::size_t last_row = std::min(rows, row + kSide);
      const std::size_t last_column = std::min(columns, column + kSide);
      for (std::size_t c = column; c < last_column; ++c) {
        for (std::size_t r = row; r < last_row; ++r) {
          out[c * rows + r] = static_cast<Out>(in[r * columns + c]);
        }
      }
    }
  }
}

template <class Out>
void transpose_block(const GradientBlock& block, std::span<Out> out) {
  std::visit(
      [&](const auto* values) {
        transpose(values, static_cast<std::size_t>(block.rows),
                  static_cast<std::size_t>(block.size), out);
      },
      block.values);
}

}  // namespace

void GradientBlock::transpose_to(std::span<float> out) const { transpose_block(*this, out); }
void GradientBlock::transpose_to(std::span<double> out) const { transpose_block(*this, out); }

}  // namespace stategrad
