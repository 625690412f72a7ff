// SPDX-License-Identifier: MIT
#include "cli/analysis_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "base/memory.h"
#include "base/text_format.h"
#include "base/writable_folder.h"
#include "gradient/memory.h"
#include "model/parameters.h"
#include "report/probe_results.h"
#include "report/reproduce_results.h"
#include "sinks/class_merge.h"
#include "sinks/class_sums.h"
#include "sinks/statistics_file.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;

sinks::ClassStatistics wanted_of(const GradientRun& run, const text::TokenClasses& classes,
                                 const OpenedModel& opened, const AnalysisRequest& request) {
  sinks::ClassStatistics wanted;
  wanted.run = sinks::describe_run(run, provenance_of(opened, request.text));
  wanted.blocks = request.blocks;
  wanted.used = request.used;
  wanted.classes = {classes.names, classes.groups, classes.signatures};
  return wanted;
}

/// A folder of other things stays as it is; one of a probe or of an interrupted analysis is taken.
void require_results_folder(const fs::path& folder) {
  std::error_code not_there;
  if (!fs::is_directory(folder, not_there) || fs::is_empty(folder, not_there)) return;
  for (const char* name : {kParts, "weights", "probe.csv", report::kProbeFileName,
                           sinks::kStatisticsFileName, report::kAnalysisFileName}) {
    if (fs::exists(folder / name, not_there)) return;
  }
  throw DataError(folder.string(), "",
                  "is not empty and holds no analysis: take another folder, or --overwrite to add "
                  "the results to what is there");
}

/// The words of the shard that are replaced; none if the text is shorter than the delays.
sinks::ReplacementSample replaced_words(const AnalysisRequest& request, const AnalysisPlan& plan) {
  const std::int64_t words = std::ssize(plan.run.text);
  if (request.validity_sample == 0 || words < plan.run.max_delay) return {};
  const auto [first, last] = sources_of(request.shard, words);
  return sinks::draw_replacements(plan.run.text, {.max_delay = plan.run.max_delay,
                                                  .samples = request.validity_sample,
                                                  .seed = request.seed,
                                                  .signature = plan.classes.signature})
      .within(first, last);
}

/// Bytes for linear validity, with the model in float64 where it is not kept in it.
template <class Real>
std::uint64_t validity_bytes(const LanguageModel<Real>& model, const AnalysisPlan& plan,
                             int threads) {
  const auto& replacements = plan.replaced.replacements;
  if (replacements.empty()) return 0;
  std::uint64_t weights = 0;
  if constexpr (!std::is_same_v<Real, double>) {
    for (const auto& tensor : named_tensors(model.parameters())) weights += tensor.values.size();
  }
  return sinks::linear_validity_bytes(plan.run, replacements, threads) + weights * sizeof(double);
}

