// SPDX-License-Identifier: MIT
//
// Timescales of single units from their gates.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/jackknife.h"

namespace stategrad::analysis {

struct UnitTimescale {
  Estimate mean_log;   ///< m = mean of ln f
  Estimate timescale;  ///< τ = -1/m, in words; infinite if m is 0
};

/// Of every unit u: m_u = Σ_k sum[k, u] / Σ_k count[k] and τ_u = -1/m_u, with the jackknife errors
/// over the blocks; that of an infinite timescale is infinite. Over d average words the gates
/// multiply what is in the unit by e^(-d/τ).
/// @param sums [K, H] of ln f over the words of K blocks
/// @param counts [K] words
/// @returns [H]
/// @throws UsageError unless there is a word and the sums are as many as K H
[[nodiscard]] std::vector<UnitTimescale> unit_timescales(std::span<const double> sums,
                                                         std::span<const std::int64_t> counts);

/// The number below which a share of the values lies: with the values in rising order v₀ … v_{n-1}
/// and x = share (n - 1), between v_⌊x⌋ and v_⌈x⌉ in proportion. Values may be infinite.
/// @throws UsageError if there is no value, or the share is not from 0 to 1
[[nodiscard]] double quantile(std::vector<double> values, double share);

}  // namespace stategrad::analysis
