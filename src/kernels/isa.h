// SPDX-License-Identifier: MIT
//
// Which build of the kernels runs: one source per kernel, compiled once per instruction set.
#pragma once

#include <string_view>
#include <vector>

namespace stategrad::kernels {

/// Rising: a processor that runs one level runs all below. kScalar is plain C++, built everywhere.
enum class Isa { kScalar, kX86V2, kX86V3, kX86V4 };

/// "scalar", "x86-64-v2", "x86-64-v3", "x86-64-v4".
[[nodiscard]] std::string_view to_string(Isa isa);

/// Levels that this build contains and this processor can run, rising.
[[nodiscard]] std::vector<Isa> available_isas();

/// The level in use: the highest available, or the one that the environment variable
/// STATEGRAD_ISA names. Decided at the first call.
/// @throws UsageError if STATEGRAD_ISA names no level or one that cannot run here
[[nodiscard]] Isa active_isa();

/// Uses another level from now on; for tests and benchmarks.
/// @throws UsageError if it cannot run here
void set_active_isa(Isa isa);

}  // namespace stategrad::kernels
