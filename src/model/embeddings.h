// SPDX-License-Identifier: MIT
//
// Embedding matrices as files: all.npy or another .npy file [V, E], and a dict of `word<TAB>id`
// lines.
#pragma once

#include <filesystem>
#include <vector>

#include "stategrad/language_model.h"
#include "stategrad/vocabulary.h"

namespace stategrad::model {

/// Writes the embedding matrix of a model, float32 [V, E]. Atomic; the folder is made.
template <class Real>
void write_embeddings(const LanguageModel<Real>& model, const std::filesystem::path& file);

/// E of the embeddings in a folder, from the header of its all.npy.
/// @throws DataError naming the file: missing, no array, not a matrix
[[nodiscard]] int pretrained_embedding_size(const std::filesystem::path& folder);

/// Embeddings that were trained elsewhere.
struct PretrainedEmbeddings {
  Vocabulary vocabulary;
  int embedding_size = 0;      ///< E
  std::vector<double> values;  ///< [V, E]
};

/// Reads all.npy (V x E) and dict (`word<TAB>id` lines, ids 0..V-1) of a folder. word2vec's `</s>`
/// becomes `<eos>`; `<unk>`, `<eos>` and `<bos>` that are missing get new rows ~ U(-s, s).
/// @param init_scale, seed of the new rows
/// @throws DataError naming file and line: missing, not a matrix, rows and words that do not fit,
///   numbers that are not finite, ids that are doubled or left out
[[nodiscard]] PretrainedEmbeddings read_pretrained_embeddings(const std::filesystem::path& folder,
                                                              double init_scale,
                                                              std::uint64_t seed);

}  // namespace stategrad::model
