// SPDX-License-Identifier: MIT
#include "cli/analysis_pass.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <system_error>
#include <vector>

#include "analysis/spectrum.h"
#include "base/text_format.h"
#include "base/writable_folder.h"
#include "gradient/source_sample.h"
#include "model/parameters.h"
#include "sinks/class_merge.h"
#include "sinks/class_sums.h"
#include "sinks/statistics_file.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double leading_value(const GradientBlock& block) {
  const auto numbers = static_cast<std::size_t>(block.rows) * static_cast<std::size_t>(block.size);
  const std::vector<double> values = std::visit(
      [&](const auto* from) { return std::vector<double>(from, from + numbers); }, block.values);
  return analysis::leading_singular_value(values, block.rows, block.size);
}

/// @param signature of every position of the text; empty: the first
/// @param sources [first, last) of this shard
template <class Real>
sinks::ModelTables tables_of(const LanguageModel<Real>& model, std::span<const WordId> text,
                             const sinks::ClassScheme& classes,
                             std::span<const std::int32_t> signature,
                             std::pair<std::int64_t, std::int64_t> sources) {
  const auto& embedding = model.parameters().embedding;
  sinks::ModelTables tables{
      std::vector<double>(embedding.begin(), embedding.end()), model.vocabulary().words(), {}};
  const std::size_t width = embedding.size() / tables.vocabulary.size();
  tables.embedding_sum.resize(classes.signatures.size() * width);
  for (auto i = static_cast<std::size_t>(sources.first);
       i < static_cast<std::size_t>(sources.second); ++i) {
    const std::size_t to = signature.empty() ? 0 : static_cast<std::size_t>(signature[i]) * width;
    const std::size_t from = static_cast<std::size_t>(text[i]) * width;
    for (std::size_t e = 0; e < width; ++e) {
      tables.embedding_sum[to + e] += tables.embedding[from + e];
    }
  }
  return tables;
}

/// What the parts must be of.
sinks::ClassStatistics expected(const GradientRun& run, const OpenedModel& opened,
                                const AnalysisRequest& request) {
  sinks::ClassStatistics statistics;
  statistics.run = sinks::describe_run(
      run, {.model = opened.directory.string(),
            .model_fingerprint = sinks::fingerprint_of_file(opened.weights_file),
            .text = request.text.string(),
            .dtype = opened.description.dtype,
            .basis = {}});
  statistics.blocks = request.blocks;
  statistics.classes.signatures = {{}};
  return statistics;
}

/// The sources of a shard block by block; blocks without any are left out.
struct BlockSources {
  int block = 0;
  std::vector<std::int64_t> sources;
};
std::vector<BlockSources> blocks_of(const AnalysisRequest& request, std::int64_t words) {
  const auto [first, last] = sources_of(request.shard, words);
  std::vector<BlockSources> blocks;
  for (std::int64_t source = first; source < last; ++source) {
    const int block = sinks::block_of(source, words, request.blocks);
    if (blocks.empty() || blocks.back().block != block) blocks.push_back({block, {}});
    blocks.back().sources.push_back(source);
  }
  return blocks;
}

/// Whether an earlier run has finished this block.
/// @throws DataError if the part is of another analysis
bool is_done(const fs::path& parts, const BlockSources& block,
             const sinks::ClassStatistics& wanted) {
  const fs::path file = sinks::part_file(parts, block.block);
  if (!fs::exists(file)) return false;
  const sinks::ClassStatisticsReader reader(file, true);
  if (!sinks::same_analysis(reader.head(), wanted) || reader.head().run.sources != block.sources) {
    throw DataError(file.string(), "",
                    "of an unfinished analysis of another model, text or choice of states, delays, "
                    "blocks, classes or shard: give --overwrite to begin anew");
  }
  return true;
}

void prepare_folder(const AnalysisRequest& request, const fs::path& parts) {
  require_writable_folder(request.output, "for the results");
  const fs::path file = request.output / sinks::kStatisticsFileName;
  if (!request.overwrite && fs::exists(file)) {
    throw DataError(file.string(), "", "exists already: give --overwrite to replace it");
  }
  if (request.overwrite) fs::remove_all(parts);
}

template <class Real>
AnalysisSummary run_pass(const LanguageModel<Real>& model, const OpenedModel& opened,
                         const AnalysisRequest& request, std::span<const WordId> text,
                         const Session& session, ThreadTeam& team) {
  const auto start = Clock::now();
  const fs::path parts = request.output / "parts";
  const GradientRun run = plan_state_gradients(model, text, request.options);
  const std::int64_t words = std::ssize(text);
  const sinks::ClassStatistics wanted = expected(run, opened, request);
  prepare_folder(request, parts);
  AnalysisSummary summary{.file = request.output / sinks::kStatisticsFileName, .words = words};
  GradientOptions options = request.options;
  std::vector<fs::path> files;
  for (const BlockSources& block : blocks_of(request, words)) {
    files.push_back(sinks::part_file(parts, block.block));
    const std::int64_t count = std::ssize(block.sources);
    summary.positions += count;
    if (is_done(parts, block, wanted)) {
      summary.continued += count;
    } else {
      options.sources.insert(options.sources.end(), block.sources.begin(), block.sources.end());
    }
  }
  if (summary.continued > 0) {
    session.note(fmt::format("going on with an interrupted analysis: {} of {} positions are done",
                             format_count(summary.continued), format_count(summary.positions)));
  }
  if (!options.sources.empty()) {
    const std::int64_t end = std::min(words, options.sources.back() + options.max_delay);
    sinks::ClassSumsOptions sums{.directory = parts,
                                 .run = wanted.run,
                                 .blocks = request.blocks,
                                 .classes = wanted.classes,
                                 .signature = {},
                                 .sample = {},
                                 .leading = leading_value};
    if (request.sample > 0) {
      sums.sample =
          gradient::stratified_sources(words, std::min(request.sample, words), request.seed);
    }
    sinks::ClassSums sink(std::move(sums));
    const auto progress = session.make_progress("state gradients", "words", end);
    if (progress) options.on_progress = [&](std::int64_t done) { progress->update(done); };
    options.stop = session.stop;
    compute_state_gradients(model, text.first(static_cast<std::size_t>(end)), options, sink, team);
  }
  const auto progress =
      session.make_progress("sums by class", "combinations",
                            std::ssize(wanted.classes.signatures) * std::ssize(wanted.run.states));
  const sinks::ModelTables tables =
      tables_of(model, text, wanted.classes, {}, sources_of(request.shard, words));
  sinks::merge_class_statistics(files, true, &tables, summary.file, [&](std::int64_t done) {
    if (progress) progress->update(done);
  });
  fs::remove_all(parts);
  summary.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return summary;
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
  std::int64_t unknown = 0;
  const std::vector<WordId> text = read_text(opened, request.text, unknown);
  if (unknown > 0) {
    session.note(fmt::format("{}: {} of {} words are not in the vocabulary of the model",
                             request.text.string(), format_count(unknown),
                             format_count(std::ssize(text))));
  }
  return std::visit(
      [&](const auto& model) { return run_pass(model, opened, request, text, session, team); },
      opened.model);
}

}  // namespace stategrad::cli
