// SPDX-License-Identifier: MIT
#include "cli/until_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <vector>

#include "analysis/spectrum.h"
#include "base/atomic_file.h"
#include "base/text_format.h"
#include "gradient/source_sample.h"

namespace stategrad::cli {
namespace {

/// Positions of each block in the first round: with fewer the error itself is too uncertain.
constexpr std::int64_t kFirstPerBlock = 32;

template <class Real>
std::vector<std::vector<std::int64_t>> rounds_of(const LanguageModel<Real>& model,
                                                 std::span<const WordId> text,
                                                 const UntilErrorRequest& request) {
  std::vector<std::int64_t> sources = request.options.sources;
  if (sources.empty()) {
    const GradientRun run = plan_state_gradients(model, text, request.options);
    sources.resize(run.windowed ? static_cast<std::size_t>(run.num_windows * run.num_steps)
                                : text.size());
    std::iota(sources.begin(), sources.end(), 0);
  }
  return gradient::split_into_rounds(sources, kFirstPerBlock * request.blocks, request.seed);
}

template <class Real>
void add_round(const LanguageModel<Real>& model, std::span<const WordId> text,
               GradientOptions options, sinks::StatisticsSums& sums, const Session& session,
               ThreadTeam& team) {
  const auto progress = session.make_progress(
      fmt::format("state gradients of {} positions", format_count(std::ssize(options.sources))),
      "words", std::ssize(text));
  if (progress) options.on_progress = [&](std::int64_t done) { progress->update(done); };
  compute_state_gradients(model, text, options, sums, team);
}

std::int64_t counted(const sinks::Statistics& statistics) {
  std::int64_t count = 0;
  for (const auto& state : statistics.states) {
    count = std::accumulate(state.count.begin(), state.count.end(), count);
  }
  return count;
}

}  // namespace

double largest_error_percent(const sinks::Statistics& statistics) {
  const auto blocks = static_cast<std::size_t>(statistics.blocks);
  const int rows = statistics.run.rows;
  const int size = statistics.run.architecture.size;
  double largest = 0;
  std::vector<analysis::BlockSum> parts(blocks);
  for (const sinks::StateStatistics& state : statistics.states) {
    const std::size_t numbers = state.sum.size() / state.count.size();
    for (std::size_t first = 0; first < state.count.size(); first += blocks) {
      for (std::size_t b = 0; b < blocks; ++b) {
        parts[b] = {state.count[first + b], {state.sum.data() + (first + b) * numbers, numbers}};
      }
      if (std::all_of(parts.begin(), parts.end(), [](const auto& p) { return p.count == 0; })) {
        continue;
      }
      const auto estimate = analysis::leading_singular_value_of_mean(parts, rows, size);
      largest = std::max(largest, estimate.percent());
    }
  }
  return largest;
}

template <class Real>
ErrorReached write_until_error(const LanguageModel<Real>& model, std::span<const WordId> text,
                               const UntilErrorRequest& request, const Session& session,
                               ThreadTeam& team) {
  make_folders(request.directory);
  sinks::StatisticsSums sums(request.provenance, request.blocks);
  ErrorReached reached;
  for (const auto& round : rounds_of(model, text, request)) {
    GradientOptions options = request.options;
    options.sources = round;
    add_round(model, text, std::move(options), sums, session, team);
    reached.positions += std::ssize(round);
    reached.percent = largest_error_percent(sums.so_far());
    session.note(fmt::format("{} positions: error {:.3g} %", format_count(reached.positions),
                             reached.percent));
    if (reached.percent < request.percent) break;
  }
  if (!(reached.percent < request.percent)) {
    session.warn(
        fmt::format("all {} positions are used and the error is {:.3g} %, not below "
                    "{:.3g} %: a longer text is needed",
                    format_count(reached.positions), reached.percent, request.percent));
  }
  reached.state_gradients = counted(sums.so_far());
  sinks::write_statistics(request.directory / sinks::kStatisticsFileName, sums.take());
  return reached;
}

template ErrorReached write_until_error(const LanguageModel<float>&, std::span<const WordId>,
                                        const UntilErrorRequest&, const Session&, ThreadTeam&);
template ErrorReached write_until_error(const LanguageModel<double>&, std::span<const WordId>,
                                        const UntilErrorRequest&, const Session&, ThreadTeam&);

}  // namespace stategrad::cli
