// SPDX-License-Identifier: MIT
#include "exchange/lstmvis_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

constexpr const char* kStatesName = "states.hdf5";
constexpr const char* kWordsName = "train.hdf5";
constexpr const char* kDictName = "words.dict";
constexpr const char* kConfigName = "lstm.yml";
constexpr std::size_t kChunkBytes = 1 << 16;

std::size_t rows_in_chunk(int size) {
  return std::max<std::size_t>(1, kChunkBytes / (sizeof(float) * static_cast<std::size_t>(size)));
}

/// A text in YAML, which takes JSON's.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string dictionary(const Vocabulary& vocabulary) {
  std::string lines;
  for (WordId id = 0; id < vocabulary.size(); ++id) {
    lines += fmt::format("{} {}\n", vocabulary.word(id), id);
  }
  return lines;
}

}  // namespace

std::string lstmvis_path(const StateOfLayer& state) {
  return fmt::format("{}_layer_{}", to_string(state.state), state.layer);
}

LstmVisFiles::LstmVisFiles(std::filesystem::path folder, LstmVisProject project,
                           io::Hdf5Storage storage)
    : folder_(std::move(folder)),
      project_(std::move(project)),
      chunk_(rows_in_chunk(project_.size) * static_cast<std::size_t>(project_.size)),
      rows_(project_.states.size()) {
  if (storage != io::Hdf5Storage::kTrial) make_folders(folder_);
  states_ = std::make_unique<io::Hdf5Writer>(folder_ / kStatesName, storage);
  for (const StateOfLayer& state : project_.states) {
    states_->create_growing<float>("/" + lstmvis_path(state), {project_.size},
                                   static_cast<std::int64_t>(rows_in_chunk(project_.size)));
  }
}

template <class Real>
void LstmVisFiles::append(std::size_t state, std::span<const Real> row) {
  for (const Real value : row) {
    if (!std::isfinite(value)) {
      throw NumericalError("a state is not finite: the model's weights are not, or too large");
    }
    rows_[state].push_back(static_cast<float>(value));
  }
  if (rows_[state].size() >= chunk_) flush(state);
}

void LstmVisFiles::flush(std::size_t state) {
  if (rows_[state].empty()) return;
  states_->append<float>("/" + lstmvis_path(project_.states[state]), rows_[state]);
  rows_[state].clear();
}

std::string LstmVisFiles::configuration() const {
  std::string text = fmt::format(
      "name: {}\ndescription: {}\n\n"
      "files:\n  states: {}\n  train: {}\n  words: {}\n\n"
      "word_sequence:\n  file: train\n  path: word_ids\n  dict_file: words\n\n"
      "states:\n  file: states\n  types: [\n",
      quoted(project_.name), quoted(project_.description), kStatesName, kWordsName, kDictName);
  for (std::size_t i = 0; i < project_.states.size(); ++i) {
    // LSTMVis counts layers from 1 and applies tanh to what may leave [-1, 1].
    const StateOfLayer& state = project_.states[i];
    const bool is_cell = state.state == StateKind::kCell;
    text += fmt::format("    {{type: {}, layer: {}, path: {}, transform: {}}}{}\n",
                        is_cell ? "state" : "output", state.layer + 1, lstmvis_path(state),
                        is_cell ? "tanh" : "none", i + 1 < project_.states.size() ? "," : "");
  }
  return text + "  ]\n";
}

void LstmVisFiles::commit(std::span<const WordId> ids, const Vocabulary& vocabulary) {
  for (std::size_t state = 0; state < rows_.size(); ++state) flush(state);
  states_->commit();
  io::Hdf5Writer words(folder_ / kWordsName, io::Hdf5Storage::kDisk);
  words.write<WordId>("/word_ids", {static_cast<std::int64_t>(ids.size())}, ids);
  words.commit();
  write_file(folder_ / kDictName, dictionary(vocabulary));
  write_file(folder_ / kConfigName, configuration());
}

std::uint64_t lstmvis_bound(const LstmVisProject& project, std::uint64_t words,
                            const Vocabulary& vocabulary) {
  constexpr std::uint64_t kHeads = 1 << 16;  // Heads of both HDF5 files, and lstm.yml.
  const std::uint64_t rows = rows_in_chunk(project.size);
  const std::uint64_t state = io::hdf5_growing_bound(
      (words + rows - 1) / rows, rows * sizeof(float) * static_cast<std::uint64_t>(project.size));
  return kHeads + project.states.size() * state + io::hdf5_array_bound(words, sizeof(WordId)) +
         dictionary(vocabulary).size();
}

template void LstmVisFiles::append(std::size_t, std::span<const float>);
template void LstmVisFiles::append(std::size_t, std::span<const double>);

}  // namespace stategrad::exchange
