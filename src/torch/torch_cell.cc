// SPDX-License-Identifier: MIT
//
// Cells that TorchScript files hold, with the derivatives of PyTorch's autograd.
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cells/cell_plugin.h"

namespace {

using stategrad::cells::CellPlugin;
using stategrad::cells::CellPluginCall;
using stategrad::cells::CellPluginFacts;
using stategrad::cells::CellPluginMessage;
using torch::Tensor;

/// PyTorch's messages have many lines, the first of which says what is wrong; those of the
/// TorchScript interpreter say it in the last.
std::string one_line(const std::exception& error) {
  const auto* of_torch = dynamic_cast<const c10::Error*>(&error);
  std::string text = of_torch != nullptr ? of_torch->what_without_backtrace() : error.what();
  if (text.find("TorchScript interpreter") != std::string::npos) {
    text.erase(text.find_last_not_of("\n ") + 1);
    text.erase(0, text.rfind('\n') + 1);
  }
  return text.substr(0, text.find('\n'));
}

/// Runs a function and turns what it throws into a message.
template <class Function>
bool guarded(CellPluginMessage message, const Function& function) {
  std::string text;
  try {
    function();
    return true;
  } catch (const std::exception& error) {
    text = one_line(error);
  } catch (...) {
    text = "unknown error";
  }
  const std::size_t length = std::min(text.size(), message.capacity - 1);
  std::memcpy(message.text, text.data(), length);
  message.text[length] = '\0';
  return false;
}

std::string shape_of(const Tensor& tensor) {
  std::string text = "[";
  for (const std::int64_t size : tensor.sizes()) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  }
  return text + "]";
}

/// A module in its own precision and, as soon as it is asked for, in another.
class TorchCell {
 public:
  explicit TorchCell(const char* file) : file_(file), module_(torch::jit::load(file)) {
    module_.eval();
    if (!module_.find_method("step") && !module_.find_method("forward")) {
      throw std::runtime_error("has no method 'step' or 'forward' of x [B, E] and state [B, S]");
    }
    for (const Tensor& parameter : tensors(module_)) {
      if (!parameter.is_floating_point()) continue;
      const auto type = parameter.scalar_type();
      if (type != torch::kFloat32 && type != torch::kFloat64) {
        throw std::runtime_error(std::string("has parameters of type ") + c10::toString(type) +
                                 ": convert them to float32 or float64");
      }
      if (own_type_ && *own_type_ != type) {
        throw std::runtime_error("has parameters of float32 and of float64: convert them to one");
      }
      own_type_ = type;
    }
  }

  [[nodiscard]] CellPluginFacts facts() const {
    CellPluginFacts facts{0, 0};
    if (own_type_) facts.float_bits = *own_type_ == torch::kFloat64 ? 64 : 32;
    torch::jit::IValue size;
    if (module_.hasattr("state_size")) size = module_.attr("state_size");
    if (size.isInt()) facts.state_size = size.toInt();
    return facts;
  }

  void advance(const CellPluginCall& call) {
    const torch::NoGradGuard no_gradients;
    const Tensor next = step(call, matrix(call, call.input, call.streams, call.input_size),
                             matrix(call, call.state, call.streams, call.state_size));
    give(next, call.next);
  }

  /// All S rows of both Jacobians in one backward pass: row k of a batch of S equal rows gives
  /// d next[k] when the sum of the diagonal is differentiated, for rows do not mix.
  void linearize(const CellPluginCall& call) {
    const auto repeated = [&](const double* values, std::int64_t size) {
      return matrix(call, values, 1, size).repeat({call.state_size, 1}).requires_grad_(true);
    };
    const Tensor x = repeated(call.input, call.input_size);
    const Tensor state = repeated(call.state, call.state_size);
    const Tensor next = step(call, x, state);
    const auto gradients = differentiate(next.diagonal().sum(), {state, x});
    give(next[0], call.next);
    give(gradients[0].t(), call.recurrent);
    give(gradients[1].t(), call.by_input);
  }

  void backward(const CellPluginCall& call) {
    const Tensor x = matrix(call, call.input, call.steps * call.streams, call.input_size)
                         .view({call.steps, call.streams, call.input_size})
                         .requires_grad_(true);
    const Tensor gradient = matrix(call, call.gradient, call.steps * call.streams, call.state_size)
                                .view({call.steps, call.streams, call.state_size});
    Tensor state = matrix(call, call.state, call.streams, call.state_size);
    Tensor loss = torch::zeros({}, state.options());
    for (std::int64_t t = 0; t < call.steps; ++t) {
      state = step(call, x[t], state);
      loss = loss + (state * gradient[t]).sum();
    }
    give(differentiate(loss, {x})[0], call.input_gradient);
  }

