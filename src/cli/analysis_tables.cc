// SPDX-License-Identifier: MIT
#include "cli/analysis_tables.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "gradient/gate_logs.h"
#include "model/parameters.h"
#include "sinks/linear_validity.h"

namespace stategrad::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// [S, E], over the sources of the shard.
std::vector<double> embedding_sums(const std::vector<double>& embedding, const AnalysisPlan& plan,
                                   const AnalysisRequest& request) {
  const auto width = static_cast<std::size_t>(plan.run.architecture.embedding_size);
  const auto& signature = plan.classes.signature;
  std::vector<double> sums(plan.classes.signatures.size() * width);
  const auto [first, last] = sources_of(request.shard, std::ssize(plan.run.text));
  for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
    const std::size_t to = signature.empty() ? 0 : static_cast<std::size_t>(signature[i]) * width;
    const std::size_t from = static_cast<std::size_t>(plan.run.text[i]) * width;
    for (std::size_t e = 0; e < width; ++e) sums[to + e] += embedding[from + e];
  }
  return sums;
}

template <class Real>
gradient::GateLogs gate_logs(const LanguageModel<Real>& model, const AnalysisPlan& plan,
                             const AnalysisRequest& request, const Session& session,
                             ThreadTeam& team) {
  const auto [first, last] = sources_of(request.shard, std::ssize(plan.run.text));
  gradient::GateLogsOptions options{.blocks = request.blocks,
                                    .first = first,
                                    .last = last,
                                    .stop = session.stop,
                                    .on_progress = {}};
  const auto progress = session.make_progress("gates", "words", last);
  if (progress) options.on_progress = [&](std::int64_t done) { progress->update(done); };
  return gradient::sum_gate_logs(model, plan.run.text, options, team);
}

template <class Real>
double seconds_of_gates(const LanguageModel<Real>& model, const AnalysisPlan& plan,
                        const AnalysisRequest& request, ThreadTeam& team) {
  constexpr std::int64_t kWords = 512;
  const std::int64_t last = sources_of(request.shard, std::ssize(plan.run.text)).second;
  const std::int64_t words = std::min(kWords, last);
  const auto start = Clock::now();
  static_cast<void>(gradient::sum_gate_logs(
      model, plan.run.text.first(static_cast<std::size_t>(words)), {}, team));
  return seconds_since(start) * static_cast<double>(last) / static_cast<double>(words);
}

/// Nothing where none was asked for, or nothing can be replaced.
template <class Real>
std::optional<sinks::ValidityStatistics> validity(const LanguageModel<Real>& model,
                                                  const AnalysisPlan& plan,
                                                  const AnalysisRequest& request,
                                                  const Session& session, ThreadTeam& team) {
  if (request.validity_sample == 0) return std::nullopt;
  if (std::ssize(plan.run.text) < plan.run.max_delay) {
    session.note("no linear validity: the text has fewer words than there are delays");
    return std::nullopt;
  }
  const auto& replacements = plan.replaced.replacements;
  if (replacements.empty() && request.shard.of == 1) {
    session.note("no linear validity: no word of its sample has another word of its classes");
  }
  sinks::ValidityStatistics out{
      .asked = request.validity_sample, .sample = plan.replaced, .signatures = {}, .states = {}};
  for (const sinks::Replacement& replacement : replacements) {
    const auto& signature = plan.classes.signature;
    out.signatures.push_back(
        signature.empty() ? 0 : signature[static_cast<std::size_t>(replacement.position)]);
  }
  sinks::ValidityOptions options{.states = plan.run.states,
                                 .max_delay = plan.run.max_delay,
                                 .stop = session.stop,
                                 .on_progress = {}};
  const std::int64_t words =
      replacements.empty() ? 0 : replacements.back().position + options.max_delay;
  const auto progress = session.make_progress("linear validity", "words", words);
  if (progress) options.on_progress = [&](std::int64_t done) { progress->update(done); };
  out.states = sinks::linear_validity(model.template as<double>(), plan.run.text, replacements,
                                      options, team);
  return out;
}

/// From the first samples, which stand as close as all of them, without the words before them.
template <class Real>
double seconds_of_validity(const LanguageModel<Real>& model, const AnalysisPlan& plan,
                           ThreadTeam& team) {
  constexpr std::ptrdiff_t kSamples = 8;
  const auto& all = plan.replaced.replacements;
  if (all.empty()) return 0;
  const std::int64_t begin = all.front().position;
  std::vector<sinks::Replacement> few(all.begin(),
                                      all.begin() + std::min(std::ssize(all), kSamples));
  for (sinks::Replacement& replacement : few) replacement.position -= begin;
  const LanguageModel<double> wide = model.template as<double>();
  const auto start = Clock::now();
  static_cast<void>(sinks::linear_validity(
      wide, plan.run.text.subspan(static_cast<std::size_t>(begin)), few,
      {.states = plan.run.states, .max_delay = plan.run.max_delay, .on_progress = {}}, team));
  return seconds_since(start) * static_cast<double>(all.size()) / static_cast<double>(few.size());
}

}  // namespace

template <class Real>
sinks::ModelTables analysis_tables(const LanguageModel<Real>& model, const AnalysisPlan& plan,
                                   const AnalysisRequest& request, const Session& session,
                                   ThreadTeam& team) {
  const auto& embedding = model.parameters().embedding;
  sinks::ModelTables tables{
      std::vector<double>(embedding.begin(), embedding.end()), model.vocabulary().words(), {}};
  tables.embedding_sum = embedding_sums(tables.embedding, plan, request);
  if (gradient::has_keeping_gate(plan.run.architecture)) {
    tables.gates = gate_logs(model, plan, request, session, team);
  }
  tables.validity = validity(model, plan, request, session, team);
  return tables;
}

template <class Real>
double seconds_of_tables(const LanguageModel<Real>& model, const AnalysisPlan& plan,
                         const AnalysisRequest& request, ThreadTeam& team) {
  double seconds = seconds_of_validity(model, plan, team);
  if (gradient::has_keeping_gate(plan.run.architecture)) {
    seconds += seconds_of_gates(model, plan, request, team);
  }
  return seconds;
}

template sinks::ModelTables analysis_tables(const LanguageModel<float>&, const AnalysisPlan&,
                                            const AnalysisRequest&, const Session&, ThreadTeam&);
template sinks::ModelTables analysis_tables(const LanguageModel<double>&, const AnalysisPlan&,
                                            const AnalysisRequest&, const Session&, ThreadTeam&);
template double seconds_of_tables(const LanguageModel<float>&, const AnalysisPlan&,
                                  const AnalysisRequest&, ThreadTeam&);
template double seconds_of_tables(const LanguageModel<double>&, const AnalysisPlan&,
                                  const AnalysisRequest&, ThreadTeam&);

}  // namespace stategrad::cli
