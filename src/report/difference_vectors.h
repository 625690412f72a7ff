// SPDX-License-Identifier: MIT
//
// Difference vectors: from a file, or of two classes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sinks/class_statistics.h"

namespace stategrad::report {

/// "all", the class of all words.
inline constexpr const char* kAllWords = "all";

struct DifferenceVector {
  std::string name;
  std::string first;           ///< class; empty: from a file
  std::string second;          ///< class
  std::string file;            ///< empty: of two classes
  std::vector<double> vector;  ///< [E]
};

/// Reads `FILE.npy`, `NAME=FILE.npy`, `A-B`, `A,B`, `NAME=A-B` or `NAME=A,B` with classes A and B,
/// or `all` for all words. Vectors of files are read, those of classes are left empty. Without NAME
/// the name is that of the file without .npy, or "A-B".
/// @param classes names of all classes
/// @param size E
/// @throws UsageError naming the text: no such classes, more than one reading, a class and itself,
/// a
///   name that stands twice; DataError naming a file that is missing or no vector of E numbers
[[nodiscard]] std::vector<DifferenceVector> find_differences(std::span<const std::string> texts,
                                                             std::span<const std::string> classes,
                                                             int size);

/// Computes those of classes: the mean embedding of the words x of the first, a word as often as it
/// occurs, minus that of the second.
/// @throws UsageError naming a class without words; DataError as the reader
void complete_differences(const sinks::ClassStatisticsReader& reader,
                          std::vector<DifferenceVector>& differences);

/// Indices of the differences to measure for a class: those that name it, and all for kAllWords.
[[nodiscard]] std::vector<std::size_t> differences_of(std::span<const DifferenceVector> differences,
                                                      const std::string& class_name);

}  // namespace stategrad::report
