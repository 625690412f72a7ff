// SPDX-License-Identifier: MIT
#include "gradient/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/memory.h"
#include "model/parameters.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

/// Rows of a tile: so many that the combined weights are fetched rarely, so few that the tile stays
/// in the second-level cache, and a multiple of the micro-kernels' six.
constexpr std::int64_t kTile = 48;
constexpr std::int64_t kSmallestTile = 12;

/// A compression that pays back in fewer steps than these is not worth while.
constexpr std::int64_t kLeastSteps = 4;
/// After so many vain compressions at a delay in a row only one of the next sixteen sources is
/// tried: the gradients of some models never fit in fewer rows.
constexpr std::int64_t kPatience = 4;
constexpr std::int64_t kPause = 16;

std::size_t product(std::size_t a, std::int64_t b, std::int64_t c) {
  return a * static_cast<std::size_t>(b) * static_cast<std::size_t>(c);
}

int highest_layer(const std::vector<StateOfLayer>& states) {
  int highest = 0;
  for (const StateOfLayer& state : states) highest = std::max(highest, state.layer);
  return highest;
}

}  // namespace

template <class Real>
StateGradientEngine<Real>::StateGradientEngine(const LanguageModel<Real>& model,
                                               const GradientRun& run,
                                               std::span<const double> basis, ThreadTeam& team)
    : run_(&run), schedule_(run), team_(&team), model_(model) {
  const Architecture& shape = run.architecture;
  layers_.resize(static_cast<std::size_t>(highest_layer(run.states)) + 1);
  for (std::size_t i = 0; i < run.states.size(); ++i) {
    Layer& layer = layers_[static_cast<std::size_t>(run.states[i].layer)];
    const bool cell = run.states[i].state == StateKind::kCell;
    (cell ? layer.cell_state : layer.hidden_state) = static_cast<int>(i);
  }
  allocate(basis);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    layers_[l].values = cells::make_differentiable_layer(shape.cell, shape.reset_after,
                                                         model.parameters().layers[l]);
    layers_[l].values->reset();
  }
}

template <class Real>
void StateGradientEngine<Real>::allocate(std::span<const double> basis) {
  const Architecture& shape = run_->architecture;
  const bool lstm = shape.cell == CellKind::kLstm;
  const auto slots = static_cast<std::size_t>(schedule_.slots());
  // As a floating-point number first: the product may exceed every integer.
  double bytes = static_cast<double>(slots) * run_->rows * shape.size * (lstm ? 3 : 2) *
                 static_cast<double>(layers_.size() * sizeof(Real));
  const bool compress = run_->rank_tolerance > 0 && run_->rows > 1;
  if (compress) {
    bytes +=
        SourceCompressor<Real>::bytes(schedule_.slots(), run_->rows, shape.size, team_->size());
  }
  require_memory(
      bytes < 1e18 ? static_cast<std::uintmax_t>(bytes) : std::uintmax_t{1000000000000000000},
      fmt::format("state gradients with D = {} delays kept at once, R = {} rows, H = {} units and "
                  "{} layer{}",
                  slots, run_->rows, shape.size, layers_.size(), layers_.size() == 1 ? "" : "s"));
  const std::size_t numbers = product(slots, run_->rows, shape.size);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer& layer = layers_[l];
    layer.packed =
        kernels::PackedStep<Real>(lstm ? 2 : 1, shape.size, shape.input_size(static_cast<int>(l)));
    for (Buffer<Real>& hidden : layer.hidden) hidden = Buffer<Real>(numbers);
    if (lstm) layer.cell = Buffer<Real>(numbers);
  }
  basis_ = Buffer<Real>(product(1, run_->rows, shape.embedding_size));
  if (basis.empty()) {
    for (std::int64_t r = 0; r < run_->rows; ++r) basis_[product(1, r, run_->rows + 1)] = 1;
  } else {
    std::transform(basis.begin(), basis.end(), basis_.begin(),
                   [](double value) { return static_cast<Real>(value); });
  }
  if (compress) {
    compressor_.emplace(schedule_.slots(), run_->rows, shape.size, run_->rank_tolerance,
                        team_->size());
    for (const int delay : compression_delays(schedule_.slots())) {
      stages_.push_back({.delay = delay});
    }
  }
  squared_norms_.resize(product(run_->states.size() * slots, run_->rows, 1));
  sums_.resize(run_->states.size() * slots);
  sources_.reserve(slots);
  delays_.reserve(slots);
}