 private:
  static std::vector<Tensor> tensors(const torch::jit::Module& module) {
    std::vector<Tensor> all;
    for (const Tensor& tensor : module.parameters()) all.push_back(tensor);
    for (const Tensor& tensor : module.buffers()) all.push_back(tensor);
    return all;
  }

  static torch::ScalarType type_of(const CellPluginCall& call) {
    return call.float_bits == 64 ? torch::kFloat64 : torch::kFloat32;
  }

  /// A copy in the precision of the call.
  static Tensor matrix(const CellPluginCall& call, const double* values, std::int64_t rows,
                       std::int64_t columns) {
    Tensor out = torch::empty({rows, columns}, torch::kFloat64);
    std::copy_n(values, rows * columns, out.data_ptr<double>());
    return out.to(type_of(call));
  }

  static void give(const Tensor& values, double* out) {
    const Tensor numbers = values.detach().to(torch::kFloat64).contiguous();
    std::copy_n(numbers.data_ptr<double>(), numbers.numel(), out);
  }

  /// Zeros where the scalar does not depend on a tensor.
  static std::vector<Tensor> differentiate(const Tensor& scalar, const std::vector<Tensor>& to) {
    if (!scalar.requires_grad()) {
      throw std::runtime_error("its state is cut off from x and state: autograd has no gradients");
    }
    auto gradients = torch::autograd::grad({scalar}, to, {}, false, false, true);
    for (std::size_t i = 0; i < to.size(); ++i) {
      if (!gradients[i].defined()) gradients[i] = torch::zeros_like(to[i]);
    }
    return gradients;
  }

  torch::jit::Module& module_for(const CellPluginCall& call) {
    const auto type = type_of(call);
    if (!own_type_ || *own_type_ == type) return module_;
    if (!other_) {
      other_ = torch::jit::load(file_);
      other_->eval();
      other_->to(type);
    }
    return *other_;
  }

  Tensor step(const CellPluginCall& call, const Tensor& x, const Tensor& state) {
    // Optimised graphs would be made anew for every shape, and need not round alike.
    const torch::jit::GraphOptimizerEnabledGuard plain(false);
    torch::jit::Module& module = module_for(call);
    const char* name = module.find_method("step") ? "step" : "forward";
    const torch::jit::IValue result = module.get_method(name)({x, state});
    if (!result.isTensor()) {
      throw std::runtime_error(std::string(name) + " returns " + result.tagKind() +
                               " where the new state was expected, one tensor [B, S]");
    }
    const Tensor& next = result.toTensor();
    if (next.sizes() != state.sizes()) {
      throw std::runtime_error(std::string(name) + " returns " + shape_of(next) + " for x of " +
                               shape_of(x) + " and state of " + shape_of(state) +
                               ": a new state like the old one was expected");
    }
    if (next.scalar_type() != state.scalar_type()) {
      throw std::runtime_error(std::string(name) + " returns numbers of type " +
                               c10::toString(next.scalar_type()) + " for " +
                               c10::toString(state.scalar_type()) + " ones");
    }
    return next;
  }

  std::string file_;
  torch::jit::Module module_;
  std::optional<torch::jit::Module> other_;
  std::optional<torch::ScalarType> own_type_;
};

TorchCell& cell(void* module) { return *static_cast<TorchCell*>(module); }

void* open_cell(const char* file, CellPluginFacts* facts, CellPluginMessage message) {
  void* module = nullptr;
  guarded(message, [&] {
    // The same numbers on every machine and for every number of threads.
    at::set_num_threads(1);
    auto opened = std::make_unique<TorchCell>(file);
    *facts = opened->facts();
    module = opened.release();
  });
  return module;
}

void close_cell(void* module) { delete static_cast<TorchCell*>(module); }

bool advance(void* module, const CellPluginCall* call, CellPluginMessage message) {
  return guarded(message, [&] { cell(module).advance(*call); });
}

bool linearize(void* module, const CellPluginCall* call, CellPluginMessage message) {
  return guarded(message, [&] { cell(module).linearize(*call); });
}

bool backward(void* module, const CellPluginCall* call, CellPluginMessage message) {
  return guarded(message, [&] { cell(module).backward(*call); });
}

constexpr CellPlugin kPlugin{
    stategrad::cells::kCellPluginVersion, open_cell, close_cell, advance, linearize, backward};

}  // namespace

extern "C" __attribute__((visibility("default"))) const CellPlugin* stategrad_cell_plugin() {
  return &kPlugin;
}
