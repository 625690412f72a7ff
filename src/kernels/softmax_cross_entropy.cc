// SPDX-License-Identifier: MIT
#include "kernels/softmax_cross_entropy.h"

#include <algorithm>

#include "kernels/gemm.h"
#include "kernels/isa_table.h"
#include "kernels/softmax_kernels.h"

namespace stategrad::kernels {
namespace {

/// Rows of a chunk: enough that packing the output weights anew for each does not matter; fewer
/// for vocabularies whose logits would otherwise need more memory than this many numbers.
constexpr std::int64_t kChunkRows = 500;
constexpr std::int64_t kMostLogits = std::int64_t{32} << 20;
constexpr std::int64_t kFewestRows = 32;

/// Boundaries of shares: whole lines of memory.
constexpr std::int64_t kGrain = 16;

std::int64_t round_up(std::int64_t n, std::int64_t grain) {
  return (n + grain - 1) / grain * grain;
}

/// Rows first .. first + rows - 1 of the task, and where their intermediate values are.
template <class Real>
struct Chunk {
  std::int64_t first = 0;
  std::int64_t rows = 0;
  std::int64_t stride = 0;        ///< of the logits
  Real* logits = nullptr;         ///< [rows, stride], then the gradients to them times the sum
  Real* scaled_hidden = nullptr;  ///< [rows, H] hidden * factor
  Real* factors = nullptr;        ///< [rows] scale / sum
  Real* bias_sums = nullptr;      ///< [workers, stride]
};

/// The work of one worker on one chunk; every function ends where others need the results.
template <class Real>
class ChunkWorker {
 public:
  ChunkWorker(const SoftmaxCrossEntropy<Real>& task, const Chunk<Real>& chunk,
              ThreadTeam::Worker& worker)
      : task_(task), chunk_(chunk), worker_(worker) {}

  void logits() const {
    const auto [first, last] = worker_.share(task_.vocab_size, kGrain);
    gemm<Real>(chunk_.rows, last - first, task_.size, 1,
               {task_.hidden + chunk_.first * task_.size, task_.size},
               {task_.weight + first * task_.size, task_.size, true}, 0, chunk_.logits + first,
               chunk_.stride);
  }

  void losses(const SoftmaxKernels<Real>& kernels) const {
    const auto [first, last] = worker_.share(chunk_.rows);
    for (std::int64_t r = first; r < last; ++r) {
      const std::int64_t n = chunk_.first + r;
      task_.log_probabilities[n] = kernels
                                       .loss_row(task_.vocab_size, task_.bias, task_.targets[n],
                                                 chunk_.logits + r * chunk_.stride)
                                       .log_probability;
    }
  }

  /// The gradients to the logits and what follows row by row. A row of logits is used three times
  /// while it is in the cache.
  void gradients_of_rows(const SoftmaxKernels<Real>& kernels) const {
    const bool weights = task_.weight_gradient != nullptr;
    Real* bias_sums = chunk_.bias_sums + worker_.index() * chunk_.stride;
    if (weights) std::fill_n(bias_sums, task_.vocab_size, Real{0});
    const auto [first, last] = worker_.share(chunk_.rows);
    for (std::int64_t r = first; r < last; ++r) {
      const std::int64_t n = chunk_.first + r;
      Real* row = chunk_.logits + r * chunk_.stride;
      const SoftmaxRow result =
          kernels.gradient_row(task_.vocab_size, task_.bias, task_.targets[n], row);
      task_.log_probabilities[n] = result.log_probability;
      const auto factor = static_cast<Real>(static_cast<double>(task_.scale) / result.sum);
      chunk_.factors[r] = factor;
      if (!weights) continue;
      kernels.add_scaled(task_.vocab_size, factor, row, bias_sums);
      for (std::int64_t u = 0; u < task_.size; ++u) {
        chunk_.scaled_hidden[r * task_.size + u] = task_.hidden[n * task_.size + u] * factor;
      }
    }
  }

