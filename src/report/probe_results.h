// SPDX-License-Identifier: MIT
//
// What probes found, as files of a folder and as parts of the results.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "analysis/probe_evaluation.h"
#include "io/table.h"
#include "report/result_part.h"
#include "report/word_coordinates.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::report {

/// Everything in one file; the tables and weights beside it.
constexpr const char* kProbeFileName = "probe.json";

/// A probe of the classes of one group.
struct ProbeResult {
  std::string group;
  std::optional<StateOfLayer> state;  ///< none: the embeddings
  int delay = 0;                      ///< the class is that of the word so many places before
  std::vector<std::string> classes;
  std::vector<std::string> left_out;  ///< classes with too few vectors
  int blocks = 0;                     ///< of the errors
  analysis::ProbeEvaluation found;
};

struct ProbeResults {
  /// What was probed and how: equal settings give equal results.
  Json settings;
  std::vector<ProbeResult> probes;
  WordCoordinates coordinates;
};

/// A row per probe: accuracy, share of the most frequent class, control task, selectivity, C.
[[nodiscard]] io::Table probe_table(const ProbeResults& results);
/// A row per probe, true class and class that was found: how many vectors.
[[nodiscard]] io::Table confusion_table(const ProbeResults& results);
/// A row per projection and word.
[[nodiscard]] io::Table coordinates_table(const ProbeResults& results);

/// Where the weights of a probe are, below the folder: weights/GROUP/embedding or
/// weights/GROUP/STATE_layer_l_delay_k. In it CLASS.npy has the weights [E] or [H] of a class; what
/// no file name can hold is written %2F.
[[nodiscard]] std::filesystem::path weights_folder(const ProbeResult& probe);

/// Writes probe.csv, confusion.csv, coordinates.csv, the weights and at last probe.json; each
/// appears whole. @throws DataError or ResourceError naming the file
void write_probe_results(const std::filesystem::path& directory, const ProbeResults& results);

/// The content of probe.json; null if there is none.
/// @throws DataError if it is no such file, or damaged
[[nodiscard]] Json read_probe_json(const std::filesystem::path& directory);

/// Removes what write_probe_results() wrote, if it has finished.
/// @throws DataError if something else has the name of probe.json
void remove_probe_results(const std::filesystem::path& directory);

/// Each a key of summary.json, with the very object of probe.json.
/// @param probe read_probe_json()
[[nodiscard]] ResultPart probe_part(const Json& probe);
[[nodiscard]] ResultPart coordinates_part(const Json& probe);

}  // namespace stategrad::report