template <class Real>
void StateGradientEngine<Real>::advance(std::int64_t words, GradientSink& sink,
                                        const std::atomic<bool>* stop,
                                        const std::function<void(std::int64_t)>& on_progress) {
  words = std::min(words, schedule_.words() - position_);
  team_->run([&](ThreadTeam::Worker& worker) {
    std::vector<kernels::JacobianRow<Real>> rows(static_cast<std::size_t>(kTile));
    for (std::int64_t i = 0; i < words; ++i) {
      if (worker.index() == 0) {
        if (stop != nullptr && stop->load(std::memory_order_relaxed)) {
          throw Interrupted(
              fmt::format("interrupted after {} of {} words", position_, schedule_.words()));
        }
        prepare(sink);
      }
      worker.barrier();
      if (compressor_) compress_sources(worker);
      take_step(worker, rows);
      if (worker.index() == 0) {
        deliver(sink);
        if (on_progress) on_progress(position_);
      }
    }
  });
}

template <class Real>
BlockKey StateGradientEngine<Real>::key(std::size_t state, const Source& source) const {
  return {.state_index = static_cast<int>(state),
          .position = position_,
          .window = schedule_.window(position_),
          .time_step = schedule_.step(position_),
          .delay = source.delay,
          .source = run_->text[static_cast<std::size_t>(position_ - source.delay)]};
}

/// Decides what the coming step carries and where its blocks are summed.
template <class Real>
void StateGradientEngine<Real>::prepare(GradientSink& sink) {
  schedule_.needed_delays(position_, delays_);
  wanted_ = schedule_.wanted(position_);
  const std::int64_t now = run_->windowed ? schedule_.step(position_) : position_;
  sources_.clear();
  for (const int delay : delays_) {
    sources_.push_back(
        {.delay = delay, .slot = static_cast<std::size_t>((now - delay) % schedule_.slots())});
    if (delay == 0 && compressor_) compressor_->begin(sources_.back().slot);
  }
  std::fill(sums_.begin(), sums_.end(), nullptr);
  if (wanted_) {
    for (std::size_t state = 0; state < run_->states.size(); ++state) {
      for (std::size_t s = 0; s < sources_.size(); ++s) {
        sums_[state * sources_.size() + s] = sink.accumulator(key(state, sources_[s]));
      }
    }
  }
  lay_out_rows();
  if (compressor_) choose_sources_to_compress();
}

/// Numbers the rows of all sources.
template <class Real>
void StateGradientEngine<Real>::lay_out_rows() {
  std::int64_t first = 0;
  for (Source& source : sources_) {
    source.rank = compressor_ ? compressor_->rank(source.slot) : run_->rows;
    source.first = first;
    first += source.rank;
  }
  const std::int64_t share = first / (std::int64_t{4} * team_->size());
  tile_ = std::clamp(share / kSmallestTile * kSmallestTile, kSmallestTile, kTile);
  next_row_.store(0, std::memory_order_relaxed);
}

template <class Real>
void StateGradientEngine<Real>::choose_sources_to_compress() {
  next_stage_.store(0, std::memory_order_relaxed);
  next_sum_.store(0, std::memory_order_relaxed);
  for (Stage& stage : stages_) {
    stage.source = kNone;
    const auto found =
        std::lower_bound(sources_.begin(), sources_.end(), stage.delay,
                         [](const Source& source, int delay) { return source.delay < delay; });
    if (found == sources_.end() || found->delay != stage.delay || found->rank == 1) continue;
    if (schedule_.steps_left(position_, stage.delay) + 1 < kLeastSteps) continue;
    if (stage.refusals >= kPatience && ++stage.passed_over % kPause != 0) continue;
    stage.source = static_cast<std::size_t>(found - sources_.begin());
  }
}

