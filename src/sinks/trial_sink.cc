// SPDX-License-Identifier: MIT
#include "sinks/trial_sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/atomic_file.h"
#include "io/npy.h"
#include "io/npz.h"
#include "sinks/statistics_file.h"

namespace stategrad::sinks {
namespace {

constexpr const char* kArray = "/gradients";

bool has(const std::vector<OutputFormat>& formats, OutputFormat format) {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

/// Of npy: enough to know what one takes, and few enough for any disk.
constexpr std::int64_t kMostFiles = 2000;

}  // namespace

TrialSink::TrialSink(std::vector<OutputFormat> formats, const std::filesystem::path& output,
                     DType dtype, double seconds, SecondsClock clock)
    : formats_(std::move(formats)), dtype_(dtype), budget_(seconds), clock_(std::move(clock)) {
  if (has(formats_, OutputFormat::kNpy)) scratch_.emplace(output);
}

TrialSink::~TrialSink() = default;

void TrialSink::begin(const GradientRun& run) {
  const int rows = run.rows;
  const int size = run.architecture.size;
  numbers_ = static_cast<std::size_t>(rows) * static_cast<std::size_t>(size);
  matrix_.resize(numbers_);
  if (has(formats_, OutputFormat::kStatistics)) {
    for (std::size_t state = 0; state < run.states.size(); ++state) {
      sums_.emplace_back(static_cast<std::size_t>(run.max_delay) * numbers_);
    }
  }
  if (has(formats_, OutputFormat::kHdf5)) {
    hdf5_ = std::make_unique<io::Hdf5Writer>("gradients.h5", io::Hdf5Storage::kTrial);
    if (dtype_ == DType::kFloat32) {
      hdf5_->create_growing<float>(kArray, {size, rows});
    } else {
      hdf5_->create_growing<double>(kArray, {size, rows});
    }
  }
}

double* TrialSink::accumulator(const BlockKey& key) {
  if (sums_.empty()) return nullptr;
  last_sum_ = sums_[static_cast<std::size_t>(key.state_index)].data() +
              static_cast<std::size_t>(key.delay) * numbers_;
  return last_sum_;
}

bool TrialSink::wants(const BlockKey& /*key*/) const {
  return keeps_matrices(formats_) && spent_ < budget_ && pushed_ < kMostFiles;
}

void TrialSink::push(const GradientBlock& block) {
  const double start = clock_();
  if (has(formats_, OutputFormat::kNpy)) write_npy(block);
  if (has(formats_, OutputFormat::kNpz)) {
    block.transpose_to(std::span<float>(matrix_));
    static_cast<void>(io::npz_compressed_size(std::as_bytes(std::span(matrix_))));
  }
  if (hdf5_) {
    if (dtype_ == DType::kFloat32) {
      append_hdf5<float>(block);
    } else {
      append_hdf5<double>(block);
    }
  }
  spent_ += clock_() - start;
  ++pushed_;
}

double TrialSink::seconds_per_block() const {
  return pushed_ == 0 ? 0 : spent_ / static_cast<double>(pushed_);
}

double TrialSink::seconds_of_sums(int blocks) const {
  if (last_sum_ == nullptr) return 0;
  const double start = clock_();
  io::Hdf5Writer file(kStatisticsFileName, io::Hdf5Storage::kTrial);
  file.write<double>("/sum", {1, static_cast<std::int64_t>(numbers_)}, {last_sum_, numbers_});
  const double seconds = clock_() - start;
  const double all = static_cast<double>(sums_.front().size() * sums_.size()) * blocks;
  return seconds * all / static_cast<double>(numbers_);
}

void TrialSink::write_npy(const GradientBlock& block) {
  block.transpose_to(std::span<float>(matrix_));
  const std::array<std::int64_t, 2> shape = {block.size, block.rows};
  io::write_npy<float>(scratch_->path() / fmt::format("{}.npy", pushed_), shape, matrix_,
                       Durable::kNo);
}

template <class Real>
void TrialSink::append_hdf5(const GradientBlock& block) {
  std::vector<Real> values(numbers_);
  block.transpose_to(std::span<Real>(values));
  hdf5_->append<Real>(kArray, values);
}

}  // namespace stategrad::sinks
