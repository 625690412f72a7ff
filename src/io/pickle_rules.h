// SPDX-License-Identifier: MIT
//
// Which Python names a pickle of weights may hold, and which of them it may call.
#pragma once

#include <string_view>

namespace stategrad::io {

/// What the reader makes of a call.
enum class PickleCall {
  kDict,       ///< OrderedDict and defaultdict
  kSet,        ///< set and frozenset
  kObject,     ///< copyreg's ways to make an instance
  kKept,       ///< tensors, parameters and other harmless values: a kCall
  kForbidden,  ///< everything else
};

[[nodiscard]] PickleCall pickle_call(std::string_view global);

/// Whether a name may stand in a pickle at all: classes may, what reaches the system, evaluates
/// code or looks up names may not, though it would not be called either.
[[nodiscard]] bool is_pickle_global_allowed(std::string_view module, std::string_view name);

}  // namespace stategrad::io
