// SPDX-License-Identifier: MIT
#include "text/synthetic_language.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "stategrad/errors.h"
#include "stategrad/vocabulary.h"
#include "text/stationary.h"

namespace stategrad::text {
namespace {

/// States of the slots' clock that are still counted through within seconds.
constexpr std::int64_t kMostStates = 250'000;
constexpr int kMostClasses = 26;
constexpr int kMostWords = 100'000;

void check_lags(const std::vector<int>& lags, std::vector<std::string>& violations) {
  if (lags.empty()) violations.emplace_back("lags is empty, one at least is needed");
  std::int64_t states = 1;
  for (std::size_t i = 0; i < lags.size(); ++i) {
    if (lags[i] < 1) violations.push_back(fmt::format("lags has {}, they begin at 1", lags[i]));
    if (std::find(lags.begin(), lags.begin() + static_cast<std::ptrdiff_t>(i), lags[i]) !=
        lags.begin() + static_cast<std::ptrdiff_t>(i)) {
      violations.push_back(fmt::format("lags has {} twice, they must differ", lags[i]));
    }
    states = std::min(states * (std::max(lags[i], 1) + std::int64_t{1}), kMostStates + 1);
  }
  if (states > kMostStates) {
    violations.push_back(fmt::format(
        "the product of (lag + 1) is over {}: take fewer or shorter lags", kMostStates));
  }
}

void check_range(std::string_view name, int value, std::pair<int, int> range,
                 std::vector<std::string>& violations) {
  if (value >= range.first && value <= range.second) return;
  violations.push_back(
      fmt::format("{} = {}, it must be from {} to {}", name, value, range.first, range.second));
}

void check_probability(std::string_view name, double value, std::vector<std::string>& violations) {
  if (value > 0 && value < 1) return;
  violations.push_back(fmt::format("{} = {}, it must be above 0 and below 1", name, value));
}

void check(const LanguageOptions& options) {
  std::vector<std::string> violations;
  check_lags(options.lags, violations);
  check_range("classes", options.classes, {2, kMostClasses}, violations);
  check_range("class_words", options.class_words, {1, kMostWords}, violations);
  check_range("fillers", options.fillers, {1, kMostWords}, violations);
  check_probability("cue_probability", options.cue_probability, violations);
  check_probability("end_probability", options.end_probability, violations);
  const double taken =
      options.cue_probability * static_cast<double>(options.lags.size()) + options.end_probability;
  if (violations.empty() && taken >= 1) {
    violations.push_back(fmt::format(
        "cue_probability of {} lags and end_probability sum to {:.3g}, below 1 is needed to leave "
        "room for fillers",
        options.lags.size(), taken));
  }
  if (!violations.empty()) {
    throw UsageError(fmt::format("no such language: {}", fmt::join(violations, "; ")));
  }
}

std::string_view filler_tag(double middle_of_share) {
  if (middle_of_share < 1.0 / 3) return "FILLER_FREQUENT";
  return middle_of_share < 2.0 / 3 ? "FILLER_MIDDLE" : "FILLER_RARE";
}

}  // namespace

std::string_view to_string(WordKind kind) {
  switch (kind) {
    case WordKind::kEnd:
      return "end";
    case WordKind::kFiller:
      return "filler";
    case WordKind::kCue:
      return "cue";
    case WordKind::kAnswer:
      return "answer";
  }
  throw InternalError("unknown kind of synthetic word");
}

SyntheticLanguage::SyntheticLanguage(LanguageOptions options) : options_(std::move(options)) {
  check(options_);
  double total = 0;
  for (int rank = 0; rank < options_.fillers; ++rank) {
    total += 1.0 / (rank + 1);
    filler_ends_.push_back(total);
  }
  for (double& end : filler_ends_) end /= total;
  filler_ends_.back() = 1;
  make_words();
  make_frequencies();
}

void SyntheticLanguage::make_words() {
  words_.push_back({std::string(Vocabulary::kEndOfSentence), WordKind::kEnd, -1, -1, "END"});
  for (int rank = 0; rank < options_.fillers; ++rank) {
    const double middle = filler_ends_[rank] - filler_share(rank) / 2;
    words_.push_back({fmt::format("filler{}", rank + 1), WordKind::kFiller, -1, -1,
                      std::string(filler_tag(middle))});
  }
  for (int slot = 0; slot < slots(); ++slot) {
    const int lag = options_.lags[slot];
    for (int c = 0; c < options_.classes; ++c) {
      const char letter = static_cast<char>('a' + c);
      const char capital = static_cast<char>('A' + c);
      for (int number = 1; number <= options_.class_words; ++number) {
        words_.push_back({fmt::format("cue{}{}{}", lag, letter, number), WordKind::kCue, slot, c,
                          fmt::format("CUE{}{}", lag, capital)});
      }
    }
    for (int c = 0; c < options_.classes; ++c) {
      words_.push_back({fmt::format("answer{}{}", lag, static_cast<char>('a' + c)),
                        WordKind::kAnswer, slot, c,
                        fmt::format("ANSWER{}{}", lag, static_cast<char>('A' + c))});
    }
  }
}

void SyntheticLanguage::make_frequencies() {
  const LanguageShares shares =
      stationary_shares(options_.lags, options_.cue_probability, options_.end_probability);
  double filler_entropy = 0;
  words_[kEnd].frequency = shares.ends;
  for (int rank = 0; rank < options_.fillers; ++rank) {
    const double share = filler_share(rank);
    words_[filler(rank)].frequency = shares.fillers * share;
    filler_entropy -= share * std::log(share);
  }
  double cue_share = 0;
  for (SyntheticWord& word : words_) {
    if (word.slot < 0) continue;
    word.frequency = shares.cues[word.slot] / options_.classes;
    if (word.kind == WordKind::kCue) word.frequency /= options_.class_words;
  }
  for (const double share : shares.cues) cue_share += share;
  entropy_rate_ =
      shares.choice_entropy + shares.fillers * filler_entropy +
      cue_share * std::log(options_.classes * static_cast<double>(options_.class_words));
}

WordId SyntheticLanguage::filler(int rank) const { return 1 + rank; }

WordId SyntheticLanguage::cue(int slot, int word_class, int number) const {
  return 1 + options_.fillers + slot * words_per_slot() + word_class * options_.class_words +
         number;
}

WordId SyntheticLanguage::answer(int slot, int word_class) const {
  return cue(slot, options_.classes, word_class);
}

double SyntheticLanguage::filler_share(int rank) const {
  return rank == 0 ? filler_ends_[0] : filler_ends_[rank] - filler_ends_[rank - 1];
}

int SyntheticLanguage::filler_at(double uniform) const {
  const auto end = std::upper_bound(filler_ends_.begin(), filler_ends_.end() - 1, uniform);
  return static_cast<int>(end - filler_ends_.begin());
}

double SyntheticLanguage::perplexity() const { return std::exp(entropy_rate_); }

LanguagePosition::LanguagePosition(const SyntheticLanguage& language)
    : language_(language),
      clock_(language.options().lags),
      open_class_(language.options().lags.size(), -1) {}

double LanguagePosition::filler_probability() const {
  const LanguageOptions& options = language_.options();
  if (clock_.due_slot() >= 0) return 0;
  double rest = clock_.may_end() ? 1 - options.end_probability : 1;
  for (int slot = 0; slot < language_.slots(); ++slot) {
    if (clock_.may_open(slot)) rest -= options.cue_probability;
  }
  return rest;
}

double LanguagePosition::probability(WordId id) const {
  const LanguageOptions& options = language_.options();
  const SyntheticWord& word = language_.words().at(static_cast<std::size_t>(id));
  switch (word.kind) {
    case WordKind::kEnd:
      return clock_.may_end() ? options.end_probability : 0;
    case WordKind::kFiller:
      return filler_probability() * language_.filler_share(id - language_.filler(0));
    case WordKind::kCue:
      return clock_.may_open(word.slot)
                 ? options.cue_probability / (options.classes * options.class_words)
                 : 0;
    case WordKind::kAnswer:
      return clock_.due_slot() == word.slot && open_class_[word.slot] == word.word_class ? 1 : 0;
  }
  throw InternalError("unknown kind of synthetic word");
}

WordId LanguagePosition::draw(RandomStream& random) const {
  const LanguageOptions& options = language_.options();
  if (const int due = clock_.due_slot(); due >= 0) return language_.answer(due, open_class_[due]);
  double choice = random.uniform();
  for (int slot = 0; slot < language_.slots(); ++slot) {
    if (!clock_.may_open(slot)) continue;
    if (choice < options.cue_probability) {
      const int words = options.classes * options.class_words;
      return language_.cue(slot, 0, static_cast<int>(random.below(words)));
    }
    choice -= options.cue_probability;
  }
  if (clock_.may_end() && choice < options.end_probability) return SyntheticLanguage::kEnd;
  return language_.filler(language_.filler_at(random.uniform()));
}

void LanguagePosition::advance(WordId id) {
  const SyntheticWord& word = language_.words().at(static_cast<std::size_t>(id));
  if (probability(id) == 0) {
    throw UsageError(fmt::format("'{}' cannot stand here in the language", word.text));
  }
  if (word.kind == WordKind::kCue) {
    clock_.open(word.slot);
    open_class_[word.slot] = word.word_class;
  } else if (word.kind == WordKind::kEnd) {
    clock_.end();
  } else {
    clock_.pass();
  }
}

}  // namespace stategrad::text
