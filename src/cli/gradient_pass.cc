// SPDX-License-Identifier: MIT
#include "cli/gradient_pass.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "base/memory.h"
#include "base/text_format.h"
#include "gradient/calibration.h"
#include "gradient/memory.h"
#include "sinks/forecast.h"
#include "sinks/make_sink.h"
#include "sinks/output_rules.h"
#include "sinks/trial_sink.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

using Clock = std::chrono::steady_clock;

sinks::Provenance provenance_of(const OpenedModel& opened, const PassRequest& request) {
  return {.model = opened.directory.string(),
          .model_fingerprint = sinks::fingerprint_of_file(opened.weights_file),
          .text = request.text.string(),
          .dtype = opened.description.dtype,
          .basis = request.options.basis};
}

/// What the program takes beside what is counted: stacks, work space of libraries.
constexpr std::uint64_t kProgram = 4'000'000;

/// A pass before its first word: checked, and nothing changed.
struct PassPlan {
  GradientRun run;
  sinks::OutputForecast output;
  std::optional<sinks::ExistingOutput> existing;
  int rows_at_once = 0;  ///< as in GradientOptions
  int readings = 1;
  std::uint64_t memory = 0;  ///< that the process will hold at most, about
};

/// Fits the pass into the memory limit, by several readings of the text if need be.
void plan_memory(const PassRequest& request, DType dtype, PassPlan& plan) {
  const GradientRun& run = plan.run;
  const std::uint64_t held = resident_memory() + kProgram + plan.output.memory;
  const auto total = [&](std::uint64_t engine) {
    return std::max<std::uint64_t>(peak_memory(),
                                   held + std::max(engine, plan.output.memory_at_end));
  };
  plan.memory = total(gradient::engine_bytes(run, dtype));
  if (!request.memory_limit || plan.memory <= *request.memory_limit) return;
  const std::uint64_t limit = *request.memory_limit;
  if (sinks::keeps_matrices(request.formats)) {
    throw ResourceError(fmt::format(
        "--memory-limit {}: the pass takes {}, for npy, npz and hdf5 need all {} rows of a state "
        "gradient at once: raise the limit, take fewer delays, or the format statistics",
        format_bytes(limit), format_bytes(plan.memory), run.rows));
  }
  if (total(0) > limit || held >= limit) {
    throw ResourceError(
        fmt::format("--memory-limit {}: model, text and sums alone take {}: raise the limit{}",
                    format_bytes(limit), format_bytes(total(0)),
                    plan.output.memory > 0 ? ", or take fewer delays or states" : ""));
  }
  plan.rows_at_once = gradient::rows_that_fit(run, dtype, limit - held);
  plan.readings = (run.rows + plan.rows_at_once - 1) / plan.rows_at_once;
  GradientRun part = run;
  part.rows = plan.rows_at_once;
  plan.memory = total(gradient::engine_bytes(part, dtype));
}

/// Says what will be written, and refuses what cannot be.
template <class Real>
PassPlan plan_pass(const LanguageModel<Real>& model, const OpenedModel& opened,
                   const PassRequest& request, std::span<const WordId> text,
                   const Session& session) {
  const DType dtype = opened.description.dtype;
  PassPlan plan;
  plan.run = plan_state_gradients(model, text, request.options);
  plan.output = sinks::forecast_output(plan.run, request.formats, dtype);
  session.note(to_line(plan.output, request.output));
  if (sinks::writes_files(request.formats)) {
    plan.existing = sinks::check_output_folder(request.output, request.overwrite);
    require_space(plan.output, request.output, plan.existing->bytes, plan.existing->files);
  }
  plan_memory(request, dtype, plan);
  if (plan.readings > 1) {
    session.note(fmt::format("reads the text {} times, with {} of {} rows each, to stay within {}",
                             plan.readings, plan.rows_at_once, plan.run.rows,
                             format_bytes(*request.memory_limit)));
  }
  return plan;
}

std::int64_t words_of(const GradientRun& run) {
  return run.windowed ? run.num_windows * run.num_steps
                      : static_cast<std::int64_t>(run.text.size());
}

std::int64_t blocks_of(const GradientRun& run) {
  return run.num_blocks_per_state * static_cast<std::int64_t>(run.states.size());
}

template <class Real>
PassSummary run_pass(const LanguageModel<Real>& model, const OpenedModel& opened,
                     const PassRequest& request, std::span<const WordId> text,
                     const Session& session, ThreadTeam& team) {
  const PassPlan plan = plan_pass(model, opened, request, text, session);
  GradientOptions options = request.options;
  options.rows_at_once = plan.rows_at_once;
  if (plan.existing) sinks::clear_output_folder(*plan.existing);
  const auto sink =
      sinks::make_sink(request.formats, {request.output, provenance_of(opened, request)});
  PassSummary summary{.words = words_of(plan.run),
                      .blocks = blocks_of(plan.run),
                      .files = plan.output.files,
                      .bytes = plan.output.bytes};
  const auto progress = session.make_progress("state gradients", "words", summary.words);
  options.stop = session.stop;
  if (progress) options.on_progress = [&](std::int64_t done) { progress->update(done); };
  const auto start = Clock::now();
  compute_state_gradients(model, text, options, *sink, team);
  summary.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return summary;
}

