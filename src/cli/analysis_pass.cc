// SPDX-License-Identifier: MIT
#include "cli/analysis_pass.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <numeric>
#include <system_error>
#include <vector>

#include "analysis/spectrum.h"
#include "base/text_format.h"
#include "cli/analysis_plan.h"
#include "cli/analysis_tables.h"
#include "cli/gradient_pass.h"
#include "cli/probe_pass.h"
#include "gradient/prediction_gradients.h"
#include "gradient/source_sample.h"
#include "gradient/used_gradients.h"
#include "sinks/class_merge.h"
#include "sinks/class_sums.h"
#include "sinks/forecast.h"
#include "sinks/sentence_norms.h"
#include "sinks/statistics_file.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// The folder of finished blocks, below that of the results.

double leading_value(const GradientBlock& block) {
  const auto numbers = static_cast<std::size_t>(block.rows) * static_cast<std::size_t>(block.size);
  const std::vector<double> values = std::visit(
      [&](const auto* from) { return std::vector<double>(from, from + numbers); }, block.values);
  return analysis::leading_singular_value(values, block.rows, block.size);
}

template <class Real>
void sum_up(const LanguageModel<Real>& model, const AnalysisPlan& plan,
            const AnalysisRequest& request, AnalysisWork& work, const Session& session,
            ThreadTeam& team) {
  GradientOptions options = request.options;
  options.sources = std::move(work.sources);
  const std::int64_t words = std::ssize(plan.run.text);
  const std::int64_t end = std::min(words, options.sources.back() + options.max_delay);
  sinks::ClassSumsOptions sums{.directory = request.output / kParts,
                               .run = plan.wanted.run,
                               .blocks = request.blocks,
                               .classes = plan.wanted.classes,
                               .signature = plan.classes.signature,
                               .sample = {},
                               .leading = leading_value,
                               .used = request.used};
  if (request.sample > 0) {
    sums.sample =
        gradient::stratified_sources(words, std::min(request.sample, words), request.seed);
  }
  sinks::ClassSums class_sums(std::move(sums));
  sinks::SentenceSink sink(work.sentences.in_pass, &class_sums);
  const auto progress = session.make_progress("state gradients", "words", end);
  if (progress) options.on_progress = [&](std::int64_t done) { progress->update(done); };
  options.stop = session.stop;
  const std::span<const WordId> text = plan.run.text.first(static_cast<std::size_t>(end));
  if (!request.used) {
    compute_state_gradients(model, text, options, sink, team);
    return;
  }
  gradient::ReadWords read{.words = text};
  if (end < words) read.next = plan.run.text[static_cast<std::size_t>(end)];
  gradient::compute_stored_and_used(
      model, read, options,
      {.stored = &sink,
       .used = [&](const gradient::UsedGradient& used) { class_sums.add_used(used); }},
      team);
}

/// The probe that belongs to an analysis.
std::optional<ProbeRequest> probe_of(const AnalysisRequest& request, const AnalysisPlan& plan) {
  if (request.probe_sample == 0 || request.shard.of > 1 || plan.classes.names.empty()) {
    return std::nullopt;
  }
  ProbeRequest probe{.text = request.text,
                     .output = request.output,
                     .states = plan.run.states,
                     .delays = {},
                     .sample = request.probe_sample,
                     .blocks = std::max(request.blocks, analysis::kProbeFolds),
                     .seed = request.seed,
                     .memory_limit = request.memory_limit};
  std::copy_if(request.probe_delays.begin(), request.probe_delays.end(),
               std::back_inserter(probe.delays),
               [&](int delay) { return delay < request.options.max_delay; });
  return probe;
}

template <class Real>
AnalysisSummary run_pass(const LanguageModel<Real>& model, const OpenedModel& opened,
                         const AnalysisRequest& request, std::span<const WordId> text,
                         const Session& session, ThreadTeam& team) {
  const auto start = Clock::now();
  const AnalysisPlan plan = plan_analysis(model, text, opened, request, team.size());
  const fs::path parts = request.output / kParts;
  if (request.overwrite) {
    fs::remove_all(parts);
    report::remove_probe_results(request.output);
  }
  AnalysisWork work = find_work(plan, request, parts);
  if (work.done > 0) {
    session.note(fmt::format("going on with an interrupted analysis: {} of {} positions are done",
                             format_count(work.done), format_count(work.positions)));
  } else {
    sinks::require_space({.files = 1, .bytes = plan.disk, .upper_bound = true}, request.output);
  }
  if (const auto probe = probe_of(request, plan)) {
    run_probes({&opened, text, &plan.classes}, *probe, session, team);
  }
  const auto shard = sources_of(request.shard, std::ssize(text));
  work.sentences = plan_sentences(request.sentences, plan.run,
                                  {.shard = shard, .sources = work.sources}, request.seed);
  if (!work.sources.empty()) sum_up(model, plan, request, work, session, team);
  sinks::ModelTables tables = analysis_tables(model, plan, request, session, team);
  tables.sentences =
      finish_sentences(model, plan.run, request.options, std::move(work.sentences), session, team);
  const auto progress =
      session.make_progress("sums by class", "combinations",
                            std::ssize(plan.classes.signatures) * std::ssize(plan.run.states));
  const std::int64_t words = std::ssize(text);
  const fs::path file = request.output / sinks::kStatisticsFileName;
  sinks::merge_class_statistics(work.parts, true, &tables, file, [&](std::int64_t done) {
    if (progress) progress->update(done);
  });
  fs::remove_all(parts);
  return {.file = file,
          .words = words,
          .positions = work.positions,
          .continued = work.done,
          .classes = plan.classes.names.size(),
          .seconds = std::chrono::duration<double>(Clock::now() - start).count()};
}

