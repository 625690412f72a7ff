// SPDX-License-Identifier: MIT
#include "analysis/gram.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::HasSubstr;
using testing::Pointwise;
using testing::SizeIs;
using testing::ThrowsMessage;

DenseMap map_of(const Matrix& matrix) {
  return {matrix.values.data(), matrix.rows, matrix.columns};
}

/// |cosine| of two directions.
double alike(const Eigen::VectorXd& a, std::span<const double> b) {
  return std::abs(a.dot(view(b))) / a.norm() / view(b).norm();
}

class GramOf : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(GramOf, HasTheSingularValuesAndDirectionsOfTheMatrix) {
  const auto [rows, columns] = GetParam();
  for (const double unit : {1e-200, 1.0, 1e200}) {
    Matrix matrix = random_matrix(rows, columns, 3);
    for (double& value : matrix.values) value *= unit;
    const Decomposition wanted = decompose(matrix);
    const Gram gram(map_of(matrix));
    EXPECT_THAT(gram.singular_values(), Pointwise(DoubleNear(1e-7 * unit), wanted.values));
    const Decomposition found = gram.decompose(2);
    EXPECT_THAT(found.values, Pointwise(DoubleNear(1e-7 * unit), wanted.values));
    ASSERT_EQ(found.right.rows, 2);
    const auto width = static_cast<std::size_t>(columns);
    for (std::size_t i = 0; i < 2; ++i) {
      const std::span<const double> direction(wanted.right.values.data() + i * width, width);
      EXPECT_NEAR(alike(view(found.right).row(static_cast<Eigen::Index>(i)), direction), 1, 1e-12);
    }
    const Eigen::VectorXd leading = gram.leading_direction(wanted.values.front());
    EXPECT_NEAR(alike(leading, {wanted.right.values.data(), width}), 1, 1e-12);
    EXPECT_NEAR(leading.norm(), 1, 1e-12);
  }
}
INSTANTIATE_TEST_SUITE_P(, GramOf,
                         testing::Values(std::pair{9, 4}, std::pair{4, 9}, std::pair{5, 5}));

TEST(Gram, TakesOneOfTheDirectionsThatAreEquallyLarge) {
  const Matrix matrix{3, 3, {2, 0, 0, 0, 2, 0, 0, 0, 1}};
  const Eigen::VectorXd leading = Gram(map_of(matrix)).leading_direction(2);
  EXPECT_NEAR((view(matrix) * leading).norm(), 2, 1e-12);
}

TEST(Gram, OfZerosHasNoDirection) {
  const Matrix zeros{3, 2, std::vector<double>(6)};
  const Gram gram(map_of(zeros));
  EXPECT_THAT(gram.singular_values(), testing::AllOf(SizeIs(2), Each(0)));
  EXPECT_EQ(gram.leading_direction(0).norm(), 0);
  EXPECT_THAT(gram.decompose(1).right.values, testing::AllOf(SizeIs(2), Each(0)));
}

TEST(Gram, OfWhatIsNotFiniteIsRefused) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const Matrix matrix{1, 2, {1, bad}};
    EXPECT_THAT([&] { Gram gram(map_of(matrix)); },
                ThrowsMessage<NumericalError>(HasSubstr("not finite")));
  }
}

}  // namespace
}  // namespace stategrad::analysis