/// @param after bytes of what is computed behind the pass
void plan_resources(const AnalysisRequest& request, DType dtype, int threads, std::uint64_t after,
                    AnalysisPlan& plan) {
  const sinks::RunDescription& run = plan.wanted.run;
  const std::size_t signatures = plan.classes.signatures.size();
  const std::uint64_t sentences = sentence_bytes(
      plan_sentences(request.sentences, plan.run,
                     {.shard = sources_of(request.shard, std::ssize(plan.run.text)), .sources = {}},
                     request.seed),
      plan.run);
  const double block = 8.0 * run.max_delay * run.rows * run.architecture.size;
  std::uint64_t sums = sentences + sinks::class_sums_bytes(run, request.blocks, signatures);
  GradientRun carried = plan.run;
  if (request.used) {
    sinks::UsedSumsShape shape = sinks::used_shape(plan.wanted);
    shape.blocks = static_cast<int>(sinks::blocks_at_once(run, request.blocks));
    sums += sinks::used_sums_bytes(shape);
    carried.states = gradient::with_top_hidden(std::move(carried.states), run.architecture);
  }
  // At the end: the sums of a signature and those of everything in all blocks, and a piece.
  auto at_end = static_cast<std::uint64_t>(block * (2.0 * request.blocks + 1));
  if (request.used) at_end += 2 * sinks::used_sums_bytes(sinks::used_shape(plan.wanted));
  plan.memory = std::max<std::uint64_t>(
      peak_memory(),
      resident_memory() +
          std::max({at_end, after, gradient::engine_bytes(carried, dtype, threads) + sums}));
  // The parts, and the file with its totals.
  const double copies = 2.0 * static_cast<double>(signatures) + (signatures > 1 ? 1 : 0);
  plan.disk = static_cast<std::uint64_t>(
      std::min(copies * block * request.blocks * static_cast<double>(run.states.size()), 1e18));
  plan.disk += sentences;
  if (request.used) plan.disk += 2 * sinks::used_sums_bytes(sinks::used_shape(plan.wanted));
  if (request.memory_limit && plan.memory > *request.memory_limit) {
    throw ResourceError(fmt::format(
        "--memory-limit {}: the pass takes {}, of which {} are sums of {} classes in {} "
        "combinations: raise the limit, or take fewer classes or delays",
        format_bytes(*request.memory_limit), format_bytes(plan.memory), format_bytes(sums),
        plan.classes.names.size(), signatures));
  }
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
                    "blocks, classes, sums or shard: give --overwrite to begin anew");
  }
  return true;
}

}  // namespace

template <class Real>
AnalysisPlan plan_analysis(const LanguageModel<Real>& model, std::span<const WordId> text,
                           const OpenedModel& opened, const AnalysisRequest& request, int threads) {
  AnalysisPlan plan;
  plan.run = plan_state_gradients(model, text, request.options);
  plan.classes.signatures = {{}};
  if (!request.classes.empty()) {
    plan.classes = text::classify_tokens(request.classes,
                                         {.ids = text,
                                          .vocabulary = &model.vocabulary(),
                                          .rules = text::text_rules(opened.config, request.text),
                                          .file = request.text});
  }
  static_cast<void>(sources_of(request.shard, std::ssize(text)));
  plan.replaced = replaced_words(request, plan);
  report::check(request.choices, plan.classes.names, plan.run.architecture,
                opened.vocabulary().words());
  plan.wanted = wanted_of(plan.run, plan.classes, opened, request);
  if (!request.overwrite) require_results_folder(request.output);
  require_writable_folder(request.output, "for the results");
  const fs::path file = request.output / sinks::kStatisticsFileName;
  if (!request.overwrite && fs::exists(file)) {
    throw DataError(file.string(), "", "exists already: give --overwrite to replace it");
  }
  constexpr DType kType = std::is_same_v<Real, double> ? DType::kFloat64 : DType::kFloat32;
  plan_resources(request, kType, threads, validity_bytes(model, plan, threads), plan);
  return plan;
}

AnalysisWork find_work(const AnalysisPlan& plan, const AnalysisRequest& request,
                       const fs::path& parts) {
  AnalysisWork work;
  for (const BlockSources& block : blocks_of(request, std::ssize(plan.run.text))) {
    work.parts.push_back(sinks::part_file(parts, block.block));
    const std::int64_t count = std::ssize(block.sources);
    work.positions += count;
    if (is_done(parts, block, plan.wanted)) {
      work.done += count;
    } else {
      work.sources.insert(work.sources.end(), block.sources.begin(), block.sources.end());
    }
  }
  return work;
}

template AnalysisPlan plan_analysis(const LanguageModel<float>&, std::span<const WordId>,
                                    const OpenedModel&, const AnalysisRequest&, int);
template AnalysisPlan plan_analysis(const LanguageModel<double>&, std::span<const WordId>,
                                    const OpenedModel&, const AnalysisRequest&, int);

}  // namespace stategrad::cli
