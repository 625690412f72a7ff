// SPDX-License-Identifier: MIT
#include "cli/gradient_pass.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <optional>

#include "base/memory.h"
#include "base/text_format.h"
#include "cli/pass_plan.h"
#include "cli/until_error.h"
#include "gradient/calibration.h"
#include "sinks/make_sink.h"
#include "sinks/trial_sink.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

using Clock = std::chrono::steady_clock;

sinks::Provenance provenance_of(const OpenedModel& opened, const PassRequest& request) {
  sinks::Provenance provenance = provenance_of(opened, request.text);
  provenance.basis = request.options.basis;
  return provenance;
}

template <class Real>
PassSummary run_pass(const LanguageModel<Real>& model, const OpenedModel& opened,
                     const PassRequest& request, std::span<const WordId> text,
                     const Session& session, ThreadTeam& team) {
  const PassPlan plan = plan_pass(model, text, request, session, team.size());
  if (plan.existing) sinks::clear_output_folder(*plan.existing);
  GradientOptions options = plan.options;
  options.stop = session.stop;
  const std::int64_t words = words_of(plan.run);
  PassSummary summary{.words = words,
                      .left_out = std::ssize(text) - words,
                      .positions = plan.run.sources.empty() ? words : std::ssize(plan.run.sources),
                      .blocks = blocks_of(plan.run),
                      .files = plan.output.files,
                      .bytes = plan.output.bytes};
  const auto start = Clock::now();
  if (request.until_error) {
    const ErrorReached reached = write_until_error(model, text,
                                                   {.options = options,
                                                    .percent = *request.until_error,
                                                    .seed = request.seed,
                                                    .directory = request.output,
                                                    .provenance = provenance_of(opened, request),
                                                    .blocks = request.blocks},
                                                   session, team);
    summary.positions = reached.positions;
    summary.blocks = reached.state_gradients;
    summary.error_percent = reached.percent;
  } else {
    const auto sink = sinks::make_sink(
        request.formats, {request.output, provenance_of(opened, request), request.blocks});
    const auto progress = session.make_progress("state gradients", "words", summary.words);
    if (progress) options.on_progress = [&](std::int64_t done) { progress->update(done); };
    compute_state_gradients(model, text, options, *sink, team);
  }
  summary.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return summary;
}

void require_window(const PassRequest& request, std::size_t words) {
  if (!request.options.windowed) return;
  const std::size_t needed = 2 * static_cast<std::size_t>(request.options.num_steps);
  if (words >= needed) return;
  throw DataError(request.text.string(), "",
                  fmt::format("{} words are less than one window: windows of {} words need at "
                              "least {}, since the last one only holds targets",
                              words, request.options.num_steps, needed));
}

/// Checks the folder and reads the text.
std::vector<WordId> text_of(const OpenedModel& opened, const PassRequest& request,
                            const Session& session) {
  check_output(request);
  std::vector<WordId> text = read_text(opened, request.text, session);
  require_window(request, text.size());
  return text;
}

/// Times the first words of a pass with the real sizes.
template <class Real>
StepForecast time_pass(const LanguageModel<Real>& model, const OpenedModel& opened,
                       const PassRequest& request, std::span<const WordId> text,
                       const Session& session, ThreadTeam& team) {
  constexpr double kSeconds = 1;
  const PassPlan plan = plan_pass(model, text, request, session, team.size());
  if (request.until_error) {
    session.note("takes as long as this only if the error needs all positions");
  }
  GradientRun part = gradient::trial_of(plan.run);
  std::vector<double> basis = request.options.basis;
  if (plan.readings > 1) {
    part.rows = plan.options.rows_at_once;
    // Any directions are as good for the time.
    basis.assign(static_cast<std::size_t>(part.rows) *
                     static_cast<std::size_t>(part.architecture.embedding_size),
                 1.0);
  }
  sinks::TrialSink sink(request.formats, request.output, opened.description.dtype, kSeconds / 2);
  sink.begin(part);
  const auto times =
      gradient::time_words(model, part, basis, sink, team,
                           {.seconds = kSeconds, .uncounted = [&] { return sink.seconds(); }});
  const gradient::WordCost cost = gradient::fit_word_cost(times);
  const double sums = sink.seconds_of_sums(request.blocks) * plan.run.rows / part.rows;
  return {.step = "gradients",
          .words = words_of(plan.run),
          .seconds = gradient::pass_seconds(cost, plan.run, plan.readings) + sums +
                     sink.seconds_per_block() * static_cast<double>(blocks_of(plan.run)),
          .memory = std::max<std::uint64_t>(plan.memory, peak_memory()),
          .disk = plan.output.bytes,
          .files = plan.output.files,
          .disk_at_most = plan.output.upper_bound};
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

std::string to_text(const PassSummary& summary) {
  const std::string left_out = summary.left_out == 0 ? ""
                                                     : fmt::format(" ({} at the end left out)",
                                                                   format_count(summary.left_out));
  std::string text =
      fmt::format("state gradients of {} words{} at {:.3f} ms each", format_count(summary.words),
                  left_out, 1e3 * summary.seconds / static_cast<double>(summary.words));
  if (summary.positions != summary.words) {
    text += fmt::format(", to a sample of {}", format_count(summary.positions));
  }
  if (summary.error_percent) text += fmt::format(", error {:.3g} %", *summary.error_percent);
  return text;
}

void check_output(const PassRequest& request) {
  if (!sinks::writes_files(request.formats)) return;
  if (request.output.empty()) {
    throw UsageError(
        "a folder to write to is needed: give --output DIR or set grad_dir in the configuration");
  }
  static_cast<void>(sinks::check_output_folder(request.output, request.overwrite));
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
  return std::visit(
      [&](const auto& model) { return run_pass(model, opened, request, text, session, team); },
      opened.model);
}

}  // namespace stategrad::cli
