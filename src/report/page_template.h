// SPDX-License-Identifier: MIT
//
// The page of results without its results, as web/ makes it and the build puts it into the program.
#pragma once

#include <span>
#include <string_view>

namespace stategrad::report {

/// What stands before and after the results, each in pieces; empty in a build without the page.
struct PageTemplate {
  std::span<const std::string_view> head;
  std::span<const std::string_view> tail;
};

[[nodiscard]] PageTemplate page_template();

}  // namespace stategrad::report
