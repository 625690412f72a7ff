// SPDX-License-Identifier: MIT
//
// Which classes the words of a text belong to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "text/class_definitions.h"
#include "text/classed_text.h"

namespace stategrad::text {

/// Which classes every token of a text belongs to. A token has a signature, the set of its classes:
/// what is summed by signature costs one addition per token whatever the number of classes, and the
/// sum of a class is that of the signatures that contain it (signatures_of_classes()).
struct TokenClasses {
  std::vector<std::string> names;            ///< of the C classes, in the order given, unique
  std::vector<std::string> groups;           ///< [C] what a class is one of: "tag", "frequency" …
  std::vector<std::vector<int>> signatures;  ///< [S] distinct sets of classes that occur, rising
  std::vector<std::int32_t> signature;       ///< [N] of each position of the text
};

/// Finds the classes of every token. Classes stand in the order of the definitions; tags, unless
/// they are given as lists, by code point; combinations in the order of what they combine.
/// Signatures are numbered as they first occur. A token may have no class at all. A name that an
/// earlier group has already is written "group:name".
///
/// @throws UsageError as check(), or naming a group with two classes of one name; DataError naming
///   file and line for files that are missing, no UTF-8, of another form or of another text, for
///   lists without a word of the vocabulary, and for sentence positions in a text without `<eos>`
/// Cost: a look-up per token and definition; memory: 4 bytes per token beside the text.
[[nodiscard]] TokenClasses classify_tokens(const ClassDefinitions& definitions,
                                           const ClassedText& text);

/// [C] the signatures that contain each class, rising.
[[nodiscard]] std::vector<std::vector<int>> signatures_of_classes(const TokenClasses& classes);

/// [S] how many positions have each signature.
[[nodiscard]] std::vector<std::int64_t> signature_counts(const TokenClasses& classes);

/// [C] how many positions belong to each class.
[[nodiscard]] std::vector<std::int64_t> class_counts(const TokenClasses& classes);

}  // namespace stategrad::text
