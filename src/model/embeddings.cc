// SPDX-License-Identifier: MIT
#include "model/embeddings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/atomic_file.h"
#include "io/npy.h"
#include "model/initialise.h"
#include "model/parameters.h"
#include "stategrad/errors.h"
#include "text/word_list.h"

namespace stategrad::model {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMatrixName = "all.npy";

void require_matrix(const std::vector<std::int64_t>& shape, const fs::path& file) {
  if (shape.size() == 2 && shape[0] >= 1 && shape[1] >= 1) return;
  throw DataError(
      file.string(), "",
      fmt::format("an array of {} dimensions where a matrix [V, E] was expected", shape.size()));
}

io::NpyArray<double> read_matrix(const fs::path& file) {
  io::NpyArray<double> matrix = io::read_npy<double>(file);
  require_matrix(matrix.shape, file);
  const auto bad = std::find_if_not(matrix.values.begin(), matrix.values.end(),
                                    [](double value) { return std::isfinite(value); });
  if (bad != matrix.values.end()) {
    throw DataError(file.string(),
                    fmt::format("row {}", (bad - matrix.values.begin()) / matrix.shape[1]),
                    fmt::format("{} is not a finite number", *bad));
  }
  return matrix;
}

}  // namespace

template <class Real>
void write_embeddings(const LanguageModel<Real>& model, const fs::path& file) {
  const auto& values = model.parameters().embedding;
  const std::vector<float> rounded(values.begin(), values.end());
  const std::array<std::int64_t, 2> shape{model.architecture().vocab_size,
                                          model.architecture().embedding_size};
  if (file.has_parent_path()) make_folders(file.parent_path());
  io::write_npy<float>(file, shape, rounded);
}

int pretrained_embedding_size(const fs::path& folder) {
  const fs::path file = folder / kMatrixName;
  const io::NpyHeader header = io::read_npy_header(file);
  require_matrix(header.shape, file);
  return static_cast<int>(header.shape[1]);
}

PretrainedEmbeddings read_pretrained_embeddings(const fs::path& folder, double init_scale,
                                                std::uint64_t seed) {
  const fs::path matrix_file = folder / kMatrixName;
  const fs::path word_file = folder / "dict";
  io::NpyArray<double> matrix = read_matrix(matrix_file);
  std::vector<std::string> words = text::read_word_list(word_file);
  if (static_cast<std::int64_t>(words.size()) != matrix.shape[0]) {
    throw DataError(matrix_file.string(), "",
                    fmt::format("{} rows, but {} has {} words", matrix.shape[0], word_file.string(),
                                words.size()));
  }
  const auto has = [&](std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  if (!has(Vocabulary::kEndOfSentence))
    std::replace(words.begin(), words.end(), std::string("</s>"),
                 std::string(Vocabulary::kEndOfSentence));
  const auto width = static_cast<std::size_t>(matrix.shape[1]);
  for (const std::string_view special :
       {Vocabulary::kUnknown, Vocabulary::kEndOfSentence, Vocabulary::kBeginOfSentence}) {
    if (has(special)) continue;
    std::vector<double> row(width);
    initial_embedding_row(static_cast<std::int64_t>(words.size()),
                          {.scale = init_scale, .seed = seed}, row);
    words.emplace_back(special);
    matrix.values.insert(matrix.values.end(), row.begin(), row.end());
  }
  return {Vocabulary(std::move(words)), static_cast<int>(width), std::move(matrix.values)};
}

template void write_embeddings(const LanguageModel<float>&, const fs::path&);
template void write_embeddings(const LanguageModel<double>&, const fs::path&);

}  // namespace stategrad::model
