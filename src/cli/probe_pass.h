// SPDX-License-Identifier: MIT
//
// Probes of the classes of a text: of the embeddings of its words, and of states at and after them.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/dry_run.h"
#include "cli/model_arguments.h"
#include "report/probe_results.h"
#include "text/token_classes.h"

namespace stategrad::cli {

struct ProbeRequest {
  std::filesystem::path text;
  std::filesystem::path output;      ///< folder
  bool overwrite = false;            ///< replaces probes that it holds
  bool embeddings = true;            ///< whether these are probed
  std::vector<StateOfLayer> states;  ///< that are probed
  std::vector<int> delays = {0};     ///< of states: the class is that of the word so long before
  std::int64_t sample = 5000;        ///< most states, or words, of a probe
  int blocks = 10;                   ///< K, of the text or of its words
  int fewest = 10;                   ///< classes with fewer vectors are left out
  std::vector<double> loss_weights = {0.01, 0.1, 1, 10, 100};  ///< C v to choose from, rising
  std::uint64_t seed = 1;
  std::optional<std::uintmax_t> memory_limit = {};  ///< bytes that the process may take
};

/// What is probed; all borrowed.
struct ProbeSubject {
  const OpenedModel* opened = nullptr;
  std::span<const WordId> text;
  const text::TokenClasses* classes = nullptr;
};

/// Delays such as 0,1,5: rising numbers. @throws UsageError naming the option
[[nodiscard]] std::vector<int> parse_delays(const std::string& option, const std::string& list);

/// Probes every group of classes on everything that is asked for, with progress, and writes the
/// files of report::write_probe_results(). What cannot be probed is said and left out; classes
/// that are too rare are said.
///
/// If the folder holds probes of the same model, text and settings, nothing is done.
/// @returns what is in the folder then: report::read_probe_json(); null if nothing can be probed
/// @throws DataError if it holds others and overwrite is not set, or the folder cannot be written;
///   UsageError, ResourceError, NumericalError naming the probe; Interrupted
report::Json run_probes(const ProbeSubject& subject, const ProbeRequest& request,
                        const Session& session, ThreadTeam& team);

/// A row per probe of what run_probes() returned.
[[nodiscard]] io::Table probe_summary(const report::Json& found);

/// What run_probes() would take; nothing is written.
[[nodiscard]] StepForecast forecast_probes(const ProbeSubject& subject, const ProbeRequest& request,
                                           ThreadTeam& team);

}  // namespace stategrad::cli
