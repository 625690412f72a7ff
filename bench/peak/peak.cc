// SPDX-License-Identifier: MIT
//
// The speed limit that bench/run measures by: the product of two large float32 matrices, on the
// program's own team of threads. Prints JSON.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "kernels/gemm.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  int threads = 0;
  std::int64_t size = 2048;
  double seconds = 1;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// GFLOPS of each product. The first product, which touches the memory, is not counted.
std::vector<double> measure(const Options& options, stategrad::ThreadTeam& team) {
  const std::int64_t n = options.size;
  const auto count = static_cast<std::size_t>(n * n);
  stategrad::Buffer<float> a(count);
  stategrad::Buffer<float> b(count);
  stategrad::Buffer<float> c(count);
  for (std::size_t i = 0; i < count; ++i) {
    a.data()[i] = static_cast<float>(i % 13) - 6;
    b.data()[i] = static_cast<float>(i % 7) - 3;
  }
  const auto multiply = [&] {
    stategrad::kernels::gemm<float>(team, n, n, n, 1, {a.data(), n}, {b.data(), n}, 0, c.data(), n);
  };
  multiply();
  std::vector<double> gflops;
  const Clock::time_point start = Clock::now();
  while (gflops.size() < 3 || seconds_since(start) < options.seconds) {
    const Clock::time_point one = Clock::now();
    multiply();
    gflops.push_back(2e-9 * static_cast<double>(n) * static_cast<double>(n) *
                     static_cast<double>(n) / seconds_since(one));
  }
  return gflops;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App program("Speed of a large matrix product");
  program.add_option("--threads", options.threads)->check(CLI::Range(0, 4096));
  program.add_option("--size", options.size)->check(CLI::Range(1, 20000));
  program.add_option("--seconds", options.seconds)->check(CLI::Range(0.0, 3600.0));
  CLI11_PARSE(program, argc, argv);
  stategrad::ThreadTeam team(options.threads);
  fmt::print("{{\"threads\": {}, \"size\": {}, \"gflops\": [{:.3f}]}}\n", team.size(), options.size,
             fmt::join(measure(options, team), ", "));
}
