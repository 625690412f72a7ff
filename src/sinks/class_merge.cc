// SPDX-License-Identifier: MIT
#include "sinks/class_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>

#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using Readers = std::vector<std::unique_ptr<ClassStatisticsReader>>;

std::vector<std::int64_t> sources_of(const RunDescription& run) {
  if (!run.sources.empty()) return run.sources;
  std::vector<std::int64_t> all(static_cast<std::size_t>(words_read(run)));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

/// The sources of all pieces, rising.
std::vector<std::int64_t> merge_sources(const Readers& pieces) {
  std::vector<std::int64_t> merged;
  for (const auto& piece : pieces) {
    const std::vector<std::int64_t> more = sources_of(piece->head().run);
    std::vector<std::int64_t> both;
    std::set_intersection(merged.begin(), merged.end(), more.begin(), more.end(),
                          std::back_inserter(both));
    if (!both.empty()) {
      throw UsageError(
          fmt::format("{}: position {} and {} more were counted in another file "
                      "already: give every part of the text once",
                      piece->file().string(), both.front(), both.size() - 1));
    }
    std::vector<std::int64_t> all;
    std::merge(merged.begin(), merged.end(), more.begin(), more.end(), std::back_inserter(all));
    merged = std::move(all);
  }
  return merged;
}

template <class T>
std::vector<T> united(const Readers& pieces, std::vector<T> ClassStatistics::*member) {
  std::vector<T> all;
  for (const auto& piece : pieces) {
    const std::vector<T>& more = piece->head().*member;
    all.insert(all.end(), more.begin(), more.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

/// Adds rows of D numbers to those of the same keys in a larger list.
template <class Key, class T>
void add_rows(const std::vector<Key>& keys, const std::vector<T>& rows,
              const std::vector<Key>& all_keys, std::size_t delays, std::vector<T>& all) {
  all.resize(all_keys.size() * delays);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto place = static_cast<std::size_t>(
        std::lower_bound(all_keys.begin(), all_keys.end(), keys[i]) - all_keys.begin());
    for (std::size_t d = 0; d < delays; ++d) all[place * delays + d] += rows[i * delays + d];
  }
}

/// The sums over gates of all pieces; none in parts.
std::optional<gradient::GateLogs> united_gates(const Readers& pieces) {
  std::optional<gradient::GateLogs> sums;
  for (const auto& piece : pieces) {
    const std::optional<gradient::GateLogs>& from = piece->head().gates;
    if (!from) return std::nullopt;
    if (sums) {
      *sums += *from;
    } else {
      sums = from;
    }
  }
  return sums;
}

/// The replaced words of all pieces; none in parts.
std::optional<ValidityStatistics> united_validity(const Readers& pieces) {
  std::vector<const ValidityStatistics*> all;
  for (const auto& piece : pieces) {
    const ClassStatistics& from = piece->head();
    if (!from.validity) return std::nullopt;
    all.push_back(&*from.validity);
  }
  return united(all, pieces.front()->head().run.max_delay);
}

/// Words whose replacement was asked for.
std::int64_t samples_of(const ClassStatistics& statistics) {
  return statistics.validity ? statistics.validity->asked : 0;
}

ClassStatistics merge_heads(const Readers& pieces) {
  const ClassStatistics& first = pieces.front()->head();
  ClassStatistics merged = first;
  merged.part = -1;
  merged.run.sources = merge_sources(pieces);
  if (static_cast<std::int64_t>(merged.run.sources.size()) == words_read(merged.run)) {
    merged.run.sources.clear();
  }
  merged.gates = united_gates(pieces);
  merged.validity = united_validity(pieces);
  merged.words = united(pieces, &ClassStatistics::words);
  merged.positions = united(pieces, &ClassStatistics::positions);
  const auto delays = static_cast<std::size_t>(merged.run.max_delay);
  merged.position_signatures.assign(merged.positions.size(), 0);
  merged.embedding_sum.assign(first.embedding_sum.size(), 0);
  merged.word_sums.assign(merged.run.states.size(), {});
  merged.samples.assign(merged.run.states.size(), {});
  for (const auto& piece : pieces) {
    const ClassStatistics& from = piece->head();
    add_rows(from.positions, from.position_signatures, merged.positions, 1,
             merged.position_signatures);
    std::transform(from.embedding_sum.begin(), from.embedding_sum.end(),
                   merged.embedding_sum.begin(), merged.embedding_sum.begin(), std::plus<double>());
    if (piece != pieces.front()) {
      merged.sentences = united(merged.sentences, from.sentences, merged.run.max_delay);
    }
    for (std::size_t i = 0; i < merged.run.states.size(); ++i) {
      WordSums& words = merged.word_sums[i];
      const auto add_words = [&](const auto& rows, auto& all) {
        add_rows(from.words, rows, merged.words, delays, all);
      };
      add_words(from.word_sums[i].count, words.count);
      add_words(from.word_sums[i].norm, words.norm);
      add_words(from.word_sums[i].squared_norm, words.squared_norm);
      SampleValues& sample = merged.samples[i];
      add_rows(from.positions, from.samples[i].norm, merged.positions, delays, sample.norm);
      add_rows(from.positions, from.samples[i].leading, merged.positions, delays, sample.leading);
    }
  }
  return merged;
}

/// Adds the sums of a part, which has one block, to those of its block among all.
void add_block(const GradientSums& part, int block, int blocks, GradientSums& all) {
  const std::size_t delays = part.count.size();
  const std::size_t numbers = part.sum.size() / delays;
  for (std::size_t d = 0; d < delays; ++d) {
    const std::size_t at = d * static_cast<std::size_t>(blocks) + static_cast<std::size_t>(block);
    all.count[at] += part.count[d];
    all.norm[at] += part.norm[d];
    all.squared_norm[at] += part.squared_norm[d];
    const double* from = part.sum.data() + d * numbers;
    double* to = all.sum.data() + at * numbers;
    std::transform(from, from + numbers, to, to, std::plus<double>());
  }
}

GradientSums merge_signature(const Readers& pieces, const ClassStatistics& merged,
                             std::size_t state, int signature) {
  GradientSums sums(merged.run, merged.blocks);
  for (const auto& piece : pieces) {
    const GradientSums more = piece->read_signature(state, signature);
    if (piece->head().part < 0) {
      sums += more;
    } else {
      add_block(more, piece->head().part, merged.blocks, sums);
    }
  }
  return sums;
}

UsedSums merge_used(const Readers& pieces, const ClassStatistics& merged) {
  UsedSums sums(used_shape(merged));
  for (const auto& piece : pieces) {
    const UsedSums more = piece->read_used();
    if (piece->head().part < 0) {
      sums += more;
    } else {
      add_block(more, piece->head().part, sums);
    }
  }
  return sums;
}

}  // namespace

bool same_analysis(const ClassStatistics& a, const ClassStatistics& b) {
  const RunDescription& x = a.run;
  const RunDescription& y = b.run;
  return x.text_fingerprint == y.text_fingerprint && x.states == y.states &&
         x.vocabulary_fingerprint == y.vocabulary_fingerprint &&
         x.provenance.model_fingerprint == y.provenance.model_fingerprint &&
         x.provenance.basis == y.provenance.basis && x.provenance.dtype == y.provenance.dtype &&
         x.architecture == y.architecture && x.max_delay == y.max_delay && x.rows == y.rows &&
         x.words == y.words && x.windowed == y.windowed && x.num_steps == y.num_steps &&
         x.time_steps == y.time_steps && x.rank_tolerance == y.rank_tolerance &&
         a.blocks == b.blocks && a.classes == b.classes && a.used == b.used &&
         a.gates.has_value() == b.gates.has_value() && samples_of(a) == samples_of(b);
}

void merge_class_statistics(const std::vector<std::filesystem::path>& pieces, bool parts,
                            const ModelTables* tables, const std::filesystem::path& target,
                            const std::function<void(std::int64_t)>& on_progress) {
  if (pieces.empty()) throw UsageError("nothing to merge");
  Readers readers;
  for (const auto& piece : pieces) {
    readers.push_back(std::make_unique<ClassStatisticsReader>(piece, parts));
    if (!same_analysis(readers.front()->head(), readers.back()->head())) {
      throw UsageError(fmt::format(
          "{}: not of the same model, text, delays, states, blocks, classes and sums as {}",
          piece.string(), pieces.front().string()));
    }
  }
  ClassStatistics merged = merge_heads(readers);
  if (tables != nullptr) {
    merged.embedding = tables->embedding;
    merged.vocabulary = tables->vocabulary;
    merged.embedding_sum = tables->embedding_sum;
    merged.sentences = tables->sentences;
    merged.gates = tables->gates;
    merged.validity = tables->validity;
  }
  ClassStatisticsWriter out(target, merged);
  if (merged.used) out.write_used(merge_used(readers, merged));
  const auto signatures = static_cast<int>(merged.classes.signatures.size());
  std::int64_t done = 0;
  for (std::size_t state = 0; state < merged.run.states.size(); ++state) {
    GradientSums totals(merged.run, merged.blocks);
    for (int s = 0; s < signatures; ++s) {
      const GradientSums sums = merge_signature(readers, merged, state, s);
      totals += sums;
      if (signatures > 1) out.write_signature(state, s, sums);
      if (on_progress) on_progress(++done);
    }
    out.write_totals(state, totals);
  }
  out.commit();
}

}  // namespace stategrad::sinks
