// SPDX-License-Identifier: MIT
#include "cli/analysis_results.h"

#include <fmt/format.h>

#include <cmath>

#include "analysis/whitening.h"
#include "report/evaluate.h"
#include "report/key_delays.h"
#include "report/model_angles.h"
#include "report/page.h"
#include "report/probe_results.h"
#include "report/reproduce_results.h"
#include "report/write_results.h"
#include "sinks/statistics_file.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;

io::Cell cell_of(double value) {
  io::Cell cell;
  if (std::isfinite(value)) cell = value;
  return cell;
}

/// The key delays: the files have all.
io::Table table_of(const report::Results& results) {
  io::Table table({"state", "layer", "class", "delay", "count", "leading", "error", "noise",
                   "mean_norm", "kept_by_mean"});
  for (const report::StateResult& state : results.states) {
    for (const report::ClassResult& of_class : state.classes) {
      for (const report::DelayResult& delay : of_class.delays) {
        if (!report::is_key_delay(delay.delay)) continue;
        table.add({std::string(to_string(state.state.state)), std::int64_t{state.state.layer},
                   of_class.name, std::int64_t{delay.delay}, delay.count,
                   cell_of(delay.raw.largest.value), cell_of(delay.raw.largest.error),
                   cell_of(delay.raw.noise.largest), cell_of(delay.mean_norm.value),
                   cell_of(delay.sampled > 0 ? delay.kept_by_mean.value : std::nan(""))});
      }
    }
  }
  return table;
}

/// The probe.json of the folder; null if there is none, or if it is of something else.
report::Json probe_of_same_model(const fs::path& directory, const sinks::RunDescription& run,
                                 const Session& session) {
  report::Json probe = report::read_probe_json(directory);
  if (probe.is_null()) return probe;
  const report::Json& settings = probe.at("settings");
  if (settings.value("model_fingerprint", "") == run.provenance.model_fingerprint &&
      settings.value("text_fingerprint", "") == run.text_fingerprint) {
    return probe;
  }
  session.warn(fmt::format("{} is of another model or text: it is left out of the results",
                           (directory / report::kProbeFileName).string()));
  return nullptr;
}

/// By which analysis.json knows its statistics.h5.
report::Json fingerprints_of(const sinks::RunDescription& run) {
  return {{"model", run.provenance.model_fingerprint}, {"text", run.text_fingerprint}};
}

void compare_with_others(const sinks::ClassStatistics& head, report::EvaluateOptions options,
                         const Session& session, ThreadTeam& team, report::Results& results) {
  for (const std::string& other : options.choices.others) {
    const sinks::ClassStatisticsReader reader(fs::path(other) / sinks::kStatisticsFileName);
    const auto progress =
        session.make_progress("angles to " + other, "classes", report::evaluations(reader.head()));
    if (progress) options.on_progress = [&](std::int64_t done) { progress->update(done); };
    report::compare_models(head, other, options, team, results);
    const std::string& failure = results.others.back().failure;
    if (!failure.empty()) session.warn(fmt::format("no angles to {}: {}", other, failure));
  }
}

}  // namespace

void write_origin(const fs::path& directory, const report::Reproduce& reproduce,
                  const report::Json& training) {
  const sinks::ClassStatisticsReader reader(directory / sinks::kStatisticsFileName);
  report::write_analysis_json(directory, reproduce, fingerprints_of(reader.head().run), training);
}

void merge_origins(const std::vector<fs::path>& files, const fs::path& directory,
                   report::Reproduce reproduce) {
  std::vector<std::string> commands;
  report::Json training;
  for (const fs::path& file : files) {
    const sinks::ClassStatisticsReader reader(file);
    const report::Json origin =
        report::read_analysis_json(file.parent_path(), fingerprints_of(reader.head().run));
    if (origin.is_null()) continue;
    for (const report::Json& command : origin.at("reproduce").at("commands")) {
      commands.push_back(command.get<std::string>());
    }
    if (training.is_null()) training = origin.at("training");
  }
  commands.insert(commands.end(), reproduce.commands.begin(), reproduce.commands.end());
  reproduce.commands = std::move(commands);
  write_origin(directory, reproduce, training);
}

void write_analysis_results(const fs::path& directory, const report::EvaluationChoices& choices,
                            const Session& session, ThreadTeam& team) {
  const sinks::ClassStatisticsReader reader(directory / sinks::kStatisticsFileName);
  const sinks::ClassStatistics& head = reader.head();
  report::check(choices, head.classes.names, head.run.architecture, head.vocabulary);
  report::EvaluateOptions options{.spectrum = {}, .choices = choices, .on_progress = {}};
  options.spectrum.seed = session.seed.value_or(1);
  report::Results results = [&] {
    const auto progress = session.make_progress("spectra", "classes", report::evaluations(head));
    if (progress) options.on_progress = [&](std::int64_t done) { progress->update(done); };
    return report::evaluate(reader, options, team);
  }();
  compare_with_others(head, options, session, team, results);
  report::write_results(directory, results, head, probe_of_same_model(directory, head.run, session),
                        report::read_analysis_json(directory, fingerprints_of(head.run)));
  if (!results.whitening_failure.empty()) {
    session.warn(fmt::format("no normalised measures, differences or angles: {}",
                             results.whitening_failure));
  } else if (results.condition > analysis::kLargestCondition) {
    session.warn(
        fmt::format("the embeddings are far from round: condition number {:.3g} of the "
                    "whitening, normalised measures may lose digits",
                    results.condition));
  }
  if (!report::has_page()) {
    session.note("no report.html: this program was built without node and npm");
  }
  session.print(table_of(results));
}

}  // namespace stategrad::cli
