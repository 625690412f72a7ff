// SPDX-License-Identifier: MIT
#include "train/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "model/scoring.h"
#include "stategrad/errors.h"
#include "text/windows.h"
#include "train/test_support.h"

namespace stategrad::train {
namespace {

Vocabulary words(int count) {
  std::vector<std::string> list;
  for (int i = 0; i < count; ++i) list.push_back("w" + std::to_string(i));
  return Vocabulary(list);
}

class Evaluate : public testing::Test {
 protected:
  ThreadTeam team_{2};
  Architecture shape_{CellKind::kLstm, false, 2, 9, 3, 5};
  LanguageModel<double> model_{words(9), random_parameters<double>(shape_, 1, 0.9)};
};

TEST_F(Evaluate, PerplexityOfUniformWordsIsTheirNumber) {
  const LanguageModel<float> uniform(words(9), Parameters<float>(shape_));
  const auto ids = random_ids(101, 9, 1);
  const auto windows = evaluate_windows(uniform, {ids, "t"}, 4, 5, team_, nullptr);
  EXPECT_NEAR(windows.perplexity(), 9, 1e-5);
  EXPECT_EQ(windows.predictions, 4 * 4 * 5);  // 101 / 4 / 5 - 1 = 4 windows
  const auto stream = evaluate_stream(uniform, {ids, "t"}, team_, nullptr, {});
  EXPECT_NEAR(stream.perplexity(), 9, 1e-5);
  EXPECT_EQ(stream.predictions, 100);
}

TEST_F(Evaluate, StreamEqualsWindowsOfOneWord) {
  const auto ids = random_ids(620, 9, 2);  // longer than two of the windows inside
  const auto stream = evaluate_stream(model_, {ids, "t"}, team_, nullptr, {});
  const auto single = evaluate_windows(model_, {ids, "t"}, 1, 1, team_, nullptr);
  EXPECT_EQ(stream.predictions, single.predictions);
  EXPECT_NEAR(stream.log_probability, single.log_probability, 1e-9);
}

TEST_F(Evaluate, PerWordAddsUpInTheOrderOfTheText) {
  const auto ids = random_ids(300, 9, 3);
  std::vector<WordId> seen;
  double sum = 0;
  const auto result =
      evaluate_stream(model_, {ids, "t"}, team_, nullptr, [&](WordId word, double value) {
        seen.push_back(word);
        sum += value;
      });
  EXPECT_EQ(seen, std::vector<WordId>(ids.begin() + 1, ids.end()));
  EXPECT_NEAR(sum, result.log_probability, 1e-9);
}

TEST_F(Evaluate, RefusesATextWithNothingToPredict) {
  const std::vector<WordId> one{3};
  EXPECT_THROW((void)evaluate_stream(model_, {one, "t"}, team_, nullptr, {}), DataError);
  EXPECT_THROW((void)evaluate_windows(model_, {one, "t"}, 1, 1, team_, nullptr), DataError);
}

TEST_F(Evaluate, StopsWhenAsked) {
  const std::atomic<bool> stop = true;
  const auto ids = random_ids(100, 9, 3);
  EXPECT_THROW((void)evaluate_stream(model_, {ids, "t"}, team_, &stop, {}), Interrupted);
  EXPECT_THROW((void)evaluate_windows(model_, {ids, "t"}, 2, 5, team_, &stop), Interrupted);
}

}  // namespace
}  // namespace stategrad::train
