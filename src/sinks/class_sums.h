// SPDX-License-Identifier: MIT
//
// State gradients summed by class, block and word, written to the disk block by block.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "gradient/used_gradients.h"
#include "sinks/class_statistics.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

/// What ClassSums shall sum up.
struct ClassSumsOptions {
  std::filesystem::path directory;  ///< of the parts; created
  RunDescription run;               ///< of the whole text; its sources are not looked at
  int blocks = 1;                   ///< K, of all words
  ClassScheme classes;
  /// [N] signature of every position of the text; empty: all have the first one.
  std::span<const std::int32_t> signature;
  std::vector<std::int64_t> sample;  ///< positions of sources to look at one by one, rising
  /// The largest singular value of a state gradient.
  std::function<double(const GradientBlock&)> leading;
  bool used = false;  ///< whether add_used() will be called
};

/// Name of the file of a block.
[[nodiscard]] std::filesystem::path part_file(const std::filesystem::path& directory, int block);

/// How many blocks are under way at once at most.
[[nodiscard]] std::int64_t blocks_at_once(const RunDescription& run, int blocks);

/// Bytes of memory for the sums of the blocks that are under way, without those of used gradients.
[[nodiscard]] std::uint64_t class_sums_bytes(const RunDescription& run, int blocks,
                                             std::size_t signatures);

/// Sums of a pass whose sources are given in rising order. A block of the text is kept in memory
/// from its first source until its last one has been seen at every delay; then its part is written
/// (class_statistics.h), so that an interrupted pass loses the blocks under way only. The engine
/// adds the matrices up while it computes them: a word costs one addition, whatever the classes.
class ClassSums : public GradientSink {
 public:
  explicit ClassSums(ClassSumsOptions options);

  /// @throws ResourceError naming classes, delays and sizes when the memory does not suffice
  void begin(const GradientRun& run) override;
  [[nodiscard]] double* accumulator(const BlockKey& key) override;
  void push(const GradientBlock& block) override;
  /// Adds a used gradient of the same pass; needs ClassSumsOptions::used.
  void add_used(const gradient::UsedGradient& used);
  /// Writes the blocks that are complete.
  void end_position(std::int64_t position) override;
  void finish() override;

 private:
  /// The sums of one block of the text; matrices are [signature, D, R, H].
  struct Open {
    int block = 0;
    std::int64_t last = 0;           ///< source of the pass in this block
    std::vector<GradientSums> sums;  ///< per state, [S D] cells
    UsedSums used;                   ///< with K = 1
    std::map<WordId, std::size_t> word_rows;
    std::vector<WordSums> words;
    std::vector<std::int64_t> sources;
    std::vector<std::int64_t> positions;
    std::vector<std::int32_t> position_signatures;
    std::vector<SampleValues> samples;
  };

  [[nodiscard]] Open& open_for(std::int64_t source);
  [[nodiscard]] std::int32_t signature_of(std::int64_t source) const;
  void add_source(Open& open, std::int64_t source);
  void add_to_words(Open& open, const GradientBlock& block, double norm);
  void add_to_sample(Open& open, const GradientBlock& block, double norm);
  [[nodiscard]] std::size_t cell(const BlockKey& key) const;
  [[nodiscard]] UsedSumsShape used_shape() const;
  void write(Open& open);

  ClassSumsOptions options_;
  std::int64_t words_ = 0;
  std::size_t delays_ = 0;
  std::size_t numbers_ = 0;  ///< R H
  std::vector<std::int64_t> last_of_block_;
  std::deque<Open> open_;
};

}  // namespace stategrad::sinks
