// SPDX-License-Identifier: MIT
#include "cli/gradient_pass.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <iterator>
#include <optional>

#include "base/text_format.h"
#include "cli/until_error.h"
#include "gradient/source_sample.h"
#include "sinks/forecast.h"
#include "sinks/make_sink.h"
#include "sinks/output_rules.h"
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

std::int64_t words_of(const GradientRun& run) {
  return run.windowed ? run.num_windows * run.num_steps : std::ssize(run.text);
}

/// Says what will be written, and makes room for it.
sinks::OutputForecast prepare_output(const GradientRun& run, const PassRequest& request,
                                     DType dtype, const Session& session) {
  const sinks::OutputForecast forecast =
      sinks::forecast_output(run, request.formats, dtype, request.blocks);
  session.note(to_line(forecast, request.output));
  if (!sinks::writes_files(request.formats)) return forecast;
  const sinks::ExistingOutput existing =
      sinks::check_output_folder(request.output, request.overwrite);
  require_space(forecast, request.output, existing.bytes, existing.files);
  sinks::clear_output_folder(existing);
  return forecast;
}

/// The pass, and the sources that were asked for in its options.
template <class Real>
GradientRun plan_pass(const LanguageModel<Real>& model, std::span<const WordId> text,
                      const PassRequest& request, GradientOptions& options) {
  GradientRun run = plan_state_gradients(model, text, options);
  if (!request.positions) return run;
  const std::int64_t words = words_of(run);
  if (*request.positions > words) {
    throw UsageError(fmt::format("--positions {}: {} has {} words to read", *request.positions,
                                 request.text.string(), words));
  }
  options.sources = gradient::stratified_sources(words, *request.positions, request.seed);
  return plan_state_gradients(model, text, options);
}

template <class Real>
PassSummary run_pass(const LanguageModel<Real>& model, const OpenedModel& opened,
                     const PassRequest& request, std::span<const WordId> text,
                     const Session& session, ThreadTeam& team) {
  GradientOptions options = request.options;
  options.stop = session.stop;
  const GradientRun run = plan_pass(model, text, request, options);
  const sinks::OutputForecast forecast =
      prepare_output(run, request, opened.description.dtype, session);
  PassSummary summary{
      .words = words_of(run),
      .left_out = std::ssize(text) - words_of(run),
      .positions = run.sources.empty() ? words_of(run) : std::ssize(run.sources),
      .blocks = run.num_blocks_per_state * static_cast<std::int64_t>(run.states.size()),
      .files = forecast.files,
      .bytes = forecast.bytes};
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

PassSummary run_gradient_pass(const OpenedModel& opened, const PassRequest& request,
                              const Session& session, ThreadTeam& team) {
  check_output(request);
  std::int64_t unknown = 0;
  const std::vector<WordId> text = read_text(opened, request.text, unknown);
  if (unknown > 0) {
    session.note(fmt::format("{}: {} of {} words are not in the vocabulary of the model",
                             request.text.string(), format_count(unknown),
                             format_count(static_cast<std::int64_t>(text.size()))));
  }
  require_window(request, text.size());
  return std::visit(
      [&](const auto& model) { return run_pass(model, opened, request, text, session, team); },
      opened.model);
}

}  // namespace stategrad::cli
