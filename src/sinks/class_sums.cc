// SPDX-License-Identifier: MIT
#include "sinks/class_sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/atomic_file.h"
#include "base/memory.h"
#include "sinks/statistics_file.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {

std::filesystem::path part_file(const std::filesystem::path& directory, int block) {
  return directory / fmt::format("block_{:05}.h5", block);
}

std::int64_t blocks_at_once(const RunDescription& run, int blocks) {
  // Sources of one block are seen for D words more, in which later blocks begin.
  const std::int64_t length = std::max<std::int64_t>(1, words_read(run) / blocks);
  return std::min<std::int64_t>(blocks, 2 + (run.max_delay - 1) / length);
}

std::uint64_t class_sums_bytes(const RunDescription& run, int blocks, std::size_t signatures) {
  const double bytes = 8.0 * static_cast<double>(signatures) * run.max_delay * run.rows *
                       run.architecture.size * static_cast<double>(run.states.size()) *
                       static_cast<double>(blocks_at_once(run, blocks));
  constexpr double kTooMany = 1e18;  // no memory has it
  return static_cast<std::uint64_t>(std::min(bytes, kTooMany));
}

ClassSums::ClassSums(ClassSumsOptions options) : options_(std::move(options)) {
  if (options_.classes.signatures.empty()) throw InternalError("no signature");
  words_ = words_read(options_.run);
  delays_ = static_cast<std::size_t>(options_.run.max_delay);
  numbers_ = static_cast<std::size_t>(options_.run.rows) *
             static_cast<std::size_t>(options_.run.architecture.size);
}

void ClassSums::begin(const GradientRun& run) {
  const std::size_t signatures = options_.classes.signatures.size();
  require_memory(
      class_sums_bytes(options_.run, options_.blocks, signatures),
      fmt::format("the sums of state gradients of {} classes in {} combinations, D = {} delays, "
                  "R = {} rows, H = {} units and {} state{} (fewer classes need less)",
                  options_.classes.names.size(), signatures, run.max_delay, run.rows,
                  run.architecture.size, run.states.size(), run.states.size() == 1 ? "" : "s"));
  make_folders(options_.directory);
  last_of_block_.assign(static_cast<std::size_t>(options_.blocks), -1);
  const auto see = [&](std::int64_t source) {
    auto& last =
        last_of_block_[static_cast<std::size_t>(block_of(source, words_, options_.blocks))];
    last = std::max(last, source);
  };
  if (run.sources.empty()) {
    for (std::int64_t source = 0; source < words_; ++source) see(source);
  } else {
    std::for_each(run.sources.begin(), run.sources.end(), see);
  }
}

ClassSums::Open& ClassSums::open_for(std::int64_t source) {
  const int block = block_of(source, words_, options_.blocks);
  // The newest block is asked for most often.
  const auto found = std::find_if(open_.rbegin(), open_.rend(),
                                  [&](const Open& open) { return open.block == block; });
  if (found != open_.rend()) return *found;
  Open& open = open_.emplace_back();
  open.block = block;
  open.last = last_of_block_[static_cast<std::size_t>(block)];
  if (options_.used) open.used = UsedSums(used_shape());
  const auto signatures = static_cast<int>(options_.classes.signatures.size());
  for (std::size_t i = 0; i < options_.run.states.size(); ++i) {
    open.sums.emplace_back(options_.run, signatures);
    open.words.emplace_back();
    open.samples.emplace_back();
  }
  return open;
}

std::int32_t ClassSums::signature_of(std::int64_t source) const {
  return options_.signature.empty() ? 0 : options_.signature[static_cast<std::size_t>(source)];
}

/// Index of [signature, delay].
std::size_t ClassSums::cell(const BlockKey& key) const {
  return static_cast<std::size_t>(signature_of(key.position - key.delay)) * delays_ +
         static_cast<std::size_t>(key.delay);
}

double* ClassSums::accumulator(const BlockKey& key) {
  Open& open = open_for(key.position - key.delay);
  return open.sums[static_cast<std::size_t>(key.state_index)].sum.data() + cell(key) * numbers_;
}

void ClassSums::add_source(Open& open, std::int64_t source) {
  open.sources.push_back(source);
  if (!std::binary_search(options_.sample.begin(), options_.sample.end(), source)) return;
  open.positions.push_back(source);
  open.position_signatures.push_back(signature_of(source));
  for (SampleValues& values : open.samples) {
    values.norm.resize(open.positions.size() * delays_);
    values.leading.resize(open.positions.size() * delays_);
  }
}

