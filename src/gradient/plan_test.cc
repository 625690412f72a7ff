// SPDX-License-Identifier: MIT
//
// plan_state_gradients(): what a pass will compute, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "gradient/gradient_test_util.h"
#include "stategrad/errors.h"
#include "stategrad/state_gradients.h"

namespace stategrad::gradient {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr StateOfLayer kCell0{StateKind::kCell, 0};
constexpr StateOfLayer kHidden0{StateKind::kHidden, 0};
constexpr StateOfLayer kCell1{StateKind::kCell, 1};
constexpr StateOfLayer kHidden1{StateKind::kHidden, 1};

class Plan : public testing::Test {
 protected:
  static LanguageModel<double> model_of(CellKind cell) {
    return random_model(
        {.cell = cell, .num_layers = 2, .vocab_size = 7, .embedding_size = 3, .size = 4}, 1);
  }
  [[nodiscard]] GradientRun plan() const { return plan_state_gradients(model, text, options); }
  [[nodiscard]] std::string message() const {
    try {
      (void)plan();
    } catch (const UsageError& e) {
      return e.what();
    }
    return "no error";
  }

  LanguageModel<double> model = model_of(CellKind::kLstm);
  std::vector<WordId> text = random_text(model.architecture(), 23, 1);
  GradientOptions options;
};

TEST_F(Plan, DefaultIsTheCellOfTheTopLayerAlongTheIdentityOverTheWholeText) {
  const GradientRun run = plan();
  EXPECT_EQ(run.architecture, model.architecture());
  EXPECT_EQ(run.vocabulary, &model.vocabulary());
  EXPECT_EQ(run.text.data(), text.data());
  EXPECT_EQ(run.text.size(), text.size());
  EXPECT_THAT(run.states, ElementsAre(kCell1));
  EXPECT_EQ(run.max_delay, 50);
  EXPECT_EQ(run.rows, 3);
  EXPECT_FALSE(run.windowed);
  EXPECT_TRUE(run.time_steps.empty());
  EXPECT_EQ(run.num_blocks_per_state, 23 * 24 / 2);
}

TEST_F(Plan, StatesKeepTheirOrderAndStandOnce) {
  options.states = {kHidden1, kCell0, kHidden1, kCell1, kCell0};
  EXPECT_THAT(plan().states, ElementsAre(kHidden1, kCell0, kCell1));
}

TEST_F(Plan, CellMeansHiddenForCellsWithoutOne) {
  for (const CellKind cell : {CellKind::kGru, CellKind::kRnn}) {
    model = model_of(cell);
    options.states = {};
    EXPECT_THAT(plan().states, ElementsAre(kHidden1));
    options.states = {kCell0, kHidden0, kCell1};
    EXPECT_THAT(plan().states, ElementsAre(kHidden0, kHidden1));
  }
}

TEST_F(Plan, RowsAreThoseOfTheBasis) {
  options.basis.assign(15, 0.5);
  EXPECT_EQ(plan().rows, 5);
}

TEST_F(Plan, WindowsLeaveAwayTheLastOne) {
  options.windowed = true;
  options.num_steps = 5;
  options.max_delay = 2;
  GradientRun run = plan();
  EXPECT_EQ(run.num_windows, 3);
  EXPECT_EQ(run.num_steps, 5);
  EXPECT_THAT(run.time_steps, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(run.num_blocks_per_state, 3 * (1 + 2 + 2 + 2 + 2));
  options.time_steps = {4, 0, 4};
  run = plan();
  EXPECT_THAT(run.time_steps, ElementsAre(0, 4));
  EXPECT_EQ(run.num_blocks_per_state, 3 * (1 + 2));
}

TEST_F(Plan, TwoWindowsOfWordsAreTheLeast) {
  options.windowed = true;
  options.num_steps = 11;
  text.resize(22);
  EXPECT_EQ(plan().num_windows, 1);
  text.resize(21);
  EXPECT_EQ(message(),
            "the text has 21 words: windows of 11 words need at least 22, since the last one only "
            "holds targets");
}

TEST_F(Plan, NamesEveryOptionThatMakesNoSense) {
  options.max_delay = 0;
  options.states = {{StateKind::kCell, 2}, {StateKind::kHidden, -1}};
  options.basis.assign(4, 1);
  options.windowed = true;
  options.num_steps = 5;
  options.time_steps = {5, -1};
  text[3] = 7;
  EXPECT_THAT(
      message(),
      testing::AllOf(HasSubstr("max_delay is 0: give at least 1"),
                     HasSubstr("layer is 2: the model has the layers 0 to 1"),
                     HasSubstr("layer is -1"),
                     HasSubstr("the basis has 4 numbers: its rows need 3 each"),
                     HasSubstr("time_step is 5: windows of 5 words have the steps 0 to 4"),
                     HasSubstr("time_step is -1"),
                     HasSubstr("word 3 of the text has the id 7: the vocabulary has 0 to 6")));
}

TEST_F(Plan, TimeStepsNeedWindows) {
  options.time_steps = {2, 4};
  EXPECT_EQ(message(),
            "time_step 2, 4 is asked without windows: the time step counts from a window's start");
}

TEST_F(Plan, RefusesWindowsWithoutSteps) {
  options.windowed = true;
  options.num_steps = 0;
  EXPECT_EQ(message(), "num_steps is 0: give at least 1");
}

TEST_F(Plan, RefusesAnEmptyText) {
  text.clear();
  EXPECT_THAT(message(), HasSubstr("the text is empty"));
}

TEST_F(Plan, RefusesABasisThatIsNotFinite) {
  options.basis.assign(6, 1);
  options.basis[4] = std::numeric_limits<double>::infinity();
  EXPECT_THAT(message(), HasSubstr("the basis holds inf in row 1"));
}

TEST_F(Plan, RefusesNegativeIds) {
  text.back() = -1;
  EXPECT_THAT(message(), HasSubstr("word 22 of the text has the id -1"));
}

TEST_F(Plan, SourcesAreKeptAndCounted) {
  options.sources = {0, 7, 22};
  EXPECT_THAT(plan().sources, ElementsAre(0, 7, 22));
  EXPECT_EQ(plan().num_blocks_per_state, 23 + 16 + 1);
}

TEST_F(Plan, AllSourcesAreNotNamed) {
  for (std::int64_t source = 0; source < 23; ++source) options.sources.push_back(source);
  EXPECT_TRUE(plan().sources.empty());
  EXPECT_EQ(plan().num_blocks_per_state, 23 * 24 / 2);
}

TEST_F(Plan, SourcesMustRiseAndLieInWhatIsRead) {
  options.sources = {-1};
  EXPECT_THAT(message(), HasSubstr("source 0 is position -1: 23 words are read, 0 to 22"));
  options.sources = {3, 23};
  EXPECT_THAT(message(), HasSubstr("source 1 is position 23"));
  options.sources = {3, 3};
  EXPECT_THAT(message(), HasSubstr("source 1 is position 3 after 3"));
  options.windowed = true;
  options.num_steps = 5;
  options.sources = {15};
  EXPECT_THAT(message(), HasSubstr("15 words are read"));
  options.sources = {14};
  EXPECT_EQ(message(), "no error");
}

}  // namespace
}  // namespace stategrad::gradient
