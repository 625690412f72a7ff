// SPDX-License-Identifier: MIT
#include "model/plugin_cell.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "base/atomic_file.h"
#include "cells/cell_plugin.h"
#include "stategrad/errors.h"

namespace stategrad::model {
namespace {

namespace fs = std::filesystem;
using cells::CellPlugin;
using cells::CellPluginCall;

constexpr const char* kPluginName = "libstategrad_torch.so";

fs::path find_plugin(const fs::path& wanted_by) {
  // The environment is not written to by this program.
  if (const char* named = std::getenv("STATEGRAD_TORCH_PLUGIN")) return named;  // NOLINT
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& folder : {beside, beside / STATEGRAD_PLUGIN_FOLDER}) {
    if (fs::exists(folder / kPluginName, error)) return folder / kPluginName;
  }
  throw DataError(
      wanted_by.string(), "",
      fmt::format("cells in TorchScript need the plugin {}, which is not in {}: install "
                  "Debian's libtorch-dev and build again, or name the plugin in "
                  "STATEGRAD_TORCH_PLUGIN",
                  kPluginName, beside.string()));
}

/// Loads the plugin for the rest of the process: PyTorch cannot be unloaded.
const CellPlugin& load_plugin(const fs::path& wanted_by) {
  const fs::path file = find_plugin(wanted_by);
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();  // NOLINT(concurrency-mt-unsafe): one thread loads
    throw DataError(file.string(), "",
                    fmt::format("cannot be loaded as the plugin for cells: {}",
                                reason == nullptr ? "unknown error" : reason));
  }
  using Entry = const CellPlugin* (*)();
  void* symbol = dlsym(library, cells::kCellPluginEntry);
  const CellPlugin* plugin = symbol == nullptr ? nullptr : reinterpret_cast<Entry>(symbol)();
  if (plugin == nullptr || plugin->version != cells::kCellPluginVersion) {
    throw DataError(file.string(), "",
                    fmt::format("is no plugin for cells of version {}: take the one that was built "
                                "with this program",
                                cells::kCellPluginVersion));
  }
  return *plugin;
}

class PluginModule final : public cells::CellModule {
 public:
  explicit PluginModule(const PluginCellRequest& request)
      : plugin_(load_plugin(request.file)), file_(request.file.string()) {
    call_.input_size = request.input_size;
    module_ = plugin_.open(file_.c_str(), &facts_, message());
    if (module_ == nullptr) {
      throw DataError(file_, "", fmt::format("no cell in TorchScript: {}", message_.data()));
    }
    call_.state_size = request.state_size.value_or(
        static_cast<int>(std::clamp<std::int64_t>(facts_.state_size, 0, std::int64_t{1} << 24)));
  }
  ~PluginModule() override {
    if (module_ != nullptr) plugin_.close(module_);
  }
  PluginModule(const PluginModule&) = delete;
  PluginModule& operator=(const PluginModule&) = delete;

  [[nodiscard]] const cells::CellPluginFacts& facts() const { return facts_; }
  [[nodiscard]] int state_size() const { return static_cast<int>(call_.state_size); }

  void advance(DType precision, int streams, const double* input, const double* state,
               double* next) override {
    CellPluginCall call = prepare(precision, 1, streams);
    call.input = input;
    call.state = state;
    call.next = next;
    run(plugin_.advance, call);
  }

  void linearize(DType precision, const double* input, const double* state, double* next,
                 double* recurrent, double* by_input) override {
    CellPluginCall call = prepare(precision, 1, 1);
    call.input = input;
    call.state = state;
    call.next = next;
    call.recurrent = recurrent;
    call.by_input = by_input;
    run(plugin_.linearize, call);
  }

  void backward(DType precision, const cells::ModuleStretch& stretch,
                double* input_gradient) override {
    CellPluginCall call = prepare(precision, stretch.steps, stretch.streams);
    call.input = stretch.input;
    call.state = stretch.state;
    call.gradient = stretch.gradient;
    call.input_gradient = input_gradient;
    run(plugin_.backward, call);
  }

