// SPDX-License-Identifier: MIT
#include "text/tag_classes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text_format.h"
#include "stategrad/errors.h"

namespace stategrad::text {

TagClasses::TagClasses(const std::vector<WordClass>& classes, ClassSets& sets)
    : sets_(sets), class_per_tag_(classes.empty()) {
  for (const WordClass& tags : classes) {
    const int number = sets_.add_class(tags.name);
    for (const std::string& tag : tags.members) classes_[tag].push_back(number);
  }
}

void TagClasses::add_classes(std::string_view tag, std::vector<int>& classes) {
  auto found = classes_.find(tag);
  if (found == classes_.end()) {
    if (!class_per_tag_) return;
    const int number = sets_.add_class(std::string(tag));
    found = classes_.emplace(tag, std::vector<int>{number}).first;
  }
  classes.insert(classes.end(), found->second.begin(), found->second.end());
}

void require_known_tags(const std::vector<WordClass>& classes, const std::set<std::string>& known,
                        const std::filesystem::path& file) {
  const std::vector<std::string> list(known.begin(), known.end());
  for (const WordClass& tags : classes) {
    if (std::any_of(tags.members.begin(), tags.members.end(),
                    [&](const std::string& tag) { return known.contains(tag); })) {
      continue;
    }
    throw DataError(
        file.string(), "",
        fmt::format("no word has a tag of the class '{}' ({}){}", tags.name,
                    fmt::join(tags.members, " "), did_you_mean(tags.members.front(), list)));
  }
}

}  // namespace stategrad::text
