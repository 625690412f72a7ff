// SPDX-License-Identifier: MIT
#include "kernels/recurrent.h"

#include <algorithm>

#include "kernels/gemm.h"
#include "kernels/isa_table.h"
#include "kernels/recurrent_kernels.h"

namespace stategrad::kernels {
namespace {

/// Packing the weights costs about as much as this many steps without.
constexpr int kStepsWithoutPacking = 2;
/// Parts of the scratch start at whole lines of memory.
constexpr std::int64_t kGrain = 16;

std::int64_t round_up(std::int64_t n, std::int64_t grain) {
  return (n + grain - 1) / grain * grain;
}

template <class Real>
void reserve(Buffer<Real>& scratch, std::int64_t size) {
  const auto needed = static_cast<std::size_t>(size);
  if (scratch.size() < needed) scratch = Buffer<Real>(needed);
}

/// Elements of one slot of an array [T, B, blocks * H].
std::int64_t slot(const WindowShape& shape, int blocks) {
  return static_cast<std::int64_t>(shape.streams) * shape.size * blocks;
}

/// The division of one product of every step of a window into panels and tiles.
class Grid {
 public:
  Grid(const WindowShape& window, const PanelShape& panel, int columns_per_unit, std::int64_t lines)
      : panels_((window.size + panel.units - 1) / panel.units),
        groups_((window.streams + panel.rows - 1) / panel.rows),
        panel_size_(lines * panel.units * columns_per_unit),
        lines_(lines) {}

  [[nodiscard]] std::int64_t panels() const { return panels_; }
  [[nodiscard]] std::int64_t tiles() const { return panels_ * groups_; }
  [[nodiscard]] std::int64_t packed_size() const { return round_up(panels_ * panel_size_, kGrain); }
  [[nodiscard]] std::int64_t lines() const { return lines_; }

 private:
  std::int64_t panels_, groups_, panel_size_, lines_;
};

/// The product of a state [B, H] with the weights [G*H, H] of some gates, transposed. For long
/// windows the weights are packed once; for short ones every step is a plain matrix product.
template <class Real>
class ForwardProduct {
 public:
  ForwardProduct(const RecurrentKernels<Real>& kernels, const WindowShape& window, int gates,
                 const Real* weight)
      : kernels_(kernels),
        window_(window),
        gates_(gates),
        weight_(weight),
        packed_(window.steps > kStepsWithoutPacking),
        grid_(window, kernels.shapes[gates], gates, window.size) {}

  [[nodiscard]] std::int64_t scratch_size() const {
    return packed_ ? grid_.packed_size() : round_up(slot(window_, gates_), kGrain);
  }

  /// To be called by all workers before the first step, with a barrier after it.
  void start(const ThreadTeam::Worker& worker, Real* scratch) const {
    if (!packed_) return;
    const auto [first, last] = worker.share(grid_.panels());
    kernels_.pack_forward(window_.size, gates_, weight_, first, last, scratch);
  }

  /// All workers together: the tiles of this worker of one step, with `state` the left operand.
  void run(typename RecurrentKernels<Real>::Step kernel, RecurrentStep<Real> step,
           const Real* state, Real* scratch, ThreadTeam::Worker& worker) const {
    step.product = {.streams = window_.streams, .size = window_.size, .lines = grid_.lines()};
    if (packed_) {
      step.product.panels = scratch;
      step.product.terms[0] = {.a = state, .stride = window_.size, .inner = window_.size};
    } else {
      multiply(state, scratch, worker);
      worker.barrier();
      step.product.ready = scratch;
    }
    const auto [first, last] = worker.share(grid_.tiles());
    kernel(step, first, last);
  }

 private:
  void multiply(const Real* state, Real* out, const ThreadTeam::Worker& worker) const {
    const std::int64_t columns = std::int64_t{gates_} * window_.size;
    const auto [first, last] = worker.share(columns, kGrain);
    const Real* weight = weight_ + first * window_.size;
    if (window_.streams == 1) {
      gemv<Real>(last - first, window_.size, 1, weight, window_.size, state, 0, out + first);
    } else {
      gemm<Real>(window_.streams, last - first, window_.size, 1, {state, window_.size},
                 {weight, window_.size, true}, 0, out + first, columns);
    }
  }

