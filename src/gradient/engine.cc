// SPDX-License-Identifier: MIT
#include "gradient/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/memory.h"
#include "cells/module_layer.h"
#include "model/parameters.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

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
    const Parameters<Real>& parameters = model.parameters();
    layers_[l].values =
        parameters.module
            ? cells::make_module_layer<Real>(parameters.module, shape.embedding_size, shape.size)
            : cells::make_differentiable_layer(shape.cell, shape.reset_after, parameters.layers[l]);
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
  const CompressorShape compression{
      .slots = schedule_.slots(), .rows = run_->rows, .size = shape.size, .workers = team_->size()};
  if (compress) {
    bytes += SourceCompressor<Real>::bytes(compression);
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
    compressor_.emplace(compression, run_->rank_tolerance);
    compressions_.emplace(*run_, schedule_.slots());
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
    Scratch scratch{.rows = Rows(static_cast<std::size_t>(kTile)), .blocks = {}};
    for (std::int64_t i = 0; i < words; ++i) {
      if (worker.index() == 0) {
        if (stop != nullptr && stop->load(std::memory_order_relaxed)) {
          throw Interrupted(
              fmt::format("interrupted after {} of {} words", position_, schedule_.words()));
        }
        prepare(sink);
      }
      worker.barrier();
      take_step(worker, scratch);
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
    const auto slot = static_cast<std::size_t>((now - delay) % schedule_.slots());
    if (delay == 0 && compressor_) compressor_->begin(slot);
    sources_.push_back(
        {.delay = delay, .slot = slot, .rank = compressor_ ? compressor_->rank(slot) : run_->rows});
  }
  std::fill(sums_.begin(), sums_.end(), nullptr);
  if (wanted_) {
    for (std::size_t state = 0; state < run_->states.size(); ++state) {
      for (std::size_t s = 0; s < sources_.size(); ++s) {
        sums_[state * sources_.size() + s] = sink.accumulator(key(state, sources_[s]));
      }
    }
  }
  if (compressions_) compressions_->choose(sources_, schedule_, position_, work_.choices);
  lay_out_tiles(sources_, run_->rows, team_->size(), work_);
  next_work_.store(0, std::memory_order_relaxed);
}

/// All workers: one word through the network and, where sources are carried, through their rows.
template <class Real>
void StateGradientEngine<Real>::take_step(ThreadTeam::Worker& worker, Scratch& scratch) {
  // Worker 0 may prepare the next word as soon as the last barrier of this one is passed.
  const bool differentiate = !sources_.empty();
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
  work_on(worker, scratch);
  worker.barrier();
}

template <class Real>
void StateGradientEngine<Real>::work_on(ThreadTeam::Worker& worker, Scratch& scratch) {
  const std::size_t choices = work_.choices.size();
  while (true) {
    const std::size_t i = next_work_.fetch_add(1, std::memory_order_relaxed);
    if (i >= choices + work_.tiles.size()) break;
    if (i >= choices) {
      advance_sources(work_.tiles[i - choices], scratch);
      continue;
    }
    const CompressionPlan::Choice& choice = work_.choices[i];
    compress(worker.index(), choice, scratch);
    advance_sources({.source = choice.source, .rows = sources_[choice.source].rank}, scratch);
  }
}

/// Compresses a source as the word before left it, where that pays.
template <class Real>
void StateGradientEngine<Real>::compress(int worker, const CompressionPlan::Choice& choice,
                                         Scratch& scratch) {
  Source& source = sources_[choice.source];
  const std::size_t at = product(source.slot, run_->rows, run_->architecture.size);
  scratch.blocks.clear();
  for (Layer& layer : layers_) {
    scratch.blocks.push_back(layer.hidden[parity_].data() + at);
    if (!layer.cell.empty()) scratch.blocks.push_back(layer.cell.data() + at);
  }
  compressions_->report(choice,
                        compressor_->compress(worker, source.slot, scratch.blocks, choice.most));
  source.rank = compressor_->rank(source.slot);
}

