// SPDX-License-Identifier: MIT
#include "text/class_definitions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/text_format.h"
#include "stategrad/errors.h"
#include "text/word_pattern.h"

namespace stategrad::text {
namespace {

constexpr int kMostBins = 1000;

[[noreturn]] void fail(const std::string& group, const std::string& message) {
  throw UsageError(fmt::format("classes '{}': {}", group, message));
}

/// Names of classes, or of other things with names.
template <class Named>
void check_names(const std::string& group, const std::vector<Named>& list) {
  std::set<std::string_view> seen;
  for (const Named& item : list) {
    if (item.name.empty()) fail(group, "a class has an empty name");
    if (!seen.insert(item.name).second) {
      fail(group, fmt::format("the class '{}' stands twice", item.name));
    }
  }
}

void check_edges(const std::string& group, const std::vector<std::int64_t>& edges,
                 std::int64_t lowest) {
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const std::int64_t bound = i == 0 ? lowest : edges[i - 1];
    if (edges[i] <= bound) {
      fail(group, fmt::format("the edges are {}: rising numbers from {} were expected",
                              fmt::join(edges, ","), lowest + 1));
    }
  }
}

/// Checks one definition after those of the groups before it.
struct Check {
  const std::string& group;
  const std::vector<std::string>& groups_before;

  void operator()(const LexiconTags& tags) const { check_tags(tags.file, tags.classes); }
  void operator()(const TokenTags& tags) const { check_tags(tags.file, tags.classes); }
  void operator()(const FrequencyBins& frequency) const {
    if (!frequency.edges.empty() && frequency.bins != 0) {
      fail(group, "give a number of bins or edges, not both");
    }
    if (frequency.edges.empty() && (frequency.bins < 1 || frequency.bins > kMostBins)) {
      fail(group, fmt::format("{} bins: 1 to {} were expected, or edges such as 10,100",
                              frequency.bins, kMostBins));
    }
    check_edges(group, frequency.edges, 0);
    check_bin_names(frequency);
  }
  void operator()(const WordLists& words) const {
    if (words.lists.empty()) fail(group, "no lists of words");
    check_names(group, words.lists);
    for (const NamedWords& list : words.lists) {
      if (list.file.empty() && list.words.empty()) {
        fail(group, fmt::format("the list '{}' has no words", list.name));
      }
    }
  }
  void operator()(const SentencePositions& position) const {
    if (position.edges.empty()) fail(group, "no edges: positions such as 2,3,6 were expected");
    check_edges(group, position.edges, 1);
  }
  void operator()(const WordPatterns& words) const {
    if (words.patterns.empty()) fail(group, "no regular expressions");
    check_names(group, words.patterns);
    for (const NamedPattern& pattern : words.patterns) {
      try {
        const WordPattern compiled(pattern.pattern);
      } catch (const UsageError& error) {
        fail(group, fmt::format("'{}': {}", pattern.name, error.what()));
      }
    }
  }
  void operator()(const CrossedClasses& crossed) const {
    if (crossed.groups.size() < 2) fail(group, "two or more groups are needed to combine classes");
    if (std::set(crossed.groups.begin(), crossed.groups.end()).size() != crossed.groups.size()) {
      fail(group, "a group cannot be combined with itself");
    }
    if (crossed.min_count < 1) {
      fail(group,
           fmt::format("the minimum count is {}: 1 or more was expected", crossed.min_count));
    }
    for (const std::string& wanted : crossed.groups) {
      if (std::find(groups_before.begin(), groups_before.end(), wanted) != groups_before.end()) {
        continue;
      }
      fail(group, fmt::format("there is no group '{}' before it{}", wanted, known(wanted)));
    }
  }

 private:
  void check_tags(const std::filesystem::path& file, const std::vector<WordClass>& classes) const {
    if (file.empty()) fail(group, "no file of tags");
    check_names(group, classes);
    for (const WordClass& tags : classes) {
      if (tags.members.empty()) fail(group, fmt::format("the class '{}' has no tags", tags.name));
    }
  }
  void check_bin_names(const FrequencyBins& frequency) const {
    if (frequency.names.empty()) return;
    const std::size_t bins = frequency.edges.empty() ? static_cast<std::size_t>(frequency.bins)
                                                     : frequency.edges.size() + 1;
    if (frequency.names.size() != bins) {
      fail(group, fmt::format("{} names for {} bins", frequency.names.size(), bins));
    }
    std::vector<NamedWords> named;
    for (const std::string& name : frequency.names) named.push_back({.name = name});
    check_names(group, named);
  }
  [[nodiscard]] std::string known(const std::string& wanted) const {
    if (groups_before.empty()) return "";
    const std::string meant = did_you_mean(wanted, groups_before);
    return meant.empty() ? fmt::format(": there are {}", fmt::join(groups_before, ", ")) : meant;
  }
};

struct DefaultGroup {
  std::string operator()(const LexiconTags& /*tags*/) const { return "tag"; }
  std::string operator()(const TokenTags& /*tags*/) const { return "token-tag"; }
  std::string operator()(const FrequencyBins& /*frequency*/) const { return "frequency"; }
  std::string operator()(const WordLists& /*words*/) const { return "words"; }
  std::string operator()(const SentencePositions& /*position*/) const { return "position"; }
  std::string operator()(const WordPatterns& /*words*/) const { return "regex"; }
  std::string operator()(const CrossedClasses& crossed) const {
    return fmt::format("{}", fmt::join(crossed.groups, " x "));
  }
};

}  // namespace

std::string default_group(const ClassDefinition& definition) {
  return std::visit(DefaultGroup{}, definition.what);
}

std::string group_of(const ClassDefinition& definition) {
  return definition.group.empty() ? default_group(definition) : definition.group;
}

void check(const ClassDefinitions& definitions) {
  std::vector<std::string> groups;
  for (const ClassDefinition& definition : definitions) {
    const std::string group = group_of(definition);
    if (group == "all") fail(group, "the name of a group cannot be that of all words");
    std::visit(Check{group, groups}, definition.what);
    groups.push_back(group);
  }
}

std::vector<std::string> range_names(std::string_view what, std::int64_t lowest,
                                     const std::vector<std::int64_t>& edges) {
  std::vector<std::string> names;
  std::int64_t first = lowest;
  for (const std::int64_t edge : edges) {
    names.push_back(edge == first + 1 ? fmt::format("{} {}", what, first)
                                      : fmt::format("{} {}-{}", what, first, edge - 1));
    first = edge;
  }
  names.push_back(fmt::format("{} {}+", what, first));
  return names;
}

int range_of(const std::vector<std::int64_t>& edges, std::int64_t value) {
  return static_cast<int>(std::upper_bound(edges.begin(), edges.end(), value) - edges.begin());
}

}  // namespace stategrad::text
