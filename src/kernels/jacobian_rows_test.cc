// SPDX-License-Identifier: MIT
#include "kernels/jacobian_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/random.h"
#include "kernels/isa.h"

namespace stategrad::kernels {
namespace {

struct Shape {
  int carried;
  int size;
  int below_size;
  int rows;
};

/// Everything that one call reads and writes, at random.
template <class Real>
struct Problem {
  Problem(const Shape& of, std::uint64_t seed) : shape(of), random(seed) {
    const int h = shape.size;
    fill(recurrent, h * shape.carried * h);
    fill(input, shape.below_size * shape.carried * h);
    fill(f, h);
    fill(k, h);
    fill(hidden, shape.rows * h);
    fill(below, shape.rows * shape.below_size);
    fill(cell, shape.rows * h);
    fill(cell_sum, shape.rows * h);
    fill(hidden_sum, shape.rows * h);
    hidden_out.assign(hidden.size(), std::numeric_limits<Real>::quiet_NaN());
  }

  template <class Number>
  void fill(std::vector<Number>& values, int count) {
    values.resize(static_cast<std::size_t>(count));
    for (Number& value : values) value = static_cast<Number>(2 * random.uniform() - 1);
  }

  std::vector<JacobianRow<Real>> rows() {
    std::vector<JacobianRow<Real>> all(static_cast<std::size_t>(shape.rows));
    for (int r = 0; r < shape.rows; ++r) {
      JacobianRow<Real>& row = all[static_cast<std::size_t>(r)];
      row.hidden = hidden.data() + r * shape.size;
      if (shape.below_size > 0) row.below = below.data() + r * shape.below_size;
      if (shape.carried == 2) row.cell = cell.data() + r * shape.size;
      row.hidden_out = hidden_out.data() + r * shape.size;
      // Some rows are summed and some are not.
      if (shape.carried == 2 && r % 3 != 0) row.cell_sum = cell_sum.data() + r * shape.size;
      if (r % 2 != 0) row.hidden_sum = hidden_sum.data() + r * shape.size;
    }
    return all;
  }

  std::vector<JacobianRow<Real>> advance() {
    PackedStep<Real> step(shape.carried, shape.size, shape.below_size);
    ThreadTeam team(2);
    team.run(
        [&](ThreadTeam::Worker& worker) { step.pack(worker, recurrent.data(), input.data()); });
    auto all = rows();
    advance_rows<Real>(step, f.data(), k.data(), all);
    return all;
  }

  Shape shape;
  RandomStream random;
  std::vector<Real> recurrent, input, f, k, hidden, below, cell, hidden_out;
  std::vector<double> cell_sum, hidden_sum;
};

/// The formulas of the header, in float64 and by single elements.
template <class Real>
void expect_formula(const Shape& shape, double tolerance) {
  SCOPED_TRACE(testing::Message() << to_string(active_isa()) << " C " << shape.carried << " H "
                                  << shape.size << " below " << shape.below_size << " rows "
                                  << shape.rows);
  Problem<Real> problem(shape, 1);
  const Problem<Real> before = problem;
  const auto rows = problem.advance();
  const int h = shape.size;
  const int columns = shape.carried * h;
  const double scale = std::sqrt(h + shape.below_size);
  for (int r = 0; r < shape.rows; ++r) {
    double cell_norm = 0;
    double hidden_norm = 0;
    for (int u = 0; u < h; ++u) {
      const auto product = [&](int column) {
        double sum = 0;
        for (int i = 0; i < h; ++i) {
          sum += double{before.hidden[r * h + i]} * double{before.recurrent[i * columns + column]};
        }
        for (int i = 0; i < shape.below_size; ++i) {
          sum += double{before.below[r * shape.below_size + i]} *
                 double{before.input[i * columns + column]};
        }
        return sum;
      };
      const int at = r * h + u;
      double hidden = product(columns - h + u);
      if (shape.carried == 2) {
        const double cell = double{before.f[u]} * double{before.cell[at]} + product(u);
        hidden += double{before.k[u]} * cell;
        ASSERT_NEAR(problem.cell[at], cell, tolerance * scale) << "row " << r << " unit " << u;
        const auto got = double{problem.cell[at]};
        cell_norm += got * got;
        ASSERT_DOUBLE_EQ(problem.cell_sum[at], before.cell_sum[at] + (r % 3 != 0 ? got : 0));
      }
      ASSERT_NEAR(problem.hidden_out[at], hidden, tolerance * scale)
          << "row " << r << " unit " << u;
      const auto got = double{problem.hidden_out[at]};
      hidden_norm += got * got;
      ASSERT_DOUBLE_EQ(problem.hidden_sum[at], before.hidden_sum[at] + (r % 2 != 0 ? got : 0));
    }
    ASSERT_NEAR(rows[r].cell_squared_norm, cell_norm, 1e-12 * h * scale * scale);
    ASSERT_NEAR(rows[r].hidden_squared_norm, hidden_norm, 1e-12 * h * scale * scale);
  }
  EXPECT_EQ(problem.hidden, before.hidden);
}

class EveryIsa : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    before_ = active_isa();
    set_active_isa(GetParam());
  }
  void TearDown() override { set_active_isa(before_); }