  void hidden_gradient() const {
    const auto [first, last] = worker_.share(chunk_.rows);
    Real* out = task_.hidden_gradient + (chunk_.first + first) * task_.size;
    gemm<Real>(last - first, task_.size, task_.vocab_size, 1,
               {chunk_.logits + first * chunk_.stride, chunk_.stride}, {task_.weight, task_.size},
               0, out, task_.size);
    for (std::int64_t r = first; r < last; ++r) {
      for (std::int64_t u = 0; u < task_.size; ++u) *out++ *= chunk_.factors[r];
    }
  }

  void weight_and_bias_gradient(const SoftmaxKernels<Real>& kernels) const {
    const auto [first, last] = worker_.share(task_.vocab_size, kGrain);
    gemm<Real>(last - first, task_.size, chunk_.rows, 1,
               {chunk_.logits + first, chunk_.stride, true}, {chunk_.scaled_hidden, task_.size},
               chunk_.first == 0 ? Real{0} : Real{1}, task_.weight_gradient + first * task_.size,
               task_.size);
    Real* out = task_.bias_gradient + first;
    if (chunk_.first == 0) std::fill_n(out, last - first, Real{0});
    for (int w = 0; w < worker_.size(); ++w) {
      kernels.add_scaled(last - first, Real{1}, chunk_.bias_sums + w * chunk_.stride + first, out);
    }
  }

 private:
  const SoftmaxCrossEntropy<Real>& task_;
  const Chunk<Real>& chunk_;
  ThreadTeam::Worker& worker_;
};

template <class Real>
void clear_gradients(const SoftmaxCrossEntropy<Real>& task) {
  std::fill_n(task.weight_gradient, task.vocab_size * task.size, Real{0});
  std::fill_n(task.bias_gradient, task.vocab_size, Real{0});
}

}  // namespace

template <class Real>
void softmax_cross_entropy(const SoftmaxCrossEntropy<Real>& task, Buffer<Real>& scratch,
                           ThreadTeam& team) {
  const bool gradients = task.hidden_gradient != nullptr;
  const bool weights = task.weight_gradient != nullptr;
  if (task.rows == 0 && weights) clear_gradients(task);
  if (task.rows == 0) return;
  const auto& kernels = active_kernels<SoftmaxKernels<Real>>();
  const std::int64_t most_rows = std::clamp(kMostLogits / task.vocab_size, kFewestRows, kChunkRows);
  const std::int64_t chunks = (task.rows + most_rows - 1) / most_rows;
  const std::int64_t chunk_rows = (task.rows + chunks - 1) / chunks;

  Chunk<Real> chunk;
  chunk.stride = round_up(task.vocab_size, kGrain);
  const std::int64_t logits = chunk_rows * chunk.stride;
  const std::int64_t hidden = weights ? round_up(chunk_rows * task.size, kGrain) : 0;
  const std::int64_t factors = gradients ? round_up(chunk_rows, kGrain) : 0;
  const std::int64_t sums = weights ? team.size() * chunk.stride : 0;
  const auto needed = static_cast<std::size_t>(logits + hidden + factors + sums);
  if (scratch.size() < needed) scratch = Buffer<Real>(needed);
  chunk.logits = scratch.data();
  chunk.scaled_hidden = chunk.logits + logits;
  chunk.factors = chunk.scaled_hidden + hidden;
  chunk.bias_sums = chunk.factors + factors;

  team.run([&](ThreadTeam::Worker& worker) {
    Chunk<Real> mine = chunk;
    for (mine.first = 0; mine.first < task.rows; mine.first += chunk_rows) {
      mine.rows = std::min(chunk_rows, task.rows - mine.first);
      const ChunkWorker<Real> part(task, mine, worker);
      part.logits();
      worker.barrier();
      if (gradients) {
        part.gradients_of_rows(kernels);
        worker.barrier();
        part.hidden_gradient();
        if (weights) part.weight_and_bias_gradient(kernels);
      } else {
        part.losses(kernels);
      }
      worker.barrier();
    }
  });
}

template void softmax_cross_entropy(const SoftmaxCrossEntropy<float>&, Buffer<float>&, ThreadTeam&);
template void softmax_cross_entropy(const SoftmaxCrossEntropy<double>&, Buffer<double>&,
                                    ThreadTeam&);

}  // namespace stategrad::kernels
