// SPDX-License-Identifier: MIT
//
// From the names of formats to a sink.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "sinks/output_format.h"
#include "sinks/run_description.h"
#include "sinks/statistics_file.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

struct OutputOptions {
  std::filesystem::path directory;  ///< created with its parents when the pass begins
  Provenance provenance;
  int blocks = kDefaultBlocks;  ///< of the text, statistics only
};

/// One sink that writes all of the formats below options.directory:
///   npy, npz     the tree of gradient_tree.h
///   hdf5         gradients.h5
///   statistics   statistics.h5
///   null         nothing
/// The order of use is: plan_state_gradients(), forecast_output(), check_output_folder(),
/// require_space(), clear_output_folder(), make_sink(), compute_state_gradients().
/// @throws UsageError if formats is empty
[[nodiscard]] std::unique_ptr<GradientSink> make_sink(std::span<const OutputFormat> formats,
                                                      const OutputOptions& options);

}  // namespace stategrad::sinks