/// All workers: compresses the chosen sources as the word before left them, a source a worker.
template <class Real>
void StateGradientEngine<Real>::compress_sources(ThreadTeam::Worker& worker) {
  std::vector<Real*> blocks;
  while (true) {
    const std::size_t i = next_stage_.fetch_add(1, std::memory_order_relaxed);
    if (i >= stages_.size()) break;
    if (stages_[i].source == kNone) continue;
    const std::size_t slot = sources_[stages_[i].source].slot;
    const std::size_t at = product(slot, run_->rows, run_->architecture.size);
    blocks.clear();
    for (Layer& layer : layers_) {
      blocks.push_back(layer.hidden[parity_].data() + at);
      if (!layer.cell.empty()) blocks.push_back(layer.cell.data() + at);
    }
    compressor_->compress(worker.index(), slot, blocks);
  }
  worker.barrier();
  if (worker.index() != 0) return;
  for (Stage& stage : stages_) {
    if (stage.source == kNone) continue;
    const Source& source = sources_[stage.source];
    stage.refusals = compressor_->rank(source.slot) < source.rank ? 0 : stage.refusals + 1;
  }
  lay_out_rows();
}

/// All workers: one word through the network and, where sources are carried, through their rows.
template <class Real>
void StateGradientEngine<Real>::take_step(ThreadTeam::Worker& worker, Rows& rows) {
  // Worker 0 may prepare the next word as soon as the last barrier of this one is passed.
  const bool differentiate = !sources_.empty();
  const bool add = compressor_ && wanted_;
  const Architecture& shape = run_->architecture;
  const auto word = static_cast<std::size_t>(run_->text[static_cast<std::size_t>(position_)]);
  const Real* input = model_.parameters().embedding.data() + product(word, shape.embedding_size, 1);
  for (Layer& layer : layers_) {
    layer.values->step(worker, input, differentiate);
    input = layer.values->hidden();
  }
  if (!differentiate) return;
  for (Layer& layer : layers_) {
    const cells::Linearization<Real>& step = layer.values->linearization();
    layer.packed.pack(worker, step.recurrent.data(), step.input.data());
  }
  worker.barrier();
  const std::int64_t count = active_rows();
  while (true) {
    const std::int64_t first = next_row_.fetch_add(tile_, std::memory_order_relaxed);
    if (first >= count) break;
    advance_tile(rows, first, std::min(first + tile_, count));
  }
  worker.barrier();
  if (add) add_compressed(worker);
}

/// All workers: adds the blocks of compressed sources to their sums, a block a worker.
template <class Real>
void StateGradientEngine<Real>::add_compressed(ThreadTeam::Worker& worker) {
  while (true) {
    const std::size_t i = next_sum_.fetch_add(1, std::memory_order_relaxed);
    if (i >= run_->states.size() * sources_.size()) break;
    const Source& source = sources_[i % sources_.size()];
    if (sums_[i] == nullptr || !compressor_->compressed(source.slot)) continue;
    compressor_->add(worker.index(), source.slot,
                     newest_block(i / sources_.size(), source, 1 - parity_), sums_[i]);
  }
  worker.barrier();
}

template <class Real>
const Real* StateGradientEngine<Real>::newest_block(std::size_t state, const Source& source,
                                                    int parity) const {
  const StateOfLayer& of = run_->states[state];
  const Layer& layer = layers_[static_cast<std::size_t>(of.layer)];
  const Real* values =
      of.state == StateKind::kCell ? layer.cell.data() : layer.hidden[parity].data();
  return values + product(source.slot, run_->rows, run_->architecture.size);
}

template <class Real>
void StateGradientEngine<Real>::advance_tile(Rows& scratch, std::int64_t first, std::int64_t last) {
  const auto count = static_cast<std::size_t>(last - first);
  const std::span<kernels::JacobianRow<Real>> rows(scratch.data(), count);
  const bool has_fresh = sources_.front().delay == 0;
  const auto fresh = static_cast<std::size_t>(
      has_fresh ? std::clamp<std::int64_t>(run_->rows - first, 0, last - first) : 0);
  const auto next =
      std::upper_bound(sources_.begin(), sources_.end(), first,
                       [](std::int64_t row, const Source& source) { return row < source.first; });
  const auto first_source = static_cast<std::size_t>(next - sources_.begin()) - 1;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const cells::Linearization<Real>& step = layer.values->linearization();
    std::size_t source = first_source;
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t row = first + static_cast<std::int64_t>(i);
      if (row == sources_[source].first + sources_[source].rank) ++source;
      rows[i] = describe_row(l, source, row - sources_[source].first);
    }
    for (const auto part : {rows.first(fresh), rows.subspan(fresh)}) {
      if (!part.empty()) advance_rows(layer.packed, step.f.data(), step.k.data(), part);
    }
    const auto keep = [&](int state, double kernels::JacobianRow<Real>::*norm) {
      if (state < 0) return;
      double* out = squared_norms_.data() +
                    product(static_cast<std::size_t>(state), active_rows(), 1) + first;
      for (const auto& row : rows) *out++ = row.*norm;
    };
    keep(layer.cell_state, &kernels::JacobianRow<Real>::cell_squared_norm);
    keep(layer.hidden_state, &kernels::JacobianRow<Real>::hidden_squared_norm);
  }
}

