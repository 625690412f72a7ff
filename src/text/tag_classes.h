// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "text/class_sets.h"
#include "text/word_classes.h"

namespace stategrad::text {

/// From tags to classes: those that the tags were put into or, if there are none, a class per tag.
class TagClasses {
 public:
  /// @param sets borrowed; gets the classes
  TagClasses(const std::vector<WordClass>& classes, ClassSets& sets);

  /// Appends the classes of a tag.
  void add_classes(std::string_view tag, std::vector<int>& classes);

 private:
  ClassSets& sets_;
  bool class_per_tag_;
  std::map<std::string, std::vector<int>, std::less<>> classes_;
};

/// A class none of whose tags occurs is a typing error. @throws DataError naming class and file
void require_known_tags(const std::vector<WordClass>& classes, const std::set<std::string>& known,
                        const std::filesystem::path& file);

}  // namespace stategrad::text
