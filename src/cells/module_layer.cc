// SPDX-License-Identifier: MIT
#include "cells/module_layer.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

namespace stategrad::cells {
namespace {

using Numbers = std::vector<double>;

template <class Real>
constexpr DType kPrecision = std::is_same_v<Real, double> ? DType::kFloat64 : DType::kFloat32;

std::size_t product(int a, int b) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

template <class Real>
void copy_to(const Numbers& from, Real* to) {
  std::transform(from.begin(), from.end(), to, [](double x) { return static_cast<Real>(x); });
}

template <class Real>
Numbers numbers(const Real* from, std::size_t count) {
  return Numbers(from, from + count);
}

template <class Real>
class ModuleLayer final : public DifferentiableLayer<Real> {
 public:
  ModuleLayer(std::shared_ptr<CellModule> module, int input_size, int size)
      : module_(std::move(module)),
        state_(static_cast<std::size_t>(size)),
        next_(state_.size()),
        recurrent_(product(size, size)),
        by_input_(product(input_size, size)),
        hidden_(state_.size()),
        linearization_(CellKind::kModule, input_size, size) {}

  void reset() override {
    std::fill(state_.begin(), state_.end(), 0.0);
    std::fill(hidden_.begin(), hidden_.end(), Real{0});
  }

  void step(ThreadTeam::Worker& worker, const Real* input, bool differentiate) override {
    worker.barrier();
    if (worker.index() == 0) take(input, differentiate);
    worker.barrier();
  }

  [[nodiscard]] const Real* hidden() const override { return hidden_.data(); }
  [[nodiscard]] const Real* cell() const override { return nullptr; }
  [[nodiscard]] const Linearization<Real>& linearization() const override { return linearization_; }

 private:
  void take(const Real* input, bool differentiate) {
    const Numbers x = numbers(input, static_cast<std::size_t>(linearization_.input_size));
    if (differentiate) {
      module_->linearize(kPrecision<Real>, x.data(), state_.data(), next_.data(), recurrent_.data(),
                         by_input_.data());
      copy_to(recurrent_, linearization_.recurrent.data());
      copy_to(by_input_, linearization_.input.data());
    } else {
      module_->advance(kPrecision<Real>, 1, x.data(), state_.data(), next_.data());
    }
    std::swap(state_, next_);
    copy_to(state_, hidden_.data());
  }

  std::shared_ptr<CellModule> module_;
  Numbers state_, next_, recurrent_, by_input_;
  Buffer<Real> hidden_;
  Linearization<Real> linearization_;
};

}  // namespace

template <class Real>
std::unique_ptr<DifferentiableLayer<Real>> make_module_layer(std::shared_ptr<CellModule> module,
                                                             int input_size, int size) {
  return std::make_unique<ModuleLayer<Real>>(std::move(module), input_size, size);
}

template <class Real>
void module_forward(CellModule& module, int input_size, const Real* input,
                    SequenceActivations<Real>& activations) {
  const std::size_t width = product(activations.streams, input_size);
  const std::size_t slot = product(activations.streams, activations.size);
  Numbers state = numbers(activations.hidden.data(), slot);
  Numbers next(slot);
  for (std::size_t t = 0; t < static_cast<std::size_t>(activations.steps); ++t) {
    module.advance(kPrecision<Real>, activations.streams, numbers(input + t * width, width).data(),
                   state.data(), next.data());
    std::swap(state, next);
    copy_to(state, activations.hidden.data() + (t + 1) * slot);
  }
}

template <class Real>
void module_backward(CellModule& module, int input_size, const Real* input,
                     const SequenceActivations<Real>& activations, const Real* output_gradient,
                     Real* input_gradient) {
  const auto steps = static_cast<std::size_t>(activations.steps);
  const std::size_t slot = product(activations.streams, activations.size);
  const std::size_t count = steps * product(activations.streams, input_size);
  const Numbers x = numbers(input, count);
  const Numbers start = numbers(activations.hidden.data(), slot);
  const Numbers gradient = numbers(output_gradient, steps * slot);
  Numbers out(count);
  module.backward(kPrecision<Real>,
                  {.steps = activations.steps,
                   .streams = activations.streams,
                   .input = x.data(),
                   .state = start.data(),
                   .gradient = gradient.data()},
                  out.data());
  copy_to(out, input_gradient);
}

template std::unique_ptr<DifferentiableLayer<float>> make_module_layer(std::shared_ptr<CellModule>,
                                                                       int, int);
template std::unique_ptr<DifferentiableLayer<double>> make_module_layer(std::shared_ptr<CellModule>,
                                                                        int, int);
template void module_forward(CellModule&, int, const float*, SequenceActivations<float>&);
template void module_forward(CellModule&, int, const double*, SequenceActivations<double>&);
template void module_backward(CellModule&, int, const float*, const SequenceActivations<float>&,
                              const float*, float*);
template void module_backward(CellModule&, int, const double*, const SequenceActivations<double>&,
                              const double*, double*);

}  // namespace stategrad::cells
