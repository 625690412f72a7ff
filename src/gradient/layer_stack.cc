// SPDX-License-Identifier: MIT
#include "gradient/layer_stack.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/memory.h"
#include "cells/module_layer.h"
#include "model/parameters.h"

namespace stategrad::gradient {
namespace {

/// Words that read_words() takes at once.
constexpr std::size_t kPiece = 64;

void require_room(const Architecture& shape, int layers, int steps, int streams,
                  std::size_t number) {
  // Per step, stream and unit: the gates and at most three states, and their gradients once more;
  // as a floating-point number, because the product may exceed every integer.
  const double numbers =
      static_cast<double>(steps + 1) * streams *
      (shape.embedding_size + 2.0 * layers * (shape.gate_rows() + 3 * shape.size));
  require_memory(
      static_cast<std::uintmax_t>(std::min(numbers * static_cast<double>(number), 1e18)),
      fmt::format("the activations of {} layer{} of {} units over {} steps of {} streams", layers,
                  layers == 1 ? "" : "s", shape.size, steps, streams));
}

bool is_cell(const Architecture& shape, const StateOfLayer& state) {
  return shape.cell == CellKind::kLstm && state.state == StateKind::kCell;
}

}  // namespace

template <class Real>
LayerStack<Real>::LayerStack(const LanguageModel<Real>& model, int layers, int steps, int streams)
    : model_(&model),
      steps_(static_cast<std::size_t>(steps)),
      streams_(static_cast<std::size_t>(streams)),
      size_(static_cast<std::size_t>(model.architecture().size)) {
  const Architecture& shape = model.architecture();
  require_room(shape, layers, steps, streams, sizeof(Real));
  input_ = Buffer<Real>(steps_ * streams_ * static_cast<std::size_t>(shape.embedding_size));
  for (int l = 0; l < layers; ++l) layers_.emplace_back(shape.cell, steps, streams, shape.size);
}

template <class Real>
void LayerStack<Real>::start_from(const LayerStack& other) {
  const std::size_t end = other.steps_ * other.slot();
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const auto& from = other.layers_[l];
    auto& to = layers_[l];
    for (std::size_t stream = 0; stream < streams_; ++stream) {
      std::copy_n(from.hidden.data() + end, size_, to.hidden.data() + stream * size_);
      if (to.cell.empty()) continue;
      std::copy_n(from.cell.data() + end, size_, to.cell.data() + stream * size_);
    }
  }
}

template <class Real>
void LayerStack<Real>::embed(std::span<const WordId> words) {
  const auto width = static_cast<std::size_t>(model_->architecture().embedding_size);
  const Real* embedding = model_->parameters().embedding.data();
  Real* out = input_.data();
  for (const WordId word : words) {
    for (std::size_t stream = 0; stream < streams_; ++stream, out += width) {
      std::copy_n(embedding + static_cast<std::size_t>(word) * width, width, out);
    }
  }
}

template <class Real>
const Real* LayerStack<Real>::layer_input(std::size_t layer) const {
  return layer == 0 ? input_.data() : layers_[layer - 1].hidden.data() + slot();
}

template <class Real>
void LayerStack<Real>::forward(ThreadTeam& team) {
  const Architecture& shape = model_->architecture();
  if (const auto& module = model_->parameters().module) {
    cells::module_forward<Real>(*module, shape.embedding_size, input_.data(), layers_[0]);
    return;
  }
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    cells::forward(shape.cell, shape.reset_after, model_->parameters().layers[l], layer_input(l),
                   layers_[l], team);
  }
}

template <class Real>
std::span<const Real> LayerStack<Real>::state_after(const StateOfLayer& state, int step) const {
  const auto& layer = layers_[static_cast<std::size_t>(state.layer)];
  const Buffer<Real>& states = is_cell(model_->architecture(), state) ? layer.cell : layer.hidden;
  return {states.data() + (static_cast<std::size_t>(step) + 1) * slot(), slot()};
}

template <class Real>
std::span<const Real> LayerStack<Real>::gates_of(int layer, int step) const {
  const std::size_t width =
      slot() * static_cast<std::size_t>(gate_count(model_->architecture().cell));
  const auto& gates = layers_[static_cast<std::size_t>(layer)].gates;
  return {gates.data() + static_cast<std::size_t>(step) * width, width};
}

template <class Real>
Buffer<Real> LayerStack<Real>::backward(const StateOfLayer& state, std::span<const Real> gradient,
                                        ThreadTeam& team) {
  const Architecture& shape = model_->architecture();
  Buffer<Real> upper(steps_ * slot());
  const Real* last_cell = is_cell(shape, state) ? gradient.data() : nullptr;
  if (last_cell == nullptr) {
    std::copy(gradient.begin(), gradient.end(), upper.end() - static_cast<std::ptrdiff_t>(slot()));
  }
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const auto width = static_cast<std::size_t>(shape.input_size(static_cast<int>(l)));
    Buffer<Real> lower(steps_ * streams_ * width);
    if (const auto& module = model_->parameters().module) {
      cells::module_backward<Real>(*module, shape.embedding_size, layer_input(l), layers_[l],
                                   upper.data(), lower.data());
      return lower;
    }
    cells::backward<Real>(shape.cell, shape.reset_after, model_->parameters().layers[l],
                          layer_input(l), layers_[l], upper.data(), last_cell, nullptr,
                          lower.data(), team);
    upper = std::move(lower);
    last_cell = nullptr;
  }
  return upper;
}

template <class Real>
LayerStack<Real> read_words(const LanguageModel<Real>& model, int layers,
                            std::span<const WordId> words, ThreadTeam& team,
                            const std::type_identity_t<PieceUse<Real>>& use) {
  LayerStack<Real> end(model, layers, 0, 1);
  for (std::size_t first = 0; first < words.size(); first += kPiece) {
    const std::size_t count = std::min(kPiece, words.size() - first);
    LayerStack<Real> piece(model, layers, static_cast<int>(count), 1);
    piece.start_from(end);
    piece.embed(words.subspan(first, count));
    piece.forward(team);
    if (use) use(first, count, piece);
    end = std::move(piece);
  }
  return end;
}

template class LayerStack<float>;
template class LayerStack<double>;
template LayerStack<float> read_words(const LanguageModel<float>&, int, std::span<const WordId>,
                                      ThreadTeam&, const PieceUse<float>&);
template LayerStack<double> read_words(const LanguageModel<double>&, int, std::span<const WordId>,
                                       ThreadTeam&, const PieceUse<double>&);

}  // namespace stategrad::gradient
