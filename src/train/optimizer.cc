// SPDX-License-Identifier: MIT
#include "train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>

#include "kernels/elementwise.h"

namespace stategrad::train {
namespace {

constexpr double kAdamBeta1 = 0.9;
constexpr double kAdamBeta2 = 0.999;
constexpr double kAdamEpsilon = 1e-8;
constexpr double kAdagradStart = 0.1;

/// A tensor of the gradients: all of it from a place on, or some of its rows.
struct Part {
  std::size_t tensor = 0;
  std::size_t from = 0;
  const std::vector<WordId>* rows = nullptr;  ///< null: everything from `from` on
  std::size_t width = 0;                      ///< of a row
};

/// The trained parts of a model's tensors.
template <class Real>
std::vector<Part> trained_parts(const std::vector<NamedTensor<Real>>& tensors,
                                const Gradients<Real>& gradients) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const NamedTensor<Real>& tensor = tensors[i];
    if (tensor.trained_from >= tensor.values.size()) continue;
    Part part{i, tensor.trained_from, nullptr, 0};
    if (tensor.name.starts_with("embedding.")) {
      if (!gradients.embedding_trained) continue;
      part.rows = &gradients.embedding_rows.rows();
    } else if (tensor.name.starts_with("output.") && gradients.output_sparse) {
      part.rows = &gradients.output_rows.rows();
    }
    if (part.rows != nullptr) {
      part.width = tensor.values.size() / static_cast<std::size_t>(tensor.shape[0]);
    }
    parts.push_back(part);
  }
  return parts;
}

/// Runs use(first, last) over the places of a part, shared out to the team.
template <class Use>
void for_each_range(const Part& part, std::size_t size, bool dense, ThreadTeam& team,
                    const Use& use) {
  team.run([&](ThreadTeam::Worker& worker) {
    if (part.rows == nullptr || dense) {
      const auto [first, last] = worker.share(static_cast<std::int64_t>(size - part.from), 16);
      use(part.from + first, part.from + last);
      return;
    }
    const auto [first, last] = worker.share(static_cast<std::int64_t>(part.rows->size()));
    for (std::int64_t r = first; r < last; ++r) {
      const std::size_t start = static_cast<std::size_t>((*part.rows)[r]) * part.width;
      use(start, start + part.width);
    }
  });
}

/// Σ of squares of some rows, in an order that does not depend on the team.
template <class Real>
double squared_norm_of_rows(const Part& part, std::span<const Real> values) {
  double sum = 0;
  for (const WordId row : *part.rows) {
    const auto from = values.subspan(static_cast<std::size_t>(row) * part.width, part.width);
    double of_row = 0;
    for (const Real value : from) of_row += static_cast<double>(value) * value;
    sum += of_row;
  }
  return sum;
}

template <class Real>
void fill(Parameters<Real>& parameters, Real value) {
  for (const auto& tensor : named_tensors(parameters)) {
    std::fill(tensor.values.begin(), tensor.values.end(), value);
  }
}

/// One step of Adam on the places [first, last).
template <class Real>
struct AdamStep {
  Real clip, rate, correction2;
  void operator()(std::span<Real> p, std::span<const Real> g, std::span<Real> m,
                  std::span<Real> v) const {
    constexpr auto kBeta1 = static_cast<Real>(kAdamBeta1);
    constexpr auto kBeta2 = static_cast<Real>(kAdamBeta2);
    for (std::size_t i = 0; i < p.size(); ++i) {
      const Real clipped = clip * g[i];
      m[i] = kBeta1 * m[i] + (1 - kBeta1) * clipped;
      v[i] = kBeta2 * v[i] + (1 - kBeta2) * clipped * clipped;
      p[i] -= rate * m[i] / (std::sqrt(v[i]) * correction2 + static_cast<Real>(kAdamEpsilon));
    }
  }
};

}  // namespace

template <class Real>
ParameterUpdater<Real>::ParameterUpdater(Optimizer kind, double max_norm, const Architecture& shape)
    : kind_(kind), max_norm_(max_norm) {
  if (kind == Optimizer::kSgd) return;
  first_ = Parameters<Real>(shape);
  if (kind == Optimizer::kAdam) second_ = Parameters<Real>(shape);
  if (kind == Optimizer::kAdagrad) fill(first_, static_cast<Real>(kAdagradStart));
}

template <class Real>
double ParameterUpdater<Real>::gradient_norm(Gradients<Real>& gradients, ThreadTeam& team) const {
  const auto tensors = named_tensors(gradients.values);
  double sum = 0;
  for (const Part& part : trained_parts(tensors, gradients)) {
    const std::span<const Real> values = tensors[part.tensor].values;
    sum += part.rows != nullptr
               ? squared_norm_of_rows(part, values)
               : kernels::squared_norm<Real>(static_cast<std::int64_t>(values.size() - part.from),
                                             values.data() + part.from, team);
  }
  return std::sqrt(sum);
}

template <class Real>
void ParameterUpdater<Real>::update(Parameters<Real>& parameters, Gradients<Real>& gradients,
                                    double rate, double norm, ThreadTeam& team) {
  ++updates_;
  const auto clip = static_cast<Real>(max_norm_ / std::max(norm, max_norm_));
  const auto step = static_cast<Real>(rate);
  const auto gradient_tensors = named_tensors(gradients.values);
  const auto parameter_tensors = named_tensors(parameters);
  const auto moments =
      kind_ == Optimizer::kSgd ? std::vector<NamedTensor<Real>>{} : named_tensors(first_);
  const auto squares =
      kind_ == Optimizer::kAdam ? named_tensors(second_) : std::vector<NamedTensor<Real>>{};
  const auto n = static_cast<double>(updates_);
  const AdamStep<Real> adam{clip, static_cast<Real>(rate / (1 - std::pow(kAdamBeta1, n))),
                            static_cast<Real>(1 / std::sqrt(1 - std::pow(kAdamBeta2, n)))};
  for (const Part& part : trained_parts(gradient_tensors, gradients)) {
    const std::span<Real> g = gradient_tensors[part.tensor].values;
    const std::span<Real> p = parameter_tensors[part.tensor].values;
    const auto apply = [&](std::size_t first, std::size_t last) {
      const std::size_t count = last - first;
      if (kind_ == Optimizer::kSgd) {
        for (std::size_t i = first; i < last; ++i) p[i] -= step * (clip * g[i]);
      } else if (kind_ == Optimizer::kAdam) {
        adam(p.subspan(first, count), g.subspan(first, count),
             moments[part.tensor].values.subspan(first, count),
             squares[part.tensor].values.subspan(first, count));
      } else {
        const std::span<Real> a = moments[part.tensor].values;
        for (std::size_t i = first; i < last; ++i) {
          const Real clipped = clip * g[i];
          a[i] += clipped * clipped;
          p[i] -= step * clipped / std::sqrt(a[i]);
        }
      }
    };
    for_each_range(part, g.size(), kind_ == Optimizer::kAdam, team, apply);
  }
}

template <class Real>
std::vector<typename ParameterUpdater<Real>::State> ParameterUpdater<Real>::states() {
  if (kind_ == Optimizer::kAdam) return {{"adam.m", &first_}, {"adam.v", &second_}};
  if (kind_ == Optimizer::kAdagrad) return {{"adagrad.sum", &first_}};
  return {};
}

template class ParameterUpdater<float>;
template class ParameterUpdater<double>;

}  // namespace stategrad::train