 private:
  Isa before_ = Isa::kScalar;
};

TEST_P(EveryIsa, AdvancesRowsByTheFormula) {
  for (const int carried : {1, 2}) {
    for (const int size : {1, 5, 16, 32, 33, 64, 79}) {
      for (const int below : {0, 7, size}) {
        for (const int rows : {1, 2, 6, 7, 13, 25}) {
          expect_formula<float>({carried, size, below, rows}, 1e-6);
          expect_formula<double>({carried, size, below, rows}, 1e-14);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST_P(EveryIsa, ARowDoesNotDependOnTheRowsBesideIt) {
  const Shape shape{2, 37, 5, 17};
  Problem<float> together(shape, 3);
  Problem<float> alone = together;
  together.advance();
  PackedStep<float> step(shape.carried, shape.size, shape.below_size);
  ThreadTeam team(1);
  team.run([&](ThreadTeam::Worker& worker) {
    step.pack(worker, alone.recurrent.data(), alone.input.data());
  });
  auto rows = alone.rows();
  for (auto& row : rows) advance_rows<float>(step, alone.f.data(), alone.k.data(), {&row, 1});
  EXPECT_EQ(together.cell, alone.cell);
  EXPECT_EQ(together.hidden_out, alone.hidden_out);
}

TEST_P(EveryIsa, NullRowsAreZeros) {
  for (const bool no_hidden : {false, true}) {
    Problem<double> zeros({2, 21, 8, 11}, 4);
    auto& values = no_hidden ? zeros.hidden : zeros.below;
    std::fill(values.begin(), values.end(), 0.0);
    Problem<double> nulls = zeros;
    zeros.advance();
    PackedStep<double> step(2, 21, 8);
    ThreadTeam team(1);
    team.run([&](ThreadTeam::Worker& worker) {
      step.pack(worker, nulls.recurrent.data(), nulls.input.data());
    });
    auto rows = nulls.rows();
    for (auto& row : rows) (no_hidden ? row.hidden : row.below) = nullptr;
    advance_rows<double>(step, nulls.f.data(), nulls.k.data(), rows);
    EXPECT_EQ(zeros.cell, nulls.cell);
    EXPECT_EQ(zeros.hidden_out, nulls.hidden_out);
    EXPECT_EQ(zeros.cell_sum, nulls.cell_sum);
  }
}

TEST_P(EveryIsa, NotANumberReachesTheNorms) {
  Problem<float> problem({2, 40, 0, 9}, 5);
  problem.cell[3 * 40 + 39] = std::numeric_limits<float>::quiet_NaN();
  problem.hidden[5 * 40] = std::numeric_limits<float>::infinity();
  const auto rows = problem.advance();
  for (int r = 0; r < 9; ++r) {
    EXPECT_EQ(std::isfinite(rows[r].cell_squared_norm), r != 3 && r != 5) << r;
    EXPECT_EQ(std::isfinite(rows[r].hidden_squared_norm), r != 3 && r != 5) << r;
  }
}

TEST_P(EveryIsa, NormsOfFloatsDoNotOverflow) {
  Problem<float> problem({1, 40, 0, 3}, 6);
  std::fill(problem.hidden.begin(), problem.hidden.end(), 1e30F);
  for (const auto& row : problem.advance()) {
    EXPECT_TRUE(std::isfinite(row.hidden_squared_norm));
    EXPECT_GT(row.hidden_squared_norm, 1e50);
  }
}

INSTANTIATE_TEST_SUITE_P(JacobianRows, EveryIsa, testing::ValuesIn(available_isas()),
                         [](const auto& of) {
                           std::string name(to_string(of.param));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace stategrad::kernels
