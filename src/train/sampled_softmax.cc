// SPDX-License-Identifier: MIT
#include "train/sampled_softmax.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "base/random.h"
#include "kernels/gemm.h"

namespace stategrad::train {
namespace {

constexpr std::uint64_t kSampleStream = 0x73616d706c65;  // "sample"

}  // namespace

double log_uniform_probability(WordId word, std::int64_t vocab_size) {
  const double k = word;
  return std::log1p(1 / (k + 1)) / std::log1p(static_cast<double>(vocab_size));
}

double expected_count(WordId word, std::int64_t vocab_size, std::int64_t tries) {
  return -std::expm1(static_cast<double>(tries) *
                     std::log1p(-log_uniform_probability(word, vocab_size)));
}

void draw_candidates(std::uint64_t key, std::int64_t vocab_size, int size,
                     CandidateSample& sample) {
  RandomStream random(key);
  const double log_range = std::log1p(static_cast<double>(vocab_size));
  sample.words.clear();
  sample.tries = 0;
  while (sample.words.size() < static_cast<std::size_t>(size)) {
    const double drawn = std::floor(std::exp(random.uniform() * log_range)) - 1;
    // Rounding may give V itself at the very end of the range.
    const auto word = static_cast<WordId>(std::min(drawn, static_cast<double>(vocab_size - 1)));
    ++sample.tries;
    if (std::find(sample.words.begin(), sample.words.end(), word) == sample.words.end()) {
      sample.words.push_back(word);
    }
  }
}

template <class Real>
SampledSoftmax<Real>::SampledSoftmax(const Architecture& shape, std::int64_t rows,
                                     std::uint64_t seed)
    : shape_(shape), rows_(rows), seed_(seed) {
  sample_size_ = static_cast<int>(std::min<std::int64_t>(kSampleSize, shape.vocab_size));
  const auto sample = static_cast<std::size_t>(sample_size_);
  const auto units = static_cast<std::size_t>(shape.size);
  const auto count = static_cast<std::size_t>(rows);
  sample_.words.reserve(sample);
  sampled_weight_ = Buffer<Real>(sample * units);
  sampled_gradient_ = Buffer<Real>(sample * units);
  offsets_ = Buffer<Real>(sample);
  target_offsets_ = Buffer<Real>(count);
  logits_ = Buffer<Real>(count * sample);
  target_gradient_ = Buffer<Real>(count);
  losses_ = Buffer<double>(count);
}

template <class Real>
double SampledSoftmax<Real>::run(const Parameters<Real>& parameters, const Real* hidden,
                                 std::span<const WordId> targets, std::uint64_t window, Real scale,
                                 Real* hidden_gradient, Gradients<Real>& gradients,
                                 ThreadTeam& team) {
  draw_candidates(RandomStream(seed_, kSampleStream).at(window), shape_.vocab_size, sample_size_,
                  sample_);
  clear(gradients);
  for (const WordId word : targets) gradients.output_rows.add(word);
  for (const WordId word : sample_.words) gradients.output_rows.add(word);
  prepare(parameters, targets);
  score(parameters, hidden, targets, scale, team);
  accumulate(parameters, hidden, targets, hidden_gradient, gradients, team);
  double loss = 0;
  for (const double value : losses_) loss += value;
  return loss;
}

template <class Real>
void SampledSoftmax<Real>::clear(Gradients<Real>& gradients) const {
  const auto units = static_cast<std::size_t>(shape_.size);
  for (const WordId word : gradients.output_rows.rows()) {
    const auto row = static_cast<std::size_t>(word);
    std::fill_n(gradients.values.output_weight.data() + row * units, units, Real{0});
    gradients.values.output_bias[row] = 0;
  }
  gradients.output_rows.clear();
}

/// Gathers the sampled rows of the output weight and what is added to their logits.
template <class Real>
void SampledSoftmax<Real>::prepare(const Parameters<Real>& parameters,
                                   std::span<const WordId> targets) {
  const auto units = static_cast<std::size_t>(shape_.size);
  const auto offset = [&](WordId word) {
    return parameters.output_bias[static_cast<std::size_t>(word)] -
           static_cast<Real>(std::log(expected_count(word, shape_.vocab_size, sample_.tries)));
  };
  for (std::size_t s = 0; s < sample_.words.size(); ++s) {
    const auto row = static_cast<std::size_t>(sample_.words[s]);
    std::copy_n(parameters.output_weight.data() + row * units, units,
                sampled_weight_.data() + s * units);
    offsets_[s] = offset(sample_.words[s]);
  }
  for (std::size_t n = 0; n < targets.size(); ++n) target_offsets_[n] = offset(targets[n]);
}

/// Logits of all rows, their log-probabilities, and the gradients to the logits in their place.
template <class Real>
void SampledSoftmax<Real>::score(const Parameters<Real>& parameters, const Real* hidden,
                                 std::span<const WordId> targets, Real scale, ThreadTeam& team) {
  const std::int64_t units = shape_.size;
  const std::int64_t sample = sample_size_;
  team.run([&](ThreadTeam::Worker& worker) {
    const auto [first, last] = worker.share(rows_);
    if (first == last) return;
    kernels::gemm<Real>(
        last - first, sample, units, Real{1}, {hidden + first * units, units, false},
        {sampled_weight_.data(), units, true}, Real{0}, logits_.data() + first * sample, sample);
    for (std::int64_t n = first; n < last; ++n) {
      const auto row = static_cast<std::size_t>(n);
      const WordId target = targets[row];
      const Real* state = hidden + n * units;
      const Real* weight = parameters.output_weight.data() + std::int64_t{target} * units;
      double target_logit = target_offsets_[row];
      for (std::int64_t u = 0; u < units; ++u) target_logit += double{state[u]} * weight[u];
      losses_[row] = normalize(target, target_logit, logits_.data() + n * sample);
      // After normalize(), exp(-loss) is the target's probability.
      target_gradient_[row] = scale * static_cast<Real>(std::expm1(-losses_[row]));
      for (std::int64_t s = 0; s < sample; ++s)
        logits_[static_cast<std::size_t>(n * sample + s)] *= scale;
    }
  });
}

/// Turns the logits of the sample of one row into probabilities; accidental hits get 0.
/// @returns -log p of the target
template <class Real>
double SampledSoftmax<Real>::normalize(WordId target, double target_logit, Real* logits) const {
  const auto sample = static_cast<std::size_t>(sample_size_);
  double largest = target_logit;
  for (std::size_t s = 0; s < sample; ++s) {
    logits[s] = sample_.words[s] == target ? -std::numeric_limits<Real>::infinity()
                                           : logits[s] + offsets_[s];
    largest = std::max(largest, double{logits[s]});
  }
  double sum = std::exp(target_logit - largest);
  for (std::size_t s = 0; s < sample; ++s) sum += std::exp(double{logits[s]} - largest);
  const double log_sum = largest + std::log(sum);
  for (std::size_t s = 0; s < sample; ++s) {
    logits[s] = static_cast<Real>(std::exp(double{logits[s]} - log_sum));
  }
  return log_sum - target_logit;
}

/// From the gradients to the logits to those of the hidden states, the weight and the bias. Each
/// worker has some of the columns, so that words that stand in several rows need no locks and the
/// order of the additions is fixed.
template <class Real>
void SampledSoftmax<Real>::accumulate(const Parameters<Real>& parameters, const Real* hidden,
                                      std::span<const WordId> targets, Real* hidden_gradient,
                                      Gradients<Real>& gradients, ThreadTeam& team) {
  const std::int64_t units = shape_.size;
  const std::int64_t sample = sample_size_;
  Real* weight_gradient = gradients.values.output_weight.data();
  kernels::gemm<Real>(team, rows_, units, sample, Real{1}, {logits_.data(), sample, false},
                      {sampled_weight_.data(), units, false}, Real{0}, hidden_gradient, units);
  kernels::gemm<Real>(team, sample, units, rows_, Real{1}, {logits_.data(), sample, true},
                      {hidden, units, false}, Real{0}, sampled_gradient_.data(), units);
  team.run([&](ThreadTeam::Worker& worker) {
    const auto [first, last] = worker.share(units, 16);
    for (std::int64_t s = 0; s < sample; ++s) {
      const std::int64_t row = sample_.words[static_cast<std::size_t>(s)];
      std::copy(sampled_gradient_.data() + s * units + first,
                sampled_gradient_.data() + s * units + last, weight_gradient + row * units + first);
    }
    for (std::int64_t n = 0; n < rows_; ++n) {
      const auto place = static_cast<std::size_t>(n);
      const std::int64_t row = targets[place];
      const Real factor = target_gradient_[place];
      const Real* weight = parameters.output_weight.data() + row * units;
      for (std::int64_t u = first; u < last; ++u) {
        hidden_gradient[n * units + u] += factor * weight[u];
        weight_gradient[row * units + u] += factor * hidden[n * units + u];
      }
    }
  });
  accumulate_bias(targets, gradients.values.output_bias);
}

template <class Real>
void SampledSoftmax<Real>::accumulate_bias(std::span<const WordId> targets,
                                           Buffer<Real>& bias_gradient) const {
  const auto sample = static_cast<std::size_t>(sample_size_);
  for (std::size_t n = 0; n < targets.size(); ++n) {
    for (std::size_t s = 0; s < sample; ++s) {
      bias_gradient[static_cast<std::size_t>(sample_.words[s])] += logits_[n * sample + s];
    }
    bias_gradient[static_cast<std::size_t>(targets[n])] += target_gradient_[n];
  }
}

template class SampledSoftmax<float>;
template class SampledSoftmax<double>;

}  // namespace stategrad::train
