// SPDX-License-Identifier: MIT
//
// The configuration of a model, its training and its state gradients: the keys of the original
// program's files, one member each. docs/reference.md has the table of keys.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stategrad/types.h"

namespace stategrad {

/// How weights follow their gradients: w -= η g, Kingma and Ba 2015, or Duchi et al. 2011.
enum class Optimizer { kSgd, kAdam, kAdagrad };
/// Loss of the training: over all V words, or over a sample of them (Jean et al. 2015).
enum class Softmax { kFull, kSampled };
/// When the learning rate falls and training ends: after fixed numbers of epochs, or when the
/// validation perplexity stops improving.
enum class TrainerKind { kTrainer, kEarlyStopping };

/// Defaults are those of the published configuration for Penn Treebank with T = 50.
/// Paths are relative to the working directory.
struct Config {
  // Places
  std::string save_path;         ///< model directory (required)
  std::string log_dir = "logs";  ///< folder of log files
  std::string log;               ///< log name; empty: the last part of save_path
  std::string data_path;         ///< folder with train.txt, valid.txt, test.txt (required)
  std::string other_test;        ///< another test file
  bool valid_as_test = false;    ///< test on the validation file
  std::string save_embedding;    ///< write the embedding matrix here and stop

  // Text
  std::int64_t vocab_size = 0;  ///< overwritten by the real size
  int vocab = 0;                ///< size in thousands in the file names; 0 (False): plain names
  std::string encoding = "utf-8";
  bool no_eos = false;                ///< newline is a plain blank
  std::string read_vocab_from_file;   ///< `word<TAB>id` lines
  std::string save_dict;              ///< where to write such a file
  std::string pretrained_embeddings;  ///< folder with all.npy and dict
  bool fixed_embeddings = false;      ///< do not train the embeddings

  // Model
  CellKind basic_cell = CellKind::kLstm;
  bool reset_after = false;  ///< GRU as PyTorch computes it
  int num_layers = 1;
  int size = 256;          ///< H
  int embedding_size = 0;  ///< E; 0: the same as size
  DType dtype = DType::kFloat32;

  // Training
  int num_steps = 50;   ///< T
  int batch_size = 20;  ///< B
  double init_scale = 0.05;
  bool random = false;         ///< seed from the clock instead of seed 1
  double forget_bias = 0;      ///< added to the forget gate of an LSTM
  double dropout = 0.5;        ///< probability to KEEP a unit, in (0, 1]
  bool no_emb_dropout = true;  ///< keep dropout off the input embeddings
  Optimizer optimizer = Optimizer::kSgd;
  double learning_rate = 1;
  double max_grad_norm = 5;
  Softmax softmax = Softmax::kFull;
  TrainerKind trainer = TrainerKind::kTrainer;
  int early_stop = 2;
  int max_epoch = 6;  ///< epochs at the full learning rate
  double lr_decay = 0.8;
  int max_max_epoch = 39;  ///< epochs in all

  // State gradients
  std::optional<StateKind> grad_interm;
  std::optional<int> time_step;
  std::optional<int> max_delay;
  std::string grad_dir;

  /// E with its default filled in.
  [[nodiscard]] int effective_embedding_size() const {
    return embedding_size == 0 ? size : embedding_size;
  }
};

/// A configuration and what the reader of its file should be told about it. A key that no line and
/// no override gave has its default.
struct LoadedConfig {
  Config config;
  std::vector<std::string>
      warnings;  ///< unknown keys with the nearest known one, with line numbers
  std::vector<std::string>
      keys_set;  ///< the keys that the file or an override gave, in table order
};

/// Reads a configuration file and applies overrides.
///
/// A line is `key … value`: the first token is the key, the last one the value; lines of fewer
/// than two tokens and lines starting with `#` are skipped. Values are True, False, an integer, a
/// number or else text. Sizes beyond the memory of this machine are violations.
/// @param overrides `key=value` texts, later ones win; `key=` removes the key
/// @throws UsageError with every violation on a line of its own (file, line number, key, value,
///   constraint), then the unknown keys; DataError if the file cannot be read
[[nodiscard]] LoadedConfig load_config(const std::filesystem::path& file,
                                       const std::vector<std::string>& overrides);

/// The same, from overrides alone, whatever the memory.
[[nodiscard]] LoadedConfig config_from_overrides(const std::vector<std::string>& overrides);

/// Every key with the value in effect, as `key value` pairs in the order of the table; values read
/// back to the same ones. Keys that are unset are left out.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> config_items(const Config& config);

}  // namespace stategrad
