// SPDX-License-Identifier: MIT
#include "report/difference_results.h"

#include <gmock/gmock.h>

#include "analysis/memory.h"
#include "report/evaluate.h"
#include "sinks/class_test_util.h"

namespace stategrad::report {
namespace {

class DifferenceResults : public sinks::ClassSumsTest {
 protected:
  [[nodiscard]] Results results(EvaluationChoices choices, sinks::ModelTables model) const {
    // Sums that differ between signatures, so that there is a difference of classes.
    for (std::size_t i = 0; i < model.embedding_sum.size(); ++i) {
      model.embedding_sum[i] = static_cast<double>((7 * i) % 11);
    }
    const auto file = folder_ / "own.h5";
    sinks::merge_class_statistics(parts("own", {}), true, &model, file);
    const sinks::ClassStatisticsReader reader(file);
    ThreadTeam team(1);
    return evaluate(reader,
                    {.spectrum = {.patterns = 2}, .choices = std::move(choices), .on_progress = {}},
                    team);
  }
};

TEST_F(DifferenceResults, HaveAnObjectPerStateAndClassThatIsNamed) {
  const ResultPart part =
      differences_part(results({.differences = {"d=low-all"}, .subspace = 2}, tables()));
  ASSERT_EQ(part.json.size(), 4U);  // two states, all words and "low"
  EXPECT_EQ(part.json[1]["name"], "d");
  EXPECT_EQ(part.json[1]["first"], "low");
  EXPECT_EQ(part.json[1]["second"], "all");
  EXPECT_EQ(part.json[0]["class"], "all");
  EXPECT_EQ(part.json[1]["class"], "low");
  EXPECT_FALSE(part.json[0].contains("file"));
  ASSERT_EQ(part.json[1]["delays"].size(), 6U);
  EXPECT_EQ(part.json[1]["delays"][3]["delay"], 3);
  EXPECT_EQ(part.json[1]["delays"][3]["k"], 2);
  EXPECT_EQ(part.files.front().table->rows().size(), 4U * 6 * 2);
}

TEST_F(DifferenceResults, AreThoseOfTheNormalisedMean) {
  const Results found = results({.differences = {"low-all"}, .subspace = 2}, tables());
  const auto whitening = analysis::whiten({6, 5, tables().embedding});
  const sinks::ClassStatisticsReader reader(folder_ / "own.h5");
  const auto sums = reader.read_totals(0);
  // |Ḡ v| / |Z v| / σ₁(Ḡ D) at delay 1: the normalised direction is never formed.
  analysis::Matrix total{3, 5, std::vector<double>(15)};
  double count = 0;
  for (std::size_t b = 4; b < 8; ++b) {
    count += static_cast<double>(sums.count[b]);
    for (std::size_t i = 0; i < 15; ++i) total.values[i] += sums.sum[b * 15 + i];
  }
  for (double& value : total.values) value /= count;
  const analysis::Matrix v{5, 1, found.differences[0].vector};
  const auto norm = [](const analysis::Matrix& matrix) {
    return analysis::decompose(matrix).values[0];
  };
  const double expected = norm(analysis::multiply(total, v)) /
                          norm(analysis::multiply(whitening.inverse, v)) /
                          norm(analysis::multiply(total, whitening.factor));
  const auto& measure = found.states[0].classes[0].delays[1].directions.at(0).measure;
  EXPECT_NEAR(measure.relative_memory.value, expected, 1e-12);
  const Json json = differences_part(found).json[0]["delays"][1];
  EXPECT_EQ(json["relative_memory"]["estimate"], measure.relative_memory.value);
  EXPECT_EQ(json["relative_memory"]["error"], measure.relative_memory.error);
  EXPECT_EQ(json["chance"]["cosine"], measure.chance_cosine);
}

TEST_F(DifferenceResults, DoNotDependOnTheRootOfTheWhitening) {
  const auto relative = [&](WhiteningKind kind) {
    return results({.differences = {"low-all"}, .whitening = {.kind = kind}}, tables())
        .states[1]
        .classes[0]
        .delays[2]
        .directions.at(0)
        .measure.relative_memory.value;
  };
  const double types = relative(WhiteningKind::kTypes);
  EXPECT_NEAR(relative(WhiteningKind::kZca), types, 1e-9);
  EXPECT_GT(std::abs(relative(WhiteningKind::kShrunk) - types), 1e-6);
}

TEST_F(DifferenceResults, AreLeftOutWithoutAWhitening) {
  sinks::ModelTables flat = tables();
  for (std::size_t i = 0; i < flat.embedding.size(); i += 5) flat.embedding[i] = 1;
  const ResultPart part = differences_part(results({.differences = {"low-all"}}, flat));
  EXPECT_TRUE(part.json.is_null());
  EXPECT_FALSE(part.files.front().table.has_value());
}

TEST_F(DifferenceResults, AreAbsentWhenNotAskedFor) {
  const ResultPart part = differences_part(results({}, tables()));
  EXPECT_TRUE(part.json.is_null());
  EXPECT_EQ(part.files.front().name, "differences.csv");
  EXPECT_FALSE(part.files.front().table.has_value());
}

}  // namespace
}  // namespace stategrad::report
