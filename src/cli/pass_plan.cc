// SPDX-License-Identifier: MIT
#include "cli/pass_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <type_traits>

#include "base/memory.h"
#include "base/text_format.h"
#include "gradient/memory.h"
#include "gradient/source_sample.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

/// What the program takes beside what is counted: stacks, work space of libraries.
constexpr std::uint64_t kProgram = 4'000'000;

/// The pass with the sources that were asked for.
template <class Real>
void plan_run(const LanguageModel<Real>& model, std::span<const WordId> text,
              const PassRequest& request, PassPlan& plan) {
  plan.options = request.options;
  plan.run = plan_state_gradients(model, text, plan.options);
  if (!request.positions) return;
  const std::int64_t words = words_of(plan.run);
  if (*request.positions > words) {
    throw UsageError(fmt::format("--positions {}: {} has {} words to read", *request.positions,
                                 request.text.string(), words));
  }
  plan.options.sources = gradient::stratified_sources(words, *request.positions, request.seed);
  plan.run = plan_state_gradients(model, text, plan.options);
}

/// @throws ResourceError if the pass cannot be made in several readings
void require_parts(const PassRequest& request, const PassPlan& plan, std::uint64_t limit) {
  if (request.until_error) {
    throw ResourceError(
        fmt::format("--memory-limit {}: the pass takes {}, and --until-error needs all {} rows of "
                    "a state gradient at once: raise the limit, or take fewer delays or blocks",
                    format_bytes(limit), format_bytes(plan.memory), plan.run.rows));
  }
  if (sinks::keeps_matrices(request.formats)) {
    throw ResourceError(fmt::format(
        "--memory-limit {}: the pass takes {}, for npy, npz and hdf5 need all {} rows of a state "
        "gradient at once: raise the limit, take fewer delays, or the format statistics",
        format_bytes(limit), format_bytes(plan.memory), plan.run.rows));
  }
}

void plan_memory(const PassRequest& request, DType dtype, int threads, PassPlan& plan) {
  const GradientRun& run = plan.run;
  const std::uint64_t held = resident_memory() + kProgram + plan.output.memory;
  const auto total = [&](std::uint64_t engine) {
    return std::max<std::uint64_t>(peak_memory(),
                                   held + std::max(engine, plan.output.memory_at_end));
  };
  plan.memory = total(gradient::engine_bytes(run, dtype, threads));
  if (!request.memory_limit || plan.memory <= *request.memory_limit) return;
  const std::uint64_t limit = *request.memory_limit;
  require_parts(request, plan, limit);
  if (total(0) > limit || held >= limit) {
    throw ResourceError(
        fmt::format("--memory-limit {}: model, text and sums alone take {}: raise the limit{}",
                    format_bytes(limit), format_bytes(total(0)),
                    plan.output.memory > 0 ? ", or take fewer delays, states or blocks" : ""));
  }
  GradientRun part = run;
  part.rows = gradient::rows_that_fit(run, dtype, limit - held, threads);
  plan.options.rows_at_once = part.rows;
  plan.readings = (run.rows + part.rows - 1) / part.rows;
  plan.memory = total(gradient::engine_bytes(part, dtype, threads));
}

}  // namespace

std::int64_t words_of(const GradientRun& run) {
  return run.windowed ? run.num_windows * run.num_steps : std::ssize(run.text);
}

std::int64_t blocks_of(const GradientRun& run) {
  return run.num_blocks_per_state * std::ssize(run.states);
}

template <class Real>
PassPlan plan_pass(const LanguageModel<Real>& model, std::span<const WordId> text,
                   const PassRequest& request, const Session& session, int threads) {
  constexpr DType kType = std::is_same_v<Real, double> ? DType::kFloat64 : DType::kFloat32;
  PassPlan plan;
  plan_run(model, text, request, plan);
  plan.output = sinks::forecast_output(plan.run, request.formats, kType, request.blocks);
  session.note(to_line(plan.output, request.output));
  if (sinks::writes_files(request.formats)) {
    plan.existing = sinks::check_output_folder(request.output, request.overwrite);
    require_space(plan.output, request.output, plan.existing->bytes, plan.existing->files);
  }
  plan_memory(request, kType, threads, plan);
  if (plan.readings > 1) {
    session.note(fmt::format("reads the text {} times, with {} of {} rows each, to stay within {}",
                             plan.readings, plan.options.rows_at_once, plan.run.rows,
                             format_bytes(*request.memory_limit)));
  }
  return plan;
}

template PassPlan plan_pass(const LanguageModel<float>&, std::span<const WordId>,
                            const PassRequest&, const Session&, int);
template PassPlan plan_pass(const LanguageModel<double>&, std::span<const WordId>,
                            const PassRequest&, const Session&, int);

}  // namespace stategrad::cli
