// SPDX-License-Identifier: MIT
//
// For tests: the same checks at every level that runs here.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "kernels/isa.h"

namespace stategrad::kernels {

template <class Check>
void for_each_isa(const Check& check) {
  const Isa before = active_isa();
  for (const Isa isa : available_isas()) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, std::string(to_string(isa)));
    set_active_isa(isa);
    check();
  }
  set_active_isa(before);
}

}  // namespace stategrad::kernels
