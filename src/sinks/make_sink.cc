// SPDX-License-Identifier: MIT
#include "sinks/make_sink.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sinks/hdf5_sink.h"
#include "sinks/npy_sink.h"
#include "sinks/npz_sink.h"
#include "sinks/statistics_sink.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

class NullSink : public GradientSink {
 public:
  void begin(const GradientRun& /*run*/) override {}
  [[nodiscard]] bool wants(const BlockKey& /*key*/) const override { return false; }
  void push(const GradientBlock& /*block*/) override {}
  [[nodiscard]] bool takes_parts() const override { return true; }
  void finish() override {}
};

/// Passes everything on to several sinks.
class FanOutSink : public GradientSink {
 public:
  explicit FanOutSink(std::vector<std::unique_ptr<GradientSink>> sinks)
      : sinks_(std::move(sinks)) {}

  void begin(const GradientRun& run) override {
    for (const auto& sink : sinks_) sink->begin(run);
  }

  [[nodiscard]] double* accumulator(const BlockKey& key) override {
    double* sum = nullptr;
    for (const auto& sink : sinks_) {
      double* asked = sink->accumulator(key);
      if (sum != nullptr && asked != nullptr) {
        throw InternalError("two output formats want the engine to add up the same state gradient");
      }
      if (asked != nullptr) sum = asked;
    }
    return sum;
  }

  [[nodiscard]] bool wants(const BlockKey& key) const override {
    return std::any_of(sinks_.begin(), sinks_.end(),
                       [&](const auto& sink) { return sink->wants(key); });
  }

  [[nodiscard]] bool reads_values(const BlockKey& key) const override {
    return std::any_of(sinks_.begin(), sinks_.end(), [&](const auto& sink) {
      return sink->wants(key) && sink->reads_values(key);
    });
  }

  void push(const GradientBlock& block) override {
    for (const auto& sink : sinks_) {
      if (sink->wants(block.key)) sink->push(block);
    }
  }

  [[nodiscard]] bool takes_parts() const override {
    return std::all_of(sinks_.begin(), sinks_.end(),
                       [](const auto& sink) { return sink->takes_parts(); });
  }

  void end_position(std::int64_t position) override {
    for (const auto& sink : sinks_) sink->end_position(position);
  }

  void finish() override {
    for (const auto& sink : sinks_) sink->finish();
  }

 private:
  std::vector<std::unique_ptr<GradientSink>> sinks_;
};

std::unique_ptr<GradientSink> make_one(OutputFormat format, const OutputOptions& options) {
  switch (format) {
    case OutputFormat::kNpy:
      return std::make_unique<NpySink>(options.directory);
    case OutputFormat::kNpz:
      return std::make_unique<NpzSink>(options.directory);
    case OutputFormat::kHdf5:
      return std::make_unique<Hdf5Sink>(options.directory, options.provenance);
    case OutputFormat::kStatistics:
      return std::make_unique<StatisticsSink>(options.directory, options.provenance,
                                              options.blocks);
    case OutputFormat::kNull:
      return std::make_unique<NullSink>();
  }
  throw InternalError("an output format without a sink");
}

}  // namespace

std::unique_ptr<GradientSink> make_sink(std::span<const OutputFormat> formats,
                                        const OutputOptions& options) {
  if (formats.empty()) throw UsageError("no output format: give at least one");
  if (formats.size() == 1) return make_one(formats[0], options);
  std::vector<std::unique_ptr<GradientSink>> sinks;
  for (const OutputFormat format : formats) sinks.push_back(make_one(format, options));
  return std::make_unique<FanOutSink>(std::move(sinks));
}

}  // namespace stategrad::sinks
