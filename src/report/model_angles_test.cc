// SPDX-License-Identifier: MIT
#include "report/model_angles.h"

#include <gmock/gmock.h>

#include "report/angle_results.h"
#include "report/evaluate.h"
#include "sinks/class_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class ModelAngles : public sinks::ClassSumsTest {
 protected:
  [[nodiscard]] std::string write(const std::string& name, const sinks::ModelTables& model,
                                  std::vector<std::int64_t> sources = {}) const {
    const auto folder = folder_ / name;
    std::filesystem::create_directories(folder);
    sinks::merge_class_statistics(parts(name, std::move(sources)), true, &model,
                                  folder / sinks::kStatisticsFileName);
    return folder;
  }
  /// Results of the first folder beside the second.
  [[nodiscard]] static Results compared(const std::string& own, const std::string& other) {
    const sinks::ClassStatisticsReader reader(std::filesystem::path(own) /
                                              sinks::kStatisticsFileName);
    ThreadTeam team(1);
    const EvaluationChoices choices{.subspace = 2};
    Results results = evaluate(
        reader, {.spectrum = {.patterns = 2}, .choices = choices, .on_progress = {}}, team);
    for (StateResult& state : results.states) state.angles.clear();
    compare_models(reader.head(), other, {.spectrum = {}, .choices = choices, .on_progress = {}},
                   team, results);
    return results;
  }
};

TEST_F(ModelAngles, OfAModelWithItselfAreZero) {
  const std::string own = write("own", tables());
  const Results found = compared(own, own);
  // All words and two classes at the key delays 0, 1, 2 and 5.
  for (const StateResult& state : found.states) {
    ASSERT_EQ(state.angles.size(), 12U);
    for (const AngleResult& angle : state.angles) {
      EXPECT_EQ(angle.kind, "models");
      EXPECT_EQ(angle.other, own);
      EXPECT_EQ(angle.other_state, state.state);
      EXPECT_EQ(angle.first.class_name, angle.second.class_name);
      EXPECT_EQ(angle.first.delay, angle.second.delay);
      EXPECT_NEAR(angle.comparison.overlap.value, 1, 1e-9);
      EXPECT_NEAR(angle.comparison.overlap.error, 0, 1e-9);
      EXPECT_NEAR(angle.comparison.chance, 2.0 / 5, 1e-9);
    }
  }
  const Json json = angles_part(found).json;
  EXPECT_EQ(json[0]["second"]["results"], own);
  EXPECT_EQ(json[0]["second"]["state"], json[0]["state"]);
  EXPECT_FALSE(json[0]["first"].contains("results"));
}

TEST_F(ModelAngles, KnowTheWordsByName) {
  sinks::ModelTables shuffled = tables();
  const std::size_t words = shuffled.vocabulary.size();
  std::rotate(shuffled.vocabulary.begin(), shuffled.vocabulary.begin() + 3,
              shuffled.vocabulary.end());
  std::rotate(shuffled.embedding.begin(),
              shuffled.embedding.begin() +
                  static_cast<std::ptrdiff_t>(3 * (shuffled.embedding.size() / words)),
              shuffled.embedding.end());
  const Results found = compared(write("own", tables()), write("other", shuffled));
  EXPECT_NEAR(found.states[0].angles[3].comparison.overlap.value, 1, 1e-9);
}

TEST_F(ModelAngles, NeedWordsInCommon) {
  sinks::ModelTables foreign = tables();
  for (std::string& word : foreign.vocabulary) word += "'";
  const std::string other = write("other", foreign);
  EXPECT_THAT([&] { check_other_model(other, {}, tables().vocabulary, 5); },
              ThrowsMessage<DataError>(HasSubstr("statistics.h5: has 0 words in common")));
}

TEST_F(ModelAngles, NeedEmbeddingsThatCanBeNormalised) {
  sinks::ModelTables flat = tables();
  for (std::size_t i = 0; i < flat.embedding.size(); i += 5) flat.embedding[i] = 1;
  const std::string other = write("other", flat);
  EXPECT_THAT([&] { check_other_model(other, {}, tables().vocabulary, 5); },
              ThrowsMessage<DataError>(HasSubstr("statistics.h5: cannot be compared with: ")));
  const Results found = compared(write("flat", flat), write("own", tables()));
  EXPECT_TRUE(found.states[0].angles.empty());
  EXPECT_EQ(found.others.front().failure, found.whitening_failure);
}

TEST_F(ModelAngles, NeedAWholeAnalysis) {
  const std::string other = write("other", tables(), {0, 1, 2, 3, 4, 5});
  EXPECT_THAT([&] { check_other_model(other, {}, tables().vocabulary, 5); },
              ThrowsMessage<DataError>(HasSubstr("statistics.h5: holds a part of an analysis")));
}

TEST_F(ModelAngles, NeedAsManyDirectionsAsAreAskedFor) {
  const std::string other = write("other", tables());
  EXPECT_THAT([&] { check_other_model(other, {.subspace = 6}, tables().vocabulary, 5); },
              ThrowsMessage<UsageError>(HasSubstr("other: --subspace 6: ")));
}

}  // namespace
}  // namespace stategrad::report
