// SPDX-License-Identifier: MIT
//
// The files of a data folder and the vocabulary that they give.
#pragma once

#include <filesystem>

#include "stategrad/config.h"
#include "stategrad/vocabulary.h"

namespace stategrad::text {

struct DataFiles {
  std::filesystem::path train;
  std::filesystem::path valid;
  std::filesystem::path test;
};

/// train.txt, valid.txt and test.txt of data_path, or train_10k-unk.txt … with vocab = 10. The test
/// file is other_test if set, or the validation file with valid_as_test.
[[nodiscard]] DataFiles data_files(const Config& config);

/// The vocabulary of a training: the words of the training file by (-count, word), then `<unk>` and
/// `<bos>` if absent. With read_vocab_from_file the words of that list keep their ids and the new
/// ones of the training file follow.
/// @throws DataError as count_words() and read_word_list()
[[nodiscard]] Vocabulary training_vocabulary(const Config& config);

}  // namespace stategrad::text