/// Any number of rows, then the sums of those sources that are compressed.
template <class Real>
void StateGradientEngine<Real>::advance_sources(const Tile& tile, Scratch& scratch) {
  Tile part = tile;
  for (int done = 0; done < tile.rows; done += kTile) {
    part.rows = std::min(kTile, tile.rows - done);
    advance_tile(part, scratch.rows);
    for (int i = 0; i < part.rows && done + kTile < tile.rows; ++i) {
      step_row(part.source, part.direction);
    }
  }
  if (compressor_ && wanted_) add_sums(tile);
}

template <class Real>
void StateGradientEngine<Real>::step_row(std::size_t& source, int& direction) const {
  if (++direction < sources_[source].rank) return;
  direction = 0;
  ++source;
}

/// Adds the blocks of compressed sources, of which a tile has all rows, to their sums.
template <class Real>
void StateGradientEngine<Real>::add_sums(const Tile& tile) {
  int left = tile.rows;
  for (std::size_t s = tile.source; left > 0; left -= sources_[s].rank, ++s) {
    const Source& source = sources_[s];
    if (!compressor_->compressed(source.slot)) return;  // nor are the others of the tile
    for (std::size_t state = 0; state < run_->states.size(); ++state) {
      double* sum = sums_[state * sources_.size() + s];
      if (sum == nullptr) continue;
      compressor_->add(source.slot, newest_block(state, source, 1 - parity_), sum);
    }
  }
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
void StateGradientEngine<Real>::advance_tile(const Tile& tile, Rows& scratch) {
  const std::span<kernels::JacobianRow<Real>> rows(scratch.data(),
                                                   static_cast<std::size_t>(tile.rows));
  const bool has_fresh = sources_[tile.source].delay == 0;
  const auto fresh =
      static_cast<std::size_t>(has_fresh ? std::min(run_->rows - tile.direction, tile.rows) : 0);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    const cells::Linearization<Real>& step = layer.values->linearization();
    std::size_t source = tile.source;
    int direction = tile.direction;
    for (auto& row : rows) {
      row = describe_row(l, source, direction);
      step_row(source, direction);
    }
    for (const auto part : {rows.first(fresh), rows.subspan(fresh)}) {
      if (!part.empty()) advance_rows(layer.packed, step.f.data(), step.k.data(), part);
    }
    keep_norms(tile, layer, rows);
  }
}

template <class Real>
void StateGradientEngine<Real>::keep_norms(const Tile& tile, const Layer& layer,
                                           std::span<const kernels::JacobianRow<Real>> rows) {
  const auto keep = [&](int state, double kernels::JacobianRow<Real>::*norm) {
    if (state < 0) return;
    const std::size_t first = static_cast<std::size_t>(state) * sources_.size();
    std::size_t source = tile.source;
    int direction = tile.direction;
    for (const auto& row : rows) {
      squared_norms_[product(first + source, run_->rows, 1) + static_cast<std::size_t>(direction)] =
          row.*norm;
      step_row(source, direction);
    }
  };
  keep(layer.cell_state, &kernels::JacobianRow<Real>::cell_squared_norm);
  keep(layer.hidden_state, &kernels::JacobianRow<Real>::hidden_squared_norm);
}

/// Where a row of a source is read and written in a layer.
template <class Real>
kernels::JacobianRow<Real> StateGradientEngine<Real>::describe_row(std::size_t l,
                                                                   std::size_t source_index,
                                                                   int direction) {
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
  for (std::size_t state = 0; wanted_ && state < run_->states.size(); ++state) {
    for (std::size_t s = 0; s < sources_.size(); ++s) {
      const Source& source = sources_[s];
      const double* norms =
          squared_norms_.data() + product(state * sources_.size() + s, run_->rows, 1);
      const double squared_norm = std::accumulate(norms, norms + source.rank, 0.0);
      const BlockKey block_key = key(state, source);
      if (!std::isfinite(squared_norm)) fail(block_key);
      if (!sink.wants(block_key)) continue;
      const Real* values = newest_block(state, source, parity_);
      if (source.rank < run_->rows) {
        values = sink.reads_values(block_key) ? compressor_->expand(source.slot, values) : nullptr;
      }
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
