// SPDX-License-Identifier: MIT
#include "model/parameters.h"

#include <fmt/format.h>

namespace stategrad {
namespace {

/// Where the trained part of bias_hh begins: the candidate's third for a GRU reset-after.
std::size_t trained_bias_hh(const Architecture& shape) {
  const auto rows = static_cast<std::size_t>(shape.gate_rows());
  const bool candidate = shape.cell == CellKind::kGru && shape.reset_after;
  return candidate ? rows - static_cast<std::size_t>(shape.size) : rows;
}

/// P is Parameters<Real> or const Parameters<Real>; Value is Real or const Real.
template <class Value, class P>
std::vector<NamedTensor<Value>> list(P& parameters) {
  const Architecture& shape = parameters.architecture;
  const std::int64_t vocab_size = shape.vocab_size;
  const std::int64_t size = shape.size;
  const std::int64_t rows = shape.gate_rows();
  std::vector<NamedTensor<Value>> tensors;
  auto add = [&](std::string name, std::vector<std::int64_t> dimensions, auto& buffer,
                 std::size_t trained_from = 0) {
    tensors.push_back({std::move(name), std::move(dimensions),
                       std::span<Value>(buffer.data(), buffer.size()), trained_from});
  };
  add("embedding.weight", {vocab_size, shape.embedding_size}, parameters.embedding);
  for (int l = 0; l < shape.num_layers; ++l) {
    auto& layer = parameters.layers[static_cast<std::size_t>(l)];
    add(fmt::format("rnn.weight_ih_l{}", l), {rows, shape.input_size(l)}, layer.weight_ih);
    add(fmt::format("rnn.weight_hh_l{}", l), {rows, size}, layer.weight_hh);
    add(fmt::format("rnn.bias_ih_l{}", l), {rows}, layer.bias_ih);
    add(fmt::format("rnn.bias_hh_l{}", l), {rows}, layer.bias_hh, trained_bias_hh(shape));
  }
  add("output.weight", {vocab_size, size}, parameters.output_weight);
  add("output.bias", {vocab_size}, parameters.output_bias);
  return tensors;
}

}  // namespace

template <class Real>
Parameters<Real>::Parameters(const Architecture& shape)
    : architecture(shape),
      embedding(static_cast<std::size_t>(shape.vocab_size * shape.embedding_size)),
      output_weight(static_cast<std::size_t>(shape.vocab_size * shape.size)),
      output_bias(static_cast<std::size_t>(shape.vocab_size)) {
  for (int l = 0; l < shape.num_layers; ++l) {
    layers.emplace_back(shape.cell, shape.input_size(l), shape.size);
  }
}

template <class Real>
std::vector<NamedTensor<Real>> named_tensors(Parameters<Real>& parameters) {
  return list<Real>(parameters);
}

template <class Real>
std::vector<NamedTensor<const Real>> named_tensors(const Parameters<Real>& parameters) {
  return list<const Real>(parameters);
}

template struct Parameters<float>;
template struct Parameters<double>;
template std::vector<NamedTensor<float>> named_tensors(Parameters<float>&);
template std::vector<NamedTensor<double>> named_tensors(Parameters<double>&);
template std::vector<NamedTensor<const float>> named_tensors(const Parameters<float>&);
template std::vector<NamedTensor<const double>> named_tensors(const Parameters<double>&);

}  // namespace stategrad
