// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "text/class_sets.h"
#include "text/token_classes.h"

namespace stategrad::text {

/// Builds signatures definition by definition: each splits those before it by its own sets.
class SignatureBuilder {
 public:
  explicit SignatureBuilder(std::size_t positions);

  /// The set of classes of the next position in the definition under way, by its code.
  void give(int code);
  /// Ends a definition, whose codes have been given for every position.
  /// @param hidden its classes are not in the result
  /// @throws UsageError if the group has one of the names already
  void end(const std::string& group, const ClassSets& sets, bool hidden);
  /// Combines the classes of groups that are there.
  void cross(const std::string& group, const CrossedClasses& crossed, bool hidden);
  /// The result; nothing may follow.
  [[nodiscard]] TokenClasses take();

 private:
  /// A class of each combined group.
  using Combination = std::vector<int>;
  int add_class(const std::string& group, const std::string& name, bool hidden);
  [[nodiscard]] std::vector<Combination> combinations(const std::vector<int>& signature,
                                                      const CrossedClasses& crossed) const;
  [[nodiscard]] std::string name_of(const Combination& combination) const;

  TokenClasses classes_;
  std::vector<bool> hidden_;  ///< [C]
  /// All words are a class of that name in every analysis.
  std::map<std::string, std::string> group_of_name_ = {{"all", ""}};
  std::size_t position_ = 0;                               ///< of the definition under way
  std::unordered_map<std::uint64_t, std::int32_t> split_;  ///< (signature, code) to the new one
  std::vector<std::uint64_t> parts_;                       ///< the keys of split_ in their order
};

}  // namespace stategrad::text
