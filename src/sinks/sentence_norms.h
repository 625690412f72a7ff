// SPDX-License-Identifier: MIT
//
// State gradients within sentences: for each word, how strongly the state still depends on it and
// on the words of the sentence before it. In statistics.h5:
//
//   /sentences/first          [M] int64: position in the text of the first word; -1: typed
//   /sentences/length         [M] int32: words of each
//   /sentences/words          [Σ length] int32: their ids, sentence after sentence
//   /sentences, attribute of  int64: how many sentences the text has
//   /<state>/layer_<l>/sentences/norm   [Σ cells] float64: sentence after sentence and word after
//                             word, |G| at the delays 0..min(word, D - 1)
//
// Sentences of the text come first, rising; then typed ones. Absent if there are none.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "io/hdf5.h"
#include "sinks/run_description.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

/// The Sentence::first of a sentence that is not of the text.
constexpr std::int64_t kTyped = -1;

struct Sentence {
  std::int64_t first = kTyped;  ///< position of its first word in the text
  std::vector<WordId> words;    ///< at least one
  bool operator==(const Sentence&) const = default;
};

/// Norms of a sentence of n words: Σ over its words w of min(w + 1, D).
[[nodiscard]] std::int64_t sentence_cells(std::int64_t words, int max_delay);
/// The place of the norm of word w (from 0) at delay d among those of its sentence.
[[nodiscard]] std::size_t sentence_cell(std::int64_t word, int delay, int max_delay);

struct SentenceNorms {
  std::int64_t of = 0;  ///< sentences that the text has
  std::vector<Sentence> sentences;
  /// [state][Σ cells] |G|, Frobenius; [state] is empty where there are no sentences.
  std::vector<std::vector<double>> norms;

  bool operator==(const SentenceNorms&) const = default;
};

/// The sentences of both, those of the text rising, then typed ones; each once.
/// @param max_delay of both
[[nodiscard]] SentenceNorms united(const SentenceNorms& a, const SentenceNorms& b, int max_delay);

/// Takes the norms within sentences from a pass over the text that they are of, and hands the
/// blocks on.
///
/// Sources and delays that the pass does not have leave a norm of 0.
class SentenceSink : public GradientSink {
 public:
  /// @param out sentences with rising `first` that do not overlap; gets the norms at finish()
  /// @param inner gets what it wants of the pass; null: nobody
  explicit SentenceSink(SentenceNorms& out, GradientSink* inner = nullptr);

  void begin(const GradientRun& run) override;
  [[nodiscard]] double* accumulator(const BlockKey& key) override;
  [[nodiscard]] bool wants(const BlockKey& key) const override;
  [[nodiscard]] bool reads_values(const BlockKey& key) const override;
  void push(const GradientBlock& block) override;
  [[nodiscard]] bool takes_parts() const override;
  void end_position(std::int64_t position) override;
  void finish() override;

 private:
  /// The place among the norms of a state; -1: the block lies in no sentence.
  [[nodiscard]] std::int64_t place_of(const BlockKey& key) const;

  SentenceNorms& out_;
  GradientSink* inner_;
  int max_delay_ = 0;
  std::vector<std::int64_t> before_;  ///< [M] cells of the sentences before
};

/// Writes what the head of this file tells; nothing if there are no sentences.
void write_sentences(io::Hdf5Writer& out, const std::vector<StateOfLayer>& states,
                     const SentenceNorms& sentences);

/// @returns no sentences if the file has none
/// @throws DataError naming file and array if something does not fit
[[nodiscard]] SentenceNorms read_sentences(const io::Hdf5Reader& in,
                                           const std::filesystem::path& file,
                                           const RunDescription& run);

}  // namespace stategrad::sinks
