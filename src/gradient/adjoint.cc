// SPDX-License-Identifier: MIT
#include "gradient/adjoint.h"

#include <fmt/format.h>

#include "base/buffer.h"
#include "gradient/layer_stack.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

void require_sense(const Architecture& shape, std::size_t words, const StateOfLayer& state,
                   int max_delay) {
  if (max_delay < 1 || static_cast<std::size_t>(max_delay) > words) {
    throw UsageError(fmt::format("max_delay is {}: the adjoint pass over {} words allows 1 to {}",
                                 max_delay, words, words));
  }
  if (state.layer < 0 || state.layer >= shape.num_layers) {
    throw UsageError(fmt::format("layer is {}: the model has the layers 0 to {}", state.layer,
                                 shape.num_layers - 1));
  }
}

}  // namespace

template <class Real>
std::vector<std::vector<Real>> adjoint_state_gradients(const LanguageModel<Real>& model,
                                                       std::span<const WordId> words,
                                                       const StateOfLayer& state, int max_delay,
                                                       ThreadTeam& team) {
  const Architecture& shape = model.architecture();
  require_sense(shape, words.size(), state, max_delay);
  const int layers = state.layer + 1;
  const std::size_t before = words.size() - static_cast<std::size_t>(max_delay);
  LayerStack<Real> stack(model, layers, max_delay, shape.size);
  stack.start_from(read_words(model, layers, words.first(before), team));
  stack.embed(words.subspan(before));
  stack.forward(team);

  const auto size = static_cast<std::size_t>(shape.size);
  std::vector<Real> units(size * size);
  for (std::size_t h = 0; h < size; ++h) units[h * size + h] = 1;
  const Buffer<Real> gradient = stack.backward(state, units, team);

  const std::size_t matrix = size * static_cast<std::size_t>(shape.embedding_size);
  std::vector<std::vector<Real>> matrices;
  for (const Real* end = gradient.end(); end != gradient.begin(); end -= matrix) {
    matrices.emplace_back(end - matrix, end);
  }
  return matrices;
}

template std::vector<std::vector<float>> adjoint_state_gradients(const LanguageModel<float>&,
                                                                 std::span<const WordId>,
                                                                 const StateOfLayer&, int,
                                                                 ThreadTeam&);
template std::vector<std::vector<double>> adjoint_state_gradients(const LanguageModel<double>&,
                                                                  std::span<const WordId>,
                                                                  const StateOfLayer&, int,
                                                                  ThreadTeam&);

}  // namespace stategrad::gradient
