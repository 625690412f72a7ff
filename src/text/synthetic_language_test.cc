// SPDX-License-Identifier: MIT
#include "text/synthetic_language.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "stategrad/errors.h"

namespace stategrad::text {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::vector<WordId> draw_text(const SyntheticLanguage& language, std::size_t size,
                              std::uint64_t seed) {
  RandomStream random(seed);
  LanguagePosition position(language);
  std::vector<WordId> text;
  while (text.size() < size) {
    text.push_back(position.draw(random));
    position.advance(text.back());
  }
  return text;
}

std::vector<LanguageOptions> several_languages() {
  return {{},
          {.lags = {1}, .classes = 2, .class_words = 1, .fillers = 1},
          {.lags = {1, 2, 3, 4}, .classes = 3, .fillers = 7, .cue_probability = 0.2},
          {.lags = {12, 4}, .classes = 26, .class_words = 2, .end_probability = 0.5}};
}

TEST(SyntheticLanguage, IdsAndWordsAgree) {
  const SyntheticLanguage language({.lags = {5, 2}, .classes = 2, .class_words = 3, .fillers = 4});
  const auto text = [&](WordId id) { return language.words().at(id).text; };
  EXPECT_EQ(text(SyntheticLanguage::kEnd), "<eos>");
  EXPECT_EQ(text(language.filler(3)), "filler4");
  EXPECT_EQ(text(language.cue(0, 1, 2)), "cue5b3");
  EXPECT_EQ(text(language.answer(0, 0)), "answer5a");
  EXPECT_EQ(text(language.answer(1, 1)), "answer2b");
  EXPECT_EQ(language.words().size(), 1U + 4 + 2 * 2 * (3 + 1));
  std::set<std::string> distinct;
  for (const SyntheticWord& word : language.words()) distinct.insert(word.text);
  EXPECT_EQ(distinct.size(), language.words().size());
}

TEST(SyntheticLanguage, CueFixesTheWordItsLagLater) {
  for (const LanguageOptions& options : several_languages()) {
    const SyntheticLanguage language(options);
    const std::vector<WordId> text = draw_text(language, 20'000, 3);
    std::size_t cues = 0;
    for (std::size_t t = 0; t < text.size(); ++t) {
      const SyntheticWord& word = language.words()[text[t]];
      if (word.kind != WordKind::kCue) continue;
      const std::size_t due = t + options.lags[word.slot];
      if (due >= text.size()) continue;
      ++cues;
      ASSERT_EQ(text[due], language.answer(word.slot, word.word_class)) << t;
      for (std::size_t between = t + 1; between < due; ++between) {
        ASSERT_NE(language.words()[text[between]].slot, word.slot) << "the slot is taken";
        ASSERT_NE(text[between], SyntheticLanguage::kEnd);
      }
    }
    EXPECT_GT(cues, 500U);
  }
}

TEST(SyntheticLanguage, EverySlotIsReused) {
  const SyntheticLanguage language{LanguageOptions{}};
  std::vector<std::set<int>> classes(3);
  for (const WordId id : draw_text(language, 2'000, 4)) {
    const SyntheticWord& word = language.words()[id];
    if (word.kind == WordKind::kCue) classes[word.slot].insert(word.word_class);
  }
  for (const auto& seen : classes) EXPECT_EQ(seen.size(), 4U);
}

TEST(SyntheticLanguage, ProbabilitiesOfTheNextWordSumToOne) {
  for (const LanguageOptions& options : several_languages()) {
    const SyntheticLanguage language(options);
    LanguagePosition position(language);
    for (const WordId next : draw_text(language, 300, 5)) {
      double sum = 0;
      for (std::size_t id = 0; id < language.words().size(); ++id) {
        sum += position.probability(static_cast<WordId>(id));
      }
      ASSERT_NEAR(sum, 1, 1e-12);
      ASSERT_GT(position.probability(next), 0);
      position.advance(next);
    }
  }
}

// The words drawn after one and the same past are distributed as probability() says.
TEST(SyntheticLanguage, DrawsFollowTheProbabilities) {
  const SyntheticLanguage language({.lags = {1, 3}, .classes = 2, .class_words = 2, .fillers = 3});
  LanguagePosition position(language);
  position.advance(language.filler(1));
  constexpr int kDraws = 200'000;
  std::vector<int> counts(language.words().size());
  RandomStream random(6);
  for (int i = 0; i < kDraws; ++i) ++counts[position.draw(random)];
  for (std::size_t id = 0; id < counts.size(); ++id) {
    const double p = position.probability(static_cast<WordId>(id));
    EXPECT_NEAR(counts[id], kDraws * p, 5 * std::sqrt(kDraws * p) + 1e-9)
        << language.words()[id].text;
  }
}

TEST(SyntheticLanguage, EntropyAndFrequenciesAreThoseOfALongText) {
  for (const LanguageOptions& options : several_languages()) {
    const SyntheticLanguage language(options);
    constexpr std::size_t kWords = 400'000;
    std::vector<double> counts(language.words().size());
    LanguagePosition position(language);
    double bits = 0;
    for (const WordId id : draw_text(language, kWords, 7)) {
      bits -= std::log(position.probability(id));
      ++counts[id];
      position.advance(id);
    }
    EXPECT_NEAR(bits / kWords, language.entropy_rate(), 0.005 * language.entropy_rate());
    double sum = 0;
    for (std::size_t id = 0; id < counts.size(); ++id) {
      const double frequency = language.words()[id].frequency;
      sum += frequency;
      EXPECT_NEAR(counts[id], kWords * frequency, 6 * std::sqrt(kWords * frequency))
          << language.words()[id].text;
    }
    EXPECT_NEAR(sum, 1, 1e-12);
  }
}

TEST(SyntheticLanguage, FillerTagsHoldAThirdOfTheFillersEach) {
  const SyntheticLanguage language({.fillers = 2000});
  std::map<std::string, double> shares;
  double all = 0;
  for (const SyntheticWord& word : language.words()) {
    if (word.kind != WordKind::kFiller) continue;
    shares[word.tag] += word.frequency;
    all += word.frequency;
  }
  for (const char* tag : {"FILLER_FREQUENT", "FILLER_MIDDLE", "FILLER_RARE"}) {
    EXPECT_NEAR(shares[tag] / all, 1.0 / 3, 0.06) << tag;
  }
}

TEST(SyntheticLanguage, WordThatCannotStandHereIsRefused) {
  const SyntheticLanguage language{LanguageOptions{}};
  LanguagePosition position(language);
  EXPECT_THROW(position.advance(SyntheticLanguage::kEnd), UsageError);
  EXPECT_THAT([&] { position.advance(language.answer(1, 0)); },
              ThrowsMessage<UsageError>(HasSubstr("answer5a")));
  position.advance(language.cue(0, 1, 0));
  EXPECT_THROW(position.advance(language.cue(0, 1, 0)), UsageError) << "the slot is taken";
}

TEST(SyntheticLanguage, EveryViolationIsNamed) {
  const auto making = [](LanguageOptions options) {
    return [options] { const SyntheticLanguage language(options); };
  };
  EXPECT_THAT(making({.lags = {0, 3, 3}, .classes = 1, .fillers = 0, .end_probability = 1}),
              ThrowsMessage<UsageError>(AllOf(HasSubstr("lags has 0"), HasSubstr("3 twice"),
                                              HasSubstr("classes = 1"), HasSubstr("fillers = 0"),
                                              HasSubstr("end_probability = 1"))));
  EXPECT_THAT(making({.lags = {}}), ThrowsMessage<UsageError>(HasSubstr("empty")));
  EXPECT_THAT(making({.lags = {1000, 1001}}), ThrowsMessage<UsageError>(HasSubstr("shorter lags")));
  EXPECT_THAT(making({.cue_probability = 0.3}),
              ThrowsMessage<UsageError>(HasSubstr("sum to 1.05")));
}

}  // namespace
}  // namespace stategrad::text
