// SPDX-License-Identifier: MIT
//
// What the self-describing files record about the pass that made them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "io/table.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

/// What a GradientRun does not know: where model and text come from.
struct Provenance {
  std::string model;              ///< the model directory or file, as the user named it
  std::string model_fingerprint;  ///< fingerprint_of_file() of the weights; may be empty
  std::string text;               ///< the text file, as the user named it
  bool vectors = false;           ///< that file holds vectors, of which each counts as a word
  DType dtype = DType::kFloat32;  ///< precision of the pass
  std::vector<double> basis;      ///< GradientOptions::basis [R, E]; empty: the identity
};

/// A GradientRun and its provenance, owning everything but the words themselves.
struct RunDescription {
  std::string program_version;
  Provenance provenance;
  Architecture architecture;
  std::string vocabulary_fingerprint;
  std::string text_fingerprint;  ///< of the word ids
  std::int64_t words = 0;        ///< N, of the text
  std::vector<StateOfLayer> states;
  int max_delay = 0;  ///< D
  int rows = 0;       ///< R
  bool windowed = false;
  int num_steps = 0;                  ///< T, 0 when continuous
  std::int64_t num_windows = 0;       ///< 0 when continuous
  std::vector<int> time_steps;        ///< empty when continuous
  std::vector<std::int64_t> sources;  ///< positions of the words x, rising; empty: all
  double rank_tolerance = 0;          ///< 0: exact
};

/// Cost: one look at every word of text and vocabulary.
[[nodiscard]] RunDescription describe_run(const GradientRun& run, const Provenance& provenance);

/// Words that the pass read: all of the text, or all of its windows.
[[nodiscard]] std::int64_t words_read(const RunDescription& run);
/// The delays of a pass that occur: D, or fewer when windows or text are shorter.
[[nodiscard]] int delays_that_occur(const RunDescription& run);
/// State gradients of each state at a delay, of a pass over all sources.
[[nodiscard]] std::int64_t count_at_delay(const RunDescription& run, int delay);

/// model::Digest of the content, 16 hexadecimal digits: tells files apart, does not protect them.
/// Reads a megabyte at a time.
/// @throws DataError if the file cannot be read
[[nodiscard]] std::string fingerprint_of_file(const std::filesystem::path& file);

/// Names, in words joined by underscores, and values for a person to read, in a fixed order.
using Facts = std::vector<std::pair<std::string, io::Cell>>;
[[nodiscard]] Facts facts_of(const RunDescription& description);

}  // namespace stategrad::sinks
