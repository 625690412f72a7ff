// SPDX-License-Identifier: MIT
#include "text/type_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stategrad/errors.h"
#include "text/classed_text.h"
#include "text/lines.h"
#include "text/tag_classes.h"
#include "text/tag_lexicon.h"
#include "text/word_pattern.h"

namespace stategrad::text {
namespace {

std::vector<std::string> read_words(const std::filesystem::path& file) {
  std::vector<std::string> words;
  for_each_line(file, [&](std::string_view line, std::int64_t number) {
    int on_line = 0;
    split_at_blanks(line, [&](std::string_view word) {
      if (++on_line > 1) {
        fail_at_line(file, number, fmt::format("'{}': a single word was expected", line));
      }
      words.emplace_back(word);
    });
  });
  if (words.empty()) throw DataError(file.string(), "", "no words: a word a line was expected");
  return words;
}

/// Turns the classes of every word of the vocabulary into codes.
std::vector<int> codes_of(const std::vector<std::vector<int>>& classes, ClassSets& sets) {
  std::vector<int> codes;
  codes.reserve(classes.size());
  for (const std::vector<int>& members : classes) codes.push_back(sets.code(members));
  return codes;
}

}  // namespace

TypeClasses lexicon_classes(const LexiconTags& tags, const Vocabulary& vocabulary,
                            std::span<const std::int64_t> counts) {
  const TagLexicon lexicon = read_tag_lexicon(tags.file);
  std::set<std::string> known;
  for (const auto& [word, of_word] : lexicon) known.insert(of_word.begin(), of_word.end());
  require_known_tags(tags.classes, known, tags.file);
  TypeClasses result;
  TagClasses grouping(tags.classes, result.sets);
  for (std::size_t id = 0; id < counts.size(); ++id) {
    std::vector<int> classes;
    const auto found = lexicon.find(vocabulary.words()[id]);
    if (counts[id] > 0 && found != lexicon.end()) {
      for (const std::string& tag : found->second) grouping.add_classes(tag, classes);
    }
    result.code.push_back(result.sets.code(std::move(classes)));
  }
  if (tags.classes.empty()) result.sets.sort_names();
  return result;
}

std::vector<std::int64_t> count_types(const std::filesystem::path& file, const TextRules& rules,
                                      const Vocabulary& vocabulary) {
  std::vector<std::int64_t> counts(vocabulary.words().size());
  for_each_word(file, rules, [&](std::string_view word) {
    if (const auto id = vocabulary.find(word)) ++counts[static_cast<std::size_t>(*id)];
  });
  return counts;
}

std::vector<std::int64_t> equal_mass_edges(std::vector<std::int64_t> counts, int bins) {
  std::sort(counts.begin(), counts.end());
  std::int64_t total = 0;
  for (const std::int64_t count : counts) total += count;
  std::vector<std::int64_t> edges;
  std::int64_t rarer = 0;
  std::int64_t last = -1;
  for (auto first = counts.begin(); first != counts.end();) {
    const auto end = std::upper_bound(first, counts.end(), *first);
    const std::int64_t mass = *first * (end - first);
    const std::int64_t bin = total == 0 ? 0 : bins * (2 * rarer + mass) / (2 * total);
    if (last >= 0 && bin > last) edges.push_back(*first);
    last = bin;
    rarer += mass;
    first = end;
  }
  return edges;
}

TypeClasses frequency_classes(const FrequencyBins& frequency, const Vocabulary& vocabulary,
                              std::span<const std::int64_t> counts) {
  std::vector<std::int64_t> edges = frequency.edges;
  if (edges.empty()) {
    std::vector<std::int64_t> counted;
    for (std::size_t id = 0; id < counts.size(); ++id) {
      if (counts[id] > 0 && !is_special(vocabulary.words()[id])) counted.push_back(counts[id]);
    }
    edges = equal_mass_edges(std::move(counted), frequency.bins);
  }
  std::vector<std::string> names = range_names("count", 0, edges);
  if (!frequency.names.empty()) {
    if (frequency.names.size() != names.size()) {
      throw UsageError(fmt::format(
          "frequency bins: the counts allow {} bins only, for {} names: ask for fewer bins",
          names.size(), frequency.names.size()));
    }
    names = frequency.names;
  }
  TypeClasses result{ClassSets(std::move(names)), {}};
  std::vector<std::vector<int>> classes(counts.size());
  for (std::size_t id = 0; id < counts.size(); ++id) {
    if (!is_special(vocabulary.words()[id])) classes[id] = {range_of(edges, counts[id])};
  }
  result.code = codes_of(classes, result.sets);
  return result;
}

TypeClasses list_classes(const WordLists& words, const Vocabulary& vocabulary) {
  TypeClasses result;
  std::vector<std::vector<int>> classes(vocabulary.words().size());
  for (const NamedWords& list : words.lists) {
    const int number = result.sets.add_class(list.name);
    const std::vector<std::string> members = list.file.empty() ? list.words : read_words(list.file);
    bool any = false;
    for (const std::string& word : members) {
      const auto id = vocabulary.find(word);
      if (!id) continue;
      classes[static_cast<std::size_t>(*id)].push_back(number);
      any = true;
    }
    if (any) continue;
    const std::string message =
        fmt::format("none of the {} words, the first of them '{}', is in the vocabulary",
                    members.size(), members.front());
    if (list.file.empty()) throw UsageError(fmt::format("word list '{}': {}", list.name, message));
    throw DataError(list.file.string(), "", message);
  }
  result.code = codes_of(classes, result.sets);
  return result;
}

TypeClasses pattern_classes(const WordPatterns& words, const Vocabulary& vocabulary) {
  TypeClasses result;
  std::vector<std::vector<int>> classes(vocabulary.words().size());
  for (const NamedPattern& named : words.patterns) {
    const int number = result.sets.add_class(named.name);
    const WordPattern pattern(named.pattern);
    for (std::size_t id = 0; id < classes.size(); ++id) {
      const std::string& word = vocabulary.words()[id];
      if (!is_special(word) && pattern.matches(word)) classes[id].push_back(number);
    }
  }
  result.code = codes_of(classes, result.sets);
  return result;
}

}  // namespace stategrad::text
