// SPDX-License-Identifier: MIT
//
// Elementwise work of a training step on raw memory.
#pragma once

#include <cstdint>

#include "stategrad/thread_team.h"

namespace stategrad::kernels {

/// mask[i] = 1 / keep with probability keep, else 0: a pure function of (key, i), whatever
/// the team; the same masks for float and double.
/// out[i] = in[i] * mask[i]; out may be in.
template <class Real>
void dropout(std::uint64_t key, std::int64_t count, Real keep, const Real* in, Real* out,
             Real* mask, ThreadTeam& team);

/// out[i] *= mask[i].
template <class Real>
void multiply(std::int64_t count, const Real* mask, Real* out, ThreadTeam& team);

/// Σ x[i]², accumulated in float64, in an order that does not depend on the team.
template <class Real>
[[nodiscard]] double squared_norm(std::int64_t count, const Real* x, ThreadTeam& team);

/// out[c] += Σ_r in[r, c]: the gradient of a bias.
template <class Real>
void add_column_sums(std::int64_t rows, std::int64_t columns, const Real* in, Real* out,
                     ThreadTeam& team);

/// out[i] = bias[i mod columns]: fills rows with a bias.
template <class Real>
void fill_rows(std::int64_t rows, std::int64_t columns, const Real* bias, Real* out,
               ThreadTeam& team);

}  // namespace stategrad::kernels
