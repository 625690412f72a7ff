// SPDX-License-Identifier: MIT
#include "cli/class_arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "stategrad/errors.h"
#include "text/class_file.h"

namespace stategrad::cli {
namespace {

std::vector<std::string> parts_of(std::string_view list) {
  std::vector<std::string> parts;
  for (std::size_t end = list.find(','); end != std::string_view::npos; end = list.find(',')) {
    parts.emplace_back(list.substr(0, end));
    list.remove_prefix(end + 1);
  }
  parts.emplace_back(list);
  return parts;
}

std::vector<std::int64_t> parse_edges(const char* option, const std::string& list) {
  std::vector<std::int64_t> edges;
  for (const std::string& part : parts_of(list)) {
    const char* end = part.data() + part.size();
    const auto [stop, error] = std::from_chars(part.data(), end, edges.emplace_back());
    if (error != std::errc{} || stop != end) {
      throw UsageError(fmt::format(
          "{} '{}': rising numbers with commas were expected, such as 10,100", option, list));
    }
  }
  return edges;
}

std::pair<std::string, std::string> parse_named(const char* option, const std::string& text,
                                                const char* value) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw UsageError(fmt::format("{} '{}': NAME={} was expected", option, text, value));
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void require(bool holds, const char* message) {
  if (!holds) throw UsageError(message);
}

void add_tags(const ClassArguments& arguments, text::ClassDefinitions& definitions) {
  require(arguments.tag_classes.empty() || !arguments.tags.empty() || !arguments.token_tags.empty(),
          "--tag-class puts tags into classes: give --tags or --token-tags too");
  require(!arguments.tag_column || !arguments.token_tags.empty(),
          "--tag-column is a column of --token-tags: give that too");
  std::vector<text::WordClass> classes;
  for (const std::string& named : arguments.tag_classes) {
    auto [name, file] = parse_named("--tag-class", named, "FILE");
    classes.push_back({std::move(name), text::read_tags(file)});
  }
  if (!arguments.tags.empty()) {
    definitions.push_back({.what = text::LexiconTags{arguments.tags, classes}});
  }
  if (!arguments.token_tags.empty()) {
    const auto column =
        arguments.tag_column == "xpos" ? text::TagColumn::kLanguage : text::TagColumn::kUniversal;
    definitions.push_back({.what = text::TokenTags{arguments.token_tags, column, classes}});
  }
}

/// The inputs with a label are the words of a list.
void add_labels(const ClassArguments& arguments, text::ClassDefinitions& definitions) {
  std::map<std::string, std::vector<std::string>> by_label;
  for (std::size_t i = 0; i < arguments.labels.size(); ++i) {
    if (!arguments.labels[i].empty()) by_label[arguments.labels[i]].push_back(std::to_string(i));
  }
  text::WordLists lists;
  for (auto& [label, words] : by_label) lists.lists.push_back({.name = label, .words = words});
  if (!lists.lists.empty()) definitions.push_back({.what = std::move(lists), .group = "label"});
}

void add_frequency(const ClassArguments& arguments, text::ClassDefinitions& definitions) {
  if (!arguments.frequency_bins && arguments.frequency_edges.empty()) {
    require(arguments.frequency_text.empty(),
            "--frequency-text is counted for --frequency-bins or --frequency-edges: give one");
    return;
  }
  text::FrequencyBins frequency;
  frequency.bins = arguments.frequency_bins.value_or(0);
  if (!arguments.frequency_edges.empty()) {
    frequency.edges = parse_edges("--frequency-edges", arguments.frequency_edges);
  }
  frequency.text = arguments.frequency_text;
  definitions.push_back({.what = std::move(frequency)});
}

void add_words(const ClassArguments& arguments, text::ClassDefinitions& definitions) {
  text::WordLists words;
  for (const std::string& named : arguments.word_lists) {
    auto [name, file] = parse_named("--word-list", named, "FILE");
    words.lists.push_back({.name = std::move(name), .file = std::move(file)});
  }
  if (!words.lists.empty()) definitions.push_back({.what = std::move(words)});
  if (!arguments.sentence_position.empty()) {
    definitions.push_back({.what = text::SentencePositions{
                               parse_edges("--sentence-position", arguments.sentence_position)}});
  }
  text::WordPatterns patterns;
  for (const std::string& named : arguments.word_patterns) {
    auto [name, pattern] = parse_named("--word-regex", named, "REGEX");
    patterns.patterns.push_back({std::move(name), std::move(pattern)});
  }
  if (!patterns.patterns.empty()) definitions.push_back({.what = std::move(patterns)});
}

void add_crossed(const ClassArguments& arguments, text::ClassDefinitions& definitions) {
  require(!arguments.crossed.empty() || !(arguments.min_count || arguments.only_crossed),
          "--cross-min-count and --only-crossed are for combinations: give --cross too");
  const std::size_t before = definitions.size();
  for (const std::string& groups : arguments.crossed) {
    text::CrossedClasses crossed{parts_of(groups), arguments.min_count.value_or(1)};
    for (std::size_t i = 0; i < before && arguments.only_crossed; ++i) {
      const std::string group = group_of(definitions[i]);
      if (std::find(crossed.groups.begin(), crossed.groups.end(), group) != crossed.groups.end()) {
        definitions[i].only_crossed = true;
      }
    }
    definitions.push_back({.what = std::move(crossed)});
  }
}

void add_tag_options(CLI::App& command, ClassArguments& arguments) {
  command
      .add_option("--tags", arguments.tags,
                  "Classes by tag lexicon: lines word<TAB>['NN', 'VB']; a word is in the class of "
                  "each of its tags")
      ->type_name("FILE");
  command
      .add_option("--token-tags", arguments.token_tags,
                  "Classes by the tags of a CoNLL-U file with a sentence per line of the text")
      ->type_name("FILE");
  command
      .add_option("--tag-column", arguments.tag_column,
                  "Column of the CoNLL-U file: upos or xpos (default: upos)")
      ->check(CLI::IsMember({"upos", "xpos"}))
      ->type_name("COLUMN");
  command
      .add_option(
          "--tag-class", arguments.tag_classes,
          "Put the tags in FILE, a tag a line, into the class NAME, and take no other tags; "
          "repeatable")
      ->type_name("NAME=FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_frequency_options(CLI::App& command, ClassArguments& arguments) {
  auto* bins = command
                   .add_option("--frequency-bins", arguments.frequency_bins,
                               "Classes by frequency: N bins that hold about the same number of "
                               "tokens")
                   ->check(CLI::Range(1, 1000))
                   ->type_name("N");
  command
      .add_option("--frequency-edges", arguments.frequency_edges,
                  "Classes by frequency: bins that begin at these counts, such as 10,100,1000")
      ->type_name("COUNTS")
      ->excludes(bins);
  command
      .add_option("--frequency-text", arguments.frequency_text,
                  "Count the words of this text, such as train.txt (default: the text itself)")
      ->type_name("FILE");
}

void add_word_options(CLI::App& command, ClassArguments& arguments) {
  const auto repeatable = [](CLI::Option* option, const char* type) {
    option->type_name(type)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  repeatable(command.add_option("--word-list", arguments.word_lists,
                                "Class NAME of the words in FILE, a word a line; repeatable"),
             "NAME=FILE");
  repeatable(command.add_option("--word-regex", arguments.word_patterns,
                                "Class NAME of the words in which the regular expression "
                                "(ECMAScript) is found; repeatable"),
             "NAME=REGEX");
  command
      .add_option("--sentence-position", arguments.sentence_position,
                  "Classes by place in the sentence, from 1, that begin at these places: 2,3,6 "
                  "gives 1, 2, 3-5 and 6+")
      ->type_name("PLACES");
  repeatable(
      command.add_option("--cross", arguments.crossed,
                         "Combine the classes of groups, such as tag,frequency, to classes "
                         "like \"NN x count 0-9\"; groups: tag, token-tag, frequency, words, "
                         "position, regex; repeatable"),
      "GROUPS");
  command
      .add_option("--cross-min-count", arguments.min_count,
                  "Combinations of --cross at fewer places of the text are one class, \"other\" "
                  "(default: 1)")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command.add_flag("--only-crossed", arguments.only_crossed,
                   "Leave out the classes that --cross combines");
}

}  // namespace

void add_class_options(CLI::App& command, ClassArguments& arguments) {
  command
      .add_option("--classes", arguments.file,
                  "Classes of words that a JSON file defines; other options add to them")
      ->type_name("FILE");
  add_tag_options(command, arguments);
  add_frequency_options(command, arguments);
  add_word_options(command, arguments);
}

text::ClassDefinitions class_definitions(const ClassArguments& arguments) {
  text::ClassDefinitions definitions;
  if (!arguments.file.empty()) definitions = text::read_class_file(arguments.file);
  add_labels(arguments, definitions);
  add_tags(arguments, definitions);
  add_frequency(arguments, definitions);
  add_words(arguments, definitions);
  add_crossed(arguments, definitions);
  text::check(definitions);
  return definitions;
}

}  // namespace stategrad::cli
