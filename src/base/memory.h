// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace stategrad {

/// Bytes that this process may still take: what the system has available, or less if a control
/// group limits the process. The largest number if the system does not say.
[[nodiscard]] std::uintmax_t available_memory();

/// Bytes that a process of this machine could ever take: its memory, or the limit of a control
/// group if that is less. The largest number if the system does not say.
[[nodiscard]] std::uintmax_t total_memory();

/// The most bytes that this process has held in memory so far.
[[nodiscard]] std::uintmax_t peak_memory();

/// The bytes that this process holds in memory now; what it held at most if the system does not
/// say.
[[nodiscard]] std::uintmax_t resident_memory();

/// Checks a need for memory before it is taken.
/// @param purpose what it is for and what makes it so large, for the message
/// @throws ResourceError naming the purpose, the need and what there is
void require_memory(std::uintmax_t bytes, std::string_view purpose);

}  // namespace stategrad
