// SPDX-License-Identifier: MIT
#include "model/initialise.h"

#include <algorithm>
#include <span>

#include "base/random.h"

namespace stategrad::model {
namespace {

/// Random streams of a seed, one per tensor. The offset keeps them apart from those that training
/// uses ("init" in ASCII).
constexpr std::uint64_t kFirstStream = 0x696e697400000000ULL;
enum Stream : std::uint64_t { kEmbedding, kOutputWeight, kOutputBias, kLayers };

RandomStream stream(const InitOptions& options, std::uint64_t purpose) {
  return RandomStream(options.seed, kFirstStream + purpose);
}

double symmetric(const RandomStream& random, std::uint64_t index, double scale) {
  return scale * (2 * random.uniform_at(index) - 1);
}

template <class Real>
void fill(const RandomStream& random, double scale, std::span<Real> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<Real>(symmetric(random, i, scale));
  }
}

}  // namespace

template <class Real>
void initialise(Parameters<Real>& parameters, const InitOptions& options) {
  const auto fill_buffer = [&](std::uint64_t purpose, Buffer<Real>& buffer) {
    fill(stream(options, purpose), options.scale, std::span<Real>(buffer.data(), buffer.size()));
  };
  fill_buffer(kEmbedding, parameters.embedding);
  fill_buffer(kOutputWeight, parameters.output_weight);
  fill_buffer(kOutputBias, parameters.output_bias);
  for (std::size_t l = 0; l < parameters.layers.size(); ++l) {
    cells::LayerWeights<Real>& layer = parameters.layers[l];
    fill_buffer(kLayers + 2 * l, layer.weight_ih);
    fill_buffer(kLayers + 2 * l + 1, layer.weight_hh);
    std::fill(layer.bias_ih.begin(), layer.bias_ih.end(), Real{0});
    std::fill(layer.bias_hh.begin(), layer.bias_hh.end(), Real{0});
    Real* bias = layer.bias_ih.data();
    if (parameters.architecture.cell == CellKind::kGru) {
      std::fill_n(bias, 2 * layer.size, Real{1});
    }
    if (parameters.architecture.cell == CellKind::kLstm) {
      std::fill_n(bias + layer.size, layer.size, static_cast<Real>(options.forget_bias));
    }
  }
}

void initial_embedding_row(std::int64_t row, const InitOptions& options, std::span<double> out) {
  const RandomStream random = stream(options, kEmbedding);
  const std::uint64_t first = static_cast<std::uint64_t>(row) * out.size();
  for (std::size_t e = 0; e < out.size(); ++e) out[e] = symmetric(random, first + e, options.scale);
}

template void initialise(Parameters<float>&, const InitOptions&);
template void initialise(Parameters<double>&, const InitOptions&);

}  // namespace stategrad::model
