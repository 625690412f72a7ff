// SPDX-License-Identifier: MIT
#include "gradient/state_sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/memory.h"
#include "gradient/layer_stack.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

void require_sense(const Architecture& shape, std::span<const WordId> text,
                   const StateSampleOptions& options) {
  for (const StateOfLayer& state : options.states) {
    if (state.layer >= 0 && state.layer < shape.num_layers) continue;
    throw UsageError(
        fmt::format("layer {}: the model has 0 to {}", state.layer, shape.num_layers - 1));
  }
  std::int64_t before = -1;
  for (const std::int64_t position : options.positions) {
    if (position <= before || position >= std::ssize(text)) {
      throw UsageError(fmt::format("position {} after {}: rising ones below {} were expected",
                                   position, before, text.size()));
    }
    before = position;
  }
  for (const WordId word : text.first(static_cast<std::size_t>(before + 1))) {
    if (word >= 0 && word < shape.vocab_size) continue;
    throw UsageError(
        fmt::format("word id {}: the vocabulary has 0 to {}", word, shape.vocab_size - 1));
  }
}

int layers_needed(const std::vector<StateOfLayer>& states) {
  int layers = 0;
  for (const StateOfLayer& state : states) layers = std::max(layers, state.layer + 1);
  return layers;
}

}  // namespace

template <class Real>
std::vector<std::vector<double>> sample_states(const LanguageModel<Real>& model,
                                               std::span<const WordId> text,
                                               const StateSampleOptions& options,
                                               ThreadTeam& team) {
  require_sense(model.architecture(), text, options);
  std::vector<std::vector<double>> found(options.states.size());
  if (options.states.empty() || options.positions.empty()) return found;
  const std::size_t each =
      options.positions.size() * static_cast<std::size_t>(model.architecture().size);
  require_memory(sizeof(double) * each * found.size(),
                 fmt::format("{} states at {} positions", found.size(), options.positions.size()));
  for (std::vector<double>& values : found) values.reserve(each);
  auto next = options.positions.begin();
  const auto take = [&](std::size_t first, std::size_t words, const LayerStack<Real>& piece) {
    const auto end = static_cast<std::int64_t>(first + words);
    for (; next != options.positions.end() && *next < end; ++next) {
      const auto step = static_cast<int>(*next - static_cast<std::int64_t>(first));
      for (std::size_t s = 0; s < found.size(); ++s) {
        const auto values = piece.state_after(options.states[s], step);
        found[s].insert(found[s].end(), values.begin(), values.end());
      }
    }
    if (options.on_progress) options.on_progress(end);
    if (options.stop != nullptr && options.stop->load(std::memory_order_relaxed)) {
      throw Interrupted(fmt::format("interrupted after {} of {} words", end, text.size()));
    }
  };
  const auto read = static_cast<std::size_t>(options.positions.back() + 1);
  static_cast<void>(
      read_words<Real>(model, layers_needed(options.states), text.first(read), team, take));
  for (const std::vector<double>& values : found) {
    if (std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); })) {
      continue;
    }
    throw NumericalError("a state is not finite: the model's weights are not, or too large");
  }
  return found;
}

template std::vector<std::vector<double>> sample_states(const LanguageModel<float>&,
                                                        std::span<const WordId>,
                                                        const StateSampleOptions&, ThreadTeam&);
template std::vector<std::vector<double>> sample_states(const LanguageModel<double>&,
                                                        std::span<const WordId>,
                                                        const StateSampleOptions&, ThreadTeam&);

}  // namespace stategrad::gradient
