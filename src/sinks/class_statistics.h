// SPDX-License-Identifier: MIT
//
// What an analysis adds to statistics.h5: sums by classes of words, by word, and single state
// gradients of a sample. Beside what statistics_file.h tells, the file holds
//
//   /classes/names, /classes/groups     [C] texts; absent without classes
//   /classes/signatures                 [S, C] int32: 1 where the signature contains the class
//   /words/ids                          [W] int32, rising: the words that occur among the sources
//   /classes/embedding_sum              [S, E] float64: sum of the embeddings of the sources
//   /sample/positions                   [P] int64, rising: sources looked at one by one
//   /sample/signatures                  [P] int32: their signatures
//   /model/embedding                    [V, E] float64, /model/words [V] texts
//   /<state>/layer_<l>/norm             [D, K] float64: sum of the norms, beside count and sum
//   /<state>/layer_<l>/signature_<s>/   count, norm, squared_norm, sum as of the whole; absent when
//                                       there is one signature only
//   /<state>/layer_<l>/words/           count [W, D] int64, norm, squared_norm [W, D] float64
//   /<state>/layer_<l>/sample/          norm, leading [P, D] float64: Frobenius norm and largest
//                                       singular value; 0 where the text ends before t
//
//   /used/count, norm, squared_norm     [S, D, K] sums over used gradients (used_sums.h): int64,
//                                       float64, float64
//   /used/sum                           [S, D, K, R] float64; the group is absent if they were not
//                                       asked for
//   /sentences/...                      see sentence_norms.h
//   /gates/count                        [K] int64: words that are sources
//   /gates/log_sum                      [L, K, H] float64: sum over them of ln f of every unit
//                                       (gradient/gate_logs.h); absent for an RNN, and in files of
//                                       earlier programs
//
//   /validity/positions                 [P'] int64, rising: sources that were replaced by other
//                                       words; the attribute "samples" of the group says how many
//                                       were asked for, of the whole text
//   /validity/words, signatures         [P'] int32: what took their place; their signatures
//   /validity/left_out                  [Q] int64, rising: positions of the sample whose signature
//                                       has no other word
//   /validity/<state>/layer_<l>/        ratio, cosine, error [P', D] float64 (linear_validity.h):
//                                       not a number where the true change cannot be told from
//                                       rounding; the group /validity is absent if none was asked
//                                       for
//
// A signature is the set of classes of a source. Every source has one, so sums over signatures cost
// one addition whatever the number of classes, and the sums of a class are those of the signatures
// that contain it. A part of a file, one block of the text, has the same layout with K = 1.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "gradient/gate_logs.h"
#include "io/hdf5.h"
#include "sinks/run_description.h"
#include "sinks/sentence_norms.h"
#include "sinks/used_sums.h"
#include "sinks/validity_statistics.h"
#include "stategrad/types.h"

namespace stategrad::sinks {

struct ClassScheme {
  std::vector<std::string> names;            ///< [C]
  std::vector<std::string> groups;           ///< [C] what a class is one of: "tag", "frequency" ...
  std::vector<std::vector<int>> signatures;  ///< [S ≥ 1] sets of classes, each rising
  bool operator==(const ClassScheme&) const = default;
};

/// The signatures that contain a class.
[[nodiscard]] std::vector<int> signatures_of(const ClassScheme& classes, int class_index);
/// [S] whether each signature contains the class.
[[nodiscard]] std::vector<bool> members_of(const ClassScheme& classes, int class_index);

/// Sums over the state gradients G [H, R] of one state at each delay and in each block.
struct GradientSums {
  std::vector<std::int64_t> count;   ///< [D, K] number of G
  std::vector<double> norm;          ///< [D, K] Σ |G|, Frobenius
  std::vector<double> squared_norm;  ///< [D, K] Σ |G|²
  Buffer<double> sum;                ///< [D, K, H, R] Σ G

