// SPDX-License-Identifier: MIT
#include "analysis/word_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/dense.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

/// Q R of the centred columns.
struct Factors {
  Dense basis;  ///< Q [N, E]
  Dense shape;  ///< R [E, E]
};

Factors factors_of(const Matrix& embeddings) {
  const Dense centred = view(embeddings).rowwise() - view(embeddings).colwise().mean();
  const Eigen::Index E = centred.cols();
  const Eigen::ColPivHouseholderQR<Dense> qr(centred);
  if (qr.rank() < E) {
    throw NumericalError(fmt::format(
        "the embeddings of the {} words that both models have reach {} of {} dimensions",
        embeddings.rows, qr.rank(), E));
  }
  const Dense triangle = qr.matrixR().topRows(E).triangularView<Eigen::Upper>();
  return {qr.householderQ() * Dense::Identity(centred.rows(), E),
          triangle * qr.colsPermutation().transpose()};
}

/// Directions that span what those of a model span among the words, orthonormal.
Decomposition carried(const Decomposition& of, const Matrix& into) {
  const Dense spanned = view(into).transpose() * view(of.right).transpose();  // [d, k]
  const Dense basis = Eigen::HouseholderQR<Dense>(spanned).householderQ() *
                      Dense::Identity(spanned.rows(), spanned.cols());
  return {of.values, to_matrix(basis.transpose())};
}

BlockSubspaces carried(const BlockSubspaces& subspaces, const Matrix& into) {
  BlockSubspaces found{carried(subspaces.all, into), {}, subspaces.sizes};
  for (const Decomposition& of : subspaces.without) found.without.push_back(carried(of, into));
  return found;
}

}  // namespace

WordSpace::WordSpace(const Matrix& first, const Matrix& second) {
  if (first.rows != second.rows || first.rows <= std::max(first.columns, second.columns)) {
    throw UsageError(fmt::format(
        "embeddings of {} and {} words, of {} and {} dimensions: the same words in both, and more "
        "of them than dimensions, were expected",
        first.rows, second.rows, first.columns, second.columns));
  }
  const Factors a = factors_of(first);
  const Factors b = factors_of(second);
  const Dense correlation = a.basis.transpose() * b.basis;  // [E₁, E₂]
  likeness_ = correlation.squaredNorm() / static_cast<double>(correlation.size());
  // What the second has beside the first: rest = Q' R', of E₂ columns, some of which may be 0.
  const Dense rest = b.basis - a.basis * correlation;
  const Dense beside = Eigen::HouseholderQR<Dense>(rest)
                           .matrixQR()
                           .topRows(rest.cols())
                           .triangularView<Eigen::Upper>();
  Dense from_first = Dense::Zero(first.columns, first.columns + second.columns);
  from_first.leftCols(first.columns) = a.shape.transpose();
  Dense from_second(second.columns, first.columns + second.columns);
  from_second << b.shape.transpose() * correlation.transpose(),
      b.shape.transpose() * beside.transpose();
  first_ = to_matrix(from_first);
  second_ = to_matrix(from_second);
}

BlockSubspaces WordSpace::of_first(const BlockSubspaces& subspaces) const {
  return carried(subspaces, first_);
}

BlockSubspaces WordSpace::of_second(const BlockSubspaces& subspaces) const {
  return carried(subspaces, second_);
}

double WordSpace::chance(int k) const { return k * likeness_; }

}  // namespace stategrad::analysis