  const RecurrentKernels<Real>& kernels_;
  WindowShape window_;
  int gates_;
  const Real* weight_;
  bool packed_;
  Grid grid_;
};

/// The product of gradients [B, G*H] with the weights [G*H, H]; and the carried gradients [B, H].
template <class Real>
class BackwardProduct {
 public:
  BackwardProduct(const RecurrentKernels<Real>& kernels, const WindowShape& window, int gates,
                  const Real* weight)
      : kernels_(kernels),
        window_(window),
        weight_(weight),
        grid_(window, kernels.shapes[1], 1, std::int64_t{gates} * window.size) {}

  [[nodiscard]] std::int64_t scratch_size() const { return grid_.packed_size() + slot(window_, 1); }
  [[nodiscard]] Real* carry(Real* scratch) const { return scratch + grid_.packed_size(); }

  /// To be called by all workers before the first step, with a barrier after it.
  /// @param carried first value of the carried gradients; null means zero
  void start(const ThreadTeam::Worker& worker, const Real* carried, Real* scratch) const {
    const auto [first_panel, last_panel] = worker.share(grid_.panels());
    kernels_.pack_backward(window_.size, grid_.lines(), weight_, first_panel, last_panel, scratch);
    const auto [first, last] = worker.share(slot(window_, 1), kGrain);
    if (carried == nullptr) {
      std::fill(carry(scratch) + first, carry(scratch) + last, Real{0});
    } else {
      std::copy(carried + first, carried + last, carry(scratch) + first);
    }
  }

  /// The tiles of this worker of one step; terms without a left operand do not count.
  void run(typename RecurrentKernels<Real>::Step kernel, RecurrentStep<Real> step,
           const ProductTerm<Real>& term, const ProductTerm<Real>& second_term, Real* scratch,
           const ThreadTeam::Worker& worker) const {
    step.product = {.streams = window_.streams,
                    .size = window_.size,
                    .lines = grid_.lines(),
                    .panels = scratch,
                    .terms = {term, second_term}};
    step.carry = carry(scratch);
    const auto [first, last] = worker.share(grid_.tiles());
    kernel(step, first, last);
  }

