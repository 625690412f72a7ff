// SPDX-License-Identifier: MIT
//
// Options that tell words apart by classes.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "text/class_definitions.h"

namespace stategrad::cli {

struct ClassArguments {
  std::string file;                        ///< --classes
  std::vector<std::string> labels;         ///< of --labels: of the words 0, 1, …; empty: none
  std::string tags;                        ///< --tags
  std::vector<std::string> tag_classes;    ///< --tag-class, NAME=FILE
  std::string token_tags;                  ///< --token-tags
  std::optional<std::string> tag_column;   ///< --tag-column
  std::optional<int> frequency_bins;       ///< --frequency-bins
  std::string frequency_edges;             ///< --frequency-edges, 10,100
  std::string frequency_text;              ///< --frequency-text
  std::vector<std::string> word_lists;     ///< --word-list, NAME=FILE
  std::string sentence_position;           ///< --sentence-position, 2,3,6
  std::vector<std::string> word_patterns;  ///< --word-regex, NAME=REGEX
  std::vector<std::string> crossed;        ///< --cross, tag,frequency
  std::optional<std::int64_t> min_count;   ///< --cross-min-count
  bool only_crossed = false;               ///< --only-crossed
};

/// All of these options.
void add_class_options(CLI::App& command, ClassArguments& arguments);

/// The definitions of --classes, then those of tags, token tags, frequency, word lists, position,
/// regular expressions and combinations; empty if no option was given. Files of tags and words are
/// not read yet, but for those of --classes and --tag-class.
/// @throws UsageError naming the option, or as text::check(); DataError as text::read_class_file()
[[nodiscard]] text::ClassDefinitions class_definitions(const ClassArguments& arguments);

}  // namespace stategrad::cli
