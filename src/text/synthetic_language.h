// SPDX-License-Identifier: MIT
//
// A language whose dependencies are known, so that what a model must remember of it, and until
// when, is known too.
//
// There is one slot per lag L. A slot belongs to a few classes of cue words; a cue of class c at
// word t fixes word t + L, the answer of class c. Until then the slot is taken; afterwards the cue
// is of no use, and the next cue of the slot replaces it. The slots of a sentence overlap freely.
// All other words are fillers, drawn independently with probabilities like 1/rank: they carry
// nothing. Words are drawn one after the other:
//
//   1. if a slot is due, its answer;
//   2. else a cue of slot k with cue_probability, for every slot that SlotClock::may_open();
//   3. `<eos>` with end_probability if every slot is free and the sentence has a word;
//   4. else, with what remains, a filler.
//
// Every choice shows in the text at once. So the past gives the distribution of the next word
// exactly, and the entropy is known exactly.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "stategrad/types.h"
#include "text/slot_clock.h"

namespace stategrad::text {

struct LanguageOptions {
  std::vector<int> lags = {2, 5, 9};  ///< one per slot: distinct, from 1
  int classes = 4;                    ///< classes of cues of each slot, 2 to 26
  int class_words = 3;                ///< cues of each class, equally frequent
  int fillers = 60;
  double cue_probability = 0.1;  ///< of each slot that may open
  double end_probability =
      0.15;  ///< of `<eos>` where it may stand; also sets how long sentences are
};

enum class WordKind { kEnd, kFiller, kCue, kAnswer };
/// "end", "filler", "cue" or "answer".
[[nodiscard]] std::string_view to_string(WordKind kind);

/// A word of the language; its id is its place in SyntheticLanguage::words().
struct SyntheticWord {
  std::string text;  ///< filler1 (the most frequent), cue5a1 (lag 5, class a), answer5a, `<eos>`
  WordKind kind = WordKind::kFiller;
  int slot = -1;         ///< of cues and answers
  int word_class = -1;   ///< of cues and answers
  std::string tag;       ///< END, FILLER_FREQUENT, FILLER_MIDDLE, FILLER_RARE, CUE5A, ANSWER5A
  double frequency = 0;  ///< share of all words of the language, `<eos>` included
};

class SyntheticLanguage {
 public:
  /// Cost: grows with the product of the lags; a few milliseconds for the defaults.
  /// @throws UsageError with every violated constraint
  explicit SyntheticLanguage(LanguageOptions options);

  [[nodiscard]] const LanguageOptions& options() const { return options_; }
  /// `<eos>`, the fillers, then of each slot the cues by class and the answers.
  [[nodiscard]] const std::vector<SyntheticWord>& words() const { return words_; }
  [[nodiscard]] int slots() const { return static_cast<int>(options_.lags.size()); }

  static constexpr WordId kEnd = 0;
  [[nodiscard]] WordId filler(int rank) const;  ///< rank from 0
  [[nodiscard]] WordId cue(int slot, int word_class, int number) const;
  [[nodiscard]] WordId answer(int slot, int word_class) const;
  /// The probability of a filler among the fillers, proportional to 1 / (rank + 1).
  [[nodiscard]] double filler_share(int rank) const;
  /// The rank whose part of [0, 1) holds this number.
  [[nodiscard]] int filler_at(double uniform) const;

  /// Entropy per word given the past, in nats: the expectation over the stationary distribution.
  [[nodiscard]] double entropy_rate() const { return entropy_rate_; }
  /// exp(entropy_rate()): no model has a lower perplexity on a long text.
  [[nodiscard]] double perplexity() const;
  /// Words per sentence on average, `<eos>` included.
  [[nodiscard]] double sentence_length() const { return 1 / words_[kEnd].frequency; }

 private:
  void make_words();
  void make_frequencies();
  [[nodiscard]] int words_per_slot() const { return options_.classes * (options_.class_words + 1); }
  LanguageOptions options_;
  std::vector<double> filler_ends_;  ///< upper ends of the fillers' parts of [0, 1)
  std::vector<SyntheticWord> words_;
  double entropy_rate_ = 0;
};

/// A place in a text of the language: knows the past, hence the distribution of the next word.
class LanguagePosition {
 public:
  /// Before the first word. @param language borrowed
  explicit LanguagePosition(const SyntheticLanguage& language);

  /// The probability that this word comes next; the sum over all words is 1.
  [[nodiscard]] double probability(WordId word) const;
  [[nodiscard]] WordId draw(RandomStream& random) const;
  /// Goes past a word. @throws UsageError if its probability is 0
  void advance(WordId word);

 private:
  [[nodiscard]] double filler_probability() const;
  const SyntheticLanguage& language_;
  SlotClock clock_;
  std::vector<int> open_class_;  ///< for each slot the class of its last cue
};

}  // namespace stategrad::text