/// Seconds for the single state gradients of the sample.
double seconds_of_sample(const GradientRun& run, std::int64_t sample) {
  if (sample == 0) return 0;
  const std::vector<float> values(
      static_cast<std::size_t>(run.rows) * static_cast<std::size_t>(run.architecture.size), 1.0F);
  const auto start = Clock::now();
  static_cast<void>(leading_value(
      {.key = {}, .rows = run.rows, .size = run.architecture.size, .values = values.data()}));
  return std::chrono::duration<double>(Clock::now() - start).count() * static_cast<double>(sample) *
         run.max_delay * static_cast<double>(run.states.size());
}

/// Seconds of a word's prediction gradient, from the first words of the text.
template <class Real>
double seconds_of_prediction(const LanguageModel<Real>& model, std::span<const WordId> text,
                             ThreadTeam& team) {
  constexpr std::size_t kWords = 128;
  const std::span<const WordId> part = text.first(std::min(kWords, text.size()));
  gradient::PredictionGradients<Real> predictions(model, part, team);
  const auto start = Clock::now();
  predictions.advance(std::ssize(part), [](std::int64_t) { return true; });
  return std::chrono::duration<double>(Clock::now() - start).count() /
         static_cast<double>(part.size());
}

template <class Real>
std::vector<StepForecast> forecast(const LanguageModel<Real>& model, const OpenedModel& opened,
                                   const AnalysisRequest& request, std::span<const WordId> text,
                                   const Session& session, ThreadTeam& team) {
  const AnalysisPlan plan = plan_analysis(model, text, opened, request, team.size());
  PassRequest pass{.text = request.text,
                   .formats = {sinks::OutputFormat::kStatistics},
                   .output = request.output,
                   .overwrite = true,
                   .options = request.options,
                   .blocks = request.blocks};
  if (request.used) {
    pass.options.states = gradient::with_top_hidden(plan.run.states, plan.run.architecture);
  }
  const std::int64_t words = std::ssize(text);
  const auto [first, last] = sources_of(request.shard, words);
  if (request.shard.of > 1) {
    pass.options.sources.resize(static_cast<std::size_t>(last - first));
    std::iota(pass.options.sources.begin(), pass.options.sources.end(), first);
  }
  Session silent = session;  // what that pass would write is not what this one does
  silent.quiet = true;
  StepForecast step = forecast_gradient_pass(opened, pass, silent, team);
  step.step = "analyze";
  std::vector<std::int64_t> sources(static_cast<std::size_t>(last - first));
  std::iota(sources.begin(), sources.end(), first);
  const SentencePlan sentences = plan_sentences(
      request.sentences, plan.run, {.shard = {first, last}, .sources = sources}, request.seed);
  step.seconds *= 1 + rows_to_finish(sentences, plan.run.max_delay) /
                          (static_cast<double>(last - first) * plan.run.max_delay);
  step.seconds += seconds_of_tables(model, plan, request, team);
  step.seconds += seconds_of_sample(plan.run, std::min(request.sample, words)) /
                  static_cast<double>(request.shard.of);
  if (request.used) {
    step.seconds += seconds_of_prediction(model, text, team) * static_cast<double>(step.words);
  }
  step.memory = plan.memory;
  step.disk = plan.disk;
  step.disk_at_most = true;
  step.files = 1;
  if (!plan.classes.names.empty()) {
    session.note(fmt::format("{} classes in {} combinations", plan.classes.names.size(),
                             plan.classes.signatures.size()));
  }
  std::vector<StepForecast> steps = {std::move(step)};
  if (const auto probe = probe_of(request, plan)) {
    steps.insert(steps.begin(), forecast_probes({&opened, text, &plan.classes}, *probe, team));
  }
  return steps;
}

}  // namespace

Shard parse_shard(const std::string& text) {
  Shard shard;
  const char* end = text.data() + text.size();
  const auto number = std::from_chars(text.data(), end, shard.number);
  if (number.ec == std::errc{} && number.ptr != end && *number.ptr == '/') {
    const auto of = std::from_chars(number.ptr + 1, end, shard.of);
    if (of.ec == std::errc{} && of.ptr == end && 1 <= shard.number && shard.number <= shard.of) {
      return shard;
    }
  }
  throw UsageError(fmt::format("--shard '{}': give i/n with 1 <= i <= n, such as 2/5", text));
}

std::pair<std::int64_t, std::int64_t> sources_of(const Shard& shard, std::int64_t words) {
  if (shard.of > words) {
    throw UsageError(
        fmt::format("--shard {}/{}: the text has {} words only", shard.number, shard.of, words));
  }
  return {words * (shard.number - 1) / shard.of, words * shard.number / shard.of};
}

AnalysisSummary run_analysis_pass(const OpenedModel& opened, const AnalysisRequest& request,
                                  const Session& session, ThreadTeam& team) {
  const std::vector<WordId> text = read_text(opened, request.text, session);
  return std::visit(
      [&](const auto& model) { return run_pass(model, opened, request, text, session, team); },
      opened.model);
}

std::vector<StepForecast> forecast_analysis_pass(const OpenedModel& opened,
                                                 const AnalysisRequest& request,
                                                 const Session& session, ThreadTeam& team) {
  const std::vector<WordId> text = read_text(opened, request.text, session);
  return std::visit(
      [&](const auto& model) { return forecast(model, opened, request, text, session, team); },
      opened.model);
}

}  // namespace stategrad::cli
