// SPDX-License-Identifier: MIT
#include "sinks/gate_logs_h5.h"

#include <algorithm>

#include "sinks/checked_arrays.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

constexpr const char* kCount = "/gates/count";
constexpr const char* kLogSum = "/gates/log_sum";

}  // namespace

void write_gate_logs(io::Hdf5Writer& out, const gradient::GateLogs& gates) {
  out.write<std::int64_t>(kCount, {gates.blocks}, gates.count);
  out.write<double>(kLogSum, {gates.layers, gates.blocks, gates.size}, gates.sum);
}

std::optional<gradient::GateLogs> read_gate_logs(const io::Hdf5Reader& in,
                                                 const std::filesystem::path& file,
                                                 const Architecture& shape, int blocks) {
  if (!in.contains(kCount)) return std::nullopt;
  if (!gradient::has_keeping_gate(shape)) {
    throw DataError(file.string(), kCount, "a plain RNN has no gates: the file was altered");
  }
  gradient::GateLogs gates{
      .layers = shape.num_layers, .blocks = blocks, .size = shape.size, .count = {}, .sum = {}};
  const CheckedArrays arrays(in, file);
  gates.count = arrays.read_sizes<std::int64_t>(kCount, {blocks});
  const io::Shape sizes = {gates.layers, blocks, gates.size};
  arrays.check(kLogSum, sizes);
  gates.sum.resize(size_of(sizes));
  arrays.read<double>(kLogSum, sizes, gates.sum);
  if (std::any_of(gates.sum.begin(), gates.sum.end(), [](double x) { return x > 0; })) {
    throw DataError(file.string(), kLogSum,
                    "above zero, as no logarithm of a gate is: the file was altered");
  }
  return gates;
}

}  // namespace stategrad::sinks