  GradientSums() = default;
  GradientSums(const RunDescription& run, int blocks);
  GradientSums& operator+=(const GradientSums& other);
};

/// Sums over the state gradients of one state to each word.
struct WordSums {
  std::vector<std::int64_t> count;   ///< [W, D]
  std::vector<double> norm;          ///< [W, D]
  std::vector<double> squared_norm;  ///< [W, D]
};

/// Single state gradients of one state.
struct SampleValues {
  std::vector<double> norm;     ///< [P, D]
  std::vector<double> leading;  ///< [P, D] largest singular values
};

/// Everything in the file but the sums by signature.
struct ClassStatistics {
  RunDescription run;
  int blocks = 1;     ///< K
  int part = -1;      ///< the block that a part holds; -1: a whole file
  bool used = false;  ///< whether there are sums over used gradients
  ClassScheme classes;
  std::vector<WordId> words;                      ///< [W]
  std::vector<std::int64_t> positions;            ///< [P]
  std::vector<std::int32_t> position_signatures;  ///< [P]
  std::vector<WordSums> word_sums;                ///< one per state
  std::vector<SampleValues> samples;              ///< one per state
  std::vector<double> embedding;                  ///< [V, E]; empty in a part
  std::vector<double> embedding_sum;              ///< [S, E]; empty in a part
  std::vector<std::string> vocabulary;            ///< [V]; empty in a part
  SentenceNorms sentences;                        ///< none in a part
  std::optional<gradient::GateLogs> gates;        ///< none in a part, and where there are no gates
  std::optional<ValidityStatistics> validity;     ///< none in a part, or if not asked for
};

/// Writes a file or a part signature by signature, so that one of them is in memory at a time.
class ClassStatisticsWriter {
 public:
  explicit ClassStatisticsWriter(const std::filesystem::path& file,
                                 const ClassStatistics& statistics);
  /// Signatures and totals in any order, each once; without classes only the totals.
  void write_signature(std::size_t state, int signature, const GradientSums& sums);
  void write_totals(std::size_t state, const GradientSums& sums);
  void write_used(const UsedSums& sums);
  /// The file appears. @throws ResourceError or DataError naming the file, as everything here
  void commit();

 private:
  void write_sums(const std::string& group, const GradientSums& sums);

  const ClassStatistics* statistics_;
  io::Hdf5Writer out_;
};

/// The shape of the sums over used gradients of a file or a part.
[[nodiscard]] UsedSumsShape used_shape(const ClassStatistics& statistics);

/// Reads a file or a part.
class ClassStatisticsReader {
 public:
  /// @param part whether a part is expected
  /// @throws DataError naming file and place: what read_statistics() throws, or no analysis wrote
  ///   the file
  explicit ClassStatisticsReader(std::filesystem::path file, bool part = false);

  [[nodiscard]] const ClassStatistics& head() const { return head_; }
  /// The sums of a signature; @throws DataError, ResourceError
  [[nodiscard]] GradientSums read_signature(std::size_t state, int signature) const;
  /// How many sources have a signature. @throws DataError
  [[nodiscard]] std::int64_t count_sources(int signature) const;
  /// The sums over everything.
  [[nodiscard]] GradientSums read_totals(std::size_t state) const;
  /// The sums of a class.
  [[nodiscard]] GradientSums read_class(std::size_t state, int class_index) const;
  /// The sums over used gradients. @throws InternalError if head().used is not set
  [[nodiscard]] UsedSums read_used() const;
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  void read_classes();
  void read_words();
  void read_sample();
  void read_model();
  [[nodiscard]] GradientSums read_sums(const std::string& group) const;
  [[nodiscard]] int blocks_stored() const { return head_.part < 0 ? head_.blocks : 1; }

  std::filesystem::path file_;
  io::Hdf5Reader in_;
  ClassStatistics head_;
};

}  // namespace stategrad::sinks
