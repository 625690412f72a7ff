// SPDX-License-Identifier: MIT
#include "gradient/gradient_checker.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "gradient/adjoint.h"
#include "gradient/layer_stack.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

using Matrix = std::vector<double>;  ///< a state gradient, [H, R]

constexpr double kTiny = 1e-200;
/// Directions of finite differences that are read at once.
constexpr std::size_t kDirections = 32;

/// The larger one; not a number if either is not.
double larger(double a, double b) { return std::isnan(a) || a >= b ? a : b; }

double largest_entry(std::span<const double> values) {
  double result = 0;
  for (const double value : values) result = larger(result, std::abs(value));
  return result;
}

double largest_difference(std::span<const double> a, std::span<const double> b) {
  double result = 0;
  for (std::size_t i = 0; i < a.size(); ++i) result = larger(result, std::abs(a[i] - b[i]));
  return result;
}

std::vector<StateOfLayer> all_states(const Architecture& shape) {
  std::vector<StateOfLayer> states;
  for (int layer = 0; layer < shape.num_layers; ++layer) {
    if (shape.cell == CellKind::kLstm) states.push_back({StateKind::kCell, layer});
    states.push_back({StateKind::kHidden, layer});
  }
  return states;
}

void require_sense(const CheckOptions& options, std::size_t words) {
  std::vector<std::string> violations;
  if (options.stretches < 1) {
    violations.push_back(fmt::format("stretches is {}: give at least 1", options.stretches));
  }
  if (!(options.step > 0) || !std::isfinite(options.step)) {
    violations.push_back(fmt::format("step is {}: give a finite number above 0", options.step));
  }
  if (words < static_cast<std::size_t>(options.max_delay)) {
    violations.push_back(fmt::format("the text has {} words: max_delay {} needs at least {}", words,
                                     options.max_delay, options.max_delay));
  }
  if (!violations.empty()) throw UsageError(fmt::format("{}", fmt::join(violations, "; ")));
}

/// Where the stretches start, each place once. The last one ends where the text ends.
std::vector<std::int64_t> stretch_starts(std::size_t words, const CheckOptions& options) {
  const std::int64_t room = static_cast<std::int64_t>(words) - options.max_delay;
  std::vector<std::int64_t> starts;
  for (std::int64_t k = 1; k <= options.stretches; ++k) {
    const std::int64_t start = room * k / options.stretches;
    if (starts.empty() || starts.back() != start) starts.push_back(start);
  }
  return starts;
}

/// Keeps the blocks that are compared: all delays at the end of a stretch, and all positions of a
/// stretch to its first word.
class StretchSink : public GradientSink {
 public:
  StretchSink(const std::vector<std::int64_t>& starts, int max_delay)
      : starts_(&starts), last_step_(max_delay - 1) {}

  void begin(const GradientRun&) override {}
  [[nodiscard]] bool wants(const BlockKey& key) const override {
    return starts_at(key.position - last_step_) || starts_at(key.position - key.delay);
  }
  void push(const GradientBlock& block) override {
    Matrix& matrix = blocks_[{block.key.state_index, block.key.position, block.key.delay}];
    matrix.resize(static_cast<std::size_t>(block.size) * static_cast<std::size_t>(block.rows));
    block.transpose_to(std::span<double>(matrix));
  }
  void finish() override {}

  [[nodiscard]] const Matrix& block(std::size_t state, std::int64_t position, int delay) const {
    const auto found = blocks_.find({static_cast<int>(state), position, delay});
    if (found == blocks_.end()) {
      throw InternalError(
          fmt::format("the forward recursion left out the state gradient of position {}, delay {}",
                      position, delay));
    }
    return found->second;
  }

 private:
  [[nodiscard]] bool starts_at(std::int64_t position) const {
    return std::binary_search(starts_->begin(), starts_->end(), position);
  }

  const std::vector<std::int64_t>* starts_;
  std::int64_t last_step_;
  std::map<std::tuple<int, std::int64_t, int>, Matrix> blocks_;
};

/// One check: the numbers under test, and the report that grows.
class Comparison {
 public:
  Comparison(const LanguageModel<double>& model, const GradientRun& run,
             const CheckOptions& options, const StretchSink& forward, ThreadTeam& team);