void ClassSums::add_to_words(Open& open, const GradientBlock& block, double norm) {
  const auto [place, is_new] = open.word_rows.try_emplace(block.key.source, open.word_rows.size());
  if (is_new) {
    for (WordSums& sums : open.words) {
      sums.count.resize(open.word_rows.size() * delays_);
      sums.norm.resize(open.word_rows.size() * delays_);
      sums.squared_norm.resize(open.word_rows.size() * delays_);
    }
  }
  WordSums& sums = open.words[static_cast<std::size_t>(block.key.state_index)];
  const std::size_t at = place->second * delays_ + static_cast<std::size_t>(block.key.delay);
  ++sums.count[at];
  sums.norm[at] += norm;
  sums.squared_norm[at] += block.squared_norm;
}

void ClassSums::add_to_sample(Open& open, const GradientBlock& block, double norm) {
  const std::int64_t source = block.key.position - block.key.delay;
  const auto found = std::lower_bound(open.positions.begin(), open.positions.end(), source);
  if (found == open.positions.end() || *found != source) return;
  const std::size_t at = static_cast<std::size_t>(found - open.positions.begin()) * delays_ +
                         static_cast<std::size_t>(block.key.delay);
  SampleValues& values = open.samples[static_cast<std::size_t>(block.key.state_index)];
  values.norm[at] = norm;
  values.leading[at] = options_.leading(block);
}

void ClassSums::push(const GradientBlock& block) {
  Open& open = open_for(block.key.position - block.key.delay);
  if (block.key.delay == 0 && block.key.state_index == 0) add_source(open, block.key.position);
  const double norm = std::sqrt(block.squared_norm);
  GradientSums& sums = open.sums[static_cast<std::size_t>(block.key.state_index)];
  const std::size_t at = cell(block.key);
  ++sums.count[at];
  sums.norm[at] += norm;
  sums.squared_norm[at] += block.squared_norm;
  add_to_words(open, block, norm);
  add_to_sample(open, block, norm);
}

UsedSumsShape ClassSums::used_shape() const {
  return {.signatures = static_cast<int>(options_.classes.signatures.size()),
          .delays = options_.run.max_delay,
          .blocks = 1,
          .rows = options_.run.rows};
}

void ClassSums::add_used(const gradient::UsedGradient& used) {
  Open& open = open_for(used.key.position - used.key.delay);
  open.used.add(cell(used.key), used.values);
}

void ClassSums::end_position(std::int64_t position) {
  while (!open_.empty() && open_.front().last + options_.run.max_delay - 1 <= position) {
    write(open_.front());
    open_.pop_front();
  }
}

void ClassSums::finish() {
  for (Open& open : open_) write(open);
  open_.clear();
}

void ClassSums::write(Open& open) {
  ClassStatistics part{.run = options_.run,
                       .blocks = options_.blocks,
                       .part = open.block,
                       .used = options_.used,
                       .classes = options_.classes,
                       .words = {},
                       .positions = std::move(open.positions),
                       .position_signatures = std::move(open.position_signatures),
                       .word_sums = {},
                       .samples = std::move(open.samples),
                       .embedding = {},
                       .embedding_sum = {},
                       .vocabulary = {},
                       .gates = {},
                       .validity = {}};
  part.run.sources = std::move(open.sources);
  for (const WordSums& sums : open.words) {
    WordSums rising;
    for (const auto& [word, row] : open.word_rows) {
      const auto first = static_cast<std::ptrdiff_t>(row * delays_);
      const auto last = first + static_cast<std::ptrdiff_t>(delays_);
      const auto copy = [&](const auto& from, auto& to) {
        to.insert(to.end(), from.begin() + first, from.begin() + last);
      };
      copy(sums.count, rising.count);
      copy(sums.norm, rising.norm);
      copy(sums.squared_norm, rising.squared_norm);
    }
    part.word_sums.push_back(std::move(rising));
  }
  for (const auto& [word, row] : open.word_rows) part.words.push_back(word);
  ClassStatisticsWriter out(part_file(options_.directory, open.block), part);
  GradientSums sums(part.run, 1);
  for (std::size_t state = 0; state < open.sums.size(); ++state) {
    const GradientSums& all = open.sums[state];
    for (std::size_t s = 0; s < options_.classes.signatures.size(); ++s) {
      const std::size_t first = s * delays_;
      std::copy_n(all.count.begin() + static_cast<std::ptrdiff_t>(first), delays_,
                  sums.count.begin());
      std::copy_n(all.norm.begin() + static_cast<std::ptrdiff_t>(first), delays_,
                  sums.norm.begin());
      std::copy_n(all.squared_norm.begin() + static_cast<std::ptrdiff_t>(first), delays_,
                  sums.squared_norm.begin());
      for (std::size_t d = 0; d < delays_; ++d) {
        const GradientBlock matrix{.key = {},
                                   .rows = part.run.rows,
                                   .size = part.run.architecture.size,
                                   .values = all.sum.data() + (first + d) * numbers_};
        matrix.transpose_to(std::span<double>(sums.sum.data() + d * numbers_, numbers_));
      }
      out.write_signature(state, static_cast<int>(s), sums);
    }
  }
  if (options_.used) out.write_used(open.used);
  out.commit();
}

}  // namespace stategrad::sinks