 private:
  [[nodiscard]] cells::CellPluginMessage message() { return {message_.data(), message_.size()}; }

  [[nodiscard]] CellPluginCall prepare(DType precision, int steps, int streams) const {
    CellPluginCall call = call_;
    call.float_bits = precision == DType::kFloat64 ? 64 : 32;
    call.steps = steps;
    call.streams = streams;
    return call;
  }

  void run(bool (*function)(void*, const CellPluginCall*, cells::CellPluginMessage),
           const CellPluginCall& call) {
    if (!function(module_, &call, message())) {
      throw NumericalError(fmt::format("{}: the cell: {}", file_, message_.data()));
    }
  }

  const CellPlugin& plugin_;
  std::string file_;
  void* module_ = nullptr;
  cells::CellPluginFacts facts_{};
  CellPluginCall call_{};
  std::array<char, 1000> message_{};
};

/// Numbers without a pattern, below 1 in absolute value.
std::vector<double> trial_numbers(int count, double phase) {
  std::vector<double> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 0.5 * std::sin(phase + 1.7 * static_cast<double>(i));
  }
  return values;
}

void require_finite(const std::vector<double>& values, const char* what, const std::string& file) {
  for (const double value : values) {
    if (std::isfinite(value)) continue;
    throw DataError(file, "",
                    fmt::format("the cell gives {} that hold {}: every number of them "
                                "must be finite",
                                what, value));
  }
}

/// @throws NumericalError for what the cell itself reports, DataError for what it gives
void try_cell(PluginModule& module, const PluginCellRequest& request, DType dtype) {
  const std::string file = request.file.string();
  const int inputs = request.input_size;
  const int size = module.state_size();
  const std::vector<double> x = trial_numbers(2 * inputs, 0.3);
  const std::vector<double> state = trial_numbers(2 * size, 1.1);
  std::vector<double> together(state.size());
  std::vector<double> alone(state.size());
  module.advance(dtype, 2, x.data(), state.data(), together.data());
  for (const int row : {0, 1}) {
    module.advance(dtype, 1, x.data() + row * inputs, state.data() + row * size,
                   alone.data() + row * size);
  }
  require_finite(together, "states", file);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    if (std::abs(alone[i] - together[i]) <= 1e-4 * (1 + std::abs(alone[i]))) continue;
    throw DataError(file, "",
                    fmt::format("the cell gives {} for a row alone and {} for the same row in a "
                                "batch: rows must not depend on each other, nor on chance",
                                alone[i], together[i]));
  }
  std::vector<double> next(static_cast<std::size_t>(size));
  std::vector<double> recurrent(next.size() * next.size());
  std::vector<double> by_input(next.size() * static_cast<std::size_t>(inputs));
  module.linearize(dtype, x.data(), state.data(), next.data(), recurrent.data(), by_input.data());
  require_finite(recurrent, "derivatives", file);
  require_finite(by_input, "derivatives", file);
}

}  // namespace

PluginCell open_plugin_cell(const PluginCellRequest& request) {
  std::error_code error;
  static_cast<void>(fs::file_size(request.file, error));
  if (error) throw_file_error(request.file, "read", error.value());
  auto module = std::make_shared<PluginModule>(request);
  if (module->state_size() < 1) {
    throw DataError(request.file.string(), "",
                    "does not say how large its state is: give --state-size S, or the module an "
                    "attribute state_size");
  }
  const int bits = module->facts().float_bits;
  const DType dtype = bits == 64 ? DType::kFloat64 : bits == 32 ? DType::kFloat32 : request.dtype;
  try {
    try_cell(*module, request, dtype);
  } catch (const NumericalError& failure) {
    throw DataError(request.file.string(), "",
                    std::string(failure.what()).substr(request.file.string().size() + 2) +
                        fmt::format("; it was given x [B, {}] and state [B, {}]",
                                    request.input_size, module->state_size()));
  }
  const int size = module->state_size();
  return {.module = std::move(module), .state_size = size, .dtype = dtype};
}

}  // namespace stategrad::model
