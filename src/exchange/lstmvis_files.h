// SPDX-License-Identifier: MIT
//
// States of a model in the layout of LSTMVis (https://github.com/HendrikStrobelt/LSTMVis).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5.h"
#include "stategrad/gradient_sink.h"
#include "stategrad/vocabulary.h"

namespace stategrad::exchange {

struct LstmVisProject {
  std::string name;
  std::string description;
  std::vector<StateOfLayer> states;
  int size = 0;  ///< H
};

/// Writes a project folder: states.hdf5, a dataset [N, H] of float32 for each state
/// (`cell_layer_0` …); train.hdf5, `word_ids` [N]; words.dict, `word id` lines; and lstm.yml, which
/// is written last. Memory: a chunk of each state.
class LstmVisFiles {
 public:
  /// @param storage kTrial: nothing is written, and commit() must not be called
  /// @throws DataError or ResourceError if the folder cannot be written to
  LstmVisFiles(std::filesystem::path folder, LstmVisProject project, io::Hdf5Storage storage);

  /// The next row of a state, H numbers, rounded to float32. Every state must get as many rows.
  /// @throws NumericalError if a number is not finite, ResourceError, DataError
  template <class Real>
  void append(std::size_t state, std::span<const Real> row);

  /// Writes all files. @param ids of the N words
  void commit(std::span<const WordId> ids, const Vocabulary& vocabulary);

 private:
  void flush(std::size_t state);
  [[nodiscard]] std::string configuration() const;

  std::filesystem::path folder_;
  LstmVisProject project_;
  std::unique_ptr<io::Hdf5Writer> states_;
  std::size_t chunk_;  ///< numbers
  std::vector<std::vector<float>> rows_;
};

/// The name of a dataset: "hidden_layer_1".
[[nodiscard]] std::string lstmvis_path(const StateOfLayer& state);

/// What the files have at most, in bytes.
[[nodiscard]] std::uint64_t lstmvis_bound(const LstmVisProject& project, std::uint64_t words,
                                          const Vocabulary& vocabulary);

}  // namespace stategrad::exchange
