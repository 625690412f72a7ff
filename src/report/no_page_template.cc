// SPDX-License-Identifier: MIT
//
// Stands in for the page where node and npm were not at hand when the program was built.
#include "report/page_template.h"

namespace stategrad::report {

PageTemplate page_template() { return {}; }

}  // namespace stategrad::report
