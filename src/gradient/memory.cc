// SPDX-License-Identifier: MIT
#include "gradient/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text_format.h"
#include "gradient/compression.h"
#include "gradient/schedule.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

/// Large buffers are made of whole huge pages.
double allocated(double bytes) {
  constexpr double kHugePage = 1 << 21;
  return bytes < kHugePage ? bytes : std::ceil(bytes / kHugePage) * kHugePage;
}

}  // namespace

std::uint64_t engine_bytes(const GradientRun& run, DType dtype, int threads) {
  const Architecture& shape = run.architecture;
  const double number = dtype == DType::kFloat64 ? sizeof(double) : sizeof(float);
  const double carried = shape.cell == CellKind::kLstm ? 2 : 1;
  const double size = shape.size;
  const double rows = static_cast<double>(Schedule(run).slots()) * run.rows;
  int highest = 0;
  for (const StateOfLayer& state : run.states) highest = std::max(highest, state.layer);
  double bytes = rows * static_cast<double>(run.states.size() * sizeof(double));
  for (int layer = 0; layer <= highest; ++layer) {
    const double ring = (carried + 1) * allocated(number * rows * size);
    // Linearised and packed, and the transposed weights of the cell.
    const double step = (2 * carried + gate_count(shape.cell)) * size *
                        (size + static_cast<double>(shape.input_size(layer)));
    bytes += ring + number * step;
  }
  if (run.rank_tolerance > 0 && run.rows > 1) {
    const CompressorShape compression{
        .slots = Schedule(run).slots(), .rows = run.rows, .size = shape.size, .workers = threads};
    bytes += dtype == DType::kFloat64 ? SourceCompressor<double>::bytes(compression)
                                      : SourceCompressor<float>::bytes(compression);
  }
  constexpr double kTooMany = 1e18;
  return static_cast<std::uint64_t>(std::min(bytes, kTooMany));
}

int rows_that_fit(const GradientRun& run, DType dtype, std::uint64_t limit, int threads) {
  GradientRun part = run;
  const auto fits = [&](int rows) {
    part.rows = rows;
    return engine_bytes(part, dtype, threads) <= limit;
  };
  if (fits(run.rows)) return run.rows;
  if (!fits(1)) {
    throw ResourceError(fmt::format(
        "state gradients along one direction take {} of memory and {} are left within the limit: "
        "raise it, or take fewer delays",
        format_bytes(engine_bytes(part, dtype, threads)), format_bytes(limit)));
  }
  int most = 1;
  for (int too_many = run.rows; too_many - most > 1;) {
    const int middle = most + (too_many - most) / 2;
    (fits(middle) ? most : too_many) = middle;
  }
  const int readings = (run.rows + most - 1) / most;
  return (run.rows + readings - 1) / readings;
}

}  // namespace stategrad::gradient