  void with_adjoint(std::int64_t start);
  void with_finite_differences(std::int64_t start);
  [[nodiscard]] CheckReport finish();

 private:
  /// A way to the same numbers: the column of its differences and what it allows.
  struct Way {
    double CheckRow::*difference;
    double tolerance;
    double floor;
  };
  [[nodiscard]] std::size_t place(std::size_t state, int delay) const {
    return state * static_cast<std::size_t>(run_.max_delay) + static_cast<std::size_t>(delay);
  }
  void compare(std::size_t state, std::int64_t position, int delay, const Matrix& other,
               const Way& way);
  [[nodiscard]] Matrix along_basis(const Matrix& gradient) const;
  void difference_quotients(const LayerStack<double>& before, std::int64_t start,
                            std::size_t first_direction, std::vector<Matrix>& out) const;

  const LanguageModel<double>& model_;
  const GradientRun& run_;
  const CheckOptions& options_;
  const StretchSink& forward_;
  ThreadTeam& team_;
  std::size_t width_;  ///< E
  std::size_t size_;   ///< H
  std::size_t rows_;   ///< R
  int layers_ = 0;
  Matrix basis_;  ///< [R, E]
  CheckReport report_;
};

Comparison::Comparison(const LanguageModel<double>& model, const GradientRun& run,
                       const CheckOptions& options, const StretchSink& forward, ThreadTeam& team)
    : model_(model),
      run_(run),
      options_(options),
      forward_(forward),
      team_(team),
      width_(static_cast<std::size_t>(run.architecture.embedding_size)),
      size_(static_cast<std::size_t>(run.architecture.size)),
      rows_(static_cast<std::size_t>(run.rows)),
      basis_(options.basis) {
  if (basis_.empty()) {
    basis_.resize(rows_ * width_);
    for (std::size_t r = 0; r < rows_; ++r) basis_[r * width_ + r] = 1;
  }
  for (const StateOfLayer& state : run.states) {
    layers_ = std::max(layers_, state.layer + 1);
    for (int delay = 0; delay < run.max_delay; ++delay) {
      report_.rows.push_back({.state = state, .delay = delay, .passed = true});
    }
  }
}

void Comparison::compare(std::size_t state, std::int64_t position, int delay, const Matrix& other,
                         const Way& way) {
  const Matrix& block = forward_.block(state, position, delay);
  const double largest = largest_entry(block);
  const double difference = largest_difference(block, other);
  CheckRow& row = report_.rows[place(state, delay)];
  row.largest = larger(row.largest, largest);
  row.*way.difference = larger(row.*way.difference, difference == 0 ? 0 : difference / largest);
  // An infinite entry allows an infinite difference.
  row.passed =
      row.passed && std::isfinite(difference) && difference <= way.tolerance * largest + way.floor;
  ++report_.blocks;
}

/// gradient [H, E] times the transposed basis.
Matrix Comparison::along_basis(const Matrix& gradient) const {
  if (options_.basis.empty()) return gradient;
  Matrix out(size_ * rows_);
  for (std::size_t h = 0; h < size_; ++h) {
    for (std::size_t r = 0; r < rows_; ++r) {
      double sum = 0;
      for (std::size_t e = 0; e < width_; ++e) {
        sum += gradient[h * width_ + e] * basis_[r * width_ + e];
      }
      out[h * rows_ + r] = sum;
    }
  }
  return out;
}

void Comparison::with_adjoint(std::int64_t start) {
  const std::int64_t end = start + run_.max_delay;
  const Way way{&CheckRow::adjoint_difference, options_.adjoint_tolerance, kTiny};
  for (std::size_t state = 0; state < run_.states.size(); ++state) {
    const auto matrices =
        adjoint_state_gradients(model_, run_.text.first(static_cast<std::size_t>(end)),
                                run_.states[state], run_.max_delay, team_);
    for (int delay = 0; delay < run_.max_delay; ++delay) {
      compare(state, end - 1, delay, along_basis(matrices[static_cast<std::size_t>(delay)]), way);
    }
  }
}