 private:
  const RecurrentKernels<Real>& kernels_;
  WindowShape window_;
  const Real* weight_;
  Grid grid_;
};

/// Rows of `blocks` gate blocks, of which `used` are multiplied from `first_block` of the weights.
template <class Real>
ProductTerm<Real> gate_term(const WindowShape& shape, const Real* a, int blocks, int used,
                            int first_block) {
  return {.a = a,
          .stride = std::int64_t{blocks} * shape.size,
          .inner = std::int64_t{used} * shape.size,
          .first_line = std::int64_t{first_block} * shape.size};
}

}  // namespace

template <class Real>
void lstm_forward(const WindowShape& shape, const Real* weight_hh, Real* gates, Real* h, Real* c,
                  Real* tanh_c, Buffer<Real>& scratch, ThreadTeam& team) {
  const auto& kernels = active_kernels<RecurrentKernels<Real>>();
  const ForwardProduct<Real> product(kernels, shape, 4, weight_hh);
  reserve(scratch, product.scratch_size());
  const std::int64_t state = slot(shape, 1);
  team.run([&](ThreadTeam::Worker& worker) {
    product.start(worker, scratch.data());
    worker.barrier();
    for (int t = 0; t < shape.steps; ++t) {
      const RecurrentStep<Real> step{.gates = gates + t * 4 * state,
                                     .c_old = c + t * state,
                                     .h = h + (t + 1) * state,
                                     .c = c + (t + 1) * state,
                                     .tanh_c = tanh_c + t * state};
      product.run(kernels.lstm_forward, step, h + t * state, scratch.data(), worker);
      worker.barrier();
    }
  });
}

template <class Real>
void lstm_backward(const WindowShape& shape, const Real* weight_hh, Real* gates, const Real* c,
                   const Real* tanh_c, const Real* dh, const Real* dc_final, Buffer<Real>& scratch,
                   ThreadTeam& team) {
  const auto& kernels = active_kernels<RecurrentKernels<Real>>();
  const BackwardProduct<Real> product(kernels, shape, 4, weight_hh);
  reserve(scratch, product.scratch_size());
  const std::int64_t state = slot(shape, 1);
  team.run([&](ThreadTeam::Worker& worker) {
    product.start(worker, dc_final, scratch.data());
    worker.barrier();
    for (int t = shape.steps - 1; t >= 0; --t) {
      Real* now = gates + t * 4 * state;
      const Real* later = t + 1 < shape.steps ? now + 4 * state : nullptr;
      const RecurrentStep<Real> step{.gates = now,
                                     .c_old = c + t * state,
                                     .tanh_of_cell = tanh_c + t * state,
                                     .dh = dh + t * state};
      product.run(kernels.lstm_backward, step, gate_term(shape, later, 4, 4, 0), {}, scratch.data(),
                  worker);
      worker.barrier();
    }
  });
}

template <class Real>
void rnn_forward(const WindowShape& shape, const Real* weight_hh, Real* gates, Real* h,
                 Buffer<Real>& scratch, ThreadTeam& team) {
  const auto& kernels = active_kernels<RecurrentKernels<Real>>();
  const ForwardProduct<Real> product(kernels, shape, 1, weight_hh);
  reserve(scratch, product.scratch_size());
  const std::int64_t state = slot(shape, 1);
  team.run([&](ThreadTeam::Worker& worker) {
    product.start(worker, scratch.data());
    worker.barrier();
    for (int t = 0; t < shape.steps; ++t) {
      const RecurrentStep<Real> step{.gates = gates + t * state, .h = h + (t + 1) * state};
      product.run(kernels.rnn_forward, step, h + t * state, scratch.data(), worker);
      worker.barrier();
    }
  });
}

template <class Real>
void rnn_backward(const WindowShape& shape, const Real* weight_hh, Real* gates, const Real* dh,
                  Buffer<Real>& scratch, ThreadTeam& team) {
  const auto& kernels = active_kernels<RecurrentKernels<Real>>();
  const BackwardProduct<Real> product(kernels, shape, 1, weight_hh);
  reserve(scratch, product.scratch_size());
  const std::int64_t state = slot(shape, 1);
  team.run([&](ThreadTeam::Worker& worker) {
    product.start(worker, nullptr, scratch.data());
    worker.barrier();
    for (int t = shape.steps - 1; t >= 0; --t) {
      Real* now = gates + t * state;
      const Real* later = t + 1 < shape.steps ? now + state : nullptr;
      const RecurrentStep<Real> step{.gates = now, .dh = dh + t * state};
      product.run(kernels.rnn_backward, step, gate_term(shape, later, 1, 1, 0), {}, scratch.data(),
                  worker);
      worker.barrier();
    }
  });
}

template <class Real>
void gru_forward(const WindowShape& shape, bool reset_after, const Real* weight_hh,
                 const Real* bias_hn, Real* gates, Real* candidate, Real* h, Buffer<Real>& scratch,
                 ThreadTeam& team) {
  const auto& kernels = active_kernels<RecurrentKernels<Real>>();
  const std::int64_t state = slot(shape, 1);
  const std::int64_t block = std::int64_t{shape.size} * shape.size;
  // Reset-before: the candidate's product needs the reset gates of all units first.
  const ForwardProduct<Real> product(kernels, shape, reset_after ? 3 : 2, weight_hh);
  const ForwardProduct<Real> last_product(kernels, shape, 1, weight_hh + 2 * block);
  const std::int64_t first_size = product.scratch_size();
  reserve(scratch, first_size + (reset_after ? 0 : last_product.scratch_size()));
  Real* last_scratch = scratch.data() + first_size;
  team.run([&](ThreadTeam::Worker& worker) {
    product.start(worker, scratch.data());
    if (!reset_after) last_product.start(worker, last_scratch);
    worker.barrier();
    for (int t = 0; t < shape.steps; ++t) {
      const RecurrentStep<Real> step{.gates = gates + t * 3 * state,
                                     .h_old = h + t * state,
                                     .h = h + (t + 1) * state,
                                     .candidate = candidate + t * state,
                                     .bias_hn = bias_hn};
      if (reset_after) {
        product.run(kernels.gru_after_forward, step, step.h_old, scratch.data(), worker);
      } else {
        product.run(kernels.gru_before_forward_gates, step, step.h_old, scratch.data(), worker);
        worker.barrier();
        last_product.run(kernels.gru_before_forward_candidate, step, step.candidate, last_scratch,
                         worker);
      }
      worker.barrier();
    }
  });
}

template <class Real>
void gru_backward(const WindowShape& shape, bool reset_after, const Real* weight_hh, Real* gates,
                  Real* candidate, const Real* h, const Real* dh, Buffer<Real>& scratch,
                  ThreadTeam& team) {
  const auto& kernels = active_kernels<RecurrentKernels<Real>>();
  const BackwardProduct<Real> product(kernels, shape, 3, weight_hh);
  reserve(scratch, product.scratch_size());
  const std::int64_t state = slot(shape, 1);
  team.run([&](ThreadTeam::Worker& worker) {
    product.start(worker, nullptr, scratch.data());
    worker.barrier();
    for (int t = shape.steps - 1; t >= 0; --t) {
      const bool last = t + 1 == shape.steps;
      Real* now = gates + t * 3 * state;
      const RecurrentStep<Real> step{.gates = now,
                                     .h_old = h + t * state,
                                     .candidate = candidate + t * state,
                                     .dh = dh + t * state};
      const auto later_gates = gate_term(shape, last ? nullptr : now + 3 * state, 3, 2, 0);
      if (reset_after) {
        const auto later_candidate =
            gate_term(shape, last ? nullptr : step.candidate + state, 1, 1, 2);
        product.run(kernels.gru_after_backward, step, later_gates, later_candidate, scratch.data(),
                    worker);
      } else {
        product.run(kernels.gru_before_backward_candidate, step, later_gates, {}, scratch.data(),
                    worker);
        worker.barrier();
        product.run(kernels.gru_before_backward_gates, step,
                    gate_term(shape, now + 2 * shape.size, 3, 1, 2), {}, scratch.data(), worker);
      }
      worker.barrier();
    }
  });
}

#define STATEGRAD_INSTANTIATE(Real)                                                              \
  template void lstm_forward(const WindowShape&, const Real*, Real*, Real*, Real*, Real*,        \
                             Buffer<Real>&, ThreadTeam&);                                        \
  template void lstm_backward(const WindowShape&, const Real*, Real*, const Real*, const Real*,  \
                              const Real*, const Real*, Buffer<Real>&, ThreadTeam&);             \
  template void rnn_forward(const WindowShape&, const Real*, Real*, Real*, Buffer<Real>&,        \
                            ThreadTeam&);                                                        \
  template void rnn_backward(const WindowShape&, const Real*, Real*, const Real*, Buffer<Real>&, \
                             ThreadTeam&);                                                       \
  template void gru_forward(const WindowShape&, bool, const Real*, const Real*, Real*, Real*,    \
                            Real*, Buffer<Real>&, ThreadTeam&);                                  \
  template void gru_backward(const WindowShape&, bool, const Real*, Real*, Real*, const Real*,   \
                             const Real*, Buffer<Real>&, ThreadTeam&)
STATEGRAD_INSTANTIATE(float);
STATEGRAD_INSTANTIATE(double);
#undef STATEGRAD_INSTANTIATE

}  // namespace stategrad::kernels
