// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "report/chart.h"

namespace stategrad::report {

/// Draws with gnuplot, a program of its own. The file appears whole or not at all.
/// @param gnuplot name or path of the program
/// @throws ResourceError if there is no such program, saying what to install, or naming the file if
///   it cannot be written; UsageError if there is nothing to draw
void draw(const Drawing& drawing, const Page& page, const std::filesystem::path& output,
          const std::string& gnuplot = "gnuplot");

}  // namespace stategrad::report