/// Two streams for every direction, whose first word is moved forth and back along it.
/// @param out the matrices of every state and delay, of which these directions are filled in
void Comparison::difference_quotients(const LayerStack<double>& before, std::int64_t start,
                                      std::size_t first_direction, std::vector<Matrix>& out) const {
  const std::size_t count = std::min(kDirections, rows_ - first_direction);
  LayerStack<double> stack(model_, layers_, run_.max_delay, static_cast<int>(2 * count));
  stack.start_from(before);
  stack.embed(
      run_.text.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(run_.max_delay)));
  const std::span<double> input = stack.input();
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t e = 0; e < width_; ++e) {
      const double step = options_.step * basis_[(first_direction + i) * width_ + e];
      input[2 * i * width_ + e] += step;
      input[(2 * i + 1) * width_ + e] -= step;
    }
  }
  stack.forward(team_);
  for (std::size_t state = 0; state < run_.states.size(); ++state) {
    for (int delay = 0; delay < run_.max_delay; ++delay) {
      const std::span<const double> states = stack.state_after(run_.states[state], delay);
      Matrix& matrix = out[place(state, delay)];
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t h = 0; h < size_; ++h) {
          const double difference = states[2 * i * size_ + h] - states[(2 * i + 1) * size_ + h];
          matrix[h * rows_ + first_direction + i] = difference / (2 * options_.step);
        }
      }
    }
  }
}

void Comparison::with_finite_differences(std::int64_t start) {
  const auto before =
      read_words(model_, layers_, run_.text.first(static_cast<std::size_t>(start)), team_);
  std::vector<Matrix> quotients(report_.rows.size(), Matrix(size_ * rows_));
  for (std::size_t first = 0; first < rows_; first += kDirections) {
    difference_quotients(before, start, first, quotients);
  }
  const Way way{&CheckRow::finite_difference, options_.difference_tolerance, 1e-15 / options_.step};
  for (std::size_t state = 0; state < run_.states.size(); ++state) {
    for (int delay = 0; delay < run_.max_delay; ++delay) {
      compare(state, start + delay, delay, quotients[place(state, delay)], way);
    }
  }
}

CheckReport Comparison::finish() {
  report_.passed = std::all_of(report_.rows.begin(), report_.rows.end(),
                               [](const CheckRow& row) { return row.passed; });
  report_.criterion = fmt::format(
      "max|F - A| <= {:g} max|F| + {:g} and max|F - N| <= {:g} max|F| + {:g}, F from the forward "
      "recursion, A from the adjoint pass and N from central differences of step {:g}",
      options_.adjoint_tolerance, kTiny, options_.difference_tolerance, 1e-15 / options_.step,
      options_.step);
  return std::move(report_);
}

}  // namespace

CheckReport check_forward_pass(const ForwardPass& pass, const LanguageModel<double>& model,
                               std::span<const WordId> text, const CheckOptions& options,
                               ThreadTeam& team) {
  const GradientOptions wanted{
      .states = options.states.empty() ? all_states(model.architecture()) : options.states,
      .max_delay = options.max_delay,
      .basis = options.basis,
      .stop = options.stop};
  const GradientRun run = plan_state_gradients(model, text, wanted);
  require_sense(options, text.size());
  const std::vector<std::int64_t> starts = stretch_starts(text.size(), options);
  StretchSink forward(starts, options.max_delay);
  pass(model, text, wanted, forward, team);
  Comparison comparison(model, run, options, forward, team);
  std::int64_t done = 0;
  for (const std::int64_t start : starts) {
    if (options.stop != nullptr && options.stop->load()) {
      throw Interrupted(fmt::format("interrupted after {} of {} stretches", done, starts.size()));
    }
    comparison.with_adjoint(start);
    comparison.with_finite_differences(start);
    if (options.on_progress) options.on_progress(++done, static_cast<std::int64_t>(starts.size()));
  }
  return comparison.finish();
}

template <class Real>
CheckReport check_gradients(const LanguageModel<Real>& model, std::span<const WordId> text,
                            const CheckOptions& options, ThreadTeam& team) {
  return check_forward_pass(compute_state_gradients<double>, model.template as<double>(), text,
                            options, team);
}

template CheckReport check_gradients(const LanguageModel<float>&, std::span<const WordId>,
                                     const CheckOptions&, ThreadTeam&);
template CheckReport check_gradients(const LanguageModel<double>&, std::span<const WordId>,
                                     const CheckOptions&, ThreadTeam&);

}  // namespace stategrad::gradient
