// SPDX-License-Identifier: MIT
#include "text/token_classes.h"

#include <variant>

#include "stategrad/errors.h"
#include "text/signature_builder.h"
#include "text/token_tags.h"
#include "text/type_classes.h"

namespace stategrad::text {
namespace {

/// Adds one definition to the signatures.
class Classifier {
 public:
  explicit Classifier(const ClassedText& text) : text_(text), builder_(text.ids.size()) {
    counts_.resize(text.vocabulary->words().size());
    for (const WordId id : text.ids) ++counts_[static_cast<std::size_t>(id)];
  }

  void add(const ClassDefinition& definition) {
    group_ = group_of(definition);
    hidden_ = definition.only_crossed;
    std::visit(*this, definition.what);
  }
  [[nodiscard]] TokenClasses take() { return builder_.take(); }

  void operator()(const LexiconTags& tags) {
    add_types(lexicon_classes(tags, *text_.vocabulary, counts_));
  }
  void operator()(const FrequencyBins& frequency) {
    add_types(frequency.text.empty()
                  ? frequency_classes(frequency, *text_.vocabulary, counts_)
                  : frequency_classes(frequency, *text_.vocabulary,
                                      count_types(frequency.text, text_.rules, *text_.vocabulary)));
  }
  void operator()(const WordLists& words) { add_types(list_classes(words, *text_.vocabulary)); }
  void operator()(const WordPatterns& words) {
    add_types(pattern_classes(words, *text_.vocabulary));
  }
  void operator()(const TokenTags& tags) {
    const ClassSets sets = give_token_tags(tags, text_, [&](int code) { builder_.give(code); });
    builder_.end(group_, sets, hidden_);
  }
  void operator()(const SentencePositions& position) {
    ClassSets sets(range_names("position", 1, position.edges));
    for (int range = 0; range < static_cast<int>(sets.names().size()); ++range) {
      (void)sets.code({range});  // its code is its number
    }
    const int none = sets.code({});
    const auto eos = text_.vocabulary->find(Vocabulary::kEndOfSentence);
    if (!eos || counts_[static_cast<std::size_t>(*eos)] == 0) {
      throw DataError(text_.file.string(), "",
                      "no <eos> in the text: sentence positions need lines that end sentences");
    }
    std::int64_t place = 0;
    for (const WordId id : text_.ids) {
      place = id == *eos ? 0 : place + 1;
      builder_.give(place == 0 ? none : range_of(position.edges, place));
    }
    builder_.end(group_, sets, hidden_);
  }
  void operator()(const CrossedClasses& crossed) { builder_.cross(group_, crossed, hidden_); }

 private:
  void add_types(const TypeClasses& types) {
    for (const WordId id : text_.ids) builder_.give(types.code[static_cast<std::size_t>(id)]);
    builder_.end(group_, types.sets, hidden_);
  }

  const ClassedText& text_;
  SignatureBuilder builder_;
  std::vector<std::int64_t> counts_;  ///< [V] in the text
  std::string group_;
  bool hidden_ = false;
};

}  // namespace

TokenClasses classify_tokens(const ClassDefinitions& definitions, const ClassedText& text) {
  check(definitions);
  Classifier classifier(text);
  for (const ClassDefinition& definition : definitions) classifier.add(definition);
  return classifier.take();
}

std::vector<std::vector<int>> signatures_of_classes(const TokenClasses& classes) {
  std::vector<std::vector<int>> signatures(classes.names.size());
  for (std::size_t s = 0; s < classes.signatures.size(); ++s) {
    for (const int c : classes.signatures[s]) {
      signatures[static_cast<std::size_t>(c)].push_back(static_cast<int>(s));
    }
  }
  return signatures;
}

std::vector<std::int64_t> signature_counts(const TokenClasses& classes) {
  std::vector<std::int64_t> counts(classes.signatures.size());
  for (const std::int32_t s : classes.signature) ++counts[static_cast<std::size_t>(s)];
  return counts;
}

std::vector<std::int64_t> class_counts(const TokenClasses& classes) {
  const std::vector<std::int64_t> of_signature = signature_counts(classes);
  std::vector<std::int64_t> counts;
  for (const std::vector<int>& signatures : signatures_of_classes(classes)) {
    std::int64_t sum = 0;
    for (const int s : signatures) sum += of_signature[static_cast<std::size_t>(s)];
    counts.push_back(sum);
  }
  return counts;
}

}  // namespace stategrad::text
