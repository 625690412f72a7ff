// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

namespace stategrad::cli {

/// Makes Ctrl-C and SIGTERM set a flag, which long work looks at between words or windows; a second
/// one ends the program at once. Also makes writes to a closed pipe or past a file-size limit fail
/// with an error instead of killing the program.
/// @returns the flag, which lives as long as the program
[[nodiscard]] const std::atomic<bool>& catch_signals();

}  // namespace stategrad::cli