/// Where a row of a source is read and written in a layer.
template <class Real>
kernels::JacobianRow<Real> StateGradientEngine<Real>::describe_row(std::size_t l,
                                                                   std::size_t source_index,
                                                                   std::int64_t direction) {
  Layer& layer = layers_[l];
  const auto size = static_cast<std::size_t>(run_->architecture.size);
  const Source& source = sources_[source_index];
  const std::size_t at =
      product(source.slot, run_->rows, run_->architecture.size) + product(size, direction, 1);
  const bool fresh = source.delay == 0;
  kernels::JacobianRow<Real> out;
  if (!fresh) out.hidden = layer.hidden[parity_].data() + at;
  if (l > 0) {
    out.below = layers_[l - 1].hidden[1 - parity_].data() + at;
  } else if (fresh) {
    out.below = basis_.data() + product(1, direction, run_->architecture.embedding_size);
  }
  out.hidden_out = layer.hidden[1 - parity_].data() + at;
  if (!layer.cell.empty()) {
    out.cell = layer.cell.data() + at;
    if (fresh) std::fill_n(out.cell, size, Real{0});
  }
  const auto sum_of = [&](int state) -> double* {
    if (state < 0 || source.rank < run_->rows) return nullptr;
    double* sum = sums_[static_cast<std::size_t>(state) * sources_.size() + source_index];
    return sum == nullptr ? nullptr : sum + product(size, direction, 1);
  };
  out.cell_sum = sum_of(layer.cell_state);
  out.hidden_sum = sum_of(layer.hidden_state);
  return out;
}

/// Checks the blocks of the current word, hands them to the sink and ends the word.
template <class Real>
void StateGradientEngine<Real>::deliver(GradientSink& sink) {
  if (!sources_.empty()) parity_ = 1 - parity_;
  const double* norms = squared_norms_.data();
  for (std::size_t state = 0; wanted_ && state < run_->states.size(); ++state) {
    for (const Source& source : sources_) {
      double squared_norm = 0;
      for (int r = 0; r < source.rank; ++r) squared_norm += *norms++;
      const BlockKey block_key = key(state, source);
      if (!std::isfinite(squared_norm)) fail(block_key);
      if (!sink.wants(block_key)) continue;
      const Real* values = newest_block(state, source, parity_);
      if (source.rank < run_->rows) values = compressor_->expand(source.slot, values);
      sink.push({.key = block_key,
                 .rows = run_->rows,
                 .size = run_->architecture.size,
                 .values = values,
                 .squared_norm = squared_norm});
    }
  }
  if (wanted_) sink.end_position(position_);
  ++position_;
}

template <class Real>
void StateGradientEngine<Real>::fail(const BlockKey& at) const {
  const StateOfLayer& state = run_->states[static_cast<std::size_t>(at.state_index)];
  const WordId word = run_->text[static_cast<std::size_t>(at.position)];
  throw NumericalError(fmt::format(
      "the gradient of the {} state of layer {} at position {} ('{}') to the word {} before it "
      "('{}') is not finite: the model's weights are not finite, or its gradients explode beyond "
      "{}",
      to_string(state.state), state.layer, at.position, run_->vocabulary->word(word), at.delay,
      run_->vocabulary->word(at.source),
      to_string(sizeof(Real) == sizeof(float) ? DType::kFloat32 : DType::kFloat64)));
}

template class StateGradientEngine<float>;
template class StateGradientEngine<double>;

}  // namespace stategrad::gradient
