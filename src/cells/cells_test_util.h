// SPDX-License-Identifier: MIT
//
// What the tests of this room share: random layers, and the recursion over rows in its plainest
// form.
#pragma once

#include <algorithm>
#include <cmath>
#include <ostream>
#include <vector>

#include "base/random.h"
#include "cells/differentiable_layer.h"
#include "cells/layer_weights.h"

namespace stategrad::cells {

struct Variant {
  CellKind kind;
  bool reset_after;
};

inline std::ostream& operator<<(std::ostream& out, const Variant& v) {
  return out << to_string(v.kind) << (v.reset_after ? "_reset_after" : "");
}

inline constexpr Variant kVariants[] = {{CellKind::kLstm, false},
                                        {CellKind::kGru, false},
                                        {CellKind::kGru, true},
                                        {CellKind::kRnn, false}};

struct VariantName {
  template <class Info>
  std::string operator()(const Info& info) const {
    std::string name(to_string(info.param.kind));
    return info.param.reset_after ? name + "ResetAfter" : name;
  }
};

inline std::vector<double> random_values(std::size_t count, std::uint64_t stream,
                                         double scale = 1) {
  const RandomStream random(17, stream);
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = scale * (2 * random.uniform_at(i) - 1);
  return values;
}

template <class Real>
void fill_random(Buffer<Real>& buffer, std::uint64_t stream, double scale) {
  const std::vector<double> values = random_values(buffer.size(), stream, scale);
  std::transform(values.begin(), values.end(), buffer.begin(),
                 [](double value) { return static_cast<Real>(value); });
}

/// All four tensors random, bias_hh of the gates too: files of other programs may hold such biases.
template <class Real>
LayerWeights<Real> random_weights(Variant v, int inputs, int units) {
  LayerWeights<Real> weights(v.kind, inputs, units);
  fill_random(weights.weight_ih, 1, 0.9);
  fill_random(weights.weight_hh, 2, 0.9);
  fill_random(weights.bias_ih, 3, 0.5);
  fill_random(weights.bias_hh, 4, 0.5);
  return weights;
}

/// d (hidden, cell) at the last step to the input of step `source`, [I, H] each.
struct Tangent {
  std::vector<double> hidden;
  std::vector<double> cell;
};

/// The recursion of differentiable_layer.h, row by row.
/// @param inputs [steps, I]
inline Tangent tangent_of_input(DifferentiableLayer<double>& layer, const double* inputs, int steps,
                                int source, ThreadTeam& team) {
  const Linearization<double>& step = layer.linearization();
  const int width = step.input_size;
  const int size = step.size;
  const auto at = [&](int e, int u) { return static_cast<std::size_t>(e * size + u); };
  std::vector<double> jh(at(width, 0)), jc(at(width, 0));
  layer.reset();
  for (int t = 0; t < steps; ++t) {
    team.run([&](ThreadTeam::Worker& worker) { layer.step(worker, inputs + t * width, true); });
    if (t < source) continue;
    const std::vector<double> old = jh;
    const double* matrix = (t == source ? step.input : step.recurrent).data();
    const int columns = step.carried * size;
    for (int e = 0; e < width; ++e) {
      const auto product = [&](int column) {
        if (t == source) return matrix[e * columns + column];
        double sum = 0;
        for (int j = 0; j < size; ++j) sum += old[at(e, j)] * matrix[j * columns + column];
        return sum;
      };
      for (int u = 0; u < size; ++u) {
        if (step.carried == 1) {
          jh[at(e, u)] = product(u);
        } else {
          jc[at(e, u)] = step.f[at(0, u)] * jc[at(e, u)] + product(u);
          jh[at(e, u)] = product(size + u) + step.k[at(0, u)] * jc[at(e, u)];
        }
      }
    }
  }
  return {jh, step.carried == 2 ? jc : std::vector<double>{}};
}

inline double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double value : values) result = std::max(result, std::abs(value));
  return result;
}

}  // namespace stategrad::cells
