// SPDX-License-Identifier: MIT
//
// A program that uses the installed library: how much of each word does the state remember, on
// average, d words later? Prints `delay<TAB>gradients<TAB>root mean square norm` lines.
//
//   consumer MODEL_DIRECTORY TEXT
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <variant>
#include <vector>

#include "stategrad/errors.h"
#include "stategrad/model_io.h"
#include "stategrad/state_gradients.h"
#include "stategrad/version.h"

namespace {

/// Sums squared norms by delay.
class NormsByDelay : public stategrad::GradientSink {
 public:
  void begin(const stategrad::GradientRun& run) override {
    counts_.assign(static_cast<std::size_t>(run.max_delay), 0);
    sums_.assign(static_cast<std::size_t>(run.max_delay), 0);
  }
  void push(const stategrad::GradientBlock& block) override {
    const auto delay = static_cast<std::size_t>(block.key.delay);
    ++counts_[delay];
    sums_[delay] += block.squared_norm;
  }
  void finish() override {
    for (std::size_t d = 0; d < counts_.size(); ++d) {
      std::printf("%zu\t%lld\t%.9g\n", d, static_cast<long long>(counts_[d]),
                  std::sqrt(sums_[d] / static_cast<double>(counts_[d])));
    }
  }

 private:
  std::vector<std::int64_t> counts_;
  std::vector<double> sums_;
};

void print_norms(const char* directory, const char* file) {
  const stategrad::AnyLanguageModel any = stategrad::load_model(directory);
  const std::vector<stategrad::WordId> text = stategrad::load_text(directory, file);
  stategrad::ThreadTeam team(2);
  NormsByDelay sink;
  std::visit(
      [&](const auto& model) {
        stategrad::compute_state_gradients(model, text, {.max_delay = 4}, sink, team);
      },
      any);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: consumer MODEL_DIRECTORY TEXT (stategrad %s)\n",
                 STATEGRAD_VERSION);
    return 2;
  }
  try {
    print_norms(argv[1], argv[2]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "consumer: %s\n", error.what());
    return 1;
  }
}
