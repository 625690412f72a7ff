// SPDX-License-Identifier: MIT
//
// What the sources of this room share with the GNU Scientific Library.
#pragma once

#include <gsl/gsl_errno.h>

namespace stategrad::analysis {

/// Left alone, the GNU Scientific Library ends the process at its first error. This makes it return
/// a status instead, for good and for the whole process. Call it before the library is used; any
/// number of times, from any thread.
inline void never_abort_in_gsl() {
  [[maybe_unused]] static const bool done = (gsl_set_error_handler_off(), true);
}

}  // namespace stategrad::analysis