/// Times the first words of a pass with the real sizes, in memory.
template <class Real>
StepForecast time_pass(const LanguageModel<Real>& model, const OpenedModel& opened,
                       const PassRequest& request, std::span<const WordId> text,
                       const Session& session, ThreadTeam& team) {
  constexpr double kSeconds = 1;
  const PassPlan plan = plan_pass(model, opened, request, text, session);
  GradientRun part = plan.run;
  std::vector<double> basis = request.options.basis;
  if (plan.readings > 1) {
    part.rows = plan.rows_at_once;
    // Any directions are as good for the time.
    basis.assign(static_cast<std::size_t>(part.rows) *
                     static_cast<std::size_t>(part.architecture.embedding_size),
                 1.0);
  }
  sinks::TrialSink sink(request.formats, opened.description.dtype, kSeconds / 2);
  sink.begin(part);
  const auto times =
      gradient::time_words(model, part, basis, sink, team,
                           {.seconds = kSeconds, .uncounted = [&] { return sink.seconds(); }});
  const gradient::WordCost cost = gradient::fit_word_cost(times);
  const double words = static_cast<double>(words_of(plan.run));
  return {.step = "gradients",
          .words = words_of(plan.run),
          .seconds = gradient::pass_seconds(cost, plan.run) +
                     (plan.readings - 1) * cost.per_word * words +
                     sink.seconds_per_block() * static_cast<double>(blocks_of(plan.run)),
          .memory = std::max<std::uint64_t>(plan.memory, peak_memory()),
          .disk = plan.output.bytes,
          .files = plan.output.files,
          .disk_at_most = plan.output.upper_bound};
}

std::vector<WordId> text_of(const OpenedModel& opened, const PassRequest& request,
                            const Session& session) {
  if (request.output.empty() && sinks::writes_files(request.formats)) {
    throw UsageError(
        "a folder to write to is needed: give --output DIR or set grad_dir in the configuration");
  }
  std::int64_t unknown = 0;
  std::vector<WordId> text = read_text(opened, request.text, unknown);
  if (unknown > 0) {
    session.note(fmt::format("{}: {} of {} words are not in the vocabulary of the model",
                             request.text.string(), format_count(unknown),
                             format_count(static_cast<std::int64_t>(text.size()))));
  }
  return text;
}

int parse_layer(const std::string& layer, int num_layers) {
  if (layer == "top") return num_layers - 1;
  int number = -1;
  const auto [end, error] = std::from_chars(layer.data(), layer.data() + layer.size(), number);
  if (error != std::errc{} || end != layer.data() + layer.size() || number < 0 ||
      number >= num_layers) {
    throw UsageError(fmt::format("--layer '{}': give top, all or a layer of the model, 0 to {}",
                                 layer, num_layers - 1));
  }
  return number;
}

}  // namespace

std::vector<StateOfLayer> parse_states(const std::string& state, const std::string& layer,
                                       int num_layers) {
  std::vector<StateKind> kinds{StateKind::kCell, StateKind::kHidden};
  if (state != "both") kinds = {parse_state_kind(state)};
  int first = 0;
  int last = num_layers - 1;
  if (layer != "all") first = last = parse_layer(layer, num_layers);
  std::vector<StateOfLayer> states;
  for (const StateKind kind : kinds) {
    for (int l = first; l <= last; ++l) states.push_back({kind, l});
  }
  return states;
}

StepForecast forecast_gradient_pass(const OpenedModel& opened, const PassRequest& request,
                                    const Session& session, ThreadTeam& team) {
  const std::vector<WordId> text = text_of(opened, request, session);
  return std::visit(
      [&](const auto& model) { return time_pass(model, opened, request, text, session, team); },
      opened.model);
}

PassSummary run_gradient_pass(const OpenedModel& opened, const PassRequest& request,
                              const Session& session, ThreadTeam& team) {
  const std::vector<WordId> text = text_of(opened, request, session);
  const PassSummary summary = std::visit(
      [&](const auto& model) { return run_pass(model, opened, request, text, session, team); },
      opened.model);
  session.note(fmt::format("{} words in {}, {:.3f} ms per word, peak memory {}",
                           format_count(summary.words), format_duration(summary.seconds),
                           1e3 * summary.seconds / static_cast<double>(summary.words),
                           format_bytes(peak_memory())));
  return summary;
}

}  // namespace stategrad::cli
