// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <vector>

namespace stategrad::text {

/// The classes of one definition, and the distinct sets of them that tokens belong to. A set is
/// known by its code, from 0.
class ClassSets {
 public:
  ClassSets() = default;
  explicit ClassSets(std::vector<std::string> names) : names_(std::move(names)) {}

  /// @returns the number of the new class
  int add_class(std::string name);
  /// The code of a set.
  /// @param classes their numbers, in any order, perhaps more than once
  int code(std::vector<int> classes);
  /// Sorts the classes by name, code point by code point; codes stay.
  void sort_names();

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// By code; each set is rising.
  [[nodiscard]] const std::vector<std::vector<int>>& sets() const { return sets_; }

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<int>> sets_;
  std::map<std::vector<int>, int> codes_;
};

}  // namespace stategrad::text
